// Sliders: a row for each name of the formula, with its value as a slider and as a text.

import { addButton, byId, element } from "../base/dom.js";
import { onLanguage, t } from "../base/words.js";
import { NumberRow } from "../controls/number_row.js";

const MOST_SLIDERS = 24;
const REST_OF_TYPING = 150; // milliseconds until the ranges are measured

export class Sliders {
  // `set(name, x)` changes a value, `select(name)` shows it, `measure(name)` is a { min, max, step }.
  constructor(actions) {
    Object.assign(this, actions, { names: [], values: new Map(), rows: new Map(), resting: [] });
    onLanguage(() => this._build());
  }

  show(names, values) {
    const isSame = names.join() === this.names.join();
    Object.assign(this, { names, values });
    if (!isSame) this._build();
    for (const timer of this.resting) clearTimeout(timer);
    this.resting = [...this.rows.keys()].map((name) => setTimeout(() => this._fit(name), REST_OF_TYPING));
    for (const name of this.rows.keys()) this.write(name);
  }

  write(name) {
    this.rows.get(name)?.write(this.values.get(name));
  }

  _fit(name) {
    Object.assign(this.rows.get(name).slider, this.measure(name));
    this.write(name);
  }

  _build() {
    const parent = byId("sliders");
    parent.replaceChildren();
    this.rows = new Map(this.names.slice(0, MOST_SLIDERS).map((name) => [name, this._row(name, parent)]));
    const n = this.names.length - MOST_SLIDERS;
    if (n > 0) element("p", { class: "note", text: t("and {n} more names; set their values in the graph", { n }) }, parent);
    for (const name of this.rows.keys()) this.write(name);
  }

  _row(name, parent) {
    const row = element("div", { class: "slider" }, parent);
    addButton(row, name, () => this.select(name), { title: t("Show {name} in the graph", { name }) });
    const made = new NumberRow(row, name, { min: -5, max: 5, step: 0.1 }, (x) => this.set(name, x));
    made.field.addEventListener("change", () => this.write(name));
    return made;
  }
}
