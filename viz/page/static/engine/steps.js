// Steps: forward and backward as one sequence. Position p comes after p values forward, then the
// gradient of the result, then the pushes of the backward pass.

export class Steps {
  constructor(engine) {
    this.engine = engine;
    this.seed = engine.order.length + 1; // the position at which the result has its gradient
  }

  get last() {
    return this.seed + this.engine.pushCount;
  }

  // The known numbers at position p.
  stateAt(p) {
    const { engine, seed } = this;
    if (p < seed) return engine.stateAt(p, "forward");
    return engine.stateAt(p - seed, "backward");
  }

  // The last step before position p: { kind, node, pushes }, with kind "start", "forward", "seed"
  // or "push". By node, `pushes` are those of the node's whole visit.
  eventAt(p, byNode) {
    const { engine, seed } = this;
    if (p === 0) return { kind: "start", node: -1, pushes: [] };
    if (p < seed) return { kind: "forward", node: engine.order[p - 1], pushes: [] };
    if (p === seed) return { kind: "seed", node: engine.graph.root, pushes: [] };
    const k = p - seed - 1;
    const from = byNode ? engine.stops[stopIndex(engine.stops, k)] : k;
    const pushes = [];
    for (let j = from; j <= k; j++) pushes.push({ ...engine.push(j), k: j });
    return { kind: "push", node: pushes[0].from, pushes };
  }

  // The next position in a direction (1 or -1), by edge or by node.
  next(p, direction, byNode) {
    const q = Math.min(Math.max(p + direction, 0), this.last);
    if (!byNode || q <= this.seed) return q;
    const { stops } = this.engine;
    const at = stopIndex(stops, p - this.seed);
    const exact = stops[at] === p - this.seed;
    if (direction > 0) return this.seed + stops[Math.min(at + 1, stops.length - 1)];
    return this.seed + stops[exact ? Math.max(at - 1, 0) : at];
  }

}

// The index of the last stop that is at most k.
function stopIndex(stops, k) {
  let [low, high] = [0, stops.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (stops[middle] <= k) low = middle;
    else high = middle - 1;
  }
  return low;
}
