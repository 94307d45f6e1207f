// TurnChooser: the bar "‹ call 7 of 20 ›" for the open frames that show one call at a time.

import { addButton, element } from "../base/dom.js";
import { grouped } from "../base/numbers.js";
import { printable } from "../base/text.js";
import { languageNow, t } from "../base/words.js";
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
    const key = frames.map((c) => `${c}/${turnShownIn(graph, c).calls}`).join() + languageNow();
    if (key !== this.key) this.parent.replaceChildren(...frames.map((c) => this._chooser(c)));
    this.key = key;
    const fields = this.parent.querySelectorAll("input");
    frames.forEach((c, k) => (fields[k].value = turnShownIn(graph, c).call));
  }

  _chooser(cluster) {
    const { calls, isCall } = turnShownIn(this.graph, cluster);
    const name = printable(this.graph.clusters[cluster].name, 12);
    const group = element("span", { class: "turns", role: "group", "aria-label": isCall ? t("{name}: calls", { name }) : t("{name}: terms", { name }) });
    const step = (by) => () =>
      this.choose(cluster, turnShownIn(this.graph, cluster).call + by);
    const back = isCall ? t("previous call of {name}", { name }) : t("previous term of {name}", { name });
    addButton(group, "‹", step(-1), { title: t("{what} ([ or ])", { what: back }), "aria-label": back });
    const before = isCall ? t("{name}: call", { name }) : t("{name}: term", { name });
    element("span", { text: before }, group);
    const range = { type: "number", min: 1, max: calls, "aria-label": isCall ? t("call of {name}", { name }) : t("term of {name}", { name }) };
    const field = element("input", range, group);
    field.addEventListener("change", () => {
      const call = Math.round(Number(field.value));
      if (call >= 1 && call <= calls) this.choose(cluster, call);
      else field.value = turnShownIn(this.graph, cluster).call;
    });
    element("span", { text: t("of {n}", { n: grouped(calls) }) }, group);
    const next = isCall ? t("next call of {name}", { name }) : t("next term of {name}", { name });
    addButton(group, "›", step(1), { title: t("{what} ([ or ])", { what: next }), "aria-label": next });
    return group;
  }
}
