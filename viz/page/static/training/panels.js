// Panels: the curve, surfaces, units and heatmaps of a training, and the text beside them.

import { Curve } from "./curve.js";
import { byId, element, fillSelect, setText } from "../base/dom.js";
import { grouped, short } from "../base/numbers.js";
import { DecisionSurface, hasSurface } from "./decision_surface.js";
import { flatnessOf } from "./flatness.js";
import { firstDifference } from "./training_run.js";
import { Heatmap } from "./heatmap.js";
import { printable } from "../base/text.js";
import { onLanguage, t, told } from "../base/words.js";
import { Units, activity, unitsOf } from "./units.js";

const SLOW = 6; // frames between two updates of the slow panels, while it plays
const AT_REST = 250; // milliseconds from a drag to the update in full detail
const SAMPLE = 200; // examples that the units are tested with while it moves
const WIDTHS = [360, 176, 116]; // width of a surface if there are one, two or three

export class Panels {
  constructor(state) {
    this.state = state;
    this.frames = 0;
    this.timer = 0;
    this.onSurfaceClick = (x, y, example) => {
      if (state.canSelect(example)) state.selectExample(example);
    };
    const seek = (step, pace) => state.seek(state.run, state.run.at(step), pace);
    this.curve = new Curve(byId("curve"), seek);
    this._listenToTime();
    this.surfaces = [];
    byId("axes").addEventListener("change", () => this._setAxes());
    const write = () => {
      this.setView();
      this.setRuns();
    };
    write();
    onLanguage(() => {
      write();
      this.showProbe();
      this.show("rest");
      this._showDetails("rest");
    });
  }

  // Shows the parts that depend on the graph of the run under view.
  setView() {
    const { training, session, trainer, examples } = this.state;
    const { layers, parameters, runs } = training;
    const heatmap = (column) => new Heatmap(column, layers, parameters.name);
    this.heatmaps = ["parameters", "gradients"].map(heatmap);
    setText(byId("difference"), runs.length > 1 ? differenceOf(runs, training) : "");
    this._offerAxes(training);
    for (const part of document.querySelectorAll("#learn .live"))
      part.classList.toggle("off", !training.live);
    const isDrawn = hasSurface(training) || training.fixed;
    const limits = [training.why && told(training.why), isDrawn ? "" : noSurfaceText(training)];
    setText(byId("limits"), limits.filter(Boolean).join(" "));
    byId("limits").hidden = byId("limits").textContent === "";
    byId("example-part").hidden = training.fixed;
    const { units } = training;
    this.layers = trainer.supports(examples) ? unitsOf(session.graph, units) : [];
    byId("units-part").hidden = this.layers.length === 0;
    const reveal = (i) => session.reveal(i);
    this.units = new Units(byId("units"), session.graph, this.layers, units, reveal);
  }

  show(pace) {
    this._showStep();
    this.frames += 1;
    clearTimeout(this.timer);
    if (pace !== "rest") this.timer = setTimeout(() => this._rest(), AT_REST);
    if (pace !== "play" || this.frames % SLOW === 0) this._showDetails(pace);
  }

  // Shows all details, unless a drag only pauses.
  _rest() {
    if (this.state.session.pressed) this.timer = setTimeout(() => this._rest(), AT_REST);
    else this._showDetails("rest");
  }

  // Offers the choice of the run that the graph shows, and makes a surface for each run.
  setRuns() {
    const { runs, training } = this.state;
    const container = byId("runs");
    container.hidden = runs.length < 2;
    container.replaceChildren(...runs.map((run, i) => this._runOption(run, i)));
    const shown = training.runs.length > 1 ? runs : [this.state.run];
    const drawable = shown.filter((run) => hasSurface(run.view.training));
    byId("surface-part").hidden = drawable.length === 0;
    const views = drawable.map((run) => run.view);
    if (views.length === this.surfaces.length && views.every((v, i) => v === this.views[i])) return;
    this.views = views;
    byId("surfaces").replaceChildren();
    this.surfaces = drawable.map((run, i) => this._makeSurface(run, i, drawable.length));
    if (this.extent) this.setExamples(this.extent);
  }

  // The reader chooses the two inputs of the surface, if there are more.
  _offerAxes({ inputs, numbers }) {
    byId("axes").hidden = inputs < 3;
    byId("axes").querySelectorAll("select").forEach((select, at) => {
      const options = numbers.name.slice(0, inputs).map((name, k) => [k, printable(name, 16)]);
      fillSelect(select, options, Math.min(at, inputs - 1));
    });
  }

  _setAxes() {
    const axes = [...byId("axes").querySelectorAll("select")].map((select) => Number(select.value));
    for (const surface of this.surfaces) surface.axes = axes;
    this.setExamples(this.extent);
    this._showSurfaces(true);
  }

  setExamples(extent) {
    this.extent = extent;
    for (const surface of this.surfaces) {
      surface.setExamples(this.state.examples, extent);
      surface.select(this.state.probe);
    }
  }

  showProbe() {
    const { state } = this;
    for (const surface of this.surfaces) surface.select(state.probe);
    if (state.training.inputs > 2) this._showSurfaces(!state.session.pressed);
    const { name } = state.training.numbers;
    const { row } = state;
    const numbers = row ? name.map((n, k) => `${printable(n)} = ${short(row[k], 3)}`) : [];
    const which = t("example {k} of {n}", { k: state.probe + 1, n: state.examples.length });
    const empty = t("no examples yet; click in the picture below to add points");
    setText(byId("example-status"), row ? `${which}: ${numbers.join(", ")}` : empty);
    setText(byId("flat-note"), row ? flatnessOf(state.session.engine, state.training) : "");
  }

  _listenToTime() {
    const { state } = this;
    const time = byId("time");
    time.addEventListener("input", () => state.seek(state.run, Number(time.value), "drag"));
    time.addEventListener("change", () => state.seek(state.run, Number(time.value), "rest"));
  }

  _runOption(run, i) {
    const { state } = this;
    const row = element("label", { class: "run" });
    const radio = element("input", { type: "radio", name: "run", value: i }, row);
    radio.checked = run === state.run;
    element("span", { class: `swatch run-${i}` }, row);
    element("span", { text: nameOfRun(run, i) }, row);
    radio.addEventListener("change", () => state.seek(run, run.at(state.step), "rest"));
    return row;
  }

  _makeSurface(run, i, count) {
    const figure = element("figure", {}, byId("surfaces"));
    if (count > 1) element("figcaption", { text: nameOfRun(run, i) }, figure);
    const click = (...at) => this.onSurfaceClick(...at);
    return new DecisionSurface(figure, run.view.training, WIDTHS[count - 1], click);
  }

  _showStep() {
    const { state } = this;
    const { run, entry, runs } = state;
    const others = runs.filter((other) => other !== run);
    this.curve.show(runs, [[run, entry], ...others.map((other) => [other, other.at(state.step)])]);
    const time = byId("time");
    time.max = String(run.last);
    time.value = String(entry);
    const status = t("step {k} of {n}", { k: grouped(state.step), n: grouped(run.steps[run.last]) });
    time.setAttribute("aria-valuetext", status);
    const { loss, accuracy } = state;
    const { diverged } = run;
    const where = [status, editedText(state.editedNames)];
    if (state.hasOtherData) where.push(t("with other examples"));
    if (diverged <= state.step) where.push(t("not finite from step {n} on", { n: grouped(diverged) }));
    const right = accuracy === null ? "" : t("accuracy {x} %", { x: short(100 * accuracy) });
    const mean = t("mean loss {x}", { x: short(state.examples.length > 0 ? loss : null) });
    const listed = (texts) => texts.filter(Boolean).join(", ");
    setText(byId("training-status"), `${listed(where)}: ${listed([right, mean])}`);
    setText(byId("flat-note"), state.row ? flatnessOf(state.session.engine, state.training) : "");
  }

  _showDetails(pace) {
    this._showSurfaces(pace === "rest");
    this._showUnits(pace === "rest");
    const { run, entry } = this.state;
    for (const heatmap of this.heatmaps) heatmap.show(run, entry);
  }

  _showSurfaces(fine) {
    const { runs, run, parameters, step } = this.state;
    const shown = this.surfaces.length > 1 ? runs.filter((r) => hasSurface(r.view.training)) : [run];
    this.surfaces.forEach((surface, i) => {
      const other = shown[i];
      const { trainer } = other.view;
      trainer.load(other === run ? parameters : other.parameters[other.at(step)]);
      surface.show(trainer, fine);
    });
  }

  _showUnits(all) {
    const { trainer, session, examples, parameters, training } = this.state;
    if (this.layers.length === 0 || examples.length === 0) return;
    trainer.load(parameters);
    const tried = all ? examples : examples.slice(0, SAMPLE);
    const shares = activity(this.layers, trainer, tried, training.units);
    const out = this.units.show(shares);
    const flags = { dead: t("dead for all examples"), saturated: t("saturated for all examples") };
    session.picture.extraFlags = new Map(out.map(([i, kind]) => [i, flags[kind]]));
    session.view.update();
  }
}

function noSurfaceText({ inputs: n, scores }) {
  if (scores.length) return t("The predictions are not drawn: the loss calls the model with {n} numbers.", { n });
  return t("The predictions are not drawn: the loss calls the model with other numbers.");
}

// The names of numbers that were changed by hand, the first two of them.
function editedText(names) {
  const list = names.slice(0, 2).map((name) => printable(name)).join(", ");
  const n = names.length - 2;
  if (n > 0) return t("{list} and {n} more changed by hand", { list, n });
  return list && t("{list} changed by hand", { list });
}

function nameOfRun(run, i) {
  if (run.isBefore) return printable(t("before: {settings}", { settings: run.settings }), 34);
  return printable(run.examples ? t("in this page") : run.name || t("run {letter}", { letter: "ABC"[i] }), 24);
}

// Sentences about the first difference of two runs.
function differenceOf([a, b], { parameters, trained }) {
  const ends = [a, b].map((run) => run.steps[run.last]);
  const isOne = a.view === b.view;
  const found = firstDifference(a, b, isOne ? Infinity : trained);
  const sentences = [found === null ? identicalText(ends, isOne) : differentText(found, parameters)];
  const far = found?.far ?? null;
  if (isOne && far !== null && far !== found.step)
    sentences.push(t("The losses differ by more than 1 % from step {far} on.", { far }));
  if (!isOne) sentences.push(t("They have different graphs; the graph is that of the run chosen above."));
  return sentences.join(" ");
}

function identicalText(ends, isOne) {
  const [k, n] = [Math.min(...ends), Math.max(...ends)];
  if (k === n && isOne) return t("The two runs are identical, to the last bit.");
  if (k === n) return t("The two runs' parameters are identical, to the last bit.");
  if (isOne) return t("The two runs are identical up to step {k}; one goes on to step {n}.", { k, n });
  return t("The two runs' parameters are identical up to step {k}; one goes on to step {n}.", { k, n });
}

function differentText({ step, parameter, same, a, b }, { name }) {
  const [x, y] = apartTexts(a, b);
  const difference = t("{name} is {x} in one and {y} in the other", { name: printable(name[parameter]), x, y });
  const at = { same, step, difference };
  if (same === null) return t("The runs differ from the start: {difference}.", at);
  if (step - same > 1)
    return t("The runs are identical up to step {same} and differ from step {step} on (none was kept between them): {difference}.", at);
  return t("The runs are identical up to step {same} and differ from step {step} on: {difference}.", at);
}

// Two numbers with as many digits as tell them apart.
function apartTexts(x, y) {
  let digits = 4;
  while (digits < 17 && short(x, digits) === short(y, digits)) digits += 1;
  return [short(x, digits), short(y, digits)];
}
