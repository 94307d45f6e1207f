// Overlay: the marks over the graph: the selected node, search results, and the push of this step
// with its numbers.

import { animate, prefersReducedMotion } from "../base/animation.js";
import { drawn } from "../base/dom.js";
import { edgesInto } from "../base/graph.js";
import { factor, short } from "../base/numbers.js";
import { setFittedText } from "./boxes.js";
import { widthOf } from "../base/text.js";
import { wirePath } from "./wires.js";

const SIZE = 13; // height of the numbers at an edge, at any zoom
const CALLOUTS = 6; // edges with numbers at once, at most
const GAP = 4; // between a box and its halo
const BEAD = 420; // milliseconds of its way

export class Overlay {
  constructor(view) {
    this.view = view;
    this.layer = view.layers.overlay;
    this.halos = view.layers.halo; // below boxes, so that flags stay visible
    this.beads = view.layers.bead; // a redraw of the overlay keeps them
    this.stopBeads = () => {};
    this.selected = null;
    this.pointed = null; // the box under the pointer
    this.matches = [];
    this.event = null;
    this.path = null;
    view.onDraw = () => this.draw();
  }

  // Changes some of the marks: the boxes `selected` and `pointed`, or null; the nodes `matches`;
  // the nodes of a `path` to the result, or null.
  mark(marks) {
    Object.assign(this, marks);
    this.onChange?.();
    this.draw();
  }

  showEvent(event, isStep) {
    this.event = event;
    this.onChange?.();
    this.draw();
    this.stopBeads();
    this.beads.replaceChildren();
    if (isStep && !prefersReducedMotion()) this._animateBeads();
  }

  draw() {
    this.layer.replaceChildren();
    this.halos.replaceChildren();
    const boxes = new Set(this.matches.map((i) => this.view.boxOfNode(i)).filter(Boolean));
    if (boxes.size <= 400) for (const box of boxes) this._drawHalo(box, "match");
    if (this.path) this._drawPath(this.path);
    if (this.event) this._drawEvent(this.event);
    if (this.selected !== null) this._drawHalo(this.selected, "");
    if (!this.event) this._traceLines((this.selected ?? this.pointed)?.id);
  }

  // Marks the lines of a box, so that each can be followed to its other end.
  _traceLines(id) {
    for (const wire of this.view.wires ?? [])
      if (wire.source === id || wire.target === id) this._drawLine("traced", wire);
  }

  _drawHalo(box, kind) {
    if (!box) return;
    const current = this.view.boxes.get(box.id);
    if (!current) return;
    const { x, y, width, height } = current;
    const around = { x: x - GAP, y: y - GAP, width: width + 2 * GAP, height: height + 2 * GAP };
    const halo = drawn("rect", { class: `halo ${kind}`, rx: 8, ...around }, this.halos);
    halo.style.strokeWidth = Math.max(2.5, 2 / this.view.camera.scale);
  }

  _drawPath(nodes) {
    const { graph } = this.view.picture;
    nodes.slice(1).forEach((v, k) => {
      for (const e of edgesInto(graph, v)) {
        const wire = graph.operand[e] === nodes[k] ? this.view.wireOf.get(e) : undefined;
        if (wire) this._drawLine("trail", wire);
      }
    });
  }

  _drawLine(kind, { points }) {
    return drawn("path", { class: kind, d: wirePath(points) }, this.layer);
  }

  _drawEvent({ kind, node, pushes }) {
    const { view } = this;
    if (kind === "forward" || kind === "seed") this._drawHalo(view.boxOfNode(node), "");
    if (kind !== "push") return;
    this._drawHalo(view.boxOfNode(node), "from");
    const taken = [];
    for (const push of pushes) {
      const wire = view.wireOf.get(push.edge);
      const receiver = view.boxOfNode(push.operand);
      const line = wire && this._drawLine("pushed", wire);
      if (line) line.style.strokeWidth = Math.max(3, 2 / view.camera.scale);
      this._drawHalo(receiver, "");
      if (pushes.length <= CALLOUTS) this._drawCallout(push, wire, receiver, taken);
    }
  }

  // Draws upstream × local = contribution at the spot that hides the least.
  _drawCallout(push, wire, receiver, taken) {
    const { camera } = this.view;
    const product = () => `${factor(push.upstream)} × ${factor(push.local)} = ${short(push.contribution)}`;
    const text = `+= ${push.isAsked ? "?" : product()}`;
    const width = (widthOf(text, SIZE) + 14) / camera.scale;
    const height = 22 / camera.scale;
    const spots = wire ? spotsAlong(wire.points, width, height) : [];
    if (receiver) {
      const far = receiver.height / 2 + height;
      spots.push([receiver.x + receiver.width / 2, receiver.y + receiver.height / 2 + far, far]);
    }
    const costs = spots.map(
      ([x, y, distance]) => this._hiddenArea(x, y, width, height, taken) + distance * height * 0.5,
    );
    const [x, y] = spots[costs.indexOf(Math.min(...costs))] ?? [0, 0];
    taken.push({ x: x - width / 2, y: y - height / 2, width, height });
    const transform = `translate(${x} ${y}) scale(${1 / camera.scale})`;
    const g = drawn("g", { class: "callout", transform }, this.layer);
    const wide = width * camera.scale;
    drawn("rect", { x: -wide / 2, y: -11, width: wide, height: 22, rx: 5 }, g);
    setFittedText(drawn("text", { x: 7 - wide / 2, y: 4.5 }, g), text, SIZE, wide);
  }

  // The area of boxes, other numbers and the window's outside that a spot would cover.
  _hiddenArea(x, y, width, height, taken) {
    const own = { x: x - width / 2, y: y - height / 2, width, height };
    const { left, right, top, bottom } = this.view.camera.visibleArea(-4);
    const window = { x: left, y: top, width: right - left, height: bottom - top };
    let cost = 0;
    const boxes = this.view.layout.boxes.filter((box) => box.kind !== "cluster");
    for (const box of boxes) cost += sharedArea(own, box);
    for (const other of taken) cost += 3 * sharedArea(own, other);
    return cost + 5 * (width * height - sharedArea(own, window));
  }

  // Moves a bead along each edge, from the node that pushes to its operand.
  _animateBeads() {
    const beads = Array.from(this.layer.querySelectorAll(".pushed"), (pushed) => {
      const line = drawn("path", { d: pushed.getAttribute("d"), fill: "none" }, this.beads);
      const bead = drawn("circle", { class: "bead", r: 6 }, this.beads);
      return { line, length: line.getTotalLength(), bead };
    });
    const move = (share) => {
      for (const { line, length, bead } of beads) {
        const { x, y } = line.getPointAtLength(length * (1 - share));
        bead.setAttribute("cx", x);
        bead.setAttribute("cy", y);
        if (share === 1) bead.remove();
      }
    };
    if (beads.length > 0) this.stopBeads = animate(BEAD, move);
  }
}

// Spots beside the middle of each stretch of a line: x, y and distance.
function spotsAlong(points, width, height) {
  const spots = [];
  for (let i = 1; i < points.length; i++) {
    const [x, y] = [(points[i - 1][0] + points[i][0]) / 2, (points[i - 1][1] + points[i][1]) / 2];
    for (const dx of [0, -0.5 * width, 0.5 * width]) {
      for (const rows of [0, -1, 1, -2, 2, -3, 3]) {
        spots.push([x + dx, y + rows * height, Math.hypot(dx, rows * height)]);
      }
    }
  }
  return spots;
}

function sharedArea(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}
