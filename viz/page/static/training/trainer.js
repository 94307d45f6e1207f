// Trainer: losses and gradients at any parameters. Its own engine holds the graph of one example's
// loss, into which examples are put one after the other.

import { FIXED } from "./training_json.js";

export class Trainer {
  constructor(engine, training) {
    this.engine = engine;
    this.training = training;
    const { parameters, numbers, inputs, trained } = training;
    const isFree = (leaf) => engine.isFree(leaf);
    this.all = leavesOf(parameters.node, isFree);
    this.trained = leavesOf(parameters.node.slice(0, trained), isFree);
    this.example = leavesOf(numbers.node, (leaf) => leaf >= 0);
    this.inputs = leavesOf(numbers.node.slice(0, inputs), (leaf) => leaf >= 0);
    this.parameters = Float64Array.from(parameters.node, (i) => (i < 0 ? 0 : engine.data[i]));
  }

  // True if there are examples and the graph serves all of them. A label that is fixed in the graph
  // has no effect on nodes before the loss.
  supports(examples) {
    const { fixed, inputs, numbers } = this.training;
    return examples.length > 0 && !fixed && !numbers.node.slice(0, inputs).includes(FIXED);
  }

  // Puts parameters into the graph.
  load(parameters) {
    this.parameters.set(parameters);
    this._evaluate(this.all, parameters);
  }

  // The model's scores for these inputs.
  scoresAt(inputs) {
    this._evaluate(this.inputs, inputs);
    return this.training.scores.map((i) => this.engine.data[i]);
  }

  // Sets the numbers of an example and computes values and local derivatives.
  setExample(example) {
    this._evaluate(this.example, example);
  }

  // The mean loss of the examples and its gradient, at the present parameters.
  lossAndGradient(examples) {
    const { engine, trained } = this;
    const { leaves, places } = this.example;
    const gradient = new Float64Array(this.parameters.length);
    let loss = 0;
    for (const example of examples) {
      engine.setLeaves(leaves, places.map((k) => example[k]));
      loss += engine.data[engine.graph.root];
      trained.places.forEach((k, i) => (gradient[k] += engine.grad[trained.leaves[i]]));
    }
    return { loss: loss / examples.length, gradient: gradient.map((g) => g / examples.length) };
  }

  // The share of the examples that get their own label; null if labels are no classes.
  accuracy(examples) {
    const { classes, middle } = this.training;
    if (classes === null || !this.supports(examples)) return null;
    const isRight = (row) => classes[classAt(this.scoresAt(row), middle)] === labelOf(this.training, row);
    return examples.filter(isRight).length / examples.length;
  }

  // The mean loss of the examples; null if a number of an example is fixed in the graph.
  meanLoss(examples) {
    if (this.training.numbers.node.includes(FIXED) || !this.supports(examples)) return null;
    let loss = 0;
    for (const example of examples) {
      this.setExample(example);
      loss += this.engine.data[this.engine.graph.root];
    }
    return loss / examples.length;
  }

  _evaluate({ leaves, places }, numbers) {
    this.engine.evaluate(leaves, places.map((k) => numbers[k]));
  }
}

// The usable leaves among the nodes of a row of numbers, with their places in the row.
function leavesOf(nodes, isUsable) {
  const places = [...nodes.keys()].filter((k) => isUsable(nodes[k]));
  return { places, leaves: places.map((k) => nodes[k]) };
}

// The label of an example; with a label for each class, the number of the class.
export function labelOf({ inputs }, row) {
  const labels = [...row.slice(inputs)];
  return labels.length === 1 ? labels[0] : labels.indexOf(Math.max(...labels));
}

// The number of the class that scores speak for: the greatest of several, or the side of the
// middle that one is on; -1 for nan.
export function classAt(scores, middle) {
  if (scores.length > 1) return scores.indexOf(Math.max(...scores));
  return Number.isNaN(scores[0]) ? -1 : Number(scores[0] > middle);
}
