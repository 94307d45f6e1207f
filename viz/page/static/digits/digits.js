// Digits: the entry of a page with digits. Python has counted them; nothing is computed here.

import { addButton, addFact, byId, element, setText } from "../base/dom.js";
import { nameOf } from "../base/formulas.js";
import { numberOf } from "../base/graph.js";
import { NOT_YET } from "../base/numbers.js";
import { session } from "../controls/main.js";
import { onLanguage, t, told } from "../base/words.js";

// A text or color for a number of right digits: null if there is none, NaN if it is undecided.
const choose = (right, none, undecided, some) =>
  right === null ? none : Number.isNaN(right) ? undecided : some(right);

// "fill" or "line", by the digits that are lost.
function digitsColor(right, use = "fill") {
  const mixed = (d) => `color-mix(in srgb, var(--${use}-lost) ${Math.round(100 - d / 0.16)}%, var(--${use}-right))`;
  return choose(right, `var(--${use}-none)`, `var(--${use}-nonfinite)`, mixed);
}

class DigitsLayer {
  constructor({ picture, engine, graph, player, view }, { exact, lost, texts, numbers, value, gradient }) {
    Object.assign(this, { picture, engine, graph, player, view, exact, texts, numbers });
    const column = (xs) => xs.map((x) => (x === null ? null : numberOf(x)));
    this.value = column(value);
    this.gradient = column(gradient);
    this.lost = new Map(lost);
  }

  // Adds the layer to the page.
  show() {
    this._build();
    this._wrap();
    this._redraw();
    onLanguage(() => this._retell());
  }

  _build() {
    this.gradients = session.legend.ticks.parentElement;
    this._addPanel();
    this._addLegend();
  }

  _redraw() {
    this._refresh();
    this.player.go(this.player.position);
  }

  _retell() {
    const { open } = this.panel;
    const { checked } = this.box;
    this.panel.remove();
    this._build();
    Object.assign(this.panel, { open });
    this.box.checked = checked;
    this._refresh();
    session.inspector.show();
    this.view.update();
  }

  // Puts digits in the place of gradients in the picture.
  _wrap() {
    const { picture, graph } = this;
    const wrap = (name, other) => {
      const plain = picture[name].bind(picture);
      picture[name] = (...given) => other(plain, ...given);
    };
    const whenOn = (digits) => (plain, given) => (this.isShown ? digits(given) : plain(given));
    wrap("refresh", (plain) => (plain(), this._refresh()));
    wrap("fillOf", whenOn((nodes) => digitsColor(this._fewest(nodes))));
    const values = (edges) => edges.map((e) => this._valueAt(graph.operand[e]));
    wrap("lineColor", whenOn((edges) => digitsColor(fewestOf(values(edges)), "line")));
    wrap("describe", (plain, i) => (this.isCurrent ? `${plain(i)}, ${t("digits {pair}", { pair: this._pair(i) })}` : plain(i)));
    wrap("flagsOf", (plain, i) => [...plain(i), ...(this.isShown && this.lost.has(i) ? [t("lost here")] : [])]);
    picture.digitsOf = (i) => (this.isCurrent ? this._pair(i) : NOT_YET);
    picture.isLostIn = (box) => this.isShown && [...this.lost.keys()].some((i) => this.view.boxOfNode(i) === box);
    picture.addFacts = (i, fact) => this._addFacts(i, fact);
  }

  // Digits that are known at this step.
  _valueAt(i) {
    return this.picture.dataOf(i) === null ? null : this.value[i];
  }

  _gradientAt(i) {
    return Object.is(this.picture.gradOf(i), this.engine.grad[i]) ? this.gradient[i] : null;
  }

  _fewest(nodes) {
    return fewestOf(nodes.flatMap((i) => [this._valueAt(i), this._gradientAt(i)]));
  }

  _pair(i) {
    const written = (right) => choose(right, NOT_YET, "?", (d) => `${this.exact ? "" : "≥"}${d.toFixed(1)}`);
    return `${written(this._valueAt(i))}, ${written(this._gradientAt(i))}`;
  }

  _addFacts(i, fact) {
    if (!this.isCurrent || !this.texts[i]) return;
    const [value, gradient] = this.texts[i];
    fact(t("digits of data"), told(value));
    if (gradient) fact(t("digits of grad"), told(gradient));
    if (this.lost.has(i)) fact("", told(this.lost.get(i)));
  }

  // The losses, as buttons that lead to their nodes, and the digits of the value and of gradients.
  _addPanel() {
    const panel = (this.panel = element("details", { id: "digits", open: "" }));
    byId("side-panel").prepend(panel);
    element("h2", { text: t("Digits") }, element("summary", {}, panel));
    this.changed = element("p", { class: "note warn", role: "status" }, panel);
    this.report = element("div", {}, panel);
    for (const [i, text] of this.lost) {
      const title = t("Select {name}", { name: nameOf(this.graph, i) });
      addButton(this.report, told(text), () => session.reveal(i), { class: "loss", title });
    }
    const list = element("dl", { class: "facts" }, this.report);
    for (const [name, text] of this.numbers) addFact(list, told(name).replace("/", "/\u2060"), told(text)); // no line break there
    const label = element("label", { class: "switch" }, this.report);
    this.box = element("input", { type: "checkbox", checked: "" }, label);
    label.append(` ${t("color by digits")}`);
    this.box.addEventListener("change", () => this._redraw());
  }

  _addLegend() {
    this.legend = element("div", { class: "legend-row" }, byId("legend"));
    this.gradients.after(this.legend);
    element("span", { text: this.exact ? t("right digits of 16") : t("digits that can be counted on") }, this.legend);
    const ticks = element("span", { class: "ticks" }, this.legend);
    const tick = (d, text) => element("span", { class: "tick", text, background: digitsColor(d) });
    ticks.append(...[16, 12, 8, 4, 0].map((d) => tick(d, d)), tick(NaN, t("? undecided")));
    const text = t("in a box: of data, of grad; the fewer ones color it. A line has the color of the data it carries");
    element("span", { text }, this.legend);
  }

  // Digits are those of Python's numbers: they are hidden when others are in the picture.
  _refresh() {
    const { engine, graph } = this;
    this.isCurrent = !engine.wrongOrder && engine.data.every((x, i) => Object.is(x, graph.data[i]));
    this.isShown = this.isCurrent && this.box.checked;
    this.report.hidden = !this.isCurrent;
    const changed = t("Numbers have changed, and the digits belong to those that Python computed. Reset the values to see them, or reload the page.");
    setText(this.changed, this.isCurrent ? "" : changed);
    this.changed.hidden = this.isCurrent;
    this.gradients.hidden = this.isShown;
    this.legend.hidden = !this.isShown;
  }
}

// The least number there is, NaN if one is, or null.
function fewestOf(numbers) {
  const there = numbers.filter((d) => d !== null);
  return there.length ? there.reduce((a, b) => Math.min(a, b)) : null;
}

new DigitsLayer(session, session.graph.digits).show();
