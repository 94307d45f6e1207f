// Exercise: the questions of one backward pass, in turn: which node pushes next, where the order
// matters, and the gradient after each push.

export class Exercise {
  constructor(engine) {
    this.engine = engine;
    this.k = 0; // the push in question
    this.isOrderKnown = false;
    const { pushes: { edges, count }, graph } = engine;
    this.begins = new Int32Array(graph.count).fill(count); // the first push of each node
    this.reached = this.begins.slice(); // the first push into each node
    this.complete = new Int32Array(graph.count).fill(-1); // the last one
    edges.forEach((e, k) => (this.complete[graph.operand[e]] = k));
    for (let k = count - 1; k >= 0; k--) this.begins[graph.target[edges[k]]] = this.reached[graph.operand[edges[k]]] = k;
  }

  // { kind: "order", next } or { kind: "push", ...push }, see Engine.push; null at the end.
  get question() {
    const { engine, k } = this;
    if (k >= engine.pushCount) return null;
    const push = engine.push(k);
    // the order matters while a node has a gradient that is not complete
    const asksForOrder = !this.isOrderKnown && this.begins[push.from] === k && engine.order.some((i) => this.standingOf(i) === "waiting");
    return asksForOrder ? { kind: "order", next: push.from } : { kind: "push", k, ...push };
  }

  goOn() {
    const { question } = this;
    this.isOrderKnown = question.kind === "order";
    if (!this.isOrderKnown) this.k += 1;
  }

  // "ready" if node i can push next, else "waiting", "pushed", "empty" or "leaf".
  standingOf(i) {
    const { engine, k } = this;
    if (engine.graph.op[i] < 0) return "leaf";
    if (this.begins[i] < k) return "pushed";
    if (i === engine.graph.root || this.complete[i] < k) return "ready";
    return this.reached[i] < k ? "waiting" : "empty";
  }

  // The gradient that node i has so far.
  gradientOf(i) {
    const { edges, after } = this.engine.pushes;
    return after[edges.subarray(0, this.k).findLastIndex((e) => this.engine.graph.operand[e] === i)] ?? null;
  }

  // The users of node i that have not pushed to it yet.
  usersToCome(i) {
    const { graph, pushes } = this.engine;
    const left = pushes.edges.subarray(this.k).filter((e) => graph.operand[e] === i);
    return [...new Set(Array.from(left, (e) => graph.target[e]))];
  }
}
