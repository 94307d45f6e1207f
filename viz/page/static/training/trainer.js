// Trainer: losses and gradients at any parameters, on an engine of its own: the graph of one example's
// loss, to which examples come one after the other.

export class Trainer {
  constructor(engine, training) {
    this.engine = engine;
    const { parameters, numbers, scores, inputs } = training;
    this.indices = [...parameters.node.keys()].filter((k) => engine.isFree(parameters.node[k]));
    this.leaves = this.indices.map((k) => parameters.node[k]);
    this.columns = [...numbers.node.keys()].filter((k) => numbers.node[k] >= 0);
    this.numbers = this.columns.map((k) => numbers.node[k]);
    this.fixed = [...numbers.node.keys()].filter((k) => numbers.node[k] === -1);
    this.inputs = this.columns.filter((k) => k < inputs);
    this.inputLeaves = this.inputs.map((k) => numbers.node[k]);
    this.inputCount = inputs;
    this.isFixed = training.fixed;
    this.scores = scores;
    this.parameters = Float64Array.from(parameters.node, (i) => (i < 0 ? 0 : engine.data[i]));
  }

  // Whether the graph stands for all of these examples, of which there are some. Labels that are part of
  // the graph do not matter to what lies before the loss.
  supports(examples) {
    return examples.length > 0 && !this.isFixed && !this.fixed.some((k) => k < this.inputCount);
  }

  // Takes over parameters; the graph has them from then on.
  load(parameters) {
    this.parameters.set(parameters);
    this.engine.evaluate(
      this.leaves,
      this.indices.map((k) => parameters[k]),
    );
  }

  // What the model gives for inputs.
  scoresAt(inputs) {
    this.engine.evaluate(
      this.inputLeaves,
      this.inputs.map((k) => inputs[k]),
    );
    return this.scores.map((i) => this.engine.data[i]);
  }

  // The values and local derivatives for an example.
  setExample(example) {
    this.engine.evaluate(
      this.numbers,
      this.columns.map((k) => example[k]),
    );
  }

  // The mean loss of examples and its gradient by each parameter, at the parameters as they are.
  lossAndGradient(examples) {
    const { engine, leaves, indices } = this;
    const gradient = new Float64Array(this.parameters.length);
    let loss = 0;
    for (const example of examples) {
      engine.setLeaves(
        this.numbers,
        this.columns.map((k) => example[k]),
      );
      loss += engine.data[engine.graph.root];
      for (let i = 0; i < leaves.length; i++) gradient[indices[i]] += engine.grad[leaves[i]];
    }
    return { loss: loss / examples.length, gradient: gradient.map((g) => g / examples.length) };
  }

  // NaN where the label of an example is part of the graph, and another one.
  meanLoss(examples) {
    if (this.fixed.length > 0) return NaN;
    let loss = 0;
    for (const example of examples) {
      this.setExample(example);
      loss += this.engine.data[this.engine.graph.root];
    }
    return loss / examples.length;
  }
}
