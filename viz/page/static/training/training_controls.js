// TrainingControls: the buttons of a training: play and pause, one step, and one example through
// forward, backward and update.

import { Sgd } from "./sgd.js";
import { byId, element, onClick, setText } from "../base/dom.js";
import { fullName } from "../base/formulas.js";
import { factor, short } from "../base/numbers.js";
import { initialParameters, randomParameters, randomNumbers } from "./random_init.js";
import { onLanguage, t } from "../base/words.js";

const BUDGET = 8; // milliseconds of a frame for steps
const AT_ONCE = 3; // steps of a frame, at most, so that it can be watched
const GLIDES = { forward: 1500, backward: 2500 }; // milliseconds for a whole pass
const MOVED = 4; // parameters whose update is written, at most

export class TrainingControls {
  constructor(state) {
    this.state = state;
    this.sgd = new Sgd(state);
    this.playing = 0;
    this.phase = "";
    this.random = randomNumbers(1);
    state.onSeek = () => this.pause();
    onLanguage(() => this._retell());
    this._listen();
  }

  _retell() {
    setText(byId("train"), this.playing ? t("❚❚ pause") : t("▶ train"));
    this._setPhase(this.phase);
  }

  // Takes one step with the next batch.
  step() {
    if (this.state.examples.length === 0) return;
    this.sgd.resume();
    this.sgd.step();
    this.sgd.record();
    this.sgd.show();
    this._reportDivergence();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.state.examples.length === 0) return undefined;
    this._setPhase("");
    setText(byId("train"), t("❚❚ pause"));
    this.sgd.resume();
    const frame = () => {
      const end = performance.now() + BUDGET;
      let steps = 0;
      do this.sgd.step();
      while (++steps < AT_ONCE && performance.now() < end);
      this.sgd.record();
      this.playing = requestAnimationFrame(frame);
      if (this._reportDivergence()) return this.pause();
      return this.sgd.show("play");
    };
    this.playing = requestAnimationFrame(frame);
    return undefined;
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    setText(byId("train"), t("▶ train"));
    this.sgd.show();
  }

  // Starts over from new random weights.
  restart() {
    this.pause();
    this._setPhase("");
    const { parameters, runs, trained, spec } = this.state.training;
    if (spec) this.sgd.start(0, initialParameters(spec.sizes, this.random));
    else this._drawLike(runs, parameters, trained);
    this.sgd.show();
  }

  // Starts over from the same weights, so that another rate or optimizer can be compared.
  rewind() {
    this.pause();
    this._setPhase("");
    this.sgd.rewind();
    this.sgd.show();
  }

  _drawLike(runs, parameters, trained) {
    const first = runs.find((run) => run.view === this.state.view).parameters[0];
    const anew = randomParameters(first.slice(0, trained), parameters.name.slice(0, trained), this.random);
    this.sgd.start(0, Float64Array.of(...anew, ...first.slice(trained)));
  }

  // Stops after the examples changed; without examples the buttons are disabled.
  datasetChanged() {
    this.pause();
    this.sgd.invalidate();
    this._setPhase("");
    const none = this.state.examples.length === 0;
    for (const id of ["train", "one-step", "one-forward", "one-backward", "one-update"])
      byId(id).disabled = none;
  }

  // Runs forward through an example, the next one after an update.
  forward() {
    this.pause();
    const { state } = this;
    if (this.phase === "update") state.selectNext(1);
    const { player, steps } = state.session;
    player.go(0);
    player.glide(steps.seed - 1, GLIDES.forward);
    this._setPhase("forward");
  }

  backward() {
    this.pause();
    const { player, steps } = this.state.session;
    player.go(steps.seed);
    player.glide(steps.last, GLIDES.backward);
    this._setPhase("backward");
  }

  // Moves each parameter against the gradient of the example in the graph.
  update() {
    this.pause();
    const { state } = this;
    const { player, steps } = state.session;
    player.go(steps.last);
    const { row } = state;
    this.sgd.resume();
    const before = state.parameters;
    state.trainer.load(before);
    const { gradient } = state.trainer.lossAndGradient([row]);
    this.sgd.apply(gradient);
    this.sgd.record();
    this.sgd.show();
    this._setPhase("update");
    this._showUpdate(before, gradient);
  }

  _reportDivergence() {
    const { hasDiverged } = this.sgd;
    const message = t("The loss is not finite. Lower the learning rate and reset the weights.");
    if (hasDiverged) setText(byId("update-status"), message);
    return hasDiverged;
  }

  // Writes w: 0.5 − 0.1 × 2 = 0.3 for the parameters that move most.
  _showUpdate(before, gradient) {
    const { parameters, trained } = this.state.training;
    const { graph } = this.state.session;
    const size = (k) => Math.abs(gradient[k]);
    const order = [...gradient.keys()].slice(0, trained).sort((a, b) => size(b) - size(a));
    const rate = short(Number(byId("rate").value));
    const lines = order.slice(0, MOVED).map((k) => {
      const node = parameters.node[k];
      const name = node < 0 ? parameters.name[k] : fullName(graph, node);
      const to = short(this.state.parameters[k]);
      if (byId("optimizer").value !== "SGD") return `${name}: ${short(before[k])} → ${to}`;
      return `${name}: ${short(before[k])} − ${rate} × ${factor(gradient[k])} = ${to}`;
    });
    const still = byId("optimizer").value === "SGD" && gradient.every((g) => g === 0);
    const text = still ? t("Every gradient is 0, so no weight moves.") : lines.join("\n");
    setText(byId("update-status"), text);
  }

  _setPhase(phase) {
    this.phase = phase;
    for (const name of ["forward", "backward", "update"])
      byId(`one-${name}`).classList.toggle("done", name === phase);
    setText(byId("update-status"), "");
  }

  _listen() {
    onClick("train", () => this.toggle());
    onClick("one-step", () => {
      this.pause();
      this._setPhase("");
      this.step();
    });
    onClick("reset-weights", () => this.restart());
    onClick("rewind", () => this.rewind());
    for (const name of Object.keys(this.state.training.optimizers))
      element("option", { text: name }, byId("optimizer"));
    for (const name of ["forward", "backward", "update"])
      onClick(`one-${name}`, () => {
        this[name]();
        byId("canvas").scrollIntoView({ block: "nearest" });
      });
  }
}
