// Heatmap: the parameters of a layer, or their gradients, over time. Each has a row, each step a
// column; blue is below zero, orange above.

import { Scale, shadeColor } from "../base/colors.js";
import { drawn, element, setText } from "../base/dom.js";
import { cellPaths } from "./grid.js";
import { short } from "../base/numbers.js";
import { printable } from "../base/text.js";

const WIDTH = 360;
const ROWS = 24; // the most rows of a layer; larger layers show an even selection
const COLUMNS = 90;

export class Heatmap {
  constructor(parent, layers) {
    this.parts = layers.map((layer) => ({ ...layer, ...partOf(parent, layer) }));
  }

  // Draws a run, `column` being "parameters" or "gradients", with a line at entry k.
  show(run, column, k) {
    const every = Math.ceil(run.steps.length / COLUMNS);
    const entries = [...run.steps.keys()].filter((i) => i % every === 0 || i === run.last);
    for (const part of this.parts) {
      const step = Math.max(1, Math.ceil((part.to - part.from) / ROWS));
      const rows = [];
      for (let p = part.from; p < part.to; p += step) {
        rows.push(entries.map((i) => run[column][i][p]));
      }
      this._draw(part, rows, entries.length);
      const x = ((entries.findIndex((i) => i >= k) + 0.5) / entries.length) * WIDTH;
      part.now.setAttribute("x1", x);
      part.now.setAttribute("x2", x);
      const now = run[column][k].slice(part.from, part.to);
      setText(part.range, rangeOf(now));
    }
  }

  _draw(part, rows, columns) {
    const height = Math.max(4, Math.min(9, 110 / rows.length));
    const tall = Math.round(height * rows.length);
    part.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${tall}`);
    part.now.setAttribute("y2", tall);
    const sizes = rows.flat().map(Math.abs).filter(Number.isFinite);
    sizes.sort((a, b) => a - b);
    const scale = new Scale(sizes[Math.floor(0.98 * (sizes.length - 1))] || 1);
    const keys = rows.map((row) => row.map((x) => scale.shade(Number.isNaN(x) ? null : x)));
    const paths = [...cellPaths(keys, WIDTH / columns, height)].map(([shade, d]) => {
      const path = drawn("path", { d });
      path.style.fill = shadeColor(shade);
      return path;
    });
    part.cells.replaceChildren(...paths);
  }
}

function partOf(parent, { name, from, to }) {
  const head = element("p", { class: "heatmap-head" }, parent);
  element("b", { text: printable(name) }, head);
  element("span", { text: ` ${to - from} ` }, head);
  const range = element("span", { class: "quiet" }, head);
  const label = `${printable(name)} over time`;
  const svg = drawn("svg", { class: "heatmap", role: "img", "aria-label": label }, parent);
  const cells = drawn("g", { "shape-rendering": "crispEdges" }, svg);
  const now = drawn("line", { class: "now", y1: 0 }, svg);
  return { svg, cells, now, range };
}

function rangeOf(numbers) {
  const finite = numbers.filter(Number.isFinite);
  if (finite.length === 0) return "no finite values";
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return low === high ? short(low, 3) : `${short(low, 3)} … ${short(high, 3)}`;
}
