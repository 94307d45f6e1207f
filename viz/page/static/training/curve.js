// Curve: the losses of runs by step, on a logarithmic axis if they span a decade.

import { drawn } from "../base/dom.js";
import { spanOf } from "../canvas/span.js";
import { grouped, short } from "../base/numbers.js";
import { t } from "../base/words.js";

const CHART = { width: 360, height: 132 };
const FRAME = { left: 46, right: 352, top: 10, bottom: 112 };
const POINTS = 400; // the most points of a line

export class Curve {
  // `pick(step, pace)` is called at each move of a drag ("drag") and at its end ("rest").
  constructor(parent, pick) {
    const viewBox = `0 0 ${CHART.width} ${CHART.height}`;
    this.svg = drawn("svg", { class: "chart chart-text", viewBox, role: "img" }, parent);
    this.axes = drawn("g", {}, this.svg);
    this.lines = drawn("g", {}, this.svg);
    this.cursor = drawn("g", {}, this.svg);
    const at = (event, pace) => {
      const box = this.svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * CHART.width;
      const share = (x - FRAME.left) / (FRAME.right - FRAME.left);
      pick(Math.round(Math.min(Math.max(share, 0), 1) * this.most), pace);
    };
    this.svg.addEventListener("pointerdown", (event) => {
      this.svg.setPointerCapture(event.pointerId);
      at(event, "drag");
    });
    this.svg.addEventListener("pointermove", (event) => event.buttons && at(event, "drag"));
    this.svg.addEventListener("pointerup", (event) => at(event, "rest"));
  }

  // Draws the losses of `runs`, and a dot for each of `entries`, pairs [run, k].
  show(runs, entries) {
    this.most = Math.max(1, ...runs.map((run) => run.steps[run.last]));
    this._scale(runs.flatMap(({ losses }) => losses.filter(Number.isFinite)));
    this._axes();
    this.lines.replaceChildren();
    runs.forEach((run, i) => {
      drawn("path", { class: `line run-${i}`, d: this._line(run) }, this.lines);
    });
    this.cursor.replaceChildren();
    for (const [run, k] of entries) {
      const x = this._x(run.steps[k]);
      const line = { x1: x, x2: x, y1: FRAME.top, y2: FRAME.bottom };
      drawn("line", { class: "now", ...line }, this.cursor);
      const cy = this._y(run.losses[k]);
      if (Number.isFinite(cy))
        drawn("circle", { class: `dot run-${runs.indexOf(run)}`, cx: x, cy, r: 4 }, this.cursor);
    }
    const [run, k] = entries[0];
    const here = { n: this.most, k: run.steps[k], x: short(run.losses[k]) };
    this.svg.setAttribute("aria-label", t("Loss over {n} steps; at step {k} it is {x}", here));
  }

  _scale(losses) {
    const [low, high] = spanOf(losses, (x) => x) ?? [0, 1];
    this.log = low > 0 && high > 10 * low;
    const transform = this.log ? Math.log : (x) => x;
    const [bottom, top] = [transform(low), transform(high)];
    const room = Math.max((top - bottom) * 0.05, Math.abs(top) * 1e-9) || 1;
    this.transform = transform;
    this.low = bottom - room;
    this.high = top + room;
    this.ticks = ticksOf(low, high, this.log);
  }

  _axes() {
    this.axes.replaceChildren();
    const { left, right, top, bottom } = FRAME;
    for (const x of this.ticks) {
      const y = this._y(x);
      if (!(y >= top - 1 && y <= bottom + 1)) continue;
      drawn("line", { class: "grid", x1: left, x2: right, y1: y, y2: y }, this.axes);
      drawn("text", { x: left - 5, y: y + 3.5, class: "tick-y", text: short(x) }, this.axes);
    }
    drawn("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }, this.axes);
    drawn("text", { x: left, y: bottom + 14, text: "0" }, this.axes);
    const steps = this.most === 1 ? t("1 step") : t("{n} steps", { n: grouped(this.most) });
    drawn("text", { x: right, y: bottom + 14, class: "tick-y", text: steps }, this.axes);
  }

  _line({ steps, losses }) {
    const every = Math.ceil(steps.length / POINTS);
    let [d, pen] = ["", "M"];
    steps.forEach((step, k) => {
      if (k % every && k !== steps.length - 1) return;
      const y = this._y(losses[k]);
      if (!Number.isFinite(y)) return (pen = "M"); // a gap
      d += `${pen}${this._x(step).toFixed(1)} ${y.toFixed(1)}`;
      pen = "L";
      return undefined;
    });
    return d;
  }

  _x(step) {
    return FRAME.left + ((FRAME.right - FRAME.left) * step) / this.most;
  }

  _y(loss) {
    const share = (this.transform(loss) - this.low) / (this.high - this.low);
    return FRAME.bottom - share * (FRAME.bottom - FRAME.top);
  }
}

// Round numbers of the axis: 1, 2 and 5 of each power of ten, or powers of ten alone.
export function ticksOf(low, high, log) {
  // numbers that differ in the last digit only have no round number between them
  if (!(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)))) return [low];
  return log ? powers(low, high) : multiples(low, high);
}

function powers(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const parts = last - first > 3 ? [1] : [1, 3];
  const every = Math.ceil((last - first) / 6);
  const ticks = [];
  for (let e = first; e <= last; e += every) for (const m of parts) ticks.push(Number(`${m}e${e}`));
  return ticks.filter((x) => x >= low * 0.9 && x <= high * 1.1);
}

function multiples(low, high) {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((m) => m * power >= rough) * power;
  const first = Math.ceil(low / step);
  const count = Math.min(Math.floor(high / step) - first, 10) + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}
