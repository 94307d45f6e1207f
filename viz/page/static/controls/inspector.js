// Inspector: the formula of one node, its exact numbers, its paths to the result, and a nudge.

import { byId, element } from "../base/dom.js";
import { formulaByName, formulaByNumber, fullName, nameOf } from "../base/formulas.js";
import { moduleFacts } from "./module_facts.js";
import { MINUS, NOT_YET, exact, short, signed, typedNumber } from "../base/numbers.js";
import { pathsOf } from "../engine/paths.js";

const LISTED = 6; // paths, at most
const SLOPES = 4; // local derivatives, at most
const NAMES = 7; // nodes of a path that are named, at most

export class Inspector {
  // `set(leaf, x)` changes a value, `follow(nodes)` marks a path in the graph.
  constructor(picture, { set, follow }) {
    this.picture = picture;
    this.engine = picture.engine;
    this.container = byId("inspected");
    this.set = set;
    this.follow = follow;
    this.node = null;
    this.module = null;
    this.field = null;
    this.step = null;
  }

  inspect(node) {
    if (node !== this.node) this.step = null;
    this.node = node;
    this.module = null;
    this.show();
  }

  inspectModule(cluster) {
    this.node = null;
    this.module = cluster;
    this.show();
  }

  // Writes everything again except a field that is being edited.
  show() {
    this.follow(null);
    const { node } = this;
    if (node === null && this.module !== null) {
      this.container.replaceChildren(...moduleFacts(this.picture, this.module));
      return;
    }
    if (node === null) {
      this.container.replaceChildren(
        element("p", {
          class: "note",
          text: "Point at a node, or move to one with the arrow keys, to see its formula and its paths.",
        }),
      );
      return;
    }
    const typing = this.field !== null && document.activeElement === this.field;
    const parts = [this._facts(node)];
    if (this.engine.graph.op[node] < 0) parts.push(typing ? this.row : this._change(node));
    const rest = [...this._paths(node), ...this._nudge(node)];
    if (typing) {
      const after = [...this.container.children].filter((child) => child !== this.row);
      for (const child of after) child.remove();
      this.row.before(parts[0]);
      this.row.after(...rest);
    } else {
      this.container.replaceChildren(...parts, ...rest);
    }
  }

  _facts(node) {
    const { graph } = this.engine;
    const list = element("dl", { class: "facts" });
    const fact = (what, text) => {
      element("dt", { text: what }, list);
      element("dd", { text }, list);
    };
    fact("name", fullName(graph, node));
    const data = this.picture.dataOf(node);
    if (graph.op[node] >= 0) {
      fact("=", formulaByName(graph, node));
      if (data !== null) fact("=", formulaByNumber(graph, node, this.engine.data));
    } else {
      fact("role", graph.roles[node]);
    }
    const grad = this.picture.gradOf(node);
    fact("data", data === null ? NOT_YET : exact(data));
    fact("grad", grad === null ? NOT_YET : exact(grad));
    if (data !== null) this._slopes(node, fact);
    return list;
  }

  // Lists the local derivatives by the operands.
  _slopes(node, fact) {
    const { graph, local } = this.engine;
    const last = Math.min(graph.first[node + 1], graph.first[node] + SLOPES);
    for (let e = graph.first[node]; e < last; e++) {
      const x = graph.operand[e];
      if (!graph.isConstant[x])
        fact(`∂${nameOf(graph, node)}/∂${nameOf(graph, x)}`, short(local[e]));
    }
  }

  _change(node) {
    this.row = element("div", { class: "change" });
    if (!this.engine.isFree(node)) {
      const why = this.engine.graph.isConstant[node]
        ? "it is a constant of the program"
        : "a primitive that this page cannot compute depends on it";
      this.row = element("p", { class: "note", text: `Locked: ${why}.` });
      this.field = null;
      return this.row;
    }
    const label = `Value of ${nameOf(this.engine.graph, node)}`;
    const x = this.engine.data[node];
    this.field = element(
      "input",
      { type: "text", inputmode: "decimal", "aria-label": label, value: exact(x) },
      this.row,
    );
    const span = Math.max(2 * Math.abs(x), 2) || 2;
    const slider = element(
      "input",
      { type: "range", min: -span, max: span, step: span / 200, value: x, "aria-label": label },
      this.row,
    );
    slider.value = x;
    this.field.addEventListener("input", () => {
      const typed = typedNumber(this.field.value);
      this.field.setAttribute("aria-invalid", String(Number.isNaN(typed)));
      if (Number.isNaN(typed)) return;
      slider.value = typed;
      this.set(node, typed);
    });
    slider.addEventListener("input", () => {
      const { field } = this;
      this.field = slider;
      this.set(node, Number(slider.value));
      this.field = field;
      field.value = exact(Number(slider.value));
    });
    return this.row;
  }

  _paths(node) {
    const { graph, grad } = this.engine;
    const L = nameOf(graph, graph.root);
    if (node === graph.root || graph.isConstant[node]) return [];
    const { count, greatest, rest, total } = pathsOf(this.engine, node, LISTED);
    const many = count > 1000000n ? `${short(Number(count), 3)}` : count.toLocaleString("en");
    const title = element("h3", {
      text: count === 1n ? `1 path to ${L}` : `${many} paths to ${L}, largest first`,
    });
    if (count === 0n)
      return [element("p", { class: "note", text: `There is no path to ${L}, so the gradient stays 0.` })];
    const list = element("ul", { class: "paths" });
    for (const { product, nodes } of greatest) this._path(list, nodes, product);
    if (count > BigInt(greatest.length)) this._line(list, "all other paths", signed(rest), "");
    this._line(list, "sum", signed(total), "sum");
    const wrong =
      this.engine.wrongOrder &&
      !Object.is(total, grad[node]) &&
      Math.abs(total - grad[node]) > 1e-9 * Math.abs(total);
    const parts = [title, list];
    if (wrong)
      parts.push(
        element("p", {
          class: "note warn",
          text: `The wrong order gives ${signed(grad[node])}: late contributions were never pushed on.`,
        }),
      );
    return parts;
  }

  _path(list, nodes, product) {
    const names = nodes.map((i) => nameOf(this.engine.graph, i));
    const text =
      names.length > NAMES
        ? [...names.slice(0, 3), `… ${names.length - 5} …`, ...names.slice(-2)]
        : names;
    const row = this._line(list, text.join(" → "), signed(product), "");
    row.setAttribute("tabindex", "0");
    for (const [on, off] of [
      ["pointerenter", "pointerleave"],
      ["focus", "blur"],
    ]) {
      row.addEventListener(on, () => this.follow(nodes));
      row.addEventListener(off, () => this.follow(null));
    }
  }

  _line(list, what, number, kind) {
    const row = element("li", { class: kind }, list);
    element("span", { text: what }, row);
    element("span", { text: number }, row);
    return row;
  }

  // Compares the change that the gradient predicts for the result with the actual one.
  _nudge(node) {
    if (!this.engine.isFree(node) || !this.engine.reached[node]) return [];
    const { graph, data, grad } = this.engine;
    const L = nameOf(graph, graph.root);
    if (this.step === null) this.step = 0.01 * (Math.abs(data[node]) || 1);
    const title = element("h3", { text: `Nudge ${nameOf(graph, node)} by` });
    const row = element("div", { class: "change" });
    const field = element(
      "input",
      {
        type: "text",
        inputmode: "decimal",
        "aria-label": "Size of the nudge",
        value: short(this.step).replaceAll(MINUS, "-"),
      },
      row,
    );
    const table = element("table", { class: "nudge" });
    const write = () => {
      table.replaceChildren();
      const h = this.step;
      const predicted = grad[node] * h;
      const truth = this._changeOfResult(node, h);
      const rows = [
        [`Δ${L} predicted: ${signed(grad[node])} × ${short(h)}`, signed(predicted)],
        [`Δ${L} actual`, signed(truth)],
        ["difference", signed(truth - predicted, 2)],
      ];
      for (const [what, number] of rows) {
        const tr = element("tr", {}, table);
        element("td", { text: what }, tr);
        element("td", { text: number }, tr);
      }
    };
    for (const [text, factor] of [
      ["÷ 10", 0.1],
      ["× 10", 10],
    ]) {
      const button = element("button", { text }, row);
      button.addEventListener("click", () => {
        this.step *= factor;
        field.value = short(this.step).replaceAll(MINUS, "-");
        write();
      });
    }
    field.addEventListener("input", () => {
      const typed = typedNumber(field.value);
      if (Number.isNaN(typed)) return;
      this.step = typed;
      write();
    });
    write();
    return [title, row, table];
  }

  _changeOfResult(node, h) {
    const { data, graph } = this.engine;
    const [x, y] = [data[node], data[graph.root]];
    this.engine.setLeaf(node, x + h);
    const moved = data[graph.root];
    this.engine.setLeaf(node, x);
    this.picture.show(this.picture.position);
    return moved - y;
  }
}
