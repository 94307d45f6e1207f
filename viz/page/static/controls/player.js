// Player: the scrubber and its buttons.

import { animate } from "../base/animation.js";
import { byId, onClick, setText } from "../base/dom.js";
import { t } from "../base/words.js";

export class Player {
  // `show(position, isStep, isSought)` draws a position; `isStep` is true for a step forward, and
  // `isSought` if its nodes are to come into view.
  constructor(steps, show) {
    this.steps = steps;
    this.show = show;
    this.position = 0;
    this.limit = Infinity; // the last position to go to, in practice that of the question
    this.timer = 0;
    this.stopGlide = () => {};
    this.scrubber = byId("scrubber");
    this.granularity = byId("granularity");
    this.speed = byId("speed");
    onClick("to-start", () => this.go(0));
    onClick("to-end", () => this.go(this.steps.last));
    onClick("step-back", () => this.step(-1));
    onClick("step-forward", () => this.step(1));
    onClick("play", () => this.toggle());
    this.scrubber.addEventListener("input", () => this.go(Number(this.scrubber.value)));
    this.granularity.addEventListener("change", () => this.go(this.position));
  }

  get byNode() {
    return this.granularity.value === "node";
  }

  get end() {
    return Math.min(this.steps.last, this.limit);
  }

  go(position, isStep = false, isSought = isStep) {
    if (!isStep) this.pause();
    this.position = Math.min(Math.max(position, 0), this.end);
    this._write();
    this.show(this.position, isStep, isSought);
  }

  step(direction) {
    this.pause();
    this.go(this.steps.next(this.position, direction, this.byNode), direction > 0, true);
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.position >= this.end) this.go(0);
    const beat = () => {
      this.go(this.steps.next(this.position, 1, this.byNode), true);
      if (this.position >= this.end) return this.pause();
      this.timer = setTimeout(beat, Number(this.speed.value));
      return 0;
    };
    this.timer = setTimeout(beat, 50);
    this.say();
    return 0;
  }

  // Runs to a position within a time in milliseconds, however many steps that takes.
  glide(position, milliseconds) {
    this.pause();
    const from = this.position;
    this.stopGlide = animate(milliseconds, (share) => {
      this.position = Math.round(from + (position - from) * share);
      this._write();
      this.show(this.position, false);
    });
  }

  pause() {
    this.stopGlide();
    clearTimeout(this.timer);
    this.timer = 0;
    this.say();
  }

  // Writes the texts of its state.
  say() {
    setText(byId("play"), this.timer ? t("❚❚ pause") : t("▶ play"));
    this._write();
  }

  _write() {
    const { seed, last } = this.steps;
    this.scrubber.max = String(last);
    this.scrubber.value = String(this.position);
    const backward = this.position >= seed;
    const text = backward
      ? t("push {k} of {n}", { k: this.position - seed, n: last - seed })
      : t("value {k} of {n}", { k: this.position, n: seed - 1 });
    setText(byId("position"), text);
    this.scrubber.setAttribute("aria-valuetext", `${backward ? t("backward") : t("forward")}, ${text}`);
    byId("phase-forward").style.flex = `${Math.max(seed - 0.5, 1)} 1 0`;
    byId("phase-backward").style.flex = `${Math.max(last - seed + 0.5, 1)} 1 0`;
    byId("phase-forward").classList.toggle("now", !backward);
    byId("phase-backward").classList.toggle("now", backward);
  }
}
