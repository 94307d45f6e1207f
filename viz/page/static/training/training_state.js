// TrainingState: the step, run, parameters and examples under view, and the example in the graph.
// The panels show what is here.

import { FIXED } from "./training_json.js";

export class TrainingState {
  // `session` is the graph on the screen. Each run has a view, { training, trainer, engine }; the
  // trainer computes on an engine of its own.
  constructor(session, training, makePanels) {
    this.session = session;
    this.view = training.runs[0].view;
    this.runs = training.runs.slice();
    this.run = this.runs[0];
    this.entry = this.run.last;
    this.parameters = this.run.parameters[this.entry];
    this.examples = training.examples;
    this.probe = training.probe;
    this.onSeek = () => {};
    this.panels = makePanels(this);
    session.onSet = (leaf, x) => this._onLeafSet(leaf, x);
    session.onReset = () => this.showEntry(this.run, this.entry);
    this.setExamples(this.examples, this.probe);
  }

  get training() {
    return this.view.training;
  }

  get trainer() {
    return this.view.trainer;
  }

  get step() {
    return this.run.steps[this.entry];
  }

  // True if the parameters are no longer those of the step.
  get hasEditedParameters() {
    return this.parameters !== this.run.parameters[this.entry];
  }

  get hasOtherData() {
    return this.examples !== (this.run.examples ?? this.training.examples);
  }

  // The names of the numbers that a hand has changed since the step.
  get editedNames() {
    const recorded = this.run.parameters[this.entry];
    return this.training.parameters.name.filter((_, k) => !Object.is(this.parameters[k], recorded[k]));
  }

  // The mean loss under view; null without examples, or if the graph does not serve them.
  get loss() {
    if (!this.hasEditedParameters && !this.hasOtherData) return this.run.losses[this.entry];
    this.trainer.load(this.parameters);
    return this.trainer.meanLoss(this.examples);
  }

  get accuracy() {
    this.trainer.load(this.parameters);
    return this.trainer.accuracy(this.examples);
  }

  // Shows entry k of a run. At the paces "drag" and "play" slow panels are updated less often.
  showEntry(run, k, pace = "rest") {
    if (run.view !== this.view) this._setView(run.view);
    this.run = run;
    this.entry = Math.min(Math.max(k, 0), run.last);
    this.parameters = run.parameters[this.entry];
    this.show(pace);
  }

  _setView(view) {
    this.view = view;
    if (!this.canSelect(this.probe)) this.probe = view.training.probe;
    const { player, engine } = this.session;
    const { wrongOrder } = engine;
    const place = player.position < player.steps.last ? player.position : Infinity;
    this.session.open(view.engine);
    player.go(place);
    this.session.setWrongOrder(wrongOrder);
    this.panels.setView();
  }

  // Shows another model and its examples; `start` makes the run under view.
  adopt(view, examples, extent, start) {
    this.examples = examples;
    this.probe = 0;
    this._setView(view);
    this.panels.extent = extent;
    start();
    this.setExamples(examples, 0, extent);
  }

  // Shows an entry that the user chose on the slider or the curve.
  seek(run, k, pace) {
    this.onSeek();
    this.showEntry(run, k, pace);
  }

  // Sets the runs on offer.
  setRuns(runs) {
    this.runs = runs;
    this.panels.setRuns();
  }

  // Sets other examples; the axes of the surface span `extent`.
  setExamples(examples, probe = 0, extent = examples) {
    this.examples = examples;
    this.panels.setExamples(extent);
    this.selectExample(Math.min(probe, Math.max(examples.length - 1, 0)));
    this.show();
  }

  // Puts another example into the graph.
  selectExample(example) {
    this.probe = example;
    this._writeGraph();
    this.panels.showProbe();
  }

  // True if the graph serves that example: the numbers fixed in it are the same there.
  canSelect(example) {
    const { numbers, examples, probe } = this.training;
    const [row, own] = [this.examples[example], examples[probe]];
    if (!row || this.training.fixed) return example === probe && row !== undefined;
    return numbers.node.every((leaf, k) => leaf !== FIXED || Object.is(row[k], own[k]));
  }

  // Selects the next example in a direction that the graph serves.
  selectNext(direction) {
    const { length } = this.examples;
    for (let k = 1; k < length; k++) {
      const example = (this.probe + direction * k + length) % length;
      if (this.canSelect(example)) return this.selectExample(example);
    }
    return undefined;
  }

  // Shows everything at the present parameters.
  show(pace = "rest") {
    this._writeGraph();
    this.panels.show(pace);
  }

  // The numbers of the example in the graph, in which the user may have dragged one.
  get row() {
    const { engine } = this.session;
    const row = this.examples[this.probe];
    return row?.map((x, k) => {
      const leaf = this.training.numbers.node[k];
      return leaf >= 0 ? engine.data[leaf] : x;
    });
  }

  _writeGraph() {
    const { training, session, parameters } = this;
    if (training.fixed) return;
    const row = this.examples[this.probe] ?? [];
    const numbers = new Map(training.parameters.node.map((leaf, k) => [leaf, parameters[k]]));
    row.forEach((x, k) => numbers.set(training.numbers.node[k], x));
    const leaves = [...numbers.keys()].filter((leaf) => session.engine.isFree(leaf));
    session.setLeaves(leaves, leaves.map((leaf) => numbers.get(leaf)));
  }

  // Takes over a weight that the user dragged in the graph.
  _onLeafSet(leaf, x) {
    const k = this.training.parameters.node.indexOf(leaf);
    if (k < 0) return this.panels.showProbe();
    this.onSeek();
    this.parameters = Float64Array.from(this.parameters);
    this.parameters[k] = x;
    return this.panels.show("drag");
  }
}
