// TurnChooser: the bar "‹ call 7 of 20 ›" for the open frames that show one call at a time.

import { element } from "../base/dom.js";
import { grouped } from "../base/numbers.js";
import { printable } from "../base/text.js";
import { clustersAround } from "../base/graph.js";
import { turnShownIn } from "../layout/turns.js";

const CHOOSERS = 2; // choosers, the outermost frames first

export class TurnChooser {
  // `choose(cluster, call)` shows a call in a frame.
  constructor(parent, graph, choose) {
    Object.assign(this, { parent, graph, choose, key: "" });
  }

  show(folded) {
    const { graph } = this;
    const byChoice = new Map();
    for (const c of graph.shownTurns.keys()) {
      const { choice } = graph.clusters[c];
      const isOpen = !clustersAround(graph, c).some((at) => folded.has(at));
      if (isOpen && (!byChoice.has(choice) || graph.clusters[c].module !== "")) byChoice.set(choice, c);
    }
    const frames = [...byChoice.values()].slice(0, CHOOSERS);
    const key = frames.map((c) => `${c}/${turnShownIn(graph, c).calls}`).join();
    if (key !== this.key) this.parent.replaceChildren(...frames.map((c) => this._chooser(c)));
    this.key = key;
    const fields = this.parent.querySelectorAll("input");
    frames.forEach((c, k) => (fields[k].value = turnShownIn(graph, c).call));
  }

  _chooser(cluster) {
    const { calls, noun } = turnShownIn(this.graph, cluster);
    const name = printable(this.graph.clusters[cluster].name, 12);
    const group = element("span", { class: "turns", role: "group", "aria-label": `${name}: ${noun}s` });
    const step = (by) => () =>
      this.choose(cluster, turnShownIn(this.graph, cluster).call + by);
    const button = (text, what, act) => {
      const label = `${what} ${noun} of ${name}`;
      element("button", { text, title: `${label} ([ or ])`, "aria-label": label }, group)
        .addEventListener("click", act);
    };
    button("‹", "previous", step(-1));
    element("span", { text: `${name}: ${noun}` }, group);
    const range = { type: "number", min: 1, max: calls, "aria-label": `${noun} of ${name}` };
    const field = element("input", range, group);
    field.addEventListener("change", () => {
      const call = Math.round(Number(field.value));
      if (call >= 1 && call <= calls) this.choose(cluster, call);
      else field.value = turnShownIn(this.graph, cluster).call;
    });
    element("span", { text: `of ${grouped(calls)}` }, group);
    button("›", "next", step(1));
    return group;
  }
}
