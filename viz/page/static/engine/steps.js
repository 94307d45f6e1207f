// Steps: forward and backward as one sequence. Place p: after p values forward; then the result's own
// gradient, 1; then the pushes of the backward pass.

export class Steps {
  constructor(engine) {
    this.engine = engine;
    this.seed = engine.order.length + 1; // the place at which the result has its gradient
    this.previous = null;
  }

  get last() {
    return this.seed + this.engine.pushCount;
  }

  // What is known at place p.
  stateAt(p) {
    const { engine, seed } = this;
    if (p < seed) return engine.stateAt(p, "forward");
    return engine.stateAt(p - seed, "backward");
  }

  // What happened last before place p: { kind, node, pushes }, kind "start", "forward", "seed", or
  // "push"; by node, the pushes of all that the node hands on in one go.
  eventAt(p, byNode) {
    const { engine, seed } = this;
    if (p === 0) return { kind: "start", node: -1, pushes: [] };
    if (p < seed) return { kind: "forward", node: engine.order[p - 1], pushes: [] };
    if (p === seed) return { kind: "seed", node: engine.graph.root, pushes: [] };
    const k = p - seed - 1;
    const from = byNode ? this._stopBefore(k) : k;
    const pushes = [];
    for (let j = from; j <= k; j++) pushes.push({ ...engine.push(j), k: j });
    return { kind: "push", node: pushes[0].from, pushes };
  }

  // The next place in a direction (1 or -1), by edge or by node.
  next(p, direction, byNode) {
    const q = Math.min(Math.max(p + direction, 0), this.last);
    if (!byNode || q <= this.seed) return q;
    const { stops } = this.engine;
    const at = stopIndex(stops, p - this.seed);
    const exact = stops[at] === p - this.seed;
    if (direction > 0) return this.seed + stops[Math.min(at + 1, stops.length - 1)];
    return this.seed + stops[exact ? Math.max(at - 1, 0) : at];
  }

  // A node's gradient as it grew, up to and with push k: [0, −3, −1].
  historyOf(k) {
    const first = this.engine.push(k);
    const before = [];
    for (let j = this._previous(k); j >= 0; j = this._previous(j))
      before.push(this.engine.push(j).after);
    const start = first.operand === this.engine.graph.root ? 1 : 0;
    return [start, ...before.reverse(), first.after];
  }

  // Other pushes, when the order of the pass was switched.
  invalidate() {
    this.previous = null;
  }

  // The push before push k into the same node, -1 where it is the first.
  _previous(k) {
    if (this.previous === null) {
      const { engine } = this;
      const latest = new Int32Array(engine.graph.count).fill(-1);
      this.previous = new Int32Array(engine.pushCount);
      for (let j = 0; j < engine.pushCount; j++) {
        const { operand } = engine.push(j);
        this.previous[j] = latest[operand];
        latest[operand] = j;
      }
    }
    return this.previous[k];
  }

  _stopBefore(k) {
    const { stops } = this.engine;
    return stops[stopIndex(stops, k)];
  }
}

// The last stop that is at most k.
function stopIndex(stops, k) {
  let [low, high] = [0, stops.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (stops[middle] <= k) low = middle;
    else high = middle - 1;
  }
  return low;
}
