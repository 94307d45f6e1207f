// Pushes: the backward pass as a list of steps. Along each edge of a node that has a gradient, the
// gradient of the operand grows by local derivative × upstream gradient.

// The edges in the order in which Value.backward pushes along them: users before operands.
export function topologicalEdges(graph, backwardOrder) {
  const { first, operand, isConstant } = graph;
  const edges = [];
  for (const i of backwardOrder) {
    for (let e = first[i]; e < first[i + 1]; e++) if (!isConstant[operand[e]]) edges.push(e);
  }
  return Int32Array.from(edges);
}

// The same edges in the order of a depth-first walk from the result, in which a node pushes as soon
// as a first contribution arrives. This is the mistake that the page shows.
export function naiveEdges(graph) {
  const { first, operand, isConstant, op } = graph;
  const next = first.slice(0, graph.count); // the next edge to push along, by node
  const begun = new Uint8Array(graph.count);
  const stack = [graph.root];
  const edges = [];
  while (stack.length > 0) {
    const i = stack.at(-1);
    const e = next[i];
    if (e === first[i + 1]) {
      stack.pop();
      continue;
    }
    next[i] += 1;
    const k = operand[e];
    if (isConstant[k]) continue;
    edges.push(e);
    if (op[k] >= 0 && !begun[k]) {
      begun[k] = 1;
      stack.push(k);
    }
  }
  return Int32Array.from(edges);
}

export class Pushes {
  // `edges` are in the order of the pass; `mulNoNan` is the product in which 0 times infinity is 0.
  constructor(graph, edges, mulNoNan) {
    this.graph = graph;
    this.edges = edges;
    this.mulNoNan = mulNoNan;
    this.count = edges.length;
    this.upstream = new Float64Array(this.count);
    this.before = new Float64Array(this.count);
    this.after = new Float64Array(this.count);
    this.isFirst = new Uint8Array(this.count); // 1 for the first push into its operand
    this.stops = this.#stops();
    this.along = new Int32Array(graph.operand.length).fill(-1); // the push along each edge
    edges.forEach((e, k) => (this.along[e] = k));
  }

  // Runs the pass and writes its results to `grad` and `reached`.
  run(local, grad, reached) {
    const { operand, target, op, root } = this.graph;
    // a node keeps a sum of -0 alone, while a leaf adds it to its 0
    for (let i = 0; i < grad.length; i++) grad[i] = op[i] < 0 ? 0 : -0;
    reached.fill(0);
    grad[root] = 1;
    reached[root] = 1;
    for (let k = 0; k < this.count; k++) {
      const e = this.edges[k];
      const to = operand[e];
      const upstream = grad[target[e]];
      this.upstream[k] = upstream;
      this.before[k] = grad[to];
      this.isFirst[k] = 1 - reached[to];
      grad[to] += this.#product(upstream, local[e]);
      this.after[k] = grad[to];
      reached[to] = 1;
    }
  }

  // Push k: the gradient of `operand` goes from `before` to `after` by `contribution`.
  at(k, local) {
    const edge = this.edges[k];
    const upstream = this.upstream[k];
    return {
      from: this.graph.target[edge],
      operand: this.graph.operand[edge],
      edge,
      local: local[edge],
      upstream,
      contribution: this.#product(upstream, local[edge]),
      before: this.isFirst[k] ? 0 : this.before[k],
      after: this.after[k],
      isFirst: this.isFirst[k] === 1,
    };
  }

  // The gradient of the operand of push k as it grew, up to and with that push: [0, −3, −1].
  historyOf(k) {
    const { operand } = this.graph;
    const earlier = this.edges.subarray(0, k + 1);
    const history = [0];
    earlier.forEach((e, j) => {
      if (operand[e] === operand[earlier[k]]) history.push(this.after[j]);
    });
    return history;
  }

  #product(upstream, local) {
    const c = upstream * local;
    return c === c ? c : this.mulNoNan(upstream, local);
  }

  // The numbers of pushes after which the pass moves on to another node, beginning with 0.
  #stops() {
    const { target } = this.graph;
    const stops = [0];
    for (let k = 1; k <= this.count; k++) {
      if (k === this.count || target[this.edges[k]] !== target[this.edges[k - 1]]) stops.push(k);
    }
    return Int32Array.from(stops);
  }
}
