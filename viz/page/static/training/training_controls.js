// Practice: the buttons of a training in the page: play and pause, one step, and one example through
// forward, backward and update.

import { Descent } from "./sgd.js";
import { byId, setText } from "../base/dom.js";
import { fullName } from "../base/formulas.js";
import { factor, short } from "../base/numbers.js";
import { drawnAnew, randomFrom } from "./random_init.js";

const BUDGET = 8; // milliseconds of a frame for steps
const AT_ONCE = 3; // steps of a frame, at most: it is to be watched
const GLIDES = { forward: 1500, backward: 2500 }; // milliseconds for all of it
const MOVED = 4; // parameters whose update is written out

export class Practice {
  constructor(room) {
    this.room = room;
    this.lesson = room.lesson;
    this.descent = new Descent(room);
    this.playing = 0;
    this.phase = "";
    this.random = randomFrom(1);
    room.onLook = () => this.pause();
    this._listen();
  }

  // One step, with the next batch.
  step() {
    if (this.room.examples.length === 0) return;
    this.descent.begin();
    this.descent.descend();
    this.descent.note();
    this.descent.look();
    this._sayIfLost();
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this.room.examples.length === 0) return undefined;
    this._setPhase("");
    setText(byId("train"), "❚❚ pause");
    this.descent.begin();
    const frame = () => {
      const end = performance.now() + BUDGET;
      let steps = 0;
      do this.descent.descend();
      while (++steps < AT_ONCE && performance.now() < end);
      this.descent.note();
      this.playing = requestAnimationFrame(frame);
      if (this._sayIfLost()) return this.pause();
      return this.descent.look("play");
    };
    this.playing = requestAnimationFrame(frame);
    return undefined;
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    setText(byId("train"), "▶ train");
    this.descent.look();
  }

  // From other weights, as large as those of the start.
  restart() {
    this.pause();
    this._setPhase("");
    const { runs, parameters } = this.lesson;
    this.descent.start(0, drawnAnew(runs[0].parameters[0], parameters.name, this.random));
    this.descent.look();
  }

  // After other examples came: nothing of the run was made with them.
  forget() {
    this.pause();
    this.descent.forget();
    this._setPhase("");
    const none = this.room.examples.length === 0;
    for (const id of ["train", "one-step", "one-forward", "one-backward", "one-update"])
      byId(id).disabled = none;
  }

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
    this.descent.begin();
    const before = room.parameters;
    room.trainer.load(before);
    const { gradient } = room.trainer.slope([row]);
    this.descent.move(gradient);
    this.descent.note();
    this.descent.look();
    this._setPhase("update");
    this._say(before, gradient);
  }

  _sayIfLost() {
    const { isLost } = this.descent;
    const said = "The loss is no number any more: a smaller rate, and new weights.";
    if (isLost) setText(byId("update-said"), said);
    return isLost;
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
