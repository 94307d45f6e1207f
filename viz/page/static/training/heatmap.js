// Heatmap: the parameters of a layer, or their gradients, over time. Each has a row, each step a
// column; blue is below zero, orange above.

import { Scale, shadeColor } from "../base/colors.js";
import { drawn, element, setText } from "../base/dom.js";
import { cellPaths } from "./grid.js";
import { short } from "../base/numbers.js";
import { printable } from "../base/text.js";

const WIDTH = 360;
const LEFT = 100; // the width of the names
const LINE = 13; // the height of a row
const ROWS = 24; // the most rows of a layer; larger layers show an even selection
const COLUMNS = 90;
const LETTERS = 13; // of a name, at its end

export class Heatmap {
  constructor(parent, layers, names) {
    this.parts = layers.map((layer) => ({ ...layer, ...partOf(parent, layer, names) }));
  }

  // Draws a run, `column` being "parameters" or "gradients", with a line at entry k.
  show(run, column, k) {
    const every = Math.ceil(run.steps.length / COLUMNS);
    const entries = [...run.steps.keys()].filter((i) => i % every === 0 || i === run.last);
    for (const part of this.parts) {
      const rows = part.rows.map((p) => entries.map((i) => run[column][i][p]));
      this._draw(part, rows, entries.length);
      const share = (entries.findIndex((i) => i >= k) + 0.5) / entries.length;
      const x = LEFT + share * (WIDTH - LEFT);
      part.now.setAttribute("x1", x);
      part.now.setAttribute("x2", x);
      part.begin.textContent = `step ${run.steps[0].toLocaleString("en")}`;
      part.end.textContent = run.steps[run.last].toLocaleString("en");
      const now = run[column][k].slice(part.from, part.to);
      setText(part.range, rangeOf(now));
    }
  }

  _draw(part, rows, columns) {
    const sizes = rows.flat().map(Math.abs).filter(Number.isFinite);
    sizes.sort((a, b) => a - b);
    const scale = new Scale(sizes[Math.floor(0.98 * (sizes.length - 1))] || 1);
    const keys = rows.map((row) => row.map((x) => scale.shade(x)));
    const paths = [...cellPaths(keys, (WIDTH - LEFT) / columns, LINE)].map(([shade, d]) => {
      const path = drawn("path", { d, transform: `translate(${LEFT} 0)` });
      path.style.fill = shadeColor(shade);
      return path;
    });
    part.cells.replaceChildren(...paths);
  }
}

function partOf(parent, { name, from, to }, names) {
  const every = Math.max(1, Math.ceil((to - from) / ROWS));
  const rows = names.map((_, p) => p).filter((p) => p >= from && p < to && (p - from) % every === 0);
  const head = element("p", { class: "heatmap-head" }, parent);
  element("b", { text: printable(name) }, head);
  const some = every > 1 ? `, every ${every === 2 ? "second" : `${every}th`} shown` : "";
  element("span", { text: `, ${to - from} rows${some}: ` }, head);
  const range = element("span", { class: "quiet" }, head);
  const tall = LINE * rows.length;
  const label = `${printable(name)} over time`;
  const viewBox = `0 0 ${WIDTH} ${tall + LINE + 2}`;
  const svg = drawn("svg", { class: "heatmap chart-text", role: "img", viewBox, "aria-label": label }, parent);
  const cells = drawn("g", { "shape-rendering": "crispEdges" }, svg);
  rows.forEach((p, i) => {
    const text = rowName(names[p], name);
    drawn("text", { class: "tick-y", x: LEFT - 5, y: LINE * (i + 0.78), text }, svg);
  });
  const begin = drawn("text", { x: LEFT, y: tall + 12 }, svg);
  const end = drawn("text", { class: "tick-y", x: WIDTH, y: tall + 12 }, svg);
  const now = drawn("line", { class: "now", y1: 0, y2: tall }, svg);
  return { rows, cells, now, range, begin, end };
}

// The name of a parameter without that of its layer: "neurons.3.w.1"; of a long one, the end.
function rowName(name, layer) {
  const own = printable(name.startsWith(`${layer}.`) ? name.slice(layer.length + 1) : name);
  return own.length > LETTERS ? `…${own.slice(1 - LETTERS)}` : own;
}

function rangeOf(numbers) {
  const finite = numbers.filter(Number.isFinite);
  if (finite.length === 0) return "no finite values";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return low === high ? short(low, 3) : `${short(low, 3)} … ${short(high, 3)}`;
}
