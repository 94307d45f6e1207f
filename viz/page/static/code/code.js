// Code: the entry of a page with the lines that made its nodes. The line of this step is lit, and those of a node
// that is selected or under the pointer are marked.

import { byId, element, setText } from "../base/dom.js";
import { clustersAround } from "../base/graph.js";
import { nameOf } from "../base/formulas.js";
import { session } from "../controls/main.js";
import { short, signed } from "../base/numbers.js";
import { onLanguage, t } from "../base/words.js";

const SIGNS = { forward: "▶", backward: "◀" };

class CodePanel {
  constructor({ graph, overlay, picture, view }, { files, file, number, text, node }) {
    Object.assign(this, { graph, overlay, picture, view, rowOf: node });
    this.rows = number.map(() => ({ nodes: [] }));
    node.forEach((row, i) => row >= 0 && !graph.isConstant[i] && this.rows[row].nodes.push(i));
    const panel = element("details", { id: "code", open: "" });
    byId("side-panel").prepend(panel);
    const title = element("h2", {}, element("summary", {}, panel));
    this.frame = element("div", { class: "code", role: "group" }, panel);
    this.list = element("div", { class: "code-lines" }, this.frame);
    for (const k of number.keys()) {
      const isNext = k > 0 && file[k] === file[k - 1];
      if (!isNext) element("p", { class: "code-file", text: files[file[k]] }, this.list);
      else if (number[k] > number[k - 1] + 1) element("p", { class: "code-gap", text: "⋯" }, this.list);
      this._addRow(this.rows[k], number[k], text[k]);
    }
    const note = element("p", { class: "note" }, panel);
    const write = () => {
      for (const row of this.rows) row.written = null;
      title.textContent = t("Code");
      this.frame.setAttribute("aria-label", t("The code that made this graph"));
      note.textContent = t("▶ computes its value, ◀ passes its gradient on. Click a line to select its nodes.");
    };
    write();
    onLanguage(write);
    this.event = null;
  }

  _addRow(row, number, text) {
    const { nodes } = row;
    row.line = element(nodes.length ? "button" : "div", { class: "code-line" }, this.list);
    row.sign = element("span", { class: "code-sign" }, row.line);
    element("span", { class: "code-number", text: number }, row.line);
    element("span", { text: text ?? t("(the source is not available)") }, row.line);
    row.numbers = element("span", { class: "code-numbers" }, row.line);
    row.line.addEventListener("click", () => nodes.length && this._choose(row));
  }

  // Follows the steps and marks of the picture, from the present ones on.
  show() {
    const { overlay } = this;
    const [showEvent, mark] = [overlay.showEvent.bind(overlay), overlay.mark.bind(overlay)];
    overlay.showEvent = (event, isStep) => {
      showEvent(event, isStep);
      this.event = event;
      this._refresh(true);
    };
    overlay.mark = (marks) => {
      if (marks.selected === null && this.chosen) {
        this.chosen = null;
        mark({ matches: [] });
      }
      mark(marks);
      this._refresh(false);
    };
    session.player.go(session.player.position);
  }

  _refresh(isSought) {
    const { event, rows, rowOf } = this;
    const kind = event?.kind === "forward" ? "forward" : "backward";
    const lit = event && event.node >= 0 ? rows[rowOf[event.node]] : undefined;
    const pointed = this._pointedNodes();
    const marked = new Set(pointed.map((i) => rows[rowOf[i]]));
    for (const row of rows) {
      const isLit = row === lit;
      const look = `code-line ${isLit ? kind : ""} ${marked.has(row) ? "marked" : ""}`;
      if (look !== row.line.className) {
        row.line.className = look;
        setText(row.sign, isLit ? SIGNS[kind] : "");
        row.line.ariaCurrent = isLit ? "step" : null;
      }
      if (row.nodes.length) this._writeNumbers(row, isLit ? event.node : pointed.find((i) => rows[rowOf[i]] === row));
    }
    const shown = isSought ? lit : [...marked].find(Boolean);
    if (shown) this._scrollTo(shown.line);
  }

  // Writes the numbers of a node, by default of the last one of the line that is known.
  _writeNumbers(row, wanted) {
    const { graph, picture } = this;
    const { nodes, numbers } = row;
    const i = wanted ?? nodes.findLast((k) => picture.dataOf(k) !== null) ?? nodes.at(-1);
    const [data, grad] = [picture.dataOf(i), picture.gradOf(i)];
    if (row.written?.every((x, k) => Object.is(x, [i, data, grad][k]))) return;
    row.written = [i, data, grad];
    const known = [data === null ? "" : short(data), grad === null ? "" : `grad ${signed(grad)}`];
    setText(numbers, known.filter(Boolean).join("  "));
    numbers.title = t("{name}, one of the nodes of this line: {n}", { name: nameOf(graph, i), n: nodes.length });
  }

  _pointedNodes() {
    const { graph } = this;
    const box = this.overlay.selected ?? this.overlay.pointed;
    if (box?.kind === "node") return [box.node];
    if (box?.kind !== "fold") return [];
    return [...graph.op.keys()].filter((i) => clustersAround(graph, graph.clusterOf[i]).includes(box.cluster));
  }

  // Marks the nodes of a line and selects the first, at the next click the second.
  _choose(row) {
    const { nodes } = row;
    this.at = this.chosen === row ? (this.at + 1) % nodes.length : 0;
    this.chosen = row;
    const box = this.view.boxOfNode(nodes[this.at]);
    this.overlay.mark({ matches: nodes });
    session.select(box.id);
    this.view.camera.show(box);
    setText(byId("found"), t("{k} of {n}", { k: this.at + 1, n: nodes.length }));
  }

  _scrollTo(line) {
    const { frame } = this;
    const [top, low] = [line.offsetTop, line.offsetTop + line.offsetHeight];
    if (top < frame.scrollTop || low > frame.scrollTop + frame.clientHeight)
      frame.scrollTop = top - frame.clientHeight / 2;
  }
}

new CodePanel(session, session.graph.code).show();
