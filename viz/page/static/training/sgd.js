// Descent: the run that is made in the page, step by step, from what a classroom looks at.

import { byId } from "../base/dom.js";
import { Run } from "./run.js";

const NAME = "in this page";

export class Descent {
  constructor(room) {
    this.room = room;
    this.run = null;
    this.now = null; // { step, parameters } at its end
    this.slope = null; // { loss, gradient } of all examples there
    this.begun = 0; // the example that a batch begins with
  }

  // How many steps there were.
  get count() {
    return this.run === null ? 0 : this.run.steps[this.run.last];
  }

  get isLost() {
    return !Number.isFinite(this.run.losses[this.run.last]);
  }

  // Goes on from what is looked at. From another run, or with other examples, that is a new one.
  begin() {
    const { room } = this;
    if (room.run !== this.run || room.isOtherData) this.start(room.step, room.parameters);
    else if (room.isByHand || room.entry < this.run.last) this._enter(room.step, room.parameters);
    else if (this.slope === null) this._enter(this.count, room.parameters);
  }

  start(step, parameters) {
    const { room } = this;
    const { lesson } = room;
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

  // A step with the next batch, of which there is no entry yet.
  descend() {
    const { trainer, examples } = this.room;
    const size = Number(byId("batch").value);
    if (size === 0 || size >= examples.length) {
      trainer.load(this.now.parameters);
      return this.move((this.slope ?? trainer.slope(examples)).gradient);
    }
    const batch = Array.from({ length: size }, (_, i) => examples[(this.begun + i) % examples.length]);
    this.begun = (this.begun + size) % examples.length;
    trainer.load(this.now.parameters);
    return this.move(trainer.slope(batch).gradient);
  }

  // Each parameter against its gradient.
  move(gradient) {
    const rate = Number(byId("rate").value);
    const parameters = this.now.parameters.map((p, k) => p - rate * gradient[k]);
    this.now = { step: this.now.step + 1, parameters };
    this.slope = null;
  }

  // An entry of where it is.
  note() {
    this._enter(this.now.step, this.now.parameters);
  }

  // After other examples came: the slope is not theirs.
  forget() {
    this.slope = null;
  }

  // Shows its end.
  look(pace = "rest") {
    this.room.look(this.run, this.run.last, pace);
  }
}
