// Engine: values forward and gradients backward, computed again when a leaf changes. Its arithmetic
// is `primitives`: { tanh: { forward: (x) => ..., partials: [(y, x) => ...] }, ... }.

import { indeterminateEdges } from "./indeterminate.js";
import { Pushes, naiveEdges, topologicalEdges } from "./pushes.js";
import { Timeline } from "./timeline.js";

// Public: graph; data, by node; local, by edge, NaN for a constant; grad and reached, after a whole
// backward pass from the result, whose own gradient is 1; order and backwardOrder, of the nodes
// that have a primitive; indeterminate, a set of edges; pushes; pushCount, push(k), stops;
// stateAt(k, direction); setLeaf(i, x), setLeaves, evaluate; wrongOrder;
// forwardOf(name); fresh().
export class Engine {
  #primitives;
  #rules;
  #timeline;
  #mulNoNan;
  #wrongOrder = false;
  #indeterminate = null;

  constructor(graph, primitives) {
    this.graph = graph;
    this.#primitives = primitives;
    this.#rules = rulesOf(graph, primitives);
    this.#mulNoNan = primitives.mul_no_nan.forward;
    this.data = new Float64Array(graph.count);
    this.local = new Float64Array(graph.local.length);
    this.grad = new Float64Array(graph.count);
    this.reached = new Uint8Array(graph.count);
    this.order = Int32Array.from(graph.op.keys()).filter((i) => graph.op[i] >= 0);
    this.backwardOrder = this.order.slice().reverse();
    this.#timeline = new Timeline(graph, this.order);
    this.load();
    this.wrongOrder = false;
  }

  // Takes the numbers of the graph again. As after `evaluate`, gradients follow when leaves are set.
  load() {
    const { graph } = this;
    this.data.set(graph.data);
    this.local.set(graph.local);
    if (graph.stale) this.#forward(Uint8Array.from(graph.op, (k) => (k < 0 ? 1 : 0)));
    for (const i of this.order) this.#differentiate(i);
  }

  // The function of a primitive.
  forwardOf(name) {
    return this.#primitives[name].forward;
  }

  // Another engine, of the same graph or another one, with the numbers of the scene.
  fresh(graph = this.graph) {
    return new Engine(graph, this.#primitives);
  }

  // True if nodes push before their gradients are complete, as in a naive depth-first backward
  // pass.
  get wrongOrder() {
    return this.#wrongOrder;
  }

  set wrongOrder(wrong) {
    const { graph } = this;
    this.#wrongOrder = Boolean(wrong);
    const edges = wrong ? naiveEdges(graph) : topologicalEdges(graph, this.backwardOrder);
    this.pushes = new Pushes(graph, edges, this.#mulNoNan);
    this.#backward();
  }

  // The edges along which 0 times infinity counted as 0, though the limit may be another number.
  get indeterminate() {
    this.#indeterminate ??= indeterminateEdges(this);
    return this.#indeterminate;
  }

  // The number of pushes in a backward pass.
  get pushCount() {
    return this.pushes.count;
  }

  // The numbers of pushes, from 0 on, after which one node has made all the pushes of one visit.
  get stops() {
    return this.pushes.stops;
  }

  // Push k: { from, operand, edge, local, upstream, contribution, before, after, isFirst }.
  push(k) {
    return this.pushes.at(k, this.local);
  }

  // The local derivative along an edge, by a constant too; NaN where the page cannot compute it.
  partialAlong(e) {
    const i = this.graph.target[e];
    const rule = this.#rules[this.graph.op[i]];
    return rule ? this.#partial(i, rule.partials[e - this.graph.first[i]]) : this.local[e];
  }

  // The gradient that is pushed along an edge in a pass without topological order.
  naiveUpstream(e) {
    const pushes = new Pushes(this.graph, naiveEdges(this.graph), this.#mulNoNan);
    pushes.run(this.local, new Float64Array(this.graph.count), new Uint8Array(this.graph.count));
    return pushes.upstream[pushes.along[e]];
  }

  // The known numbers after k steps: nodes if "forward", pushes if "backward"; see Timeline.
  stateAt(k, direction) {
    return this.#timeline.stateAt(k, direction);
  }

  // True for a leaf that may be changed. A leaf below a primitive that the page lacks is locked.
  isFree(i) {
    const { op, isConstant, locked } = this.graph;
    return op[i] < 0 && !isConstant[i] && !locked[i];
  }

  // Sets a leaf and computes the nodes that depend on it; returns the nodes whose value changed.
  setLeaf(leaf, x) {
    return this.setLeaves([leaf], [x]);
  }

  // Sets many leaves, in the time of one.
  setLeaves(leaves, numbers) {
    const changed = this.#replace(leaves, numbers);
    this.#backward();
    return [...changed.keys()].filter((i) => changed[i]);
  }

  // Sets leaves and computes values and local derivatives alone, to look at many points. Gradients
  // and stateAt keep their state until leaves are set again.
  evaluate(leaves, numbers) {
    this.#replace(leaves, numbers);
  }

  #replace(leaves, numbers) {
    const taken = leaves.find((i) => !this.isFree(i));
    if (taken !== undefined) {
      throw new RangeError(`node ${taken} cannot be set; choose a leaf for which isFree() is true`);
    }
    const changed = new Uint8Array(this.graph.count);
    leaves.forEach((i, k) => {
      changed[i] = this.#set(i, Number(numbers[k]));
    });
    this.#forward(changed);
    return changed;
  }

  #set(i, x) {
    if (Object.is(this.data[i], x)) return 0;
    this.data[i] = x;
    return 1;
  }

  #forward(changed) {
    const { first, operand, isOpaque } = this.graph;
    for (const i of this.order) {
      let touched = false;
      for (let e = first[i]; e < first[i + 1]; e++) if (changed[operand[e]]) touched = true;
      if (touched && !isOpaque[i]) {
        changed[i] = this.#set(i, this.#value(i));
        this.#differentiate(i);
      }
    }
  }

  #value(i) {
    const { op, first, operand } = this.graph;
    const { forward } = this.#rules[op[i]];
    const e = first[i];
    const { data } = this;
    // one or two operands are passed without an array, which takes several times as long
    const arity = first[i + 1] - e;
    if (arity === 1) return forward(data[operand[e]]);
    if (arity === 2) return forward(data[operand[e]], data[operand[e + 1]]);
    return forward(...this.#operands(i));
  }

  #operands(i) {
    const { first, operand } = this.graph;
    return Array.from(operand.subarray(first[i], first[i + 1]), (k) => this.data[k]);
  }

  // Computes the local derivatives of a node; constants have none.
  #differentiate(i) {
    const { op, first, operand, isConstant, isOpaque } = this.graph;
    if (isOpaque[i]) return; // its operands are locked
    const { partials } = this.#rules[op[i]];
    for (let e = first[i]; e < first[i + 1]; e++) {
      if (!isConstant[operand[e]]) this.local[e] = this.#partial(i, partials[e - first[i]]);
    }
  }

  #partial(i, partial) {
    const { first, operand } = this.graph;
    const e = first[i];
    const { data } = this;
    const arity = first[i + 1] - e;
    if (arity === 1) return partial(data[i], data[operand[e]]);
    if (arity === 2) return partial(data[i], data[operand[e]], data[operand[e + 1]]);
    return partial(data[i], ...this.#operands(i));
  }

  #backward() {
    this.#indeterminate = null;
    this.pushes.run(this.local, this.grad, this.reached);
    this.#timeline.restart(this.pushes);
  }
}

// The rules of primitives; null for an unknown one, which only opaque nodes may have.
function rulesOf({ ops, op, isOpaque }, primitives) {
  const rules = ops.map((name) => (Object.hasOwn(primitives, name) ? primitives[name] : null));
  op.forEach((k, i) => {
    if (k >= 0 && rules[k] === null && !isOpaque[i]) {
      const missing = `node ${i} needs the primitive ${ops[k]}`;
      throw new TypeError(`${missing}; add it to the primitives or mark the node opaque`);
    }
  });
  return rules;
}
