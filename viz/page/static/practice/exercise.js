// Exercise: the questions of one backward pass, in turn: which node pushes next, where the order
// matters, and the gradient after each push.

export class Exercise {
  constructor(engine) {
    this.engine = engine;
    this.k = 0; // the push in question
    this.isOrderKnown = false;
    const { pushes, graph } = engine;
    this.begins = new Int32Array(graph.count).fill(pushes.count); // the first push of each node
    this.complete = new Int32Array(graph.count).fill(-1); // the last push into each node
    this.reached = this.begins.slice(); // the first one
    pushes.edges.forEach((e, k) => {
      this.reached[graph.operand[e]] = Math.min(this.reached[graph.operand[e]], k);
      this.begins[graph.target[e]] = Math.min(this.begins[graph.target[e]], k);
      this.complete[graph.operand[e]] = k;
    });
  }

  // { kind: "order", next } or { kind: "push", ...push }, see Engine.push; null at the end.
  get question() {
    const { engine, k } = this;
    if (k >= engine.pushCount) return null;
    const push = engine.push(k);
    return this._asksForOrder(push.from) ? { kind: "order", next: push.from } : { kind: "push", k, ...push };
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

  // The pushes into node i so far.
  receivedBy(i) {
    const { edges } = this.engine.pushes;
    const into = (e) => this.engine.graph.operand[e] === i;
    return Array.from(edges.subarray(0, this.k).keys()).filter((k) => into(edges[k]));
  }

  // The users of node i that have not pushed to it yet.
  usersToCome(i) {
    const { graph, pushes } = this.engine;
    const left = pushes.edges.subarray(this.k).filter((e) => graph.operand[e] === i);
    return [...new Set(Array.from(left, (e) => graph.target[e]))];
  }

  // The order matters where a node has a gradient that is not complete.
  _asksForOrder(from) {
    if (this.isOrderKnown || this.begins[from] !== this.k) return false;
    return this.engine.order.some((i) => this.standingOf(i) === "waiting");
  }
}
