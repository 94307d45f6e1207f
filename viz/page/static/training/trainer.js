// Trainer: losses and gradients at any parameters. Its own engine holds the graph of one example's
// loss, into which examples are put one after the other.

export class Trainer {
  constructor(engine, training) {
    this.engine = engine;
    this.training = training;
    const { parameters, numbers, scores, inputs, trained } = training;
    this.indices = [...parameters.node.keys()].filter((k) => engine.isFree(parameters.node[k]));
    this.leaves = this.indices.map((k) => parameters.node[k]);
    this.trained = this.indices.filter((k) => k < trained).length; // the others come last
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

  // True if there are examples and the graph serves all of them. A label that is fixed in the graph
  // has no effect on nodes before the loss.
  supports(examples) {
    return examples.length > 0 && !this.isFixed && !this.fixed.some((k) => k < this.inputCount);
  }

  // Puts parameters into the graph.
  load(parameters) {
    this.parameters.set(parameters);
    this.engine.evaluate(
      this.leaves,
      this.indices.map((k) => parameters[k]),
    );
  }

  // The model's scores for these inputs.
  scoresAt(inputs) {
    this.engine.evaluate(
      this.inputLeaves,
      this.inputs.map((k) => inputs[k]),
    );
    return this.scores.map((i) => this.engine.data[i]);
  }

  // Sets the numbers of an example and computes values and local derivatives.
  setExample(example) {
    this.engine.evaluate(
      this.numbers,
      this.columns.map((k) => example[k]),
    );
  }

  // The mean loss of the examples and its gradient, at the present parameters.
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
      for (let i = 0; i < this.trained; i++) gradient[indices[i]] += engine.grad[leaves[i]];
    }
    return { loss: loss / examples.length, gradient: gradient.map((g) => g / examples.length) };
  }

  // The share of the examples that get their own label; null if labels are no classes.
  accuracy(examples) {
    const { classes, middle, inputs } = this.training;
    if (classes === null || !this.supports(examples)) return null;
    const right = examples.filter((row) => {
      return classes[classAt(this.scoresAt(row), middle)] === row[inputs];
    });
    return right.length / examples.length;
  }

  // The mean loss of the examples; null if a number of an example is fixed in the graph.
  meanLoss(examples) {
    if (this.fixed.length > 0 || !this.supports(examples)) return null;
    let loss = 0;
    for (const example of examples) {
      this.setExample(example);
      loss += this.engine.data[this.engine.graph.root];
    }
    return loss / examples.length;
  }
}

// The number of the class that scores speak for: the greatest of several, or the side of the
// middle that one is on; -1 for nan.
export function classAt(scores, middle) {
  if (scores.length > 1) return scores.indexOf(Math.max(...scores));
  return Number.isNaN(scores[0]) ? -1 : Number(scores[0] > middle);
}
