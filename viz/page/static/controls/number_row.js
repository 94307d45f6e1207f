// NumberRow: a slider and a field for one number, which follow each other.

import { element } from "../base/dom.js";
import { exact, typedNumber } from "../base/numbers.js";
import { t } from "../base/words.js";

export class NumberRow {
  // `set(x)` takes the reader's number, `refuse(text)` the reason against a text, "" for none.
  constructor(parent, name, range, set, refuse = () => {}) {
    const label = { "aria-label": t("Value of {name}", { name }) };
    this.slider = element("input", { type: "range", ...range, ...label }, parent);
    this.field = element("input", { type: "text", inputmode: "decimal", spellcheck: "false", ...label }, parent);
    const take = (typed) => {
      const isRefused = typeof typed === "string";
      if (isRefused) this.field.setAttribute("aria-invalid", "true");
      else this.write(typed);
      refuse(isRefused ? typed : "");
      if (!isRefused) set(typed);
    };
    this.slider.addEventListener("input", () => take(Number(this.slider.value)));
    this.field.addEventListener("input", () => take(typedNumber(this.field.value)));
  }

  // Writes a number, except into the field in which it is typed; a slider grows up to it.
  write(x) {
    const { slider, field } = this;
    const isTyped = document.activeElement === field && Object.is(typedNumber(field.value), x);
    if (!isTyped) field.value = exact(x);
    field.setAttribute("aria-invalid", "false");
    slider.setAttribute("aria-valuetext", exact(x));
    if (x < Number(slider.min)) slider.min = x;
    if (x > Number(slider.max)) slider.max = x;
    if (Number.isFinite(x)) slider.value = x;
  }
}
