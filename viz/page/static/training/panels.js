// Panels: the curve, surfaces, units and heatmaps of a training, and the text beside them.

import { Curve } from "./curve.js";
import { byId, element, setText } from "../base/dom.js";
import { short } from "../base/numbers.js";
import { DecisionSurface, hasSurface } from "./decision_surface.js";
import { firstDifference } from "./training_run.js";
import { Heatmap } from "./heatmap.js";
import { printable } from "../base/text.js";
import { Units, activity, flagOf, unitsOf } from "./units.js";

const SLOW = 6; // frames between two updates of the slow panels, while it plays
const AT_REST = 250; // milliseconds from a drag to the update in full detail
const SAMPLE = 200; // examples that the units are tested with while it moves
const WIDTHS = [360, 176, 116]; // width of a surface if there are one, two or three
const EMPTY = "no examples yet; click in the picture below to add points";

export class Panels {
  constructor(state) {
    this.state = state;
    const { training, session } = state;
    this.frames = 0;
    this.timer = 0;
    this.onSurfaceClick = (x, y, example) => {
      if (state.canSelect(example)) state.selectExample(example);
    };
    const seek = (step, pace) => state.seek(state.run, state.run.at(step), pace);
    this.curve = new Curve(byId("curve"), seek);
    this._listenToTime();
    byId("surface-part").hidden = !hasSurface(training);
    this.surfaces = [];
    const hasUnits = state.trainer.supports(state.examples);
    this.layers = hasUnits ? unitsOf(session.graph, training.units) : [];
    byId("units-part").hidden = this.layers.length === 0;
    const { layers } = this;
    const reveal = (i) => session.reveal(i);
    this.units = new Units(byId("units"), session.graph, layers, training.units, reveal);
    this.heatmaps = ["parameters", "gradients"].map((column) => ({
      column,
      heatmap: new Heatmap(byId(`${column}-heatmaps`), training.layers),
    }));
    if (training.runs.length > 1)
      byId("difference").textContent = differenceOf(training.runs, training.parameters.name);
    this.setRuns();
  }

  show(pace) {
    this._showStep();
    this.frames += 1;
    clearTimeout(this.timer);
    if (pace !== "rest") this.timer = setTimeout(() => this._showDetails("rest"), AT_REST);
    if (pace !== "play" || this.frames % SLOW === 0) this._showDetails(pace);
  }

  // Offers the choice of the run that the graph shows, and makes a surface for each run.
  setRuns() {
    const { runs, training } = this.state;
    const container = byId("runs");
    container.hidden = runs.length < 2;
    container.replaceChildren(...runs.map((run, i) => this._runOption(run, i)));
    const shown = training.runs.length > 1 ? runs : [null];
    if (!hasSurface(training) || shown.length === this.surfaces.length) return;
    byId("surfaces").replaceChildren();
    this.surfaces = shown.map((_, i) => this._makeSurface(i, shown.length));
    if (this.extent) this.setExamples(this.extent);
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
    const { name } = state.training.numbers;
    const { row } = state;
    const numbers = row ? name.map((n, k) => `${printable(n)} = ${short(row[k], 3)}`) : [];
    const which = `example ${state.probe + 1} of ${state.examples.length}`;
    setText(byId("example-status"), row ? `${which}: ${numbers.join(", ")}` : EMPTY);
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

  _makeSurface(i, count) {
    const figure = element("figure", {}, byId("surfaces"));
    const { state } = this;
    const click = (...at) => this.onSurfaceClick(...at);
    const surface = new DecisionSurface(figure, state.training, WIDTHS[count - 1], click);
    if (count > 1) element("figcaption", { text: nameOfRun(state.runs[i], i) }, figure);
    return surface;
  }

  _showStep() {
    const { state } = this;
    const { run, entry, runs } = state;
    const others = runs.filter((other) => other !== run);
    this.curve.show(runs, [[run, entry], ...others.map((other) => [other, other.at(state.step)])]);
    const time = byId("time");
    time.max = String(run.last);
    time.value = String(entry);
    const count = (step) => step.toLocaleString("en");
    const status = `step ${count(state.step)} of ${count(run.steps[run.last])}`;
    time.setAttribute("aria-valuetext", status);
    const hand = state.hasEditedParameters ? ", weights changed by hand" : "";
    const data = state.hasOtherData ? ", with other examples" : "";
    setText(byId("training-status"), `${status}${hand}${data}: mean loss ${lossOf(state.loss)}`);
  }

  _showDetails(pace) {
    this._showSurfaces(pace === "rest");
    this._showUnits(pace === "rest");
    const { run, entry } = this.state;
    for (const { heatmap, column } of this.heatmaps) heatmap.show(run, column, entry);
  }

  _showSurfaces(fine) {
    const { trainer, runs, run, parameters, step } = this.state;
    this.surfaces.forEach((surface, i) => {
      const other = this.surfaces.length > 1 && runs[i] !== run ? runs[i] : null;
      trainer.load(other ? other.parameters[other.at(step)] : parameters);
      surface.show(trainer, fine);
    });
  }

  _showUnits(all) {
    const { trainer, session, examples, parameters, training } = this.state;
    if (this.layers.length === 0 || examples.length === 0) return;
    trainer.load(parameters);
    const tried = all ? examples : examples.slice(0, SAMPLE);
    const shares = activity(this.layers, trainer, tried, training.units);
    this.units.show(shares);
    const flagged = [...shares].filter(([, share]) => share === 0);
    const flag = (i) => flagOf(session.graph, training.units, i);
    session.picture.extraFlags = new Map(flagged.map(([i]) => [i, flag(i)]));
    session.view.update();
  }
}

function lossOf(loss) {
  return Number.isNaN(loss) ? "–" : short(loss);
}

function nameOfRun(run, i) {
  return printable(run.name || `run ${"ABC"[i]}`, 24);
}

// A sentence about the first difference of two runs.
function differenceOf([a, b], names) {
  const found = firstDifference(a, b);
  if (found === null) return "The two runs are identical, to the last bit.";
  const { step, parameter, same, far } = found;
  const until =
    same === null
      ? "The runs differ from the start"
      : `The runs are identical up to step ${same} and differ from step ${step} on`;
  const name = printable(names[parameter]);
  const by = `${name} is ${short(found.a)} in one and ${short(found.b)} in the other`;
  const late = far !== null && far !== step;
  const later = late ? ` The losses differ by more than 1 % from step ${far} on.` : "";
  return `${until}: ${by}.${later}`;
}
