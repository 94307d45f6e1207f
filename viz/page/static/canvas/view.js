// View: the graph on the screen. Only the visible part is drawn, as plain boxes and lines if it is
// far.

import { animate, eased, prefersReducedMotion } from "../base/animation.js";
import { boxOf } from "./boxes.js";
import { Camera } from "./camera.js";
import { FONT, LARGEST_TEXT, MEDIUM } from "../layout/sizes.js";
import { READABLE } from "../layout/fit.js";
import { clustersAround } from "../base/graph.js";
import { drawn } from "../base/dom.js";
import { Wire, boundsOf, roughPath } from "./wires.js";

// the size of the text from each scale on: 9 pixels on the screen, or more
const TEXT = [
  [0.75, FONT],
  [0.5625, MEDIUM],
  [0.45, 20],
  [READABLE, LARGEST_TEXT],
];
const LAYERS = ["far", "frame", "wire", "halo", "box", "overlay", "bead"]; // from below
const CROWD = 450; // boxes drawn one by one, at most
const AROUND_WINDOW = 220; // pixels around the window that are drawn in advance
const USUAL = { width: 900, height: 640 }; // for a layout before the size is known

export class View {
  constructor(svg, picture) {
    this.svg = svg;
    this.picture = picture;
    this.world = drawn("g", {}, svg);
    this.layers = {};
    for (const name of LAYERS) this.layers[name] = drawn("g", {}, this.world);
    this.shown = new Map(); // the boxes and wires that have elements, by id
    this.level = "";
    this.asked = 0;
    this.camera = new Camera(svg, () => this._moved());
    new ResizeObserver(() => this._resized()).observe(svg);
  }

  // Shows the layout that `arrange(frame)` makes for the size of the canvas. The box with the id
  // `anchor` stays where it is on the screen. Boxes move there, unless `still`.
  setLayout(arrange, anchor = null, still = false) {
    const before = this.layout ? this.boxes : new Map();
    this.arrange = arrange;
    this._arrange();
    const { camera } = this;
    if (!before.has(anchor)) {
      const result = () => this.boxOfNode(this.picture.graph.root);
      return camera.fit(before.size > 0, before.size > 0 ? null : result);
    }
    camera.start &&= () => this.boxes.get(anchor);
    const { x, y, scale } = camera;
    const [old, now] = [before.get(anchor), this.boxes.get(anchor)];
    const [dx, dy] = [now.x - old.x, now.y - old.y];
    camera.set(x - dx * scale, y - dy * scale, scale);
    if (!still) return this._morph(before, [dx, dy], old);
    if (camera.automatic) camera.fit(false, camera.start);
    return this.draw();
  }

  _arrange() {
    const { camera } = this;
    this.frame = camera.frame;
    const layout = this.arrange(camera.isSized ? camera.frame : USUAL);
    this.layout = layout;
    this.boxes = new Map(layout.boxes.map((box) => [box.id, box]));
    this.wires = layout.edges.map((edge, i) => ({
      ...edge,
      id: `e${i}`,
      ...boundsOf(edge.points),
    }));
    this.wireOf = new Map(this.wires.flatMap((w) => w.operands.map((e) => [e, w])));
    camera.size = layout;
    this._clear();
  }

  // Fits again, or keeps the middle in the middle if the reader has moved the picture.
  _resized() {
    const { camera, frame: old } = this;
    const { width, height } = camera.frame;
    if (!old || !camera.isSized || (width === old.width && height === old.height)) return;
    if (camera.automatic && this.layout.boxes.length <= CROWD) this._arrange();
    this.frame = { width, height };
    const { x, y, scale } = camera;
    if (camera.automatic) camera.fit(false, camera.start);
    else camera.set(x + (width - old.width) / 2, y + (height - old.height) / 2, scale);
    this.draw();
  }

  // Writes the numbers of the picture.
  update() {
    for (const part of this.shown.values()) part.update(this.picture);
    if (this.level === "far") this._colorOverview();
  }

  // The box below the pointer, or null.
  boxAt(event) {
    const [x, y] = this.camera.pointAt(event);
    const inside = (b) => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height;
    let hit = null;
    for (const box of this.layout.boxes) {
      if (!inside(box)) continue;
      if (box.kind !== "cluster") return box;
      hit = box; // the innermost frame comes last
    }
    return hit;
  }

  boxOfNode(i) {
    const { graph } = this.picture;
    const around = clustersAround(graph, graph.clusterOf[i]).map((c) => this.boxes.get(`c${c}`));
    const fold = around.find((box) => box?.kind === "fold");
    return this.boxes.get(`n${i}`) ?? fold ?? null;
  }

  elementOf(id) {
    return this.shown.get(id)?.g ?? null;
  }

  // Draws now instead of in the next frame.
  draw() {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    if (!this.layout || !this.camera.isSized) return;
    const { x, y, scale } = this.camera;
    this.world.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    const view = this.camera.visibleArea(AROUND_WINDOW);
    const boxes = this.layout.boxes.filter((b) =>
      intersects(view, b.x, b.y, b.x + b.width, b.y + b.height),
    );
    const text = TEXT.find(([least]) => scale >= least - 1e-9)?.[1] ?? 0;
    const isNear = text > 0 && text < LARGEST_TEXT;
    const level = isNear || boxes.length <= CROWD ? text : "far";
    if (level !== this.level) this._clear();
    this.level = level;
    this.world.style.fontSize = `${level === "far" ? 0 : level}px`;
    if (level === "far") return this._drawOverview();
    const wires = this.wires.filter((w) => intersects(view, w.left, w.top, w.right, w.bottom));
    this._keepOnly(new Set([...boxes, ...wires].map(({ id }) => id)));
    for (const box of boxes) {
      const layer = box.kind === "cluster" ? "frame" : "box";
      this._show(box.id, layer, () => boxOf(box, this.picture, level));
    }
    for (const wire of wires) this._show(wire.id, "wire", () => new Wire(wire));
    if (this.focused) (this.elementOf(this.focused) ?? this.svg).focus({ preventScroll: true });
    this.focused = undefined;
    this.onDraw?.();
  }

  _moved() {
    if (!this.asked) this.asked = requestAnimationFrame(() => this.draw());
  }

  _show(id, layer, make) {
    if (this.shown.has(id)) return;
    const part = make();
    part.update(this.picture);
    this.layers[layer].append(part.g);
    this.shown.set(id, part);
  }

  _keepOnly(ids) {
    for (const [id, part] of this.shown) {
      if (ids.has(id)) continue;
      part.g.remove();
      this.shown.delete(id);
    }
  }

  _clear() {
    this.focused ??= this.svg.querySelector(":focus")?.dataset.id;
    this._keepOnly(new Set());
    this.layers.far.replaceChildren();
    this.farBoxes = null;
    this._moved();
  }

  // Draws all boxes of one color as one path: thousands cost as much as a few dozen.
  _drawOverview() {
    if (this.farBoxes === null) {
      const { far } = this.layers;
      const frames = this.layout.boxes.filter((b) => b.kind === "cluster");
      const g = drawn("g", { class: "frame" }, far);
      for (const { x, y, width, height } of frames) drawn("rect", { x, y, width, height }, g);
      const d = this.wires.map(({ points }) => roughPath(points)).join("");
      drawn("path", { class: "wire", d }, far);
      this.farBoxes = drawn("g", { class: "far-box" }, far);
      this._colorOverview();
    }
    this.onDraw?.();
  }

  _colorOverview() {
    const { picture } = this;
    const paths = new Map();
    for (const box of this.layout.boxes) {
      if (box.kind === "cluster") continue;
      const nodes = box.kind === "fold" ? picture.contents[box.cluster].outputs : [box.node];
      const fill = picture.fillOf(nodes);
      const { x, y, width, height } = box;
      paths.set(fill, `${paths.get(fill) ?? ""}M${x} ${y}h${width}v${height}h${-width}z`);
    }
    const drawings = Array.from(paths, ([fill, d]) => drawn("path", { fill, d }));
    this.farBoxes.replaceChildren(...drawings);
  }

  // Moves boxes from their old positions; new ones come out of the box that was opened.
  _morph(before, [dx, dy], opened) {
    this.draw();
    if (prefersReducedMotion() || this.level === "far") return;
    const moving = [...this.shown].filter(([id]) => this.boxes.has(id));
    const hidden = ["wire", "halo", "overlay"];
    for (const name of hidden) this.layers[name].style.opacity = 0;
    animate(340, (share) => {
      for (const [id, part] of moving.filter(([key]) => this.boxes.has(key)))
        this._between(part, this.boxes.get(id), before.get(id), opened, [dx, dy], eased(share));
      if (share === 1) for (const name of hidden) this.layers[name].style.opacity = "";
    });
  }

  _between(part, box, old, opened, [dx, dy], s) {
    const { x: left, y: top, width, height } = opened;
    const from = old ?? { x: left + width / 3, y: top + height / 3, width, height };
    const mix = (a, b) => a + (b - a) * s;
    const x = mix(from.x + dx, box.x);
    const y = mix(from.y + dy, box.y);
    part.g.setAttribute("transform", `translate(${x} ${y})`);
    part.resize?.(mix(from.width, box.width), mix(from.height, box.height));
    part.g.style.opacity = old || s === 1 ? "" : s * s;
  }
}

function intersects(view, left, top, right, bottom) {
  return left <= view.right && right >= view.left && top <= view.bottom && bottom >= view.top;
}
