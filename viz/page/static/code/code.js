// Code: the entry of a page with the lines that made its nodes. The line of this step is lit, and
// those of a node that is selected or under the pointer are marked.

import { byId, element, setText } from "../base/dom.js";
import { clustersAround } from "../base/graph.js";
import { nameOf } from "../base/formulas.js";
import { session } from "../controls/main.js";
import { short, signed } from "../base/numbers.js";
import { onLanguage, t } from "../base/words.js";

const SIGNS = { forward: "▶", backward: "◀" };

class CodePanel {
  constructor({ graph, overlay }) {
    Object.assign(this, { graph, overlay });
    this.panel = element("details", { id: "code", open: "" });
    byId("side-panel").prepend(this.panel);
  }

  // Follows the steps, marks and languages of the page from now on.
  show() {
    this._fill();
    onLanguage(() => this._fill());
    this.overlay.onChange = () => this._refresh();
  }

  _fill() {
    const { panel } = this;
    panel.replaceChildren();
    element("h2", { text: t("Code") }, element("summary", {}, panel));
    this.frame = element("div", { class: "code", role: "group", "aria-label": t("The code that made this graph") }, panel);
    this._addRows(element("div", { class: "code-lines" }, this.frame));
    const note = t("▶ computes its value, ◀ passes its gradient on. Click a line to select its nodes.");
    element("p", { class: "note", text: note }, panel);
    this._refresh();
  }

  _addRows(list) {
    const { files, file, number, text, node } = this.graph.code;
    const nodes = number.map(() => []);
    node.forEach((row, i) => row >= 0 && !this.graph.isConstant[i] && nodes[row].push(i));
    this.rows = number.map((n, k) => {
      if (file[k] !== file[k - 1]) element("p", { class: "code-file", text: files[file[k]] }, list);
      else if (n > number[k - 1] + 1) element("p", { class: "code-gap", text: "⋯" }, list);
      return this._rowOf(nodes[k], n, text[k] ?? t("(the source is not available)"), list);
    });
  }

  _rowOf(nodes, number, text, list) {
    const line = element(nodes.length ? "button" : "div", { class: "code-line" }, list);
    const sign = element("span", { class: "code-sign" }, line);
    element("span", { class: "code-number", text: number }, line);
    element("span", { text }, line);
    if (nodes.length) line.addEventListener("click", () => this._choose(nodes));
    return { nodes, line, sign, numbers: element("span", { class: "code-numbers" }, line) };
  }

  _refresh() {
    const { graph: { code }, overlay, rows } = this;
    const { event } = overlay;
    if (overlay.selected === null && rows.some(({ nodes }) => nodes === overlay.matches)) overlay.matches = [];
    const lit = rows[code.node[event?.node]];
    const kind = event?.kind === "forward" ? "forward" : "backward";
    const pointed = this._pointedNodes();
    let shown;
    for (const row of rows) {
      const isLit = row === lit;
      const marked = pointed.find((i) => rows[code.node[i]] === row);
      const look = `code-line ${isLit ? kind : ""} ${marked === undefined ? "" : "marked"}`;
      if (row.nodes.length) this._writeNumbers(row, isLit ? event.node : marked);
      if (row.line.className === look) continue;
      row.line.className = look;
      row.line.ariaCurrent = isLit ? "step" : null;
      setText(row.sign, isLit ? SIGNS[kind] : "");
      if (isLit || marked !== undefined) shown ??= row.line;
    }
    if (shown) this._scrollTo(shown);
  }

  _scrollTo({ offsetTop, offsetHeight }) {
    const { frame } = this;
    const isSeen = offsetTop >= frame.scrollTop && offsetTop + offsetHeight <= frame.scrollTop + frame.clientHeight;
    if (!isSeen) frame.scrollTop = offsetTop - frame.clientHeight / 2;
  }

  // Writes the numbers of a node, by default of the last one of the line that is known.
  _writeNumbers({ nodes, numbers }, node) {
    const { picture } = session;
    const i = node ?? nodes.findLast((k) => picture.dataOf(k) !== null) ?? nodes.at(-1);
    const [data, grad] = [picture.dataOf(i), picture.gradOf(i)];
    const known = [data === null ? "" : short(data), grad === null ? "" : `grad ${signed(grad)}`];
    setText(numbers, known.filter(Boolean).join("  "));
    numbers.title = t("{name}, one of the nodes of this line: {n}", { name: nameOf(this.graph, i), n: nodes.length });
  }

  _pointedNodes() {
    const { graph } = this;
    const box = this.overlay.selected ?? this.overlay.pointed;
    if (box?.kind === "node") return [box.node];
    if (box?.kind !== "fold") return [];
    return [...graph.op.keys()].filter((i) => clustersAround(graph, graph.clusterOf[i]).includes(box.cluster));
  }

  // Goes to the nodes of a line as to those of a search, at each click to the next.
  _choose(nodes) {
    if (session.found.nodes !== nodes) session.found = { nodes, at: -1 };
    session.nextFound(1);
    this.overlay.mark({ matches: nodes });
  }
}

new CodePanel(session).show();
