// Player: the scrubber and its buttons.

import { calm } from "../canvas/camera.js";
import { byId, setText } from "../base/dom.js";

export class Player {
  // `show(place, moving)` draws a place; moving: one step, as opposed to a jump.
  constructor(steps, show) {
    this.steps = steps;
    this.show = show;
    this.place = 0;
    this.timer = 0;
    this.gliding = 0;
    this.scrubber = byId("scrubber");
    this.grain = byId("grain");
    this.speed = byId("speed");
    const on = (id, act) => byId(id).addEventListener("click", act);
    on("to-start", () => this.go(0));
    on("to-end", () => this.go(this.steps.last));
    on("back", () => this.step(-1));
    on("forth", () => this.step(1));
    on("play", () => this.toggle());
    this.scrubber.addEventListener("input", () => this.go(Number(this.scrubber.value)));
    this.grain.addEventListener("change", () => this.go(this.place));
  }

  get byNode() {
    return this.grain.value === "node";
  }

  go(place, moving = false) {
    if (!moving) this.pause();
    this.place = Math.min(Math.max(place, 0), this.steps.last);
    this._write();
    this.show(this.place, moving);
  }

  step(direction) {
    this.pause();
    this.go(this.steps.next(this.place, direction, this.byNode), direction > 0);
  }

  toggle() {
    if (this.timer) return this.pause();
    if (this.place >= this.steps.last) this.go(0);
    setText(byId("play"), "❚❚ pause");
    const beat = () => {
      this.go(this.steps.next(this.place, 1, this.byNode), true);
      if (this.place >= this.steps.last) return this.pause();
      this.timer = setTimeout(beat, Number(this.speed.value));
      return 0;
    };
    this.timer = setTimeout(beat, 50);
    return 0;
  }

  // All the way to a place in so many milliseconds, however many steps that is.
  glide(place, milliseconds) {
    this.pause();
    const from = this.place;
    const begin = performance.now();
    const frame = (now) => {
      const share = calm() ? 1 : Math.min(Math.max((now - begin) / milliseconds, 0), 1);
      this.place = Math.round(from + (place - from) * share);
      this._write();
      this.show(this.place, false);
      this.gliding = share < 1 ? requestAnimationFrame(frame) : 0;
    };
    frame(begin);
  }

  pause() {
    cancelAnimationFrame(this.gliding);
    clearTimeout(this.timer);
    this.timer = 0;
    setText(byId("play"), "▶ play");
  }

  _write() {
    const { seed, last } = this.steps;
    this.scrubber.max = String(last);
    this.scrubber.value = String(this.place);
    const backward = this.place >= seed;
    const text = backward
      ? `push ${this.place - seed} of ${last - seed}`
      : `value ${this.place} of ${seed - 1}`;
    setText(byId("place"), text);
    this.scrubber.setAttribute("aria-valuetext", `${backward ? "backward" : "forward"}, ${text}`);
    byId("phase-forward").style.flex = `${Math.max(seed - 0.5, 1)} 1 0`;
    byId("phase-backward").style.flex = `${Math.max(last - seed + 0.5, 1)} 1 0`;
    byId("phase-forward").classList.toggle("now", !backward);
    byId("phase-backward").classList.toggle("now", backward);
  }
}
