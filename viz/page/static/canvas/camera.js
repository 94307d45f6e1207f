// Camera: the visible part of the picture. It pans, zooms by wheel, pinch and keys, glides and
// fits.

import { animate, eased } from "../base/animation.js";

const CLOSEST = 3;
const ROOM_BELOW = 96; // pixels for the legend
const GLIDE = 320; // milliseconds

export class Camera {
  // `moved` is called after each change of x, y (pixels) or scale.
  constructor(svg, moved) {
    this.svg = svg;
    this.moved = moved;
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.size = { width: 1, height: 1 }; // the size of the picture
    this.pointers = new Map();
    this.stopGlide = () => {};
    this._listen();
  }

  get frame() {
    return { width: this.svg.clientWidth || 800, height: this.svg.clientHeight || 600 };
  }

  // The visible rectangle in units of the picture, with `margin` pixels around it.
  visibleArea(margin = 0) {
    const { width, height } = this.frame;
    const at = (p, origin) => (p - origin) / this.scale;
    return {
      left: at(-margin, this.x),
      right: at(width + margin, this.x),
      top: at(-margin, this.y),
      bottom: at(height + margin, this.y),
    };
  }

  set(x, y, scale) {
    this.stopGlide();
    this._set(x, y, scale);
  }

  zoom(factor, px = this.frame.width / 2, py = this.frame.height / 2) {
    const scale = this._within(this.scale * factor);
    const share = scale / this.scale;
    this.set(px - (px - this.x) * share, py - (py - this.y) * share, scale);
  }

  pan(dx, dy) {
    this.set(this.x + dx, this.y + dy, this.scale);
  }

  fit(glide = true) {
    const { width, height } = this.frame;
    const room = ROOM_BELOW;
    const { size } = this;
    const scale = Math.min((width - 16) / size.width, (height - room) / size.height, 1.25);
    const x = (width - this.size.width * scale) / 2;
    const y = Math.max((height - room - this.size.height * scale) / 2, 0);
    if (glide) this.glide(x, y, scale);
    else this.set(x, y, scale);
  }

  // Brings a box into view, large enough to read.
  show({ x, y, width, height }, least = 0.7) {
    const view = this.visibleArea(-30);
    const frame = this.frame;
    const whole = Math.min(frame.width / (width + 60), frame.height / (height + 60));
    const scale = Math.min(Math.max(this.scale, least), Math.max(whole, 0.1));
    const inside =
      x >= view.left && y >= view.top && x + width <= view.right && y + height <= view.bottom;
    if (inside && scale === this.scale) return;
    const { width: w, height: h } = this.frame;
    this.glide(w / 2 - (x + width / 2) * scale, h / 2 - (y + height / 2) * scale, scale);
  }

  glide(x, y, scale) {
    this.stopGlide();
    const from = { x: this.x, y: this.y, scale: this.scale };
    this.stopGlide = animate(GLIDE, (share) => {
      const mix = (a, b) => a + (b - a) * eased(share);
      this._set(mix(from.x, x), mix(from.y, y), mix(from.scale, scale));
    });
  }

  _set(x, y, scale) {
    this.x = x;
    this.y = y;
    this.scale = scale;
    this.moved();
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
