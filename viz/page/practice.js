// Practice: a training in the page: play and pause, one step, one example through forward, backward and
// update.

import { byId, setText } from "./dom.js";
import { fullName } from "./formulas.js";
import { factor, short } from "./numbers.js";
import { Run } from "./run.js";
import { drawnAnew, randomFrom } from "./start.js";

const BUDGET = 8; // milliseconds of a frame for steps
const AT_ONCE = 3; // steps of a frame, at most: it is to be watched
const GLIDES = { forward: 1500, backward: 2500 }; // milliseconds for all of it
const MOVED = 4; // parameters whose update is written out
const NAME = "in this page";

export class Practice {
  constructor(room) {
    this.room = room;
    this.lesson = room.lesson;
    this.run = null; // the one made here
    this.slope = null; // { loss, gradient } of all examples at its end
    this.playing = 0;
    this.begun = 0; // the example that a batch begins with
    this.phase = "";
    this.random = randomFrom(1);
    room.onLook = () => this.pause();
    this._listen();
  }

  // How many steps there were.
  get count() {
    return this.run === null ? 0 : this.run.steps[this.run.last];
  }

  // One step, with the next batch.
  step() {
    if (this.room.examples.length === 0) return;
    this._begin();
    this._descend();
    this._note();
    this.room.look(this.run, this.run.last);
    this._sayIfLost();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.room.examples.length === 0) return undefined;
    this._setPhase("");
    setText(byId("train"), "❚❚ pause");
    this._begin();
    const frame = () => {
      const end = performance.now() + BUDGET;
      let steps = 0;
      do this._descend();
      while (++steps < AT_ONCE && performance.now() < end);
      this._note();
      this.playing = requestAnimationFrame(frame);
      if (this._sayIfLost()) return this.pause();
      return this.room.look(this.run, this.run.last, "play");
    };
    this.playing = requestAnimationFrame(frame);
    return undefined;
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    setText(byId("train"), "▶ train");
    this.room.look(this.run, this.run.last);
  }

  // From other weights, as large as those of the start.
  restart() {
    this.pause();
    this._setPhase("");
    const { runs, parameters } = this.lesson;
    this._start(0, drawnAnew(runs[0].parameters[0], parameters.name, this.random));
    this.room.look(this.run, 0);
  }

  // After other examples came: nothing of the run was made with them.
  forget() {
    this.pause();
    this.slope = null;
    this._setPhase("");
    const none = this.room.examples.length === 0;
    for (const id of ["train", "one-step", "one-forward", "one-backward", "one-update"])
      byId(id).disabled = none;
  }

  // ---- one example

  // The values of an example, the next one after an update, are followed forward.
  forward() {
    this.pause();
    const { room } = this;
    if (this.phase === "update") room.chooseNext(1);
    const { player, steps } = room.session;
    player.go(0);
    player.glide(steps.seed - 1, GLIDES.forward);
    this._setPhase("forward");
  }

  backward() {
    this.pause();
    const { player, steps } = this.room.session;
    player.go(steps.seed);
    player.glide(steps.last, GLIDES.backward);
    this._setPhase("backward");
  }

  // Each parameter moves against its gradient by this example, as it stands in the graph.
  update() {
    this.pause();
    const { room } = this;
    const { player, steps } = room.session;
    player.go(steps.last);
    const { row } = room;
    this._begin();
    const before = room.parameters;
    room.trainer.load(before);
    const { gradient } = room.trainer.slope([row]);
    this._move(gradient);
    this._note();
    room.look(this.run, this.run.last);
    this._setPhase("update");
    this._say(before, gradient);
  }

  // ---- the run

  // Goes on from what is looked at. From another run, or with other examples, that is a new one.
  _begin() {
    const { room } = this;
    if (room.run !== this.run || room.isOtherData) this._start(room.step, room.parameters);
    else if (room.isByHand || room.entry < this.run.last) this._enter(room.step, room.parameters);
    else if (this.slope === null) this._enter(this.count, room.parameters);
  }

  _start(step, parameters) {
    const { room, lesson } = this;
    this.run = new Run(NAME);
    this.run.examples = room.examples;
    this._enter(step, parameters);
    const recorded = lesson.runs.filter((run) => run.last > 0 || lesson.runs.length > 1);
    room.run = this.run;
    room.entry = 0;
    room.setRuns([...recorded, this.run]);
  }

  // An entry, the last one from now on, with the loss and the gradient of all examples there.
  _enter(step, parameters) {
    const { trainer, examples } = this.room;
    trainer.load(parameters);
    this.now = { step, parameters: trainer.parameters.slice() };
    this.slope = examples.length > 0 ? trainer.slope(examples) : null;
    const nothing = { loss: NaN, gradient: parameters.map(() => NaN) };
    const { loss, gradient } = this.slope ?? nothing;
    this.run.put(step, loss, parameters, gradient);
  }

  _descend() {
    const { trainer, examples } = this.room;
    const size = Number(byId("batch").value);
    if (size === 0 || size >= examples.length) {
      trainer.load(this.now.parameters);
      return this._move((this.slope ?? trainer.slope(examples)).gradient);
    }
    const batch = Array.from({ length: size }, (_, i) => examples[(this.begun + i) % examples.length]);
    this.begun = (this.begun + size) % examples.length;
    trainer.load(this.now.parameters);
    return this._move(trainer.slope(batch).gradient);
  }

  _move(gradient) {
    const rate = Number(byId("rate").value);
    const parameters = this.now.parameters.map((p, k) => p - rate * gradient[k]);
    this.now = { step: this.now.step + 1, parameters };
    this.slope = null;
  }

  _note() {
    this._enter(this.now.step, this.now.parameters);
  }

  _sayIfLost() {
    const lost = !Number.isFinite(this.run.losses[this.run.last]);
    if (lost)
      setText(byId("update-said"), "The loss is no number any more: a smaller rate, and new weights.");
    return lost;
  }

  // w: 0.5 − 0.1 × 2 = 0.3, of those that move most.
  _say(before, gradient) {
    const { parameters } = this.lesson;
    const { graph } = this.room.session;
    const size = (k) => Math.abs(gradient[k]);
    const order = [...gradient.keys()].sort((a, b) => size(b) - size(a));
    const rate = short(Number(byId("rate").value));
    const lines = order.slice(0, MOVED).map((k) => {
      const node = parameters.node[k];
      const name = node < 0 ? parameters.name[k] : fullName(graph, node);
      const moved = `${short(before[k])} − ${rate} × ${factor(gradient[k])}`;
      return `${name}: ${moved} = ${short(this.room.parameters[k])}`;
    });
    const still = gradient.every((g) => g === 0);
    setText(byId("update-said"), still ? "Every gradient is 0: nothing moves." : lines.join("\n"));
  }

  _setPhase(phase) {
    this.phase = phase;
    for (const name of ["forward", "backward", "update"])
      byId(`one-${name}`).classList.toggle("done", name === phase);
    setText(byId("update-said"), "");
  }

  _listen() {
    const on = (id, act) => byId(id).addEventListener("click", act);
    on("train", () => this.toggle());
    on("one-step", () => {
      this.pause();
      this._setPhase("");
      this.step();
    });
    on("new-weights", () => this.restart());
    for (const name of ["forward", "backward", "update"])
      on(`one-${name}`, () => {
        this[name]();
        byId("canvas").scrollIntoView({ block: "nearest" });
      });
  }
}
