// Sgd: gradient descent in the page, step by step, from the parameters under view, with the chosen
// optimizer.

import { byId } from "../base/dom.js";
import { optimizerStep } from "./optimizers.js";
import { TrainingRun } from "./training_run.js";

const NAME = "in this page";
const MOST_RUNS = 3; // with a color each

export class Sgd {
  constructor(state) {
    this.state = state;
    this.run = null;
    this.current = null; // { step, parameters, state } at the end of the run; the state of the optimizer
    this.lossAndGradient = null; // { loss, gradient } over all examples at the end of the run
  }

  get hasDiverged() {
    return !Number.isFinite(this.run.losses[this.run.last]);
  }

  // Goes on from the parameters under view; with another run or other examples, in a new run.
  resume() {
    const { state } = this;
    if (state.run !== this.run || state.hasOtherData) this.start(state.step, state.parameters);
    else if (state.hasEditedParameters || state.entry < this.run.last)
      this._record(state.step, state.parameters, this.run.states[state.entry]);
    else if (this.lossAndGradient === null) this.record();
  }

  // Goes back to the first parameters of the run under view; the run stays, to compare with.
  rewind() {
    const { run } = this.state;
    const before = run === this.run && run.last > 0 ? run : null;
    if (before) before.isBefore = true;
    this.start(run.steps[0], run.parameters[0], before);
  }

  // Starts a run; the one `before` it stays.
  start(step, parameters, before = null) {
    const { state } = this;
    const { training } = state;
    this.run = new TrainingRun(NAME);
    this.run.examples = state.examples;
    this.run.view = state.view;
    this._record(step, parameters);
    const recorded = training.runs.filter((run) => run.last > 0 || training.runs.length > 1);
    if (before && recorded.length + 1 < MOST_RUNS) recorded.push(before);
    state.run = this.run;
    state.entry = 0;
    state.setRuns([...recorded, this.run]);
  }

  // Makes a last entry, with the loss and gradient of all examples at these parameters.
  _record(step, parameters, optimizerState = null) {
    const { trainer, examples } = this.state;
    trainer.load(parameters);
    this.current = { step, parameters: trainer.parameters.slice(), state: optimizerState };
    this.lossAndGradient = examples.length > 0 ? trainer.lossAndGradient(examples) : null;
    const nothing = { loss: NaN, gradient: parameters.map(() => NaN) };
    const { loss, gradient } = this.lossAndGradient ?? nothing;
    this.run.put(step, loss, parameters, gradient, optimizerState);
  }

  // Takes a step with the next batch, without an entry.
  step() {
    const { trainer, examples } = this.state;
    const size = Number(byId("batch").value);
    trainer.load(this.current.parameters);
    if (size === 0 || size >= examples.length)
      return this.apply((this.lossAndGradient ?? trainer.lossAndGradient(examples)).gradient);
    const start = this.current.step * size; // a step has the same batch whenever it is taken
    const batch = Array.from({ length: size }, (_, i) => examples[(start + i) % examples.length]);
    return this.apply(trainer.lossAndGradient(batch).gradient);
  }

  // Moves the parameters by the gradient. An optimizer begins anew where another one was chosen.
  apply(gradient) {
    const { training, trainer } = this.state;
    const name = byId("optimizer").value;
    const { value: rate } = byId("rate");
    const { step, parameters, state } = this.current;
    const from = { parameters, state: state?.name === name ? state : null };
    const pow = trainer.engine.forwardOf("pow");
    const next = optimizerStep(training.optimizers[name], Number(rate), from, gradient, training.trained, pow);
    this.current = { step: step + 1, parameters: next.parameters, state: next.state && { ...next.state, name } };
    this.run.settings = `${name} ${rate}`;
    this.lossAndGradient = null;
  }

  // Makes an entry of the current parameters.
  record() {
    this._record(this.current.step, this.current.parameters, this.current.state);
  }

  // Drops the loss and gradient, after the examples changed.
  invalidate() {
    this.lossAndGradient = null;
  }

  // Shows the end of the run.
  show(pace = "rest") {
    this.state.showEntry(this.run, this.run.last, pace);
  }
}
