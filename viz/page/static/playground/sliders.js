// Sliders: a row for each name of the formula, with its value as a slider and as a text.

import { element, setText } from "../base/dom.js";
import { exact, typedNumber } from "../base/numbers.js";
import { onLanguage, t } from "../base/words.js";

const MOST_SLIDERS = 24;
const REST_OF_TYPING = 150; // milliseconds

export class Sliders {
  // `set(name, x)` changes a value, `select(name)` shows the node.
  constructor(parent, { set, select }) {
    Object.assign(this, { parent, set, select });
    this.rows = new Map();
    this.shown = [[], new Map()];
    onLanguage(() => {
      this.rows = new Map();
      this.show(...this.shown);
    });
  }

  // Shows the names with their values; rows that stay keep the focus. The range that `measure(name)`
  // finds is set in a rest of the typing, a row at a time.
  show(names, values, measure) {
    this.shown = [names, values, measure];
    const shown = names.slice(0, MOST_SLIDERS);
    const before = this.rows;
    this.rows = new Map(shown.map((name) => [name, before.get(name) ?? this._row(name)]));
    if ([...before.keys()].join() !== shown.join() || names.length > MOST_SLIDERS) {
      const more = t("and {n} more names; set their values in the graph", { n: names.length - MOST_SLIDERS });
      const rest = names.length > MOST_SLIDERS ? [element("p", { class: "note", text: more })] : [];
      this.parent.replaceChildren(...[...this.rows.values()].map(({ row }) => row), ...rest);
    }
    for (const name of shown) this.write(name, values.get(name));
    const waiting = [...this.rows];
    const next = () => {
      if (waiting.length === 0) return;
      const [name, { slider }] = waiting.shift();
      const [low, high] = measure(name);
      const step = 10 ** Math.floor(Math.log10((high - low) / 100)) || 1;
      const min = Number((Math.ceil(low / step) * step).toPrecision(12));
      Object.assign(slider, { min, max: Math.floor(high / step) * step, step });
      this.write(name, values.get(name));
      this.resting = setTimeout(next);
    };
    clearTimeout(this.resting);
    this.resting = setTimeout(next, REST_OF_TYPING);
  }

  // Writes a value, except into the field in which it is typed.
  write(name, x) {
    const found = this.rows.get(name);
    if (!found) return;
    const { slider, field } = found;
    const isTyped = document.activeElement === field && Object.is(typedNumber(field.value), x);
    if (!isTyped) field.value = exact(x);
    field.setAttribute("aria-invalid", "false");
    if (Number.isFinite(x)) {
      if (x < Number(slider.min)) slider.min = x;
      if (x > Number(slider.max)) slider.max = x;
      slider.value = x;
    }
    slider.setAttribute("aria-valuetext", exact(x));
  }

  _row(name) {
    const row = element("div", { class: "slider" });
    const button = element("button", { title: t("Show {name} in the graph", { name }) }, row);
    setText(button, name);
    button.addEventListener("click", () => this.select(name));
    const label = { "aria-label": t("Value of {name}", { name }) };
    const slider = element("input", { type: "range", min: -5, max: 5, step: 0.05, ...label }, row);
    const field = element("input", { type: "text", inputmode: "decimal", spellcheck: "false", ...label }, row);
    slider.addEventListener("input", () => this.set(name, Number(slider.value)));
    field.addEventListener("input", () => {
      const typed = typedNumber(field.value);
      field.setAttribute("aria-invalid", String(typeof typed === "string"));
      if (typeof typed === "number") this.set(name, typed);
    });
    field.addEventListener("change", () => {
      if (typeof typedNumber(field.value) === "string") field.value = slider.getAttribute("aria-valuetext");
      field.setAttribute("aria-invalid", "false");
    });
    return { row, slider, field };
  }
}
