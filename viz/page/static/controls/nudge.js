// Nudge: the change of the result that a gradient predicts for a small step, beside the actual one.

import { addButton, addRow, element } from "../base/dom.js";
import { nameOf } from "../base/formulas.js";
import { short, signed, typedNumber } from "../base/numbers.js";
import { t } from "../base/words.js";

export class Nudge {
  constructor(picture) {
    this.picture = picture;
    this.engine = picture.engine;
    this.node = null;
    this.size = null; // as large as the value asks for
  }

  // The elements for a node, none if its value cannot be changed.
  partsFor(node) {
    if (!this.engine.isFree(node) || !this.engine.reached[node]) return [];
    const { graph, data } = this.engine;
    this.node = node;
    const fixed = [node, graph.root].find((i) => !Number.isFinite(data[i]));
    if (fixed !== undefined) {
      const at = { name: nameOf(graph, fixed), x: short(data[fixed]) };
      const text = t("No nudge: {name} is {x}, and a change needs finite numbers.", at);
      return [element("p", { class: "note", text })];
    }
    this.size ??= 0.01 * Math.abs(data[node]) || 0.01;
    const title = element("h3", { text: t("Nudge {name} by", { name: nameOf(graph, node) }) });
    const table = element("table", { class: "nudge" });
    const row = this._sizeRow(() => this._compare(table));
    this._compare(table);
    return [title, row, table];
  }

  _sizeRow(changed) {
    const row = element("div", { class: "change" });
    const text = { type: "text", inputmode: "decimal", "aria-label": t("Size of the nudge") };
    const field = element("input", text, row);
    field.value = short(this.size);
    for (const [label, factor] of Object.entries({ "÷ 10": 0.1, "× 10": 10 })) {
      addButton(row, label, () => {
        if (Number.isFinite(this.size * factor)) this.size *= factor;
        field.value = short(this.size);
        changed();
      });
    }
    field.addEventListener("input", () => {
      const typed = typedNumber(field.value);
      field.setAttribute("aria-invalid", String(!Number.isFinite(typed)));
      if (!Number.isFinite(typed)) return;
      this.size = typed;
      changed();
    });
    return row;
  }

  _compare(table) {
    const { graph, grad } = this.engine;
    const L = nameOf(graph, graph.root);
    const slope = grad[this.node];
    const predicted = slope * this.size;
    const actual = this._changeOfResult();
    table.replaceChildren();
    const product = `${signed(slope)} × ${short(this.size)}`;
    addRow(table, [t("Δ{L} predicted: {product}", { L, product }), signed(predicted)]);
    addRow(table, [t("Δ{L} actual", { L }), signed(actual)]);
    addRow(table, [t("difference"), signed(actual - predicted, 2)]);
  }

  _changeOfResult() {
    const { data, graph } = this.engine;
    const [x, y] = [data[this.node], data[graph.root]];
    this.engine.setLeaf(this.node, x + this.size);
    const moved = data[graph.root];
    this.engine.setLeaf(this.node, x);
    this.picture.show(this.picture.position);
    return moved - y;
  }
}
