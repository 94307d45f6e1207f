// OwnPanel: the form for a CSV and another model, and the export of the trained model.

import { byId, fillSelect, onClick, setText } from "../base/dom.js";
import { grouped } from "../base/numbers.js";
import { t } from "../base/words.js";
import { examplesOf, tableOf, unevenRanges } from "./csv.js";
import { isTold, tellOwn } from "./datasets.js";
import { formulaText, javascriptText, pythonText } from "./export_text.js";
import { DRAWS } from "./random_init.js";

const MOST_UNITS = 64; // of a layer
const MOST_LAYERS = 6;
const MOST_WEIGHTS = 4000;
const FILES = { python: ["model.py", pythonText], javascript: ["model.js", javascriptText], formula: ["model.txt", formulaText] };

export class OwnPanel {
  constructor(state, datasets) {
    this.state = state;
    this.datasets = datasets;
    this.read = new Map(); // examples by label and text: a run knows its examples
    this._offerModels();
    onClick("csv-use", () => this._useCsv());
    byId("csv-label").addEventListener("change", () => this._useCsv());
    const file = byId("csv-file");
    file.addEventListener("click", () => (file.value = "")); // the same file may be opened again
    file.addEventListener("change", () => this._open(file.files[0]));
    onClick("model-build", () => this._build());
    onClick("model-back", () => datasets.build(null));
    for (const kind of Object.keys(FILES)) onClick(`export-${kind}`, () => this._export(kind));
  }

  _offerModels() {
    const { mlp } = this.state.training;
    for (const part of document.querySelectorAll("#own-part .build")) part.hidden = mlp === null;
    byId("model-why").hidden = mlp !== null;
    if (mlp === null) return;
    const fill = (id, names, chosen) => fillSelect(byId(id), names.map((name) => [name, name]), chosen);
    fill("model-activation", Object.keys(mlp.activations), mlp.activation);
    fill("model-loss", Object.keys(mlp.losses), mlp.loss);
    fill("model-init", Object.keys(DRAWS), "micrograd");
    byId("model-hidden").value = mlp.sizes.slice(1, -1).join(", ");
  }

  async _open(file) {
    if (!file) return;
    byId("csv").value = await file.text();
    this._useCsv();
  }

  // Trains with the text from now on; a text with an error changes nothing. A label that was chosen
  // stays where its column has the same name.
  _useCsv() {
    isTold(() => {
      const table = tableOf(byId("csv").value);
      const { names } = table;
      const select = byId("csv-label");
      const { value: at, selectedOptions: [chosen] } = select;
      const label = chosen && names[at] === chosen.text ? Number(at) : names.length - 1;
      fillSelect(select, [...names.entries()], label);
      byId("csv-label-row").hidden = false;
      const key = `${label} ${byId("csv").value}`;
      if (!this.read.has(key)) this.read.set(key, examplesOf(table, label));
      const set = this.read.get(key);
      if (this.datasets.useCsv(set)) tellOwn(this._summary(table, set), false);
    });
  }

  _summary({ isNamed }, { inputs, rows }) {
    const names = inputs.join(", ");
    const examples = grouped(rows.length);
    const read = isNamed
      ? t("{examples} examples with the inputs {names}.", { examples, names })
      : t("{examples} examples, without a header line; the inputs are called {names}.", { examples, names });
    const uneven = unevenRanges(inputs, rows);
    const scale = uneven && t("The range of {wide} is more than 20 times that of {narrow}: divide such columns to similar ranges, or training is slow.", uneven);
    return [read, scale].filter(Boolean).join(" ");
  }

  _build() {
    const text = byId("model-hidden").value.trim();
    const hidden = text === "" ? [] : text.split(/[\s,;]+/).map(Number);
    const isSize = (n) => Number.isInteger(n) && n >= 1 && n <= MOST_UNITS;
    const widths = [this.state.training.inputs, ...hidden, 1];
    const weights = widths.slice(1).reduce((sum, n, k) => sum + n * (widths[k] + 1), 0);
    const limits = { units: MOST_UNITS, layers: MOST_LAYERS, weights: MOST_WEIGHTS };
    if (!hidden.every(isSize) || hidden.length > MOST_LAYERS || weights > MOST_WEIGHTS)
      return tellOwn(t("The hidden layers are whole numbers such as 8, 8: up to {layers} of 1 to {units} units, and {weights} weights in all.", limits), true);
    const [activation, loss, init] = ["activation", "loss", "init"].map((id) => byId(`model-${id}`).value);
    const isMade = this.datasets.build({ hidden, activation, loss, init });
    return isMade && tellOwn(t("A new model, with new weights."), false);
  }

  _export(kind) {
    const [name, write] = FILES[kind];
    const text = write(this.state);
    byId("export-text").value = text;
    byId("export-text").hidden = false;
    const link = byId("export-link");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    link.download = name;
    link.hidden = false;
    setText(link, t("download {name}", { name }));
  }
}
