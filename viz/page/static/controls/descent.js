// Descent: a step of gradient descent with the parameters of the graph, after a backward pass.

import { addButton, byId, element, fillSelect } from "../base/dom.js";
import { nameOf } from "../base/formulas.js";
import { short } from "../base/numbers.js";
import { t } from "../base/words.js";

const RATES = [0.001, 0.01, 0.1, 1];

export class Descent {
  constructor(session) {
    const { graph, engine } = session;
    this.session = session;
    const free = [...graph.op.keys()].filter((i) => engine.isFree(i));
    this.parameters = free.filter((i) => graph.roles[i] === "parameter");
    this.rate = 0.1;
    this.report = "";
  }

  // A button and the rate, and the change of the result by the last step; none without parameters.
  parts() {
    if (this.parameters.length === 0) return [];
    const row = element("div", { class: "row" });
    addButton(row, t("one step of gradient descent"), () => this._step());
    const label = element("label", { text: t("rate") }, row);
    label.append(" ");
    const select = element("select", {}, label);
    fillSelect(select, RATES.map((rate) => [rate, rate]), this.rate);
    select.addEventListener("change", () => (this.rate = Number(select.value)));
    return [row, element("p", { class: "rule", role: "status", text: this.report })];
  }

  _step() {
    const { session, parameters, rate } = this;
    const { engine, graph } = session;
    const before = engine.data[graph.root];
    const { data, grad } = engine;
    session.setLeaves(parameters, parameters.map((i) => data[i] - rate * grad[i]));
    const change = `${short(before)} → ${short(engine.data[graph.root])}`;
    const name = nameOf(graph, graph.root);
    this.report = t("Every parameter moved by −{rate} × its gradient. {name}: {change}", { rate, name, change });
    byId("reset").disabled = false;
    session.player.go(session.player.position);
  }
}
