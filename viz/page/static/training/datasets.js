// Datasets: the data sets that a training in the page can use: those of Python, the user's own
// points and a CSV. Where they or the user ask for another model, the page makes it.

import { byId, element, onClick, setText } from "../base/dom.js";
import { onLanguage, t, told } from "../base/words.js";
import { codedExamples, codedOutputs } from "./coded_examples.js";
import { CsvError } from "./csv.js";
import { viewKeyOf, ownView } from "./own_model.js";

const OWN = "my own points"; // keys of sets
const GIVEN = "training data";
const FILE = "csv";

// Writes a summary of the user's data, or their error.
export function tellOwn(text, isWrong) {
  const note = byId("own-note");
  note.classList.toggle("notice", isWrong);
  setText(note, text);
}

// Runs `act`; false after a CsvError, whose message is shown.
export function isTold(act) {
  tellOwn("", false);
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    tellOwn(error.message, true);
    return false;
  }
}

export class Datasets {
  constructor(state, controls) {
    this.state = state;
    this.controls = controls;
    this.base = state.view;
    this.left = new Map(); // earlier models with their runs, by key
    this.spec = null; // the model that the user asked for: { hidden, activation, loss, init }
    const { training } = this.base;
    const flat = training.scores.length === 1 && training.classes;
    this.sets = { [GIVEN]: training.examples, ...training.sets };
    if (flat && training.inputs === 2) this.sets[OWN] = [];
    this.sets = Object.fromEntries(Object.entries(this.sets).map(([name, rows]) => [name, this._setOf(rows)]));
    for (const name of Object.keys(this.sets)) element("option", { value: name }, byId("dataset"));
    this._writeNames();
    onLanguage(() => this._writeNames());
    this.chosen = GIVEN;
    byId("dataset").addEventListener("change", () => {
      if (!isTold(() => this._show(byId("dataset").value))) byId("dataset").value = this.chosen;
    });
    onClick("clear-points", () => this._setPoints([], 0));
    state.panels.onSurfaceClick = (...at) => this._onSurfaceClick(...at);
    this._showOwn();
  }

  get isOwn() {
    return this.chosen === OWN;
  }

  // True if the page can make other models.
  get canBuild() {
    return this.base.training.mlp !== null;
  }

  // Takes the examples of a CSV, as `examplesOf` makes them; false if the model cannot.
  useCsv(set) {
    const before = this.sets[FILE];
    this.sets[FILE] = set;
    const isTaken = isTold(() => this._show(FILE));
    if (!isTaken) this.sets[FILE] = before;
    else if (!before) element("option", { value: FILE, text: t("my CSV") }, byId("dataset"));
    byId("dataset").value = this.chosen;
    return isTaken;
  }

  // Makes the model that the user asked for, Python's for null. Returns true if it is made.
  build(spec) {
    const before = this.spec;
    this.spec = spec;
    const isMade = isTold(() => this._show(spec === null && this.chosen === FILE ? GIVEN : this.chosen, 0, true));
    if (!isMade) this.spec = before;
    byId("dataset").value = this.chosen;
    return isMade;
  }

  // Shows a data set, with the present model if it serves; the model is made `anew` otherwise.
  // The user's own points keep the axes of the training data: moving axes are hard to click on.
  _show(name, probe = 0, anew = false) {
    const { state, controls, base } = this;
    const isPython = this.spec === null && name !== FILE;
    const coded = isPython ? this.sets[name] : this._coded(name);
    const spec = this.canBuild && !isPython ? this._specOf(coded) : null;
    const extent = name === OWN ? (isPython ? this.sets[GIVEN] : this._coded(GIVEN)).rows : coded.rows;
    this.chosen = name;
    this._showOwn();
    if (spec) byId("model-loss").value = spec.loss;
    state.onSeek();
    const key = spec ? viewKeyOf(spec, coded) : "";
    if (anew || key !== (state.view.key ?? "")) {
      const { view, runs, run, entry } = state;
      this.left.set(view.key ?? "", { view, runs, run, entry });
      const left = spec && anew ? null : this.left.get(key);
      const next = left?.view ?? ownView(base, spec, coded);
      state.adopt(next, coded.rows, extent, () => (left ? this._resume(left) : controls.restart()));
    } else state.setExamples(coded.rows, probe, extent);
    controls.datasetChanged();
    setText(byId("label-note"), coded.said ?? "");
  }

  _resume({ runs, run, entry }) {
    const { state } = this;
    Object.assign(state, { run, entry, parameters: run.parameters[entry] });
    state.setRuns(runs);
    state.showEntry(run, entry);
  }

  // The sizes follow from the examples; all else is the user's, or Python's.
  _specOf({ inputs, labels, loss }) {
    const { mlp } = this.base.training;
    const { hidden, activation, init } = this.spec ?? { ...mlp, hidden: mlp.sizes.slice(1, -1), init: "micrograd" };
    return { activation, loss, init, sizes: [inputs.length, ...hidden, labels.length] };
  }

  _coded(name) {
    const { training } = this.base;
    const set = this.sets[name];
    if (!this.canBuild) {
      const coded = codedExamples(set, { loss: "", pair: set.classes && training.classes, single: training.scores.length < 2 });
      const width = set.inputs.length + coded.labels.length;
      if (width === training.numbers.name.length && set.inputs.length === training.inputs) return coded;
      const { inputs, numbers } = training;
      throw new CsvError(t("This model takes {inputs} inputs and {labels} labels, and the file has {count} columns; leave out some, or take a page of a plain nn.MLP.", { inputs, labels: numbers.name.length - inputs, count: width }));
    }
    const { mlp } = training;
    const isNumber = set.label && set.classes === null;
    const loss = this.spec?.loss ?? (isNumber ? "mse" : mlp.loss);
    if (set.coded?.loss === loss) return set.coded; // a run knows its examples
    const code = set.label ? codedExamples : codedOutputs;
    const coded = code(set, { loss, pair: mlp.losses[loss].labels, single: false });
    const changed = this.spec || loss === mlp.loss ? "" : t("The loss {loss} takes two classes, so the loss is mse here.", { loss: mlp.loss });
    set.coded = { ...coded, inputs: set.inputs, loss, said: [coded.said, changed].filter(Boolean).join(" ") };
    return set.coded;
  }

  // A data set of Python as `examplesOf` makes one; its labels keep their numbers.
  _setOf(rows) {
    const { numbers, inputs, classes } = this.base.training;
    const labels = numbers.name.slice(inputs);
    const found = { rows, inputs: numbers.name.slice(0, inputs), labels, values: classes };
    if (labels.length > 1) return found;
    return { ...found, label: labels[0], classes: classes && classes.map(String), isText: false };
  }

  _writeNames() {
    const texts = { [OWN]: t("my own points"), [GIVEN]: t("training data"), [FILE]: t("my CSV") };
    for (const option of byId("dataset").options) option.textContent = texts[option.value] ?? told(option.value);
  }

  _showOwn() {
    for (const part of byId("dataset-row").querySelectorAll(".own")) part.hidden = !this.isOwn;
    byId("dataset-row").hidden = Object.keys(this.sets).length < 2;
  }

  _onSurfaceClick(x, y, example) {
    if (example >= 0) return this.state.selectExample(example);
    if (!this.isOwn) return undefined;
    const k = Number(byId("dataset-row").querySelector("input[name=class]:checked").value);
    const tidy = (v) => Number(v.toPrecision(4));
    const { rows, values } = this.sets[OWN];
    return this._setPoints([...rows, Float64Array.of(tidy(x), tidy(y), values[k])], rows.length);
  }

  _setPoints(rows, probe) {
    this.sets[OWN] = { ...this.sets[OWN], rows };
    this._show(OWN, probe);
  }
}
