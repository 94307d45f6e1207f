// Camera: the visible part of the picture. It pans, zooms by wheel, pinch and keys, glides and
// fits.

import { animate, eased } from "../base/animation.js";
import { READABLE, START, fitScale } from "../layout/fit.js";

const CLOSEST = 3;
const GLIDE = 320; // milliseconds

export class Camera {
  // `moved` is called after each change of x, y (pixels) or scale.
  constructor(svg, moved) {
    this.svg = svg;
    this.moved = moved;
    this.goal = { x: 0, y: 0, scale: 1 }; // where a glide ends
    Object.assign(this, this.goal);
    this.size = { width: 1, height: 1 }; // the size of the picture
    this.automatic = true; // fits after each resize, until the reader moves the picture
    this.start = null;
    this.pointers = new Map();
    this.stopGlide = () => {};
    this._listen();
  }

  get frame() {
    return { width: this.svg.clientWidth, height: this.svg.clientHeight };
  }

  // False in a hidden frame or tab, which has no size yet.
  get isSized() {
    return this.svg.clientWidth > 0 && this.svg.clientHeight > 0;
  }

  // The visible rectangle in units of the picture, with `margin` pixels around it.
  visibleArea(margin = 0, { x, y, scale } = this) {
    const { width, height } = this.frame;
    return {
      left: (-margin - x) / scale,
      right: (width + margin - x) / scale,
      top: (-margin - y) / scale,
      bottom: (height + margin - y) / scale,
    };
  }

  set(x, y, scale) {
    this.stopGlide();
    this.goal = { x, y, scale };
    this._set(x, y, scale);
  }

  zoom(factor, px = this.frame.width / 2, py = this.frame.height / 2) {
    const scale = this._within(this.scale * factor);
    const share = scale / this.scale;
    this.automatic = false;
    this.set(px - (px - this.x) * share, py - (py - this.y) * share, scale);
  }

  pan(dx, dy) {
    this.automatic = false;
    this.set(this.x + dx, this.y + dy, this.scale);
  }

  // Shows the whole picture, now and after each resize, until the reader moves it. If that is too
  // small to read, it shows the box that the function `start` returns instead, if there is one.
  fit(glide = true, start = null) {
    this.automatic = true;
    this.start = start;
    if (!this.isSized) return;
    const { frame, size } = this;
    const whole = fitScale(size, frame);
    const near = start && whole < READABLE ? start() : null;
    const scale = near ? START : whole;
    const [x, y] = [["x", "width"], ["y", "height"]].map(([at, side]) => {
      const rest = frame[side] - size[side] * scale;
      if (rest >= 0 || !near) return rest / 2;
      const centered = frame[side] / 2 - (near[at] + near[side] / 2) * scale;
      return Math.min(Math.max(centered, rest), 0);
    });
    if (glide) this.glide(x, y, scale);
    else this.set(x, y, scale);
  }

  // Brings a box into view and enlarges it to the scale `least`. A box in view stays where it is.
  show({ x, y, width, height }, least = 0) {
    if (!this.isSized) return;
    const { frame, goal } = this;
    const view = this.visibleArea(0, goal);
    const whole = Math.min(frame.width / (width + 60), frame.height / (height + 60));
    const scale = Math.max(goal.scale, Math.min(least, whole));
    // of a box that is longer than the window, a part is enough
    const isSeen = (at, length, low, high) =>
      length > high - low ? at < high && at + length > low : at >= low && at + length <= high;
    const inView =
      isSeen(x, width, view.left, view.right) && isSeen(y, height, view.top, view.bottom);
    if (inView && scale === goal.scale) return;
    this.automatic = false;
    const { width: w, height: h } = frame;
    this.glide(w / 2 - (x + width / 2) * scale, h / 2 - (y + height / 2) * scale, scale);
  }

  glide(x, y, scale) {
    this.stopGlide();
    this.goal = { x, y, scale };
    const from = { x: this.x, y: this.y, scale: this.scale };
    this.stopGlide = animate(GLIDE, (share) => {
      const mix = (a, b) => a + (b - a) * eased(share);
      this._set(mix(from.x, x), mix(from.y, y), mix(from.scale, scale));
    });
  }

  _set(x, y, scale) {
    Object.assign(this, { x, y, scale });
    this.moved();
  }

  // The point of the picture below the pointer.
  pointAt(event) {
    const [px, py] = this._position(event);
    return [(px - this.x) / this.scale, (py - this.y) / this.scale];
  }

  _within(scale) {
    const { width, height } = this.frame;
    const all = Math.min(width / this.size.width, height / this.size.height);
    return Math.min(Math.max(scale, Math.min(all * 0.5, 0.5)), CLOSEST);
  }

  _listen() {
    const { svg } = this;
    svg.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const [px, py] = this._position(event);
        const lines = event.deltaMode === 1 ? 16 : 1;
        this.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), px, py);
      },
      { passive: false },
    );
    svg.addEventListener("pointerdown", (event) => {
      if (event.defaultPrevented || event.button > 0) return;
      this.pointers.set(event.pointerId, this._position(event));
      this.travelled = 0;
    });
    svg.addEventListener("pointermove", (event) => this._drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      svg.addEventListener(end, (event) => {
        this.pointers.delete(event.pointerId);
        svg.classList.remove("panning");
      });
    }
  }

  // One pointer pans, two pointers pinch.
  _drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this._position(event);
    this.travelled += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
    if (this.travelled > 4 && !this.svg.hasPointerCapture(event.pointerId)) {
      this.svg.setPointerCapture(event.pointerId);
      this.svg.classList.add("panning");
    }
    this.pointers.set(event.pointerId, now);
    if (this.travelled <= 4) return;
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
    if (others.length === 0) return this.pan(now[0] - before[0], now[1] - before[1]);
    const [, [ox, oy]] = others[0];
    const distance = ([x, y]) => Math.hypot(x - ox, y - oy) || 1;
    this.zoom(distance(now) / distance(before), (now[0] + ox) / 2, (now[1] + oy) / 2);
  }

  // True if the released pointer had moved, so that its click is the end of a drag.
  get dragged() {
    return this.travelled > 4;
  }

  _position(event) {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}
