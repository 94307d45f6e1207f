// Heatmap: the parameters of a layer, or their gradients, over time. Each has a row, each step a
// column; blue is below zero, orange above.

import { Scale, shadeColor } from "../base/colors.js";
import { byId, drawn, element, setText } from "../base/dom.js";
import { cellPaths, drawCells } from "./grid.js";
import { grouped, short } from "../base/numbers.js";
import { spanOf, spanText } from "../canvas/span.js";
import { printable } from "../base/text.js";
import { t } from "../base/words.js";

const WIDTH = 360;
const LEFT = 100; // the width of the names
const LINE = 13; // the height of a row
const ROWS = 24; // the most rows of a layer; larger layers show an even selection
const COLUMNS = 90;
const WITHIN = 0.98; // share of the numbers that the scale spans
const LETTERS = 13; // of a name, at its end

export class Heatmap {
  // `column` is "parameters" or "gradients".
  constructor(column, layers, names) {
    this.column = column;
    const parent = byId(`${column}-heatmaps`);
    parent.replaceChildren();
    this.parts = layers.map((layer) => ({ ...layer, ...partOf(parent, layer, names) }));
  }

  // Draws a run, with a line at entry k.
  show(run, k) {
    const { column } = this;
    const every = Math.ceil(run.steps.length / COLUMNS);
    const entries = [...run.steps.keys()].filter((i) => i % every === 0 || i === run.last);
    for (const part of this.parts) {
      const rows = part.rows.map((p) => entries.map((i) => run[column][i][p]));
      this._draw(part, rows, entries.length);
      const share = (entries.findIndex((i) => i >= k) + 0.5) / entries.length;
      const x = LEFT + share * (WIDTH - LEFT);
      part.now.setAttribute("x1", x);
      part.now.setAttribute("x2", x);
      part.begin.textContent = t("step {n}", { n: grouped(run.steps[0]) });
      part.end.textContent = grouped(run.steps[run.last]);
      setText(part.range, rangeOf(run[column][k].slice(part.from, part.to)));
    }
  }

  _draw(part, rows, columns) {
    const scale = Scale.within(WITHIN, rows.flat());
    const keys = rows.map((row) => row.map((x) => scale.shade(x)));
    const paths = cellPaths(keys, (WIDTH - LEFT) / columns, LINE);
    drawCells(part.cells, paths, shadeColor);
  }
}

function partOf(parent, { name, from, to }, names) {
  const every = Math.max(1, Math.ceil((to - from) / ROWS));
  const rows = names.map((_, p) => p).filter((p) => p >= from && p < to && (p - from) % every === 0);
  const head = element("p", { class: "heatmap-head" }, parent);
  element("b", { text: printable(name) }, head);
  const texts = [t("{n} rows", { n: to - from })];
  if (every > 1) texts.push(every === 2 ? t("every second shown") : t("every {n}th shown", { n: every }));
  element("span", { text: `, ${texts.join(", ")}: ` }, head);
  const range = element("span", { class: "quiet" }, head);
  const tall = LINE * rows.length;
  const label = t("{name} over time", { name: printable(name) });
  const viewBox = `0 0 ${WIDTH} ${tall + LINE + 2}`;
  const svg = drawn("svg", { class: "heatmap chart-text", role: "img", viewBox, "aria-label": label }, parent);
  const transform = `translate(${LEFT} 0)`;
  const cells = drawn("g", { "shape-rendering": "crispEdges", transform }, svg);
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
  const span = spanOf(numbers.filter(Number.isFinite), (x) => x);
  return span === null ? t("no finite values") : spanText(span, short);
}
