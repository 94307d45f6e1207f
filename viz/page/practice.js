// Practice: a training in the page: play and pause, one step, one example through forward, backward and
// update; data to choose, and points of one's own.

import { byId, element, setText } from "./dom.js";
import { fullName } from "./formulas.js";
import { classesOf } from "./lesson.js";
import { factor, short } from "./numbers.js";
import { Run } from "./run.js";
import { dealt } from "./trainer.js";

const BUDGET = 8; // milliseconds of a frame for steps
const AT_ONCE = 3; // steps of a frame, at most: it is to be watched
const MOVED = 4; // parameters whose update is written out
const OWN = "my own points";

export class Practice {
  constructor(room) {
    this.room = room;
    this.lesson = room.lesson;
    this.run = null; // the one made here
    this.playing = 0;
    this.at = 0; // the example that a batch begins with
    this.random = randomFrom(1);
    this.sets = { "the data": this.lesson.examples, ...this.lesson.sets };
    if (classesOf(this.lesson)?.length === 2 && this.lesson.inputs === 2) this.sets[OWN] = [];
    this._listen();
    this._buildSets();
  }

  // A step with the next batch: the loss and gradient there are noted, then all parameters move.
  step() {
    const batch = this._batch();
    if (batch.length === 0) return;
    const { room } = this;
    room.trainer.load(room.parameters);
    const { loss, gradient } = room.trainer.slope(batch);
    this._note(batch.length === room.examples.length ? loss : this._meanLoss(), gradient);
    this._move(gradient);
  }

  // Of all examples: a curve of single ones would be all peaks.
  _meanLoss() {
    this.room.trainer.load(this.room.parameters);
    return this.room.trainer.meanLoss(this.room.examples);
  }

  toggle() {
    if (this.playing) return this.pause();
    if (this._batch(true).length === 0) return 0;
    setText(byId("train"), "❚❚ pause");
    const frame = () => {
      const end = performance.now() + BUDGET;
      let steps = 0;
      do this.step();
      while (++steps < AT_ONCE && performance.now() < end);
      if (!Number.isFinite(this.run.losses[this.run.last])) return this._diverged();
      this.room.showParameters(this.room.parameters, "play");
      this.playing = requestAnimationFrame(frame);
      return 0;
    };
    this.playing = requestAnimationFrame(frame);
    return 0;
  }

  pause() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    setText(byId("train"), "▶ train");
    this._settle();
  }

  // ---- one example

  // The values of the next example come in, and are followed forward.
  forward() {
    this.pause();
    const { room } = this;
    room.choose((room.probe + 1) % room.examples.length);
    const { player, steps } = room.session;
    player.go(0);
    player.glide(steps.seed - 1, 1500);
    this._phase("forward");
    setText(byId("update-said"), "");
  }

  backward() {
    this.pause();
    const { player, steps } = this.room.session;
    player.go(steps.seed);
    player.glide(steps.last, 2500);
    this._phase("backward");
  }

  // Each parameter moves against its gradient by this example.
  update() {
    this.pause();
    const { room, lesson } = this;
    const { engine } = room.session;
    const gradient = Float64Array.from(lesson.parameters.node, (i) => (i < 0 ? 0 : engine.grad[i]));
    const before = room.parameters;
    this._note(this._meanLoss(), gradient);
    this._move(gradient);
    this._say(before, gradient);
    this._settle();
    this._phase("update");
  }

  // ---- parameters

  restart() {
    this.pause();
    const start = this.lesson.runs[0].parameters[0];
    this._begin(dealt(start, this.lesson.parameters.name, this.random));
  }

  _begin(parameters) {
    const { room } = this;
    this.run = null;
    room.run = null;
    room.parameters = parameters;
    this._ensureRun();
    this._settle();
  }

  // The run made here; where what is looked at is not its end, it goes on from what is looked at.
  _ensureRun() {
    const { room } = this;
    if (this.run === null) {
      this.run = new Run("in this page");
      room.showRuns([...this.lesson.runs.filter((run) => run.last > 0), this.run]);
    }
    if (room.run !== this.run) {
      this.count = room.runs.includes(room.run) ? room.step : 0;
      this.run.put(this.count, NaN, room.parameters, nothing(room.parameters.length));
      room.run = this.run;
      room.entry = this.run.last;
      room.showRuns(room.runs);
    } else if (room.entry < this.run.last) {
      this.count = room.step;
    }
  }

  _note(loss, gradient) {
    this._ensureRun();
    this.run.put(this.count, loss, this.room.parameters, gradient);
  }

  _move(gradient) {
    const { room, run } = this;
    room.trainer.load(room.parameters);
    room.trainer.descend(Number(byId("rate").value), gradient);
    room.parameters = room.trainer.parameters.slice();
    this.count += 1;
    run.put(this.count, run.losses[run.last], room.parameters, nothing(gradient.length));
    room.entry = run.last;
  }

  // At rest: the loss and the gradient at the parameters there are.
  _settle() {
    const { room, run } = this;
    if (run && room.examples.length > 0) {
      room.trainer.load(room.parameters);
      const { loss, gradient } = room.trainer.slope(room.examples);
      run.put(this.count, loss, room.parameters, gradient);
    }
    room.showParameters(room.parameters);
  }

  _diverged() {
    this.pause();
    setText(byId("update-said"), "The loss is no longer a number: a smaller rate, and new weights.");
  }

  _batch(look = false) {
    const { examples } = this.room;
    const size = Math.min(Number(byId("batch").value) || examples.length, examples.length);
    const batch = Array.from({ length: size }, (_, i) => examples[(this.at + i) % examples.length]);
    if (!look) this.at = (this.at + size) % Math.max(examples.length, 1);
    return batch;
  }

  // w: 0.5 − 0.1 × 2 = 0.3, of those that move most.
  _say(before, gradient) {
    const { parameters } = this.lesson;
    const { graph } = this.room.session;
    const order = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]));
    const rate = Number(byId("rate").value);
    const lines = order.slice(0, MOVED).map((k) => {
      const name = parameters.node[k] < 0 ? parameters.name[k] : fullName(graph, parameters.node[k]);
      const product = `${short(rate)} × ${factor(gradient[k])}`;
      return `${name}: ${short(before[k])} − ${product} = ${short(this.room.parameters[k])}`;
    });
    const still = gradient.every((g) => g === 0);
    setText(byId("update-said"), still ? "Every gradient is 0: nothing moves." : lines.join("\n"));
  }

  _phase(name) {
    for (const id of ["forward", "backward", "update"])
      byId(`one-${id}`).classList.toggle("done", id === name);
  }

  // ---- data

  _buildSets() {
    const select = byId("set");
    for (const name of Object.keys(this.sets)) element("option", { value: name, text: name }, select);
    byId("set-row").hidden = Object.keys(this.sets).length < 2;
    select.addEventListener("change", () => this._choose(select.value));
    this._choose(select.value, false);
    this.room.onPlane = (x, y, example) => this._clicked(x, y, example);
  }

  _choose(name, anew = true) {
    this.pause();
    this.own = name === OWN;
    for (const part of byId("set-row").querySelectorAll(".own")) part.hidden = !this.own;
    if (anew) this._show(0);
    if (anew && this.run) this._settle();
  }

  // Points of one's own lie where the data was: a plane that moved would be hard to click on.
  _show(probe) {
    const examples = this.sets[byId("set").value];
    this.room.setExamples(examples, probe, this.own ? this.lesson.examples : examples);
  }

  _clicked(x, y, example) {
    const { room } = this;
    if (!this.own || example >= 0) {
      if (example >= 0) room.choose(example);
      return;
    }
    const k = Number(byId("set-row").querySelector("input[name=class]:checked").value);
    const round = (v) => Number(v.toPrecision(4));
    this.sets[OWN].push(Float64Array.of(round(x), round(y), classesOf(this.lesson)[k]));
    this._show(this.sets[OWN].length - 1);
  }

  _listen() {
    const on = (id, act) => byId(id).addEventListener("click", act);
    on("train", () => this.toggle());
    on("one-step", () => {
      this.pause();
      this.step();
      this._settle();
    });
    on("new-weights", () => this.restart());
    on("one-forward", () => this.forward());
    on("one-backward", () => this.backward());
    on("one-update", () => this.update());
    on("clear-points", () => {
      this.sets[OWN].length = 0;
      this._show(0);
    });
  }
}

function nothing(length) {
  return new Float64Array(length).fill(NaN);
}

// The same numbers on every machine.
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
