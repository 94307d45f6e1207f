// Datasets: the data sets that a training in the page can use, and the user's own points.

import { byId, element, onClick } from "../base/dom.js";
import { onLanguage, t, told } from "../base/words.js";

const OWN = "my own points"; // keys of sets
const GIVEN = "training data";

export class Datasets {
  constructor(state, controls) {
    this.state = state;
    this.controls = controls;
    const flat = state.training.scores.length === 1 && state.training.classes;
    this.sets = { [GIVEN]: state.training.examples, ...state.training.sets };
    if (flat && state.training.inputs === 2) this.sets[OWN] = [];
    const select = byId("dataset");
    const names = Object.keys(this.sets);
    for (const name of names) element("option", { value: name }, select);
    const write = () => {
      const texts = { [OWN]: t("my own points"), [GIVEN]: t("training data") };
      for (const option of select.options) option.textContent = texts[option.value] ?? told(option.value);
    };
    write();
    onLanguage(write);
    byId("dataset-row").hidden = names.length < 2;
    select.addEventListener("change", () => this._show());
    onClick("clear-points", () => {
      this.sets[OWN] = [];
      this._show();
    });
    state.panels.onSurfaceClick = (...at) => this._onSurfaceClick(...at);
    this._showOwn();
  }

  get isOwn() {
    return byId("dataset").value === OWN;
  }

  // The user's own points keep the axes of the training data: moving axes are hard to click on.
  _show(probe = 0) {
    const examples = this.sets[byId("dataset").value];
    this._showOwn();
    this.state.onSeek();
    this.state.setExamples(examples, probe, this.isOwn ? this.sets[GIVEN] : examples);
    this.controls.datasetChanged();
  }

  _showOwn() {
    for (const part of byId("dataset-row").querySelectorAll(".own")) part.hidden = !this.isOwn;
  }

  _onSurfaceClick(x, y, example) {
    if (example >= 0) return this.state.selectExample(example);
    if (!this.isOwn) return undefined;
    const k = Number(byId("dataset-row").querySelector("input[name=class]:checked").value);
    const tidy = (v) => Number(v.toPrecision(4));
    const point = Float64Array.of(tidy(x), tidy(y), this.state.training.classes[k]);
    this.sets[OWN] = [...this.sets[OWN], point];
    return this._show(this.sets[OWN].length - 1);
  }
}
