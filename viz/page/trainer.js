// Trainer: gradient descent in the page, on an engine of its own: the graph of one example's loss, to
// which examples come one after the other.

export class Trainer {
  constructor(engine, lesson) {
    this.engine = engine;
    const { parameters, numbers, scores, inputs } = lesson;
    this.places = [...parameters.node.keys()].filter((k) => engine.isFree(parameters.node[k]));
    this.leaves = this.places.map((k) => parameters.node[k]);
    this.numbers = numbers.node;
    this.inputs = inputs;
    this.scores = scores;
    this.parameters = new Float64Array(parameters.node.length);
    this.leaves.forEach((leaf, i) => (this.parameters[this.places[i]] = engine.data[leaf]));
  }

  // Takes over parameters; the graph has them from then on.
  load(parameters) {
    this.parameters.set(parameters);
    this.engine.evaluate(
      this.leaves,
      this.places.map((k) => parameters[k]),
    );
  }

  // What the model gives for inputs.
  scoresAt(inputs) {
    this.engine.evaluate(this.numbers.slice(0, this.inputs), inputs);
    return this.scores.map((i) => this.engine.data[i]);
  }

  // The values and local derivatives for an example.
  see(example) {
    this.engine.evaluate(...this._free(example));
  }

  // The mean loss of examples and its gradient by each parameter, at the parameters as they are.
  slope(examples) {
    const gradient = new Float64Array(this.parameters.length);
    let loss = 0;
    for (const example of examples) {
      this.engine.setLeaves(...this._free(example));
      loss += this.engine.data[this.engine.graph.root];
      this.leaves.forEach((leaf, i) => (gradient[this.places[i]] += this.engine.grad[leaf]));
    }
    return { loss: loss / examples.length, gradient: gradient.map((g) => g / examples.length) };
  }

  meanLoss(examples) {
    let loss = 0;
    for (const example of examples) {
      this.see(example);
      loss += this.engine.data[this.engine.graph.root];
    }
    return loss / examples.length;
  }

  // Against the gradient: each parameter by rate × gradient.
  descend(rate, gradient) {
    this.load(this.parameters.map((p, k) => p - rate * gradient[k]));
  }

  _free(example) {
    const places = [...this.numbers.keys()].filter((i) => this.numbers[i] >= 0);
    return [places.map((i) => this.numbers[i]), places.map((i) => example[i])];
  }
}

// The parameters of a start dealt out anew: within each group (the same name but for numbers) in another
// order, and with other signs where the group has both. `random` gives numbers from 0 to 1.
export function dealt(parameters, names, random) {
  const groups = new Map();
  names.forEach((name, k) => {
    const group = name.replace(/\d+$/, "").replace(/neurons\.\d+/, "neurons");
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(k);
  });
  const start = Float64Array.from(parameters);
  for (const group of groups.values()) {
    const values = group.map((k) => parameters[k]);
    const signs = values.some((x) => x < 0) && values.some((x) => x > 0);
    group.forEach((k, i) => {
      const j = i + Math.floor(random() * (values.length - i));
      [values[i], values[j]] = [values[j], values[i]];
      start[k] = signs && random() < 0.5 ? -values[i] : values[i];
    });
  }
  return start;
}
