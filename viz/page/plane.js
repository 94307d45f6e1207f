// Plane: the examples of a training, and what the model says between them: of two inputs the score at
// every point of the plane, of one input the curve.

import { Scale, shadeColor } from "./colors.js";
import { drawn } from "./dom.js";
import { cellPaths, latticeOf, zeroLine } from "./grid.js";
import { classesOf } from "./lesson.js";
import { short } from "./numbers.js";

const FINE = 36; // cells in a row
const COARSE = 20; // while it moves
const SHAPES = [
  "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0z",
  "M-4.2 -4.2h8.4v8.4h-8.4z",
  "M0 -5.4l5.2 9h-10.4z",
  "M0 -6l6 6l-6 6l-6 -6z",
];

// Whether there is something to be drawn.
export function isFlat(lesson) {
  const { inputs, scores, numbers } = lesson;
  const free = numbers.node.slice(0, inputs).every((i) => i >= 0);
  return free && scores.length > 0 && (inputs === 2 || (inputs === 1 && scores.length === 1));
}

export class Plane {
  // `pick(x, y, example)`: where it was clicked, and the example nearest to that, or -1.
  constructor(place, lesson, width, pick) {
    this.lesson = lesson;
    this.classes = classesOf(lesson);
    this.width = width;
    this.svg = drawn("svg", { class: "plane", role: "img" }, place);
    this.cells = drawn("g", { class: "cells", "shape-rendering": "crispEdges" }, this.svg);
    this.line = drawn("path", { class: "boundary" }, this.svg);
    this.points = drawn("g", {}, this.svg);
    this.svg.addEventListener("click", (event) => {
      const box = this.svg.getBoundingClientRect();
      const x = (event.clientX - box.left) / box.width;
      const y = 1 - (event.clientY - box.top) / box.height;
      const { left, right, low, high } = this.bounds;
      const at = [left + x * (right - left), low + y * (high - low)];
      pick(...at, this._nearest(...at));
    });
  }

  // The examples; `frame` others that are to have room too.
  setExamples(examples, frame = examples) {
    this.examples = examples;
    this.bounds = spaceOf(frame, this.lesson.inputs);
    const { left, right, low, high } = this.bounds;
    const share = this.lesson.inputs === 2 ? (high - low) / (right - left) : 0.62;
    this.height = Math.round(this.width * Math.min(Math.max(share, 0.5), 1.1));
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.points.replaceChildren();
    this.marks = examples.map((row) => this._point(row));
  }

  // The model's answers, by a trainer that has its parameters.
  show(trainer, fine = true) {
    if (this.lesson.inputs === 1) return this._curve(trainer);
    const cells = fine ? FINE : COARSE;
    const rows = Math.round((cells * this.height) / this.width);
    const scores = latticeOf((x, y) => trainer.scoresAt([x, y]), this.bounds, cells, rows);
    const [width, height] = [this.width / cells, this.height / rows];
    if (this.lesson.scores.length > 1) return this._winners(scores, width, height);
    const z = scores.map((row) => row.map(([score]) => score));
    const sizes = z.flat().map(Math.abs).filter(Number.isFinite);
    // the greatest scores lie far from the data and would leave only pale colors near it
    sizes.sort((a, b) => a - b);
    const scale = new Scale(sizes[Math.floor(0.9 * (sizes.length - 1))] || 1);
    const keys = z.map((row) => row.map((x) => scale.shade(x)));
    this._fill(cellPaths(keys, width, height, true), (shade) => shadeColor(shade));
    const d = zeroLine(z).map(([x1, y1, x2, y2]) => {
      const at = (x, y) => `${(x * width).toFixed(1)} ${(this.height - y * height).toFixed(1)}`;
      return `M${at(x1, y1)}L${at(x2, y2)}`;
    });
    this.line.setAttribute("d", d.join(""));
    return this._say("the black line is where the score is 0");
  }

  // Marks the example whose graph is shown.
  choose(example) {
    this.ring?.remove();
    const row = this.examples[example];
    if (!row) return;
    const [cx, cy] = this._place(row);
    this.ring = drawn("circle", { class: "ring", cx, cy, r: 9 }, this.points);
  }

  _winners(scores, width, height) {
    const best = (all) => all.indexOf(Math.max(...all));
    const keys = scores.map((row) => row.map(best));
    this._fill(cellPaths(keys, width, height, true), (k) => `var(--class-${k % 6}-pale)`);
    this._say("each point has the color of its greatest score");
  }

  _curve(trainer) {
    const { left, right } = this.bounds;
    const xs = Array.from({ length: 97 }, (_, i) => left + ((right - left) * i) / 96);
    const points = xs.map((x) => this._at(x, trainer.scoresAt([x])[0]));
    const finite = points.filter(([, y]) => Number.isFinite(y));
    this.line.setAttribute("d", `M${finite.map((p) => p.map((x) => x.toFixed(1)).join(" ")).join("L")}`);
    this._say("the line is what the model gives");
  }

  _fill(paths, color) {
    const all = [...paths].map(([key, d]) => {
      const path = drawn("path", { d });
      path.style.fill = color(key);
      return path;
    });
    this.cells.replaceChildren(...all);
  }

  _say(what) {
    const { left, right } = this.bounds;
    const text = `${this.examples.length} examples from ${short(left, 2)} to ${short(right, 2)}; ${what}`;
    this.svg.setAttribute("aria-label", text);
  }

  _point(row) {
    const k = this.classes && this.lesson.inputs === 2 ? this.classes.indexOf(row[2]) : 0;
    const [x, y] = this._place(row);
    const shape = { d: SHAPES[Math.max(k, 0) % SHAPES.length], class: `point class-${this._color(k)}` };
    return drawn("path", { ...shape, transform: `translate(${x} ${y})` }, this.points);
  }

  // Of two classes, those of the signs of the score.
  _color(k) {
    if (this.lesson.inputs === 1) return "none";
    return this.lesson.scores.length === 1 ? ["below", "above"][k] ?? "none" : k % 6;
  }

  _place(row) {
    return this._at(row[0], row[1]);
  }

  _at(x, y) {
    const { left, right, low, high } = this.bounds;
    const share = (y - low) / (high - low);
    return [((x - left) / (right - left)) * this.width, (1 - share) * this.height];
  }

  _nearest(x, y) {
    const [px, py] = this._at(x, y);
    let [best, least] = [-1, 15];
    this.examples.forEach((row, i) => {
      const [qx, qy] = this._place(row);
      const far = Math.hypot(px - qx, py - qy);
      if (far < least) [best, least] = [i, far];
    });
    return best;
  }
}

// Room for all, and a little around; of one input, the other coordinate is the label.
function spaceOf(examples, inputs) {
  const span = (k) => {
    const all = examples.map((row) => row[k]).filter(Number.isFinite);
    const [low, high] = all.length ? [Math.min(...all), Math.max(...all)] : [-1, 1];
    const room = 0.15 * (high - low) || 1;
    return [low - room, high + room];
  };
  const [left, right] = span(0);
  let [low, high] = span(1);
  if (inputs === 2 && high - low < 0.5 * (right - left)) {
    const [middle, half] = [(low + high) / 2, (right - left) / 4];
    [low, high] = [middle - half, middle + half];
  }
  return { left, right, low, high };
}
