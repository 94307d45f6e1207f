// TrainingState: what of a training is looked at: which step of which run, with which examples, and the
// graph of one of them. Everything that is shown follows from this, by way of the panels.

import { FIXED } from "./training_json.js";

export class TrainingState {
  // `trainer` computes on an engine of its own; `session` is the graph.
  constructor(session, trainer, training, makePanels) {
    this.session = session;
    this.trainer = trainer;
    this.training = training;
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

  get step() {
    return this.run.steps[this.entry];
  }

  // Whether the parameters are those of the step, and the examples those of the run.
  get hasEditedParameters() {
    return this.parameters !== this.run.parameters[this.entry];
  }

  get hasOtherData() {
    return this.examples !== (this.run.examples ?? this.training.examples);
  }

  // The mean loss of what is shown; NaN where there are no examples, or where the graph is not theirs.
  get loss() {
    if (!this.hasEditedParameters && !this.hasOtherData) return this.run.losses[this.entry];
    if (!this.trainer.supports(this.examples)) return NaN;
    this.trainer.load(this.parameters);
    return this.trainer.meanLoss(this.examples);
  }

  // Entry k of a run. At the pace "drag" and "play" less is shown of what takes long.
  showEntry(run, k, pace = "rest") {
    this.run = run;
    this.entry = Math.min(Math.max(k, 0), run.last);
    this.parameters = run.parameters[this.entry];
    this.show(pace);
  }

  // By a hand on the slider or the curve.
  seek(run, k, pace) {
    this.onSeek();
    this.showEntry(run, k, pace);
  }

  // Which runs there are.
  setRuns(runs) {
    this.runs = runs;
    this.panels.setRuns();
  }

  // Other examples; `extent` are those that the surface has state for.
  setExamples(examples, probe = 0, extent = examples) {
    this.examples = examples;
    this.panels.setExamples(extent);
    this.selectExample(Math.min(probe, Math.max(examples.length - 1, 0)));
    this.show();
  }

  // Another example in the graph.
  selectExample(example) {
    this.probe = example;
    this._writeGraph();
    this.panels.showProbe();
  }

  // Whether the graph stands for that example too: what is fixed in it is the same there.
  canSelect(example) {
    const { numbers, examples, probe } = this.training;
    const [row, own] = [this.examples[example], examples[probe]];
    if (!row || this.training.fixed) return example === probe && row !== undefined;
    return numbers.node.every((leaf, k) => leaf !== FIXED || Object.is(row[k], own[k]));
  }

  // The next example in a direction that the graph stands for.
  selectNext(direction) {
    const { length } = this.examples;
    for (let k = 1; k < length; k++) {
      const example = (this.probe + direction * k + length) % length;
      if (this.canSelect(example)) return this.selectExample(example);
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
      const leaf = this.training.numbers.node[k];
      return leaf >= 0 ? engine.data[leaf] : x;
    });
  }

  _writeGraph() {
    const { training, session, parameters } = this;
    if (training.fixed) return;
    const [leaves, numbers] = [[], []];
    const set = (leaf, x) => {
      if (leaf < 0 || !session.engine.isFree(leaf)) return;
      leaves.push(leaf);
      numbers.push(x);
    };
    training.parameters.node.forEach((leaf, k) => set(leaf, parameters[k]));
    const row = this.examples[this.probe];
    if (row) training.numbers.node.forEach((leaf, k) => set(leaf, row[k]));
    session.setLeaves(leaves, numbers);
  }

  // A weight that was dragged in the graph is one of the model's.
  _onLeafSet(leaf, x) {
    const k = this.training.parameters.node.indexOf(leaf);
    if (k < 0) return this.panels.showProbe();
    this.onSeek();
    this.parameters = Float64Array.from(this.parameters);
    this.parameters[k] = x;
    return this.panels.show("drag");
  }
}
