// Panels: the curve, the planes, the units and the weights over time, and what is said of them.

import { Curve } from "./curve.js";
import { byId, element, setText } from "../base/dom.js";
import { short } from "../base/numbers.js";
import { Plane, isFlat } from "./decision_surface.js";
import { firstDifference } from "./run.js";
import { Strips } from "./heatmap.js";
import { printable } from "../base/text.js";
import { Units, activity, flagOf, unitsOf } from "./units.js";

const SLOW = 6; // frames between two looks at what takes longer, while it plays
const AT_REST = 250; // milliseconds after a drag until all is shown finely
const SAMPLE = 200; // examples that units are tried with while it moves
const WIDTHS = [360, 176, 116]; // of one plane, two, three

export class Panels {
  constructor(room) {
    this.room = room;
    const { lesson, session } = room;
    this.frames = 0;
    this.timer = 0;
    this.onPlane = (x, y, example) => room.canChoose(example) && room.choose(example);
    const turn = (step, pace) => room.turnTo(room.run, room.run.at(step), pace);
    this.curve = new Curve(byId("curve"), turn);
    this._listenToTime();
    byId("plane-part").hidden = !isFlat(lesson);
    this.planes = [];
    this.layers = room.trainer.takes(room.examples) ? unitsOf(session.graph, lesson.units) : [];
    byId("units-part").hidden = this.layers.length === 0;
    const { layers } = this;
    const reveal = (i) => session.reveal(i);
    this.units = new Units(byId("units"), session.graph, layers, lesson.units, reveal);
    this.strips = ["parameters", "gradients"].map((column) => ({
      column,
      strips: new Strips(byId(`${column}-strips`), lesson.layers),
    }));
    if (lesson.runs.length > 1)
      byId("difference").textContent = differenceOf(lesson.runs, lesson.parameters.name);
    this.setRuns();
  }

  show(pace) {
    this._showTime();
    this.frames += 1;
    clearTimeout(this.timer);
    if (pace !== "rest") this.timer = setTimeout(() => this._showRest("rest"), AT_REST);
    if (pace !== "play" || this.frames % SLOW === 0) this._showRest(pace);
  }

  // Which run the graph shows, where there are several; and a plane for each of them.
  setRuns() {
    const { runs, lesson } = this.room;
    const place = byId("runs");
    place.hidden = runs.length < 2;
    place.replaceChildren(...runs.map((run, i) => this._choiceOf(run, i)));
    const shown = lesson.runs.length > 1 ? runs : [null];
    if (!isFlat(lesson) || shown.length === this.planes.length) return;
    byId("planes").replaceChildren();
    this.planes = shown.map((_, i) => this._planeOf(i, shown.length));
    if (this.frame) this.setExamples(this.frame);
  }

  setExamples(frame) {
    this.frame = frame;
    for (const plane of this.planes) {
      plane.setExamples(this.room.examples, frame);
      plane.choose(this.room.probe);
    }
  }

  showProbe() {
    const { room } = this;
    for (const plane of this.planes) plane.choose(room.probe);
    const { name } = room.lesson.numbers;
    const { row } = room;
    const said = row ? name.map((n, k) => `${printable(n)} = ${short(row[k], 3)}`).join(", ") : "";
    const which = `example ${room.probe + 1} of ${room.examples.length}`;
    setText(byId("probe-said"), row ? `${which}: ${said}` : "there are no examples yet");
  }

  _listenToTime() {
    const { room } = this;
    const time = byId("time");
    time.addEventListener("input", () => room.turnTo(room.run, Number(time.value), "drag"));
    time.addEventListener("change", () => room.turnTo(room.run, Number(time.value), "rest"));
  }

  _choiceOf(run, i) {
    const { room } = this;
    const row = element("label", { class: "run" });
    const radio = element("input", { type: "radio", name: "run", value: i }, row);
    radio.checked = run === room.run;
    element("span", { class: `swatch run-${i}` }, row);
    element("span", { text: nameOfRun(run, i) }, row);
    radio.addEventListener("change", () => room.turnTo(run, run.at(room.step), "rest"));
    return row;
  }

  _planeOf(i, count) {
    const figure = element("figure", {}, byId("planes"));
    const { room } = this;
    const plane = new Plane(figure, room.lesson, WIDTHS[count - 1], (...at) => this.onPlane(...at));
    if (count > 1) element("figcaption", { text: nameOfRun(room.runs[i], i) }, figure);
    return plane;
  }

  _showTime() {
    const { room } = this;
    const { run, entry, runs } = room;
    const others = runs.filter((other) => other !== run);
    this.curve.show(runs, [[run, entry], ...others.map((other) => [other, other.at(room.step)])]);
    const time = byId("time");
    time.max = String(run.last);
    time.value = String(entry);
    const count = (step) => step.toLocaleString("en");
    const said = `step ${count(room.step)} of ${count(run.steps[run.last])}`;
    time.setAttribute("aria-valuetext", said);
    const hand = room.isByHand ? ", a weight changed by hand" : "";
    const data = room.isOtherData ? ", with other examples" : "";
    setText(byId("time-said"), `${said}${hand}${data}: mean loss ${lossOf(room.loss)}`);
  }

  _showRest(pace) {
    this._showPlanes(pace === "rest");
    this._showUnits(pace === "rest");
    const { run, entry } = this.room;
    for (const { strips, column } of this.strips) strips.show(run, column, entry);
  }

  _showPlanes(fine) {
    const { trainer, runs, run, parameters, step } = this.room;
    this.planes.forEach((plane, i) => {
      const other = this.planes.length > 1 && runs[i] !== run ? runs[i] : null;
      trainer.load(other ? other.parameters[other.at(step)] : parameters);
      plane.show(trainer, fine);
    });
  }

  _showUnits(all) {
    const { trainer, session, examples, parameters, lesson } = this.room;
    if (this.layers.length === 0 || examples.length === 0) return;
    trainer.load(parameters);
    const tried = all ? examples : examples.slice(0, SAMPLE);
    const shares = activity(this.layers, trainer, tried, lesson.units);
    this.units.show(shares);
    const flagged = [...shares].filter(([, share]) => share === 0);
    const flag = (i) => flagOf(session.graph, lesson.units, i);
    session.picture.marked = new Map(flagged.map(([i]) => [i, flag(i)]));
    session.view.update();
  }
}

function lossOf(loss) {
  return Number.isNaN(loss) ? "–" : short(loss);
}

function nameOfRun(run, i) {
  return printable(run.name || `run ${"ABC"[i]}`, 24);
}

// Where two runs part, in words.
function differenceOf([a, b], names) {
  const found = firstDifference(a, b);
  if (found === null) return "The two runs are the same, to the last bit.";
  const { step, parameter, same, far } = found;
  const until =
    same === null
      ? "From the start they differ"
      : `The same to the last bit up to step ${same}; at step ${step} they part`;
  const by = `${printable(names[parameter])} is ${short(found.a)} and ${short(found.b)}`;
  const late = far !== null && far !== step;
  const later = late ? ` Losses are a hundredth apart from step ${far} on.` : "";
  return `${until}: ${by}.${later}`;
}
