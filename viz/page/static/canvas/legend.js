// Legend: the meaning of shapes, numbers and colors.

import { shadeColor } from "../base/colors.js";
import { element } from "../base/dom.js";
import { NOT_YET, signed } from "../base/numbers.js";
import { t, told } from "../base/words.js";

const ROLES = ["input", "parameter", "constant", "operation", "result"];

// A number on its color.
export function tickOf(scale, x, text) {
  return element("span", { class: "tick", text, background: shadeColor(scale.shade(x)) });
}

export class Legend {
  constructor(parent, picture) {
    this.picture = picture;
    const { graph } = picture;
    parent.replaceChildren();
    const row = element("div", { class: "legend-row" }, parent);
    const present = new Set(graph.roles);
    for (const role of ROLES) {
      if (present.has(role)) element("span", { class: `key ${role}`, text: told(role) }, row);
    }
    if (graph.clusters.length > 0) element("span", { class: "key folded", text: t("folded") }, row);
    const colors = element("div", { class: "legend-row" }, parent);
    element("span", { text: t("grad: ∂ result / ∂ node") }, colors);
    this.ticks = element("span", { class: "ticks" }, colors);
    this.nonfinite = tickOf(picture.scale, NaN, t("nan or ∞"));
    colors.append(this.nonfinite, tickOf(picture.scale, null, `${NOT_YET} ${t("not reached yet")}`));
    const meaning = element("div", { class: "legend-row" }, parent);
    const text = t("number at the end of a line: local derivative, ∂ node / ∂ operand; in a small box: data and grad, or ▲ ▼ for the sign of grad");
    element("span", { text }, meaning);
    const line = t("0 · ∞? (a purple line): counted as 0; the limit may be another number");
    this.indeterminate = element("div", { class: "legend-row indeterminate", text: line }, parent);
    const off = t("off here: a relu that is 0 at this point, and passes no gradient");
    this.off = element("div", { class: "legend-row", text: off }, parent);
    for (const note of graph.notes) {
      if (!/backward/.test(note)) element("div", { class: "legend-row", text: told(note) }, parent);
    }
  }

  update() {
    const { scale, engine } = this.picture;
    this.nonfinite.hidden = !engine.grad.some((g, i) => engine.reached[i] && !Number.isFinite(g));
    this.off.hidden = !engine.order.some((i) => this.picture.isOff(i));
    this.indeterminate.hidden = engine.indeterminate.size === 0;
    if (scale.largest === this.largest) return;
    this.largest = scale.largest;
    const text = (x) => (x ? signed(x, 2) : t("0 = no effect"));
    this.ticks.replaceChildren(...scale.ticks().map((x) => tickOf(scale, x, text(x))));
  }
}
