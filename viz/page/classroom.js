// Classroom: a training that is looked at: which run and which of its steps, the curve, the plane, the
// units, the weights over time; and the graph of one example there.

import { Curve } from "./curve.js";
import { byId, element, setText } from "./dom.js";
import { Plane, isFlat } from "./plane.js";
import { short } from "./numbers.js";
import { firstDifference } from "./run.js";
import { Strips } from "./strips.js";
import { printable } from "./text.js";
import { Units, activity, flagOf, unitsOf } from "./units.js";

const SLOW = 6; // frames between two looks at what takes longer, while it plays

export class Classroom {
  // `trainer` computes on an engine of its own; `session` is the graph.
  constructor(session, trainer, lesson) {
    this.session = session;
    this.trainer = trainer;
    this.lesson = lesson;
    this.runs = lesson.runs.slice();
    this.run = this.runs[0];
    this.entry = this.run.last;
    this.examples = lesson.examples;
    this.probe = lesson.probe;
    this.parameters = this.run.parameters[this.entry];
    this.frames = 0;
    this._build();
    this.setExamples(this.examples, this.probe);
  }

  // ---- what is looked at

  // Entry k of a run: the curve, the planes and the graph show it. For `pace` see showParameters.
  look(run, k, pace) {
    this.run = run;
    this.entry = Math.min(Math.max(k, 0), run.last);
    this.showParameters(run.parameters[this.entry], pace);
  }

  // Another example in the graph.
  choose(example) {
    this.probe = example;
    for (const { plane } of this.planes) plane.choose(example);
    this._writeGraph();
    this._sayProbe();
  }

  // Other examples; `frame` are those that the plane has room for.
  setExamples(examples, probe = 0, frame = examples) {
    this.examples = examples;
    for (const { plane } of this.planes) plane.setExamples(examples, frame);
    this.choose(Math.min(probe, examples.length - 1));
    this.showParameters(this.parameters);
  }

  // Parameters in everything. At the pace "drag" planes are coarse, and at "play" what takes long is
  // left out most of the time.
  showParameters(parameters, pace = "rest") {
    this.parameters = parameters;
    this._writeGraph();
    this._writeTime();
    this.frames += 1;
    if (pace === "play" && this.frames % SLOW) return;
    this._showPlanes(pace === "rest");
    this._showUnits();
    this._showStrips();
  }

  // The step that is looked at.
  get step() {
    return this.run.steps[this.entry] ?? 0;
  }

  // ---- building

  _build() {
    const { lesson, session } = this;
    this.curve = new Curve(byId("curve"), (step, pace) => this.look(this.run, this.run.at(step), pace));
    const time = byId("time");
    time.addEventListener("input", () => this.look(this.run, Number(time.value), "drag"));
    time.addEventListener("change", () => this.look(this.run, Number(time.value)));
    this.showRuns(this.runs);
    if (this.runs.length > 1)
      byId("difference").textContent = differenceOf(this.runs, this.lesson.parameters.name);
    byId("plane-part").hidden = !isFlat(lesson);
    this.planes = isFlat(lesson) ? this._buildPlanes() : [];
    this.layers = lesson.fixed ? [] : unitsOf(session.graph, lesson.units);
    byId("units-part").hidden = this.layers.length === 0 || !this._free();
    this.units = new Units(byId("units"), session.graph, this.layers, (i) => session.reveal(i));
    this.strips = ["parameters", "gradients"].map((column) => ({
      column,
      strips: new Strips(byId(`${column}-strips`), lesson.layers),
    }));
    this.session.onSet = (leaf, x) => this._leafSet(leaf, x);
  }

  // Which run the graph shows, where there are several.
  showRuns(runs) {
    this.runs = runs;
    const place = byId("runs");
    place.hidden = runs.length < 2;
    place.replaceChildren(
      ...runs.map((run, i) => {
        const row = element("label", { class: "run" });
        const radio = element("input", { type: "radio", name: "run", value: i }, row);
        radio.checked = run === this.run;
        element("span", { class: `swatch run-${i}` }, row);
        element("span", { text: nameOfRun(run, i) }, row);
        radio.addEventListener("change", () => this.look(run, run.at(this.step)));
        return row;
      }),
    );
  }

  _buildPlanes() {
    const recorded = this.lesson.runs.length > 1 ? this.lesson.runs : [null];
    return recorded.map((run, i) => {
      const figure = element("figure", {}, byId("planes"));
      const width = recorded.length > 1 ? 176 : 360;
      const plane = new Plane(figure, this.lesson, width, (...at) => this.onPlane(...at));
      if (run) element("figcaption", { text: nameOfRun(run, i) }, figure);
      return { plane, run };
    });
  }

  // What a click in the plane does, for now: the example there is chosen.
  onPlane(x, y, example) {
    if (example >= 0 && this._canChoose(example)) this.choose(example);
  }

  // ---- writing

  _writeGraph() {
    const { lesson, session, parameters } = this;
    if (lesson.fixed) return;
    const [leaves, numbers] = [[], []];
    const set = (leaf, x) => {
      if (leaf < 0 || !session.engine.isFree(leaf)) return;
      leaves.push(leaf);
      numbers.push(x);
    };
    lesson.parameters.node.forEach((leaf, k) => set(leaf, parameters[k]));
    const row = this.examples[this.probe];
    if (row) lesson.numbers.node.forEach((leaf, k) => set(leaf, row[k]));
    session.setAll(leaves, numbers);
  }

  _writeTime() {
    const { run, entry } = this;
    const entries = [[run, entry]];
    for (const other of this.runs) if (other !== run) entries.push([other, other.at(this.step)]);
    this.curve.show(this.runs, entries);
    const time = byId("time");
    time.max = String(run.last);
    time.value = String(entry);
    const said = `step ${run.steps[entry].toLocaleString("en")} of ${run.steps[run.last].toLocaleString("en")}`;
    time.setAttribute("aria-valuetext", said);
    setText(byId("time-said"), `${said}, mean loss ${short(run.losses[entry])}`);
  }

  _showPlanes(fine = true) {
    for (const { plane, run } of this.planes) {
      const other = run !== null && run !== this.run;
      this.trainer.load(other ? run.parameters[run.at(this.step)] : this.parameters);
      plane.show(this.trainer, fine);
    }
    this.trainer.load(this.parameters);
  }

  _showUnits() {
    if (byId("units-part").hidden || this.examples.length === 0) return;
    const { trainer, session } = this;
    trainer.load(this.parameters);
    const shares = activity(this.layers, trainer, this.examples, this.lesson.units);
    this.units.show(shares);
    const flagged = [...shares].filter(([, share]) => share === 0);
    session.picture.marked = new Map(flagged.map(([i]) => [i, flagOf(session.graph, i)]));
    session.view.update();
  }

  _showStrips() {
    for (const { strips, column } of this.strips) strips.show(this.run, column, this.entry);
  }

  _sayProbe() {
    const row = this.examples[this.probe];
    const { name } = this.lesson.numbers;
    const said = row ? name.map((n, k) => `${n} = ${short(row[k], 3)}`).join(", ") : "";
    setText(byId("probe-said"), row ? `example ${this.probe + 1} of ${this.examples.length}: ${said}` : "");
  }

  // A weight that was dragged in the graph is one of the model's.
  _leafSet(leaf, x) {
    const k = this.lesson.parameters.node.indexOf(leaf);
    if (k < 0) return;
    this.parameters = Float64Array.from(this.parameters);
    this.parameters[k] = x;
    this.trainer.load(this.parameters);
    this._showPlanes();
    this._showUnits();
  }

  // Whether other examples than the first can be computed.
  _free() {
    const { inputs, numbers } = this.lesson;
    return inputs > 0 && numbers.node.slice(0, inputs).every((i) => i >= 0);
  }

  // Whether the graph stands for that example too: what is fixed in it is the same there.
  _canChoose(example) {
    const { numbers, examples, probe } = this.lesson;
    const [row, own] = [this.examples[example], examples[probe]];
    return numbers.node.every((leaf, k) => leaf >= 0 || Object.is(row[k], own[k]));
  }
}

function nameOfRun(run, i) {
  return printable(run.name || `run ${"AB"[i]}`, 24);
}

// Where two runs part, in words.
function differenceOf([a, b], names) {
  const found = firstDifference(a, b);
  if (found === null) return "The two runs are the same, to the last bit.";
  const { step, parameter, same, far } = found;
  const until = same === null ? "From the start they differ" : `The same to the last bit up to step ${same}; at step ${step} they part`;
  const by = `${names[parameter]} is ${short(found.a)} and ${short(found.b)}`;
  const later = far === null || far === step ? "" : ` Losses are a hundredth apart from step ${far} on.`;
  return `${until}: ${by}.${later}`;
}
