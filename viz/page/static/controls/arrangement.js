// Arrangement: the panel beside the graph, its width and its parts, and the presenter mode. The
// browser remembers it, except in a frame that may not store anything.

import { byId, onClick } from "../base/dom.js";
import { recalled, store } from "../base/stored.js";

const STORED = "microgradlike";
const LEAST = 240; // pixels
const MOST = 0.6; // of the window
const PRESS = 24; // pixels that an arrow key moves the edge of the panel
const SMALL = "(max-width: 820px), (max-height: 520px)"; // the legend starts closed

export class Arrangement {
  constructor() {
    this.main = document.querySelector("main");
    this.panel = byId("side-panel");
    this.split = byId("split");
    this.kept = recalled(STORED);
    if (matchMedia(SMALL).matches) byId("legend-part").open = false;
    for (const part of document.querySelectorAll("details")) {
      part.open = this.kept[part.id] ?? part.open;
      part.firstElementChild.addEventListener("click", () => this.keep(part.id, !part.open));
    }
    const shortcuts = byId("shortcuts");
    shortcuts.checked = this.kept.shortcuts ?? true;
    shortcuts.addEventListener("change", () => this.keep("shortcuts", shortcuts.checked));
    onClick("panel", () => this.togglePanel());
    onClick("present", () => this.present());
    document.addEventListener("fullscreenchange", () => {
      if (!document.fullscreenElement) this.present(false);
    });
    this._listenToSplit();
    if (this.kept.width > 0) this.resize(this.kept.width);
    else this._describe(this.panel.clientWidth);
    if (this.kept.hidden) this.togglePanel();
  }

  get isPresenting() {
    return document.body.classList.contains("presenter");
  }

  togglePanel() {
    const hidden = !this.panel.hidden;
    this.panel.hidden = this.split.hidden = hidden;
    byId("panel").setAttribute("aria-expanded", String(!hidden));
    this.keep("hidden", hidden);
  }

  // A browser or frame that refuses the full screen is filled instead.
  present(on = !this.isPresenting) {
    document.body.classList.toggle("presenter", on);
    byId("present").setAttribute("aria-pressed", String(on));
    if (on) document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }

  resize(width) {
    this._describe(width);
    this.main.style.setProperty("--side", `min(${this.width}px, ${MOST * 100}%)`);
    this.keep("width", this.width);
  }

  _describe(width) {
    const most = Math.round(MOST * this.main.clientWidth);
    this.width = Math.round(Math.max(LEAST, Math.min(width, most)));
    for (const [name, x] of Object.entries({ min: LEAST, max: most, now: this.width }))
      this.split.setAttribute(`aria-value${name}`, x);
  }

  _listenToSplit() {
    const { split } = this;
    split.addEventListener("pointerdown", ({ pointerId }) => split.setPointerCapture(pointerId));
    split.addEventListener("pointermove", ({ pointerId, clientX }) => {
      const { right } = this.main.getBoundingClientRect();
      if (split.hasPointerCapture(pointerId)) this.resize(right - clientX);
    });
    split.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: PRESS, ArrowRight: -PRESS, Home: Infinity, End: -Infinity };
      if (!(event.key in by)) return;
      event.preventDefault();
      event.stopPropagation();
      this.resize(this.width + by[event.key]);
    });
  }

  keep(name, value) {
    this.kept[name] = value;
    store(STORED, this.kept);
  }
}
