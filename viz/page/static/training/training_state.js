// Classroom: what of a training is looked at: which step of which run, with which examples, and the
// graph of one of them. Everything that is shown follows from this, by way of the panels.

import { FIXED } from "./lesson.js";

export class Classroom {
  // `trainer` computes on an engine of its own; `session` is the graph.
  constructor(session, trainer, lesson, panelsOf) {
    this.session = session;
    this.trainer = trainer;
    this.lesson = lesson;
    this.runs = lesson.runs.slice();
    this.run = this.runs[0];
    this.entry = this.run.last;
    this.parameters = this.run.parameters[this.entry];
    this.examples = lesson.examples;
    this.probe = lesson.probe;
    this.onLook = () => {};
    this.panels = panelsOf(this);
    session.onSet = (leaf, x) => this._leafSet(leaf, x);
    session.onReset = () => this.look(this.run, this.entry);
    this.setExamples(this.examples, this.probe);
  }

  get step() {
    return this.run.steps[this.entry];
  }

  // Whether the parameters are those of the step, and the examples those of the run.
  get isByHand() {
    return this.parameters !== this.run.parameters[this.entry];
  }

  get isOtherData() {
    return this.examples !== (this.run.examples ?? this.lesson.examples);
  }

  // The mean loss of what is shown; NaN where there are no examples, or where the graph is not theirs.
  get loss() {
    if (!this.isByHand && !this.isOtherData) return this.run.losses[this.entry];
    if (!this.trainer.takes(this.examples)) return NaN;
    this.trainer.load(this.parameters);
    return this.trainer.meanLoss(this.examples);
  }

  // Entry k of a run. At the pace "drag" and "play" less is shown of what takes long.
  look(run, k, pace = "rest") {
    this.run = run;
    this.entry = Math.min(Math.max(k, 0), run.last);
    this.parameters = run.parameters[this.entry];
    this.show(pace);
  }

  // By a hand on the slider or the curve.
  turnTo(run, k, pace) {
    this.onLook();
    this.look(run, k, pace);
  }

  // Which runs there are.
  setRuns(runs) {
    this.runs = runs;
    this.panels.setRuns();
  }

  // Other examples; `frame` are those that the plane has room for.
  setExamples(examples, probe = 0, frame = examples) {
    this.examples = examples;
    this.panels.setExamples(frame);
    this.choose(Math.min(probe, Math.max(examples.length - 1, 0)));
    this.show();
  }

  // Another example in the graph.
  choose(example) {
    this.probe = example;
    this._writeGraph();
    this.panels.showProbe();
  }

  // Whether the graph stands for that example too: what is fixed in it is the same there.
  canChoose(example) {
    const { numbers, examples, probe } = this.lesson;
    const [row, own] = [this.examples[example], examples[probe]];
    if (!row || this.lesson.fixed) return example === probe && row !== undefined;
    return numbers.node.every((leaf, k) => leaf !== FIXED || Object.is(row[k], own[k]));
  }

  // The next example in a direction that the graph stands for.
  chooseNext(direction) {
    const { length } = this.examples;
    for (let k = 1; k < length; k++) {
      const example = (this.probe + direction * k + length) % length;
      if (this.canChoose(example)) return this.choose(example);
    }
    return undefined;
  }

  // Everything, with the parameters there are.
  show(pace = "rest") {
    this._writeGraph();
    this.panels.show(pace);
  }

  // The numbers of the example as they stand in the graph, where one may have been dragged.
  get row() {
    const { engine } = this.session;
    const row = this.examples[this.probe];
    return row?.map((x, k) => {
      const leaf = this.lesson.numbers.node[k];
      return leaf >= 0 ? engine.data[leaf] : x;
    });
  }

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

  // A weight that was dragged in the graph is one of the model's.
  _leafSet(leaf, x) {
    const k = this.lesson.parameters.node.indexOf(leaf);
    if (k < 0) return this.panels.showProbe();
    this.onLook();
    this.parameters = Float64Array.from(this.parameters);
    this.parameters[k] = x;
    return this.panels.show("drag");
  }
}
