// Inspector: one node with its formula, its exact numbers and its paths to the result.

import { addFact, byId, element, setText } from "../base/dom.js";
import { edgesInto } from "../base/graph.js";
import { formulaByName, formulaByNumber, fullName, localName, nameOf } from "../base/formulas.js";
import { decisivePaths } from "../engine/decisive.js";
import { moduleFacts } from "./module_facts.js";
import { Nudge } from "./nudge.js";
import { NumberRow } from "./number_row.js";
import { exact, grouped, short, signed } from "../base/numbers.js";
import { t, told } from "../base/words.js";
import { pathsOf } from "../engine/paths.js";

const LISTED = 6; // paths, at most
const SLOPES = 4; // local derivatives, at most
const NAMES = 7; // nodes of a path that are named, at most

export class Inspector {
  // `set(leaf, x)` changes a value, `follow(nodes)` marks a path in the graph.
  constructor(picture, { set, follow }) {
    this.picture = picture;
    this.engine = picture.engine;
    this.slots = {}; // the parts of the panel, so that a field that is edited stays
    byId("inspected").replaceChildren();
    for (const name of ["facts", "value", "rest"])
      this.slots[name] = element("div", {}, byId("inspected"));
    this.nudge = new Nudge(picture);
    this.set = set;
    this.follow = follow;
  }

  // Shows a node, or the module `cluster`.
  inspect(node, cluster) {
    if (node !== this.node) this.nudge.size = null;
    Object.assign(this, { node, cluster });
    this.show();
  }

  // Writes everything again except a field that is being edited.
  show() {
    this.follow(null);
    const { node, cluster, slots } = this;
    if (node === undefined) {
      const isEmpty = cluster === undefined;
      const empty = t("Point at a node, or move to one with the arrow keys, to see its formula and its paths.");
      const facts = isEmpty ? [note(empty)] : moduleFacts(this.picture, cluster);
      slots.facts.replaceChildren(...facts);
      slots.value.replaceChildren();
      slots.rest.replaceChildren();
      return;
    }
    const isLeaf = this.engine.graph.op[node] < 0;
    slots.facts.replaceChildren(this._facts(node));
    if (!this._isTyping(node)) slots.value.replaceChildren(...(isLeaf ? [this._valueRow(node)] : []));
    const more = () => [...this._paths(node), ...this._decided(node), ...this.nudge.partsFor(node)];
    slots.rest.replaceChildren(...(this.picture.isAsking ? [] : more()));
  }

  _isTyping(node) {
    const { typed, slots } = this;
    const isTyped = typed?.node === node && Object.is(typed.x, this.engine.data[node]);
    return isTyped && slots.value.contains(document.activeElement);
  }

  _facts(node) {
    const { graph } = this.engine;
    const list = element("dl", { class: "facts" });
    const fact = (term, text) => addFact(list, term, text);
    fact(t("name"), fullName(graph, node));
    const data = this.picture.dataOf(node);
    if (graph.op[node] < 0) fact(t("role"), told(graph.roles[node]));
    else fact("=", formulaByName(graph, node));
    if (graph.op[node] >= 0 && data !== null)
      fact("=", formulaByNumber(graph, node, this.engine.data));
    fact("data", exact(data));
    fact("grad", exact(this.picture.gradOf(node)));
    this.picture.addFacts?.(node, fact);
    if (data !== null) this._slopes(node, fact);
    return list;
  }

  // Lists the local derivatives, one per operand.
  _slopes(node, fact) {
    const { graph } = this.engine;
    for (const e of edgesInto(graph, node).slice(0, SLOPES)) {
      const x = graph.operand[e];
      if (!graph.isConstant[x]) fact(localName(graph, e), short(this.picture.localOf(e)));
    }
  }

  // A field and a slider for the value of a leaf, or the reason why it is locked.
  _valueRow(node) {
    const { graph, data } = this.engine;
    if (!this.engine.isFree(node)) return note(whyLocked(graph, node));
    const x = data[node];
    this.typed = { node, x }; // the leaf of the field, and the number in it
    const row = element("div", { class: "change" });
    const span = Math.max(2 * Math.abs(x), 2) || 2;
    const refusal = element("p", { class: "note warn", role: "status" });
    const set = (typed) => {
      this.typed.x = typed;
      this.set(node, typed);
    };
    const range = { min: -span, max: span, step: span / 200 };
    new NumberRow(row, nameOf(graph, node), range, set, (text) => setText(refusal, text)).write(x);
    row.append(refusal);
    return row;
  }

  _paths(node) {
    const { graph, grad } = this.engine;
    const L = nameOf(graph, graph.root);
    if (node === graph.root || graph.isConstant[node]) return [];
    const { count, greatest, rest, total } = pathsOf(this.engine, node, LISTED);
    const many = count > 1000000n ? short(Number(count), 3) : grouped(count);
    const paths = count === 1n ? t("1 path to {L}", { L }) : t("{many} paths to {L}, largest first", { many, L });
    const title = element("h3", { text: paths });
    if (count === 0n) return [note(t("There is no path to {L}, so the gradient stays 0.", { L }))];
    const list = element("ul", { class: "paths" });
    for (const { product, nodes } of greatest) this._path(list, nodes, product);
    if (count > BigInt(greatest.length)) this._line(list, t("all other paths"), signed(rest), "");
    this._line(list, t("sum"), signed(total), "sum");
    if (this.picture.isWrong(node)) {
      const got = t("The wrong order gives {x}: late contributions were never pushed on.", { x: signed(grad[node]) });
      return [title, list, note(got, "note warn")];
    }
    return grad[node] === 0 ? [title, list, note(whyZero(this.picture, greatest[0]))] : [title, list];
  }

  // The leaves that decide the value of a node; found while that part is open.
  _decided(node) {
    if (this.engine.graph.op[node] < 0) return [];
    const part = element("details");
    element("summary", { text: t("Decided by") }, part);
    const list = element("ul", { class: "paths" }, part);
    const fill = () => {
      this.isDecidedOpen = part.open;
      list.replaceChildren();
      if (!part.open) return;
      for (const { product, nodes } of decisivePaths(this.engine, node, LISTED)) this._path(list, nodes, product);
    };
    element("p", { class: "note", text: t("The leaves with the greatest share in its value: each is a leaf times the local derivatives along one path.") }, part);
    part.open = Boolean(this.isDecidedOpen);
    part.addEventListener("toggle", fill);
    fill();
    return [part];
  }

  _path(list, nodes, product) {
    const names = namesAlong(this.engine.graph, nodes);
    if (names.length > NAMES) names.splice(3, names.length - 5, `… ${names.length - 5} …`);
    const row = this._line(list, names.join(" → "), signed(product), "");
    row.setAttribute("tabindex", "0");
    for (const on of ["pointerenter", "focus"])
      row.addEventListener(on, () => this.follow(nodes));
    for (const off of ["pointerleave", "blur"])
      row.addEventListener(off, () => this.follow(null));
  }

  _line(list, what, number, kind) {
    const row = element("li", { class: kind }, list);
    element("span", { text: what }, row);
    element("span", { text: number }, row);
    return row;
  }
}

function whyLocked(graph, node) {
  if (graph.isConstant[node] || !graph.isOpaque.includes(1)) return t("Locked: it is a constant of the program.");
  return t("Locked: a primitive that this page cannot compute depends on it.");
}

// The reason for a gradient of 0, by the path with the largest product.
function whyZero(picture, { product, nodes }) {
  if (product !== 0) return t("The gradient is 0: the paths cancel.");
  const off = nodes.find((i) => picture.isOff(i));
  if (off === undefined) return t("The gradient is 0, since every path has a factor 0.");
  const name = nameOf(picture.graph, off);
  return t("The gradient is 0, since every path has a factor 0: {name} is off here.", { name });
}

// The names along a path; of a large graph, those that somebody gave, with … for the rest.
function namesAlong(graph, nodes) {
  const isTold = (i, k) => k === 0 || k === nodes.length - 1 || !/^v\d+$/.test(graph.names[i]);
  const all = nodes.map((i, k) => (graph.count <= graph.room || isTold(i, k) ? nameOf(graph, i) : "…"));
  return all.filter((name, k) => name !== "…" || all[k - 1] !== "…");
}

function note(text, kind = "note") {
  return element("p", { class: kind, text });
}
