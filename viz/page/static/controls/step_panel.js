// StepPanel: the rule of this step in names and numbers, and the order in which nodes push.

import { byId, element, setText } from "../base/dom.js";
import { derivativeName, nameOf } from "../base/formulas.js";
import { signed } from "../base/numbers.js";
import { forwardLines, pushLines, seedLine } from "../engine/step_text.js";

const LEAVES = 6; // gradients listed at the end, at most
const PUSHES = 8; // pushes of one node that are listed, at most
const AROUND = 4; // nodes shown on each side of the present one in the order

export class StepPanel {
  // `go(position)` moves to the step at which a node pushes.
  constructor(steps, picture, go) {
    this.steps = steps;
    this.picture = picture;
    this.event = byId("event");
    this.order = byId("order");
    this.title = byId("step-title");
    this.go = go;
    this.rows = [];
  }

  show(event, position, summary) {
    this.event.replaceChildren();
    const { last, seed } = this.steps;
    const end = position === last && last > 0;
    const { wrongOrder } = this.steps.engine;
    const order = wrongOrder ? ", without topological order" : "";
    const backward = `Backward${order}${end ? ", complete" : ""}`;
    setText(this.title, position < seed ? "Forward" : backward);
    if (end && summary) this._gradients();
    else this[`_${event.kind}`](event);
    if (position === seed - 1)
      this._text(
        "note",
        "All values are known. Next, the backward pass starts at the result.",
      );
    if (end && !wrongOrder)
      this._text("note", "All gradients are complete. Drag the value of a leaf, or step back.");
    this._order(event, position);
  }

  _start() {
    this._text(
      "note",
      "Only the leaves have values. Each step forward computes one node from its operands.",
    );
  }

  _forward({ node }) {
    const { rule, numbers } = forwardLines(this.steps, node);
    this._text("rule", rule);
    this._text("rule", `= ${numbers}`);
  }

  _seed() {
    this._text("rule", seedLine(this.steps));
    const start = "The backward pass starts at the result";
    this._text("note", `${start}, whose derivative with respect to itself is 1.`);
  }

  _push({ node, pushes }) {
    const { graph } = this.steps.engine;
    if (pushes.length > 1)
      this._text("note", `${nameOf(graph, node)} pushes to ${pushes.length} operands:`);
    for (const push of pushes.slice(0, PUSHES)) {
      const { rule, numbers, growth, receiver } = pushLines(this.steps, push);
      this._text("rule", rule);
      this._text("rule", `   = ${numbers}`);
      this._text("growth", `${receiver}: ${growth}`);
    }
    if (pushes.length > PUSHES) this._text("note", `… and ${pushes.length - PUSHES} more`);
    if (pushes.length === 1) {
      this._text("note", "+= upstream × local derivative: the contributions of all uses add up.");
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
      this._text("note", `… and ${(leaves.length - LEAVES).toLocaleString("en")} more leaves`);
  }

  _text(kind, text) {
    return element("p", { class: kind, text }, this.event);
  }

  // Lists the order of the backward pass around the present node.
  _order(event, position) {
    const { engine, seed } = this.steps;
    const { graph } = engine;
    const { stops } = engine;
    const groups = stops.length - 1;
    const pushed = Math.max(0, position - seed);
    let now = 0;
    while (now < groups - 1 && stops[now + 1] < pushed) now++;
    const first = Math.max(0, Math.min(now - AROUND, groups - 2 * AROUND - 1));
    const rows = [];
    for (let g = first; g < Math.min(first + 2 * AROUND + 1, groups); g++) {
      const { from } = engine.push(stops[g]);
      const to = [];
      for (let k = stops[g]; k < stops[g + 1] && to.length < 4; k++)
        to.push(nameOf(graph, engine.push(k).operand));
      const state =
        event.kind === "push" && g === now ? "now" : stops[g + 1] <= pushed ? "done" : "";
      rows.push({
        state,
        number: `${g + 1}.`,
        name: nameOf(graph, from),
        to: `→ ${to.join(", ")}`,
        stop: stops[g + 1],
      });
    }
    const focused = this.order.contains(document.activeElement);
    this.order.replaceChildren(...rows.map((row) => this._row(row)));
    if (focused) this.order.querySelector(".now")?.focus();
  }

  _row({ state, number, name, to, stop }) {
    const li = element("li");
    const button = element("button", { class: state }, li);
    for (const [kind, text] of [
      ["number", number],
      ["name", name],
      ["to", to],
    ]) {
      element("span", { class: kind, text }, button);
    }
    button.addEventListener("click", () => this.go(this.steps.seed + stop));
    return li;
  }
}
