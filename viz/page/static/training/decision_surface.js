// DecisionSurface: the examples of a training, with the model's scores between them: the score at
// each point of the plane for two inputs, a curve for one.

import { FIXED } from "./training_json.js";
import { Scale, shadeColor } from "../base/colors.js";
import { drawn, element, setText } from "../base/dom.js";
import { tickOf } from "../canvas/legend.js";
import { classAt, labelOf } from "./trainer.js";
import { cellPaths, drawCells, latticeOf, zeroLine } from "./grid.js";
import { spanOf } from "../canvas/span.js";
import { short } from "../base/numbers.js";
import { printable } from "../base/text.js";
import { t } from "../base/words.js";

const WHOLE = 360; // the width of the panel
const FINE = 36; // cells in a row, at rest
const COARSE = 20; // cells in a row, while it moves
const AROUND_EXAMPLES = 0.15; // margin, as a share of the examples' span
const MOST_SPANNED = 0.9; // share of the scores that the scale spans: the largest lie far from the data
const NARROW = 300; // pixels
const NEAR = 15; // pixels from a click to the example that it selects, at most
const POINTS_OF_CURVE = 97;
const ALIKE = 0.05; // ratio of two ranges from which on both axes have one scale
const SHAPES = [
  "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
  "M-4.2 -4.2h8.4v8.4h-8.4z",
  "M0 -5.4l5.2 9h-10.4z",
  "M0 -6l6 6l-6 6l-6 -6z",
];

// True if the model has inputs that may change; of more than two, two are drawn.
export function hasSurface(training) {
  const { inputs, scores, numbers } = training;
  const free = numbers.node.slice(0, inputs).every((i) => i !== FIXED);
  return free && scores.length > 0 && (inputs > 1 || (inputs === 1 && scores.length === 1));
}

export class DecisionSurface {
  // `pick(x, y, example)` is called at a click, with the nearest example, or -1.
  constructor(parent, training, width, pick) {
    this.training = training;
    this.axes = [0, 1]; // the numbers of an example that are drawn
    this.held = []; // the inputs that are not
    this.width = width;
    this.size = Math.sqrt(width / WHOLE); // scale of the points, smaller on a small surface
    this.svg = drawn("svg", { class: "surface", role: "img" }, parent);
    this.cells = drawn("g", { class: "cells", "shape-rendering": "crispEdges" }, this.svg);
    this.line = drawn("path", { class: "boundary" }, this.svg);
    this.points = drawn("g", {}, this.svg);
    this.scale = null;
    this.bar = element("p", { class: "ticks scale" }, parent);
    this.note = element("p", { class: "note" }, parent);
    this._classKeys(parent);
    this.svg.addEventListener("click", (event) => {
      const box = this.svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const y = 1 - (event.clientY - box.top) / box.height;
      const { left, right, low, high } = this.bounds;
      const at = [left + x * (right - left), low + y * (high - low)];
      pick(...at, this._nearest(...at));
    });
  }

  // Shows the examples; `extent` are the examples that the axes span.
  setExamples(examples, extent = examples) {
    this.examples = examples;
    this.bounds = boundsAround(extent, this.training.inputs, this.axes);
    const { left, right, low, high } = this.bounds;
    const share = this.training.inputs > 1 ? (high - low) / (right - left) : 0.62;
    this.height = Math.round(this.width * Math.min(Math.max(share, 0.5), 1.1));
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.points.replaceChildren();
    this.pointShapes = examples.map((row) => {
      const [x, y] = this._toPixels(row);
      const transform = `translate(${x} ${y}) scale(${this.size})`;
      return this._drawPoint(row, { transform }, this.points);
    });
  }

  // Draws the scores of the model whose parameters the trainer has. Colors keep their scale until
  // `fine`, so that those of a drag can be compared.
  show(trainer, fine = true) {
    if (this.training.inputs === 1) return this._showCurve(trainer);
    const cells = fine ? FINE : COARSE;
    const rows = Math.round((cells * this.height) / this.width);
    const scores = latticeOf((x, y) => trainer.scoresAt(this._inputsAt(x, y)), this.bounds, cells, rows);
    const [width, height] = [this.width / cells, this.height / rows];
    if (this.training.scores.length > 1) return this._showWinners(scores, width, height);
    const middle = this._middle();
    const z = scores.map((row) => row.map(([score]) => score - middle));
    if (fine || this.scale === null) this._fitScale(z.flat(), middle);
    const { scale } = this;
    this._shade(scale);
    const keys = z.map((row) => row.map((x) => scale.shade(x)));
    drawCells(this.cells, cellPaths(keys, width, height, true), shadeColor);
    const line = this.training.middle === null ? [] : zeroLine(z);
    const d = line.map(([x1, y1, x2, y2]) => {
      const at = (x, y) => `${(x * width).toFixed(1)} ${(this.height - y * height).toFixed(1)}`;
      return `M${at(x1, y1)}L${at(x2, y2)}`;
    });
    this.line.setAttribute("d", d.join(""));
    const at = this.training.middle === null ? null : short(middle);
    const missed = t("no line parts the classes: the score is {at} at no point here", { at });
    const parted = line.length > 0 ? t("the score is {at} on the black line", { at }) : missed;
    return this._setLabel(at === null ? t("the color is the output of the model") : parted);
  }

  // Draws a ring around the example that the graph shows.
  select(example) {
    this.ring?.remove();
    const row = this.examples[example];
    if (!row) return;
    this.held = [...row];
    const [cx, cy] = this._toPixels(row);
    this.ring = drawn("circle", { class: "ring", cx, cy, r: 9 * this.size }, this.points);
  }

  _inputsAt(x, y) {
    const inputs = this.held.slice(0, this.training.inputs);
    [inputs[this.axes[0]], inputs[this.axes[1]]] = [x, y];
    return inputs;
  }

  // The score in the middle of the colors: that between two classes, or between the labels.
  _middle() {
    const { middle, classes, examples, inputs, numbers } = this.training;
    if (classes !== null) return middle;
    if (numbers.node.length !== inputs + 1) return 0;
    const labels = examples.map((row) => row[inputs]);
    return (Math.min(...labels) + Math.max(...labels)) / 2;
  }

  _fitScale(z, middle) {
    this.scale = Scale.within(MOST_SPANNED, z);
    const every = this.width > NARROW ? 1 : 3; // of seven numbers, three fit on a narrow surface
    const few = this.scale.ticks().filter((_, i) => i % every === 0);
    this.bar.replaceChildren(...few.map((x) => tickOf(this.scale, x, short(middle + x, 2))));
  }

  // Names the classes beside the shapes and colors of their points.
  _classKeys(parent) {
    const { classes, numbers, inputs, texts } = this.training;
    if (classes === null || inputs < 2) return;
    const keys = element("p", { class: "note" }, parent);
    classes.forEach((label, k) => {
      if (label === null) return;
      const svg = drawn("svg", { class: "key-shape", viewBox: "-7 -7 14 14", "aria-hidden": "true" }, keys);
      this._drawShape(k, {}, svg);
      const own = texts && ` ${printable(texts[k], 20)} `;
      element("span", { text: own ?? ` ${numbers.name[inputs]} = ${short(label)} ` }, keys);
    });
  }

  _showWinners(scores, width, height) {
    const keys = scores.map((row) => row.map((all) => classAt(all)));
    const pale = (k) => (k < 0 ? shadeColor(NaN) : `var(--class-${k % 6}-pale)`);
    drawCells(this.cells, cellPaths(keys, width, height, true), pale);
    this._setLabel(t("each point has the color of the class with the greatest score"));
  }

  _showCurve(trainer) {
    const { left, right } = this.bounds;
    const last = POINTS_OF_CURVE - 1;
    const xs = Array.from({ length: last + 1 }, (_, i) => left + ((right - left) * i) / last);
    const points = xs.map((x) => this._toPixels([x, trainer.scoresAt([x])[0]]));
    const finite = points.filter(([, y]) => Number.isFinite(y));
    const written = finite.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    this.line.setAttribute("d", written.length > 0 ? `M${written.join("L")}` : "");
    this._setLabel(t("the line is the output of the model"));
  }

  _setLabel(what) {
    const { left, right, low, high } = this.bounds;
    const { name } = this.training.numbers;
    const axis = (k, from, to) => t("{name} from {from} to {to}", { name: printable(name[this.axes[k]]), from: short(from, 2), to: short(to, 2) });
    const text = `${what}; ${axis(0, left, right)}, ${axis(1, low, high)}`;
    this.svg.setAttribute("aria-label", t("{n} examples; {text}", { n: this.examples.length, text }));
    const seen = this.width > NARROW ? text : what;
    setText(this.note, `${seen[0].toUpperCase()}${seen.slice(1)}.`);
  }

  _drawPoint(row, place, parent) {
    const { classes } = this.training;
    return this._drawShape(classes === null ? -1 : classes.indexOf(labelOf(this.training, row)), place, parent);
  }

  // The shape of the examples of class k, -1 for a label without a class.
  _drawShape(k, place, parent) {
    const { shape, color } = this._styleOf(k);
    const fill = `var(--${color}, var(--ink))`;
    const d = SHAPES[shape % SHAPES.length];
    return drawn("path", { d, class: `point ${color}`, fill, ...place }, parent);
  }

  // With one score, two classes have the colors of its sides; with several, a class has its own
  // color.
  _styleOf(k) {
    const { inputs, scores, classes, numbers } = this.training;
    const isOne = numbers.node.length === inputs + 1 && scores.length === 1;
    if (classes === null) return { shape: 0, color: inputs > 1 && isOne ? "shaded" : "plain" };
    if (inputs === 1 || k < 0) return { shape: 0, color: "plain" };
    if (scores.length > 1) return { shape: k, color: `class-${k % 6}` };
    return { shape: k, color: k ? "class-above" : "class-below" };
  }

  // Colors labels that are numbers on the scale of the scores.
  _shade(scale) {
    this.pointShapes.forEach((shape, i) => {
      if (!shape.classList.contains("shaded")) return;
      const label = this.examples[i][this.training.inputs];
      shape.style.fill = shadeColor(scale.shade(label - this._middle()));
    });
  }

  _toPixels(row) {
    const [x, y] = this.axes.map((k) => row[k]);
    const { left, right, low, high } = this.bounds;
    const share = (y - low) / (high - low);
    return [((x - left) / (right - left)) * this.width, (1 - share) * this.height];
  }

  _nearest(x, y) {
    const [px, py] = this._toPixels([x, y]);
    let [best, least] = [-1, NEAR];
    this.examples.forEach((row, i) => {
      const [qx, qy] = this._toPixels(row);
      const far = Math.hypot(px - qx, py - qy);
      if (far < least) [best, least] = [i, far];
    });
    return best;
  }
}

// The bounds of the examples with a margin; for one input, y is the label.
function boundsAround(examples, inputs, axes) {
  const span = (k) => {
    const all = examples.map((row) => row[k]).filter(Number.isFinite);
    const [low, high] = spanOf(all, (x) => x) ?? [-1, 1];
    const room = AROUND_EXAMPLES * (high - low) || 1;
    return [low - room, high + room];
  };
  const [left, right] = span(axes[0]);
  let [low, high] = span(axes[1]);
  const share = (high - low) / (right - left);
  if (inputs > 1 && share < 0.5 && share > ALIKE) {
    const [middle, half] = [(low + high) / 2, (right - left) / 4];
    [low, high] = [middle - half, middle + half];
  }
  return { left, right, low, high };
}
