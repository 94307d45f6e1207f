// Units: dead and saturated units. A ReLU that is 0 for every example is dead: no gradient passes.
// A tanh or sigmoid is saturated if its slope is near 0 for every example.

import { drawn, element } from "../base/dom.js";
import { fullName } from "../base/formulas.js";
import { printable } from "../base/text.js";
import { modulesAround } from "../base/graph.js";
import { t } from "../base/words.js";

const FLAT = 0.05; // share of the steepest slope below which a unit is flat
const UNIT = 22;
const IN_ROW = 16;

// The nodes of the primitives in `kinds`, grouped by the module around their module, in the order
// of the modules' names.
export function unitsOf(graph, kinds) {
  const { op, ops, clusters, frameOf } = graph;
  const units = [...op.keys()]
    .filter((i) => op[i] >= 0 && Object.hasOwn(kinds, ops[op[i]]))
    .map((i) => ({ i, around: modulesAround(graph, frameOf[i]) }))
    .filter(({ around }) => around.length > 0)
    .map(({ i, around }) => {
      const path = around.map((c) => clusters[c].name).reverse().join(".");
      return { i, path, layer: around[1] ?? around[0] };
    })
    .sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  const layers = new Map();
  for (const { i, layer } of units) {
    if (!layers.has(layer)) layers.set(layer, []);
    layers.get(layer).push(i);
  }
  return [...layers].map(([c, nodes]) => ({ name: clusters[c].name, nodes }));
}

// By node, the share of the examples whose gradient passes; `kinds` has the steepest slope of each
// primitive.
export function activity(layers, trainer, examples, kinds) {
  const { graph, local } = trainer.engine;
  const nodes = layers.flatMap((layer) => layer.nodes);
  const counts = new Map(nodes.map((i) => [i, 0]));
  for (const example of examples) {
    trainer.setExample(example);
    for (const i of nodes) {
      const slope = Math.abs(local[graph.first[i]]);
      if (slope > FLAT * kinds[graph.ops[graph.op[i]]].slope) counts.set(i, counts.get(i) + 1);
    }
  }
  return new Map([...counts].map(([i, n]) => [i, n / examples.length]));
}

export class Units {
  // `pick(node)` is called at a click.
  constructor(parent, graph, layers, kinds, pick) {
    parent.replaceChildren();
    this.graph = graph;
    this.kinds = kinds;
    this.boxes = new Map();
    for (const { name, nodes } of layers) {
      const row = element("div", { class: "units-row" }, parent);
      element("span", { class: "units-name", text: printable(name, 16) }, row);
      const rows = Math.ceil(nodes.length / IN_ROW);
      const width = Math.min(nodes.length, IN_ROW) * UNIT;
      const height = rows * UNIT;
      const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height }, row);
      nodes.forEach((i, k) => this._unit(svg, i, k, pick));
    }
    this.note = element("p", { class: "note" }, parent);
  }

  // Shows the share of each unit; returns the units that pass no gradient, [node, "dead"].
  show(shares) {
    const out = [];
    for (const [i, share] of shares) {
      const { level, cross, title } = this.boxes.get(i);
      level.setAttribute("height", share * (UNIT - 6));
      level.setAttribute("y", 3 + (1 - share) * (UNIT - 6));
      cross.style.display = share === 0 ? "" : "none";
      const percent = Math.round(100 * share);
      title.textContent = t("{name}: {percent} % of the examples", { name: fullName(this.graph, i), percent });
      const { ops, op } = this.graph;
      if (share === 0) out.push([i, this.kinds[ops[op[i]]].flat]);
    }
    const dead = out.filter(([, flat]) => flat === "dead").length;
    const n = out.length - dead;
    const parts = [];
    if (dead) parts.push(t("{n} dead (×): 0 for every example, so no gradient passes", { n: dead }));
    if (n) parts.push(t("{n} saturated (×): slope near 0 for every example", { n }));
    this.note.textContent = parts.join("; ") || t("every unit passes a gradient");
    return out;
  }

  _unit(svg, i, k, pick) {
    const [x, y] = [(k % IN_ROW) * UNIT, Math.floor(k / IN_ROW) * UNIT];
    const g = drawn("g", { class: "unit", transform: `translate(${x} ${y})` }, svg);
    const title = drawn("title", {}, g);
    drawn("rect", { class: "unit-box", x: 3, y: 3, width: UNIT - 6, height: UNIT - 6 }, g);
    const level = drawn("rect", { class: "unit-level", x: 3, width: UNIT - 6 }, g);
    const end = UNIT - 4;
    const d = `M4 4L${end} ${end}M${end} 4L4 ${end}`;
    const cross = drawn("path", { class: "unit-cross", d }, g);
    g.addEventListener("click", () => pick(i));
    this.boxes.set(i, { level, cross, title });
  }
}
