// Layout: boxes and lines from left to right. Each module is laid out by itself and is one box in
// its parent. The same graph always gets the same layout.

import { clustersAround } from "../base/graph.js";
import { SubgraphLayout } from "./subgraph_layout.js";

const MARGIN = 18; // inside a frame
const TITLE = 30; // above the content of a frame
const BESIDE = 240; // the width that a module leaves to what stands beside it

// `folded` is a set of clusters; `measure(kind, id)` gives [width, height] of a "node", a "fold" or
// a "title". All lengths are whole numbers.
export function layoutOf(graph, folded, measure) {
  return new Plan(graph, folded).layout(measure);
}

// The y, below the top of a box, at which the line of operand number `slot` arrives.
export function inletOf(slot, slots, height) {
  return Math.round(((slot + 0.5) * height) / slots);
}

// Nodes from the result down, first operands first. This order breaks ties: earlier nodes stand
// above.
function readingOrder({ count, root, first, operand }) {
  const seen = new Uint8Array(count);
  const order = [];
  const stack = [root];
  for (let rest = count - 1; stack.length > 0 || rest >= 0;) {
    const i = stack.length > 0 ? stack.pop() : rest--;
    if (seen[i]) continue;
    seen[i] = 1;
    order.push(i);
    for (let e = first[i + 1] - 1; e >= first[i]; e--) stack.push(operand[e]);
  }
  return order;
}

export class Plan {
  constructor(graph, folded) {
    this.graph = graph;
    const around = graph.clusters.map((_, c) => clustersAround(graph, c));
    this.depth = around.map((clusters) => clusters.length);
    // by cluster, the outermost folded one around it, or -1
    this.home = around.map((clusters) => clusters.findLast((c) => folded.has(c)) ?? -1);
    this.subgraphs = new Map([[-1, new SubgraphLayout()]]); // by cluster, parents first
    this.itemOf = new Map(); // box -> its index in the subgraph of its parent
    this.wires = new Map();
    for (const i of readingOrder(graph)) this._addItem(this.boxOf(i));
    this.turn = new Map([...this.itemOf.keys()].map((box, i) => [box, i]));
    this._connect();
  }

  // The content of a module that is wider than `widest` is broken into rows.
  layout(measure, widest = Infinity) {
    for (const container of [...this.subgraphs.keys()].reverse()) {
      const around = container < 0 ? 0 : this.depth[container];
      this._settle(container, measure, widest - BESIDE * around);
    }
    return this._result();
  }

  // Boxes are numbered: node i is i, and cluster c is count + c, folded or open.
  boxOf(node) {
    const c = this.graph.clusterOf[node];
    const fold = c < 0 ? -1 : this.home[c];
    return fold < 0 ? node : this.graph.count + fold;
  }

  parentOf(box) {
    const { count, clusterOf, clusters } = this.graph;
    return box < count ? clusterOf[box] : clusters[box - count].parent;
  }

  _addItem(box) {
    const inside = [];
    for (let at = box; !this.itemOf.has(at); at = this.graph.count + this.parentOf(at)) {
      inside.push(at);
      if (this.parentOf(at) < 0) break;
    }
    for (const at of inside.reverse()) {
      const parent = this.parentOf(at);
      if (!this.subgraphs.has(parent)) this.subgraphs.set(parent, new SubgraphLayout());
      this.itemOf.set(at, this.subgraphs.get(parent).add(at));
    }
  }

  _connect() {
    const { count, first, operand } = this.graph;
    for (let v = 0; v < count; v++) {
      const target = this.boxOf(v);
      for (let e = first[v]; e < first[v + 1]; e++) {
        const source = this.boxOf(operand[e]);
        if (source === target || this._isShared(operand[e], target)) continue;
        const name = target < count ? `e${e}` : `${source}>${target}`;
        const wire = this.wires.get(name);
        if (wire) wire.operands.push(e);
        else this._wire(name, source, target, e, e - first[v]);
      }
    }
  }

  // The parameters of a frame go to its other calls, too: these lines would hide all others.
  _isShared(leaf, target) {
    const { count, op, clusters, frameOf } = this.graph;
    const frame = clusters[target - count]?.othersOf;
    if (frame === undefined || op[leaf] >= 0) return false;
    return clustersAround(this.graph, frameOf[leaf]).includes(frame);
  }

  _wire(name, source, target, e, slot) {
    const wire = { source, target, operands: [e], hops: [] };
    const ups = [];
    const downs = [];
    let [a, b] = [source, target];
    let [from, to] = [this.parentOf(a), this.parentOf(b)];
    const deep = (c) => (c < 0 ? 0 : this.depth[c]);
    let key = slot;
    while (from !== to) {
      if (deep(from) >= deep(to)) {
        ups.push([from, this.itemOf.get(a), -1, source]);
        a = this.graph.count + from;
        from = this.parentOf(a);
      } else {
        downs.push([to, -1, this.itemOf.get(b), key]);
        b = this.graph.count + to;
        to = this.parentOf(b);
        key = source;
      }
    }
    wire.hops = [...ups, [from, this.itemOf.get(a), this.itemOf.get(b), key], ...downs.reverse()];
    for (const [c, start, end, inlet] of wire.hops) {
      this.subgraphs.get(c).link(source, start, end, inlet);
    }
    this.wires.set(name, wire);
  }

  _settle(container, measure, widest) {
    const subgraph = this.subgraphs.get(container);
    for (const item of subgraph.items) this._measure(item, measure);
    subgraph.arrange((signal) => this.turn.get(signal), widest);
  }

  _measure(item, measure) {
    const { count, first } = this.graph;
    const { box } = item;
    item.family = this._family(box);
    const isOpen = box >= count && this.home[box - count] < 0;
    if (isOpen) {
      const inner = this.subgraphs.get(box - count);
      const [title] = measure("title", box - count);
      item.width = Math.max(inner.width + 2 * MARGIN, title + 2 * MARGIN);
      item.height = inner.height + TITLE + MARGIN;
      const port = (side) => (signal) => TITLE + inner.vertices[inner.ports[side].get(signal)].y;
      [item.outlet, item.inlet] = [port("out"), port("in")];
      return;
    }
    const [width, height] = box < count ? measure("node", box) : measure("fold", box - count);
    const slots = box < count ? first[box + 1] - first[box] : 1;
    item.width = width;
    item.height = height;
    item.isPlain = true;
    item.outlet = () => Math.round(height / 2);
    item.inlet = (slot) => inletOf(box < count ? slot : 0, slots, height);
  }

  // The family and the number of a leaf or a module: x.1 is number 1 of the family x.
  _family(box) {
    const { count, clusters, names, op } = this.graph;
    if (box < count && op[box] >= 0) return null;
    const { name, call, calls } = box < count ? { name: names[box] } : clusters[box - count];
    if (calls > 1) return { stem: name, number: call };
    const [, stem, number] = /^(.*?)(\d+)\D*$/.exec(name) ?? [];
    return number === undefined ? null : { stem, number: Number(number) };
  }

  _result() {
    const { count } = this.graph;
    const origins = new Map([[-1, [MARGIN, MARGIN]]]);
    const boxes = [];
    for (const [container, subgraph] of this.subgraphs) {
      const [x0, y0] = origins.get(container);
      for (const { box, x, y, width, height } of subgraph.items) {
        const cluster = box - count;
        const open = box >= count && this.home[cluster] < 0;
        const kind = box < count ? "node" : open ? "cluster" : "fold";
        const id = box < count ? `n${box}` : `c${cluster}`;
        const what = box < count ? { node: box } : { cluster };
        boxes.push({ id, kind, x: x0 + x, y: y0 + y, width, height, ...what });
        if (open) origins.set(cluster, [x0 + x + MARGIN, y0 + y + TITLE]);
      }
    }
    const edges = Array.from(this.wires.values(), (wire) => this._edge(wire, origins));
    const top = this.subgraphs.get(-1);
    const [width, height] = [top.width + 2 * MARGIN, top.height + 2 * MARGIN];
    return { boxes, edges, width, height };
  }

  _edge({ source, target, operands, hops }, origins) {
    const name = (box) => (box < this.graph.count ? `n${box}` : `c${box - this.graph.count}`);
    const points = [];
    for (const [container, , to, key] of hops) {
      const [x0, y0] = origins.get(container);
      for (const [x, y] of this.subgraphs.get(container).route(source, to, key)) {
        const last = points[points.length - 1];
        if (!last || last[0] !== x0 + x || last[1] !== y0 + y) points.push([x0 + x, y0 + y]);
      }
    }
    return { source: name(source), target: name(target), points, operands };
  }
}
