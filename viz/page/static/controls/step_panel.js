// StepPanel: the rule of this step in names and numbers, and the order in which nodes push.

import { byId, element, setText } from "../base/dom.js";
import { derivativeName, nameOf } from "../base/formulas.js";
import { grouped, signed } from "../base/numbers.js";
import { t } from "../base/words.js";
import { forwardLines, pushLines, seedLine, usesText } from "../engine/step_text.js";

const LEAVES = 6; // gradients listed at the end, at most
const PUSHES = 8; // pushes of one node that are listed, at most
const TARGETS = 4; // operands listed of a node in the order, at most
const AROUND = 4; // nodes shown on each side of the present one in the order

export class StepPanel {
  // `go(position)` moves to the step at which a node pushes.
  constructor(steps, picture, go, descent) {
    this.descent = descent;
    this.steps = steps;
    this.picture = picture;
    this.event = byId("event");
    this.order = byId("order");
    this.title = byId("step-title");
    this.go = go;
  }

  show(event, position, summary) {
    this.event.replaceChildren();
    const { last, seed } = this.steps;
    const end = position === last && last > 0;
    const { wrongOrder } = this.steps.engine;
    const parts = [position < seed ? t("Forward") : t("Backward")];
    if (position >= seed && wrongOrder) parts.push(t("without topological order"));
    if (position >= seed && end) parts.push(t("complete"));
    setText(this.title, parts.join(", "));
    if (end && summary) this._gradients();
    else this[`_${event.kind}`](event);
    if (position === seed - 1)
      this._text("note", t("All values are known. Next, the backward pass starts at the result."));
    if (end && !wrongOrder)
      this._text("note", t("All gradients are complete. Drag the value of a leaf, or step back."));
    if (end && summary && !wrongOrder) this.event.append(...(this.descent?.parts() ?? []));
    this._order(event, position);
  }

  _start() {
    this._text("note", t("Only the leaves have values. Each step forward computes one node from its operands."));
  }

  _forward({ node }) {
    const { rule, numbers } = forwardLines(this.steps, node);
    this._text("rule", rule);
    this._text("rule", `= ${numbers}`);
  }

  _seed() {
    this._text("rule", seedLine(this.steps));
    this._text("note", t("The backward pass starts at the result, whose derivative with respect to itself is 1."));
  }

  _push({ node, pushes }) {
    const { graph } = this.steps.engine;
    if (pushes.length > 1)
      this._text("note", t("{name} pushes to {n} operands:", { name: nameOf(graph, node), n: pushes.length }));
    for (const push of pushes.slice(0, PUSHES)) {
      const { rule, numbers, growth, receiver } = pushLines(this.steps, push);
      this._text("rule", rule);
      this._text("rule", `   = ${numbers}`);
      this._text("growth", `${receiver}: ${growth}`);
    }
    if (pushes.length > PUSHES) this._text("note", t("… and {n} more", { n: pushes.length - PUSHES }));
    if (pushes.length === 1) {
      this._text("note", t("+= upstream × local derivative: the contributions of all uses add up."));
      const uses = usesText(graph, pushes[0].edge);
      if (uses) this._text("note", uses);
    }
  }

  // Lists the gradients of the leaves, largest first.
  _gradients() {
    const { graph, grad, reached } = this.steps.engine;
    const size = (i) => (Number.isNaN(grad[i]) ? Infinity : Math.abs(grad[i]));
    const leaves = [...graph.op.keys()].filter((i) => graph.op[i] < 0 && reached[i]);
    leaves.sort((i, k) => size(k) - size(i) || i - k);
    for (const i of leaves.slice(0, LEAVES)) {
      const name = derivativeName(graph, graph.root, i);
      this._text("gradient", `${name} = ${signed(grad[i])}`);
    }
    if (leaves.length > LEAVES)
      this._text("note", t("… and {n} more leaves", { n: grouped(leaves.length - LEAVES) }));
  }

  _text(kind, text) {
    return element("p", { class: kind, text }, this.event);
  }

  // Lists the order of the backward pass around the present node.
  _order(event, position) {
    const { seed } = this.steps;
    const { stops } = this.steps.engine;
    const groups = stops.length - 1;
    const pushed = Math.max(0, position - seed);
    let now = 0;
    while (now < groups - 1 && stops[now + 1] < pushed) now++;
    const first = Math.max(0, Math.min(now - AROUND, groups - 2 * AROUND - 1));
    const focused = this.order.contains(document.activeElement);
    this.order.replaceChildren();
    for (let g = first; g < Math.min(first + 2 * AROUND + 1, groups); g++) {
      const isNow = event.kind === "push" && g === now;
      this._orderRow(g, isNow ? "now" : stops[g + 1] <= pushed ? "done" : "");
    }
    if (focused) this.order.querySelector(".now")?.focus();
  }

  // Writes the visit of one node, number g in the pass.
  _orderRow(g, state) {
    const { engine, seed } = this.steps;
    const button = element("button", { class: state }, element("li", {}, this.order));
    const [start, end] = engine.stops.slice(g, g + 2);
    const to = [];
    for (let k = start; k < end && to.length < TARGETS; k++) to.push(engine.push(k).operand);
    const name = (i) => nameOf(engine.graph, i);
    element("span", { class: "number", text: `${g + 1}.` }, button);
    element("span", { class: "name", text: name(engine.push(start).from) }, button);
    element("span", { class: "to", text: `→ ${to.map(name).join(", ")}` }, button);
    button.addEventListener("click", () => this.go(seed + end));
  }
}
