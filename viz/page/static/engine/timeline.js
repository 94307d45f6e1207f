// Timeline: the known numbers at a step of the forward or backward pass. It moves from its present
// position, so a step costs only its own changes.

export class Timeline {
  // `order` is that of the forward pass. The values of leaves are known from the start.
  constructor(graph, order) {
    this.graph = graph;
    this.order = order;
    this.known = new Uint8Array(graph.count);
    this.grad = new Float64Array(graph.count);
    this.reached = new Uint8Array(graph.count);
    this.position = 0; // forward steps, then the gradient of the result, then pushes
    this.pushes = null;
    this.stale = true;
  }

  // Takes other numbers, or another order of pushes. The next state is built from the beginning.
  restart(pushes) {
    this.pushes = pushes;
    this.stale = true;
  }

  #begin() {
    this.stale = false;
    this.known.set(this.graph.op.map((op) => (op < 0 ? 1 : 0)));
    this.reached.fill(0);
    this.position = 0;
  }

  // The state after k steps of a direction: values `known`, gradients `grad` where `reached`, and
  // the nodes `changed` since the last call. The arrays belong to the timeline and change with it.
  stateAt(k, direction) {
    const steps = direction === "forward" ? this.order.length : this.pushes.count;
    if (!(Number.isInteger(k) && k >= 0 && k <= steps)) {
      throw new RangeError(`a ${direction} pass has steps 0 to ${steps}, got ${k}`);
    }
    if (this.stale) this.#begin();
    const position = direction === "forward" ? k : this.order.length + 1 + k;
    const changed = new Set();
    while (this.position < position) changed.add(this.#move(this.position++, 1));
    while (this.position > position) changed.add(this.#move(--this.position, 0));
    const { known, grad, reached } = this;
    return { k, direction, known, grad, reached, changed: [...changed] };
  }

  // Takes the step at a position, or takes it back with `known` 0; returns the node that changes.
  #move(position, known) {
    const { order, pushes, graph } = this;
    const k = position - order.length - 1; // the push; -1 for the gradient of the result
    if (k < -1) {
      this.known[order[position]] = known;
      return order[position];
    }
    const i = k < 0 ? graph.root : graph.operand[pushes.edges[k]];
    this.grad[i] = k < 0 ? known : (known ? pushes.after : pushes.before)[k];
    this.reached[i] = known || k < 0 ? known : 1 - pushes.isFirst[k];
    return i;
  }
}
