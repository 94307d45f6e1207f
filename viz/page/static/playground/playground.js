// Playground: the entry of a page with a field for a formula. The only module that reads MODEL and GRAMMAR.

import { byId } from "../base/dom.js";
import { LANGUAGES, languageNow, setLanguage } from "../base/words.js";
import { given, session } from "../controls/main.js";
import { goTo, placeOf } from "../controls/place.js";
import { evaluateFormula } from "../formula/evaluate.js";
import { readFormula, withNumber } from "../formula/formula.js";
import { openFormula } from "../formula/graph.js";
import { Practice } from "../practice/practice.js";
import { examplesNow } from "./examples.js";
import { Field } from "./field.js";
import { fragmentOf, numberText, readFragment, readValues } from "./link.js";
import { Sliders } from "./sliders.js";
import { sliderRange, startValues } from "./values.js";

const QUICK = 50; // milliseconds; a large graph that takes longer waits for a rest in typing
const LARGE = 200; // nodes
const SETTLED_FORMULA = 1000; // milliseconds until a typed formula is a step of the browser's history

class Playground {
  constructor(model) {
    this.model = model;
    this.kept = new Map(); // numbers that the reader has set, by name
    this.values = new Map();
    this.cost = 0; // milliseconds that the last graph took
    this.field = new Field({
      type: () => this._type(),
      choose: (example) => this._choose(example),
      link: () => this._write(),
    });
    this.practice = new Practice(session);
    this.sliders = new Sliders(byId("sliders"), {
      set: (name, x) => this._set(name, x),
      select: (name) => this._select(name),
    });
    session.onSet = (leaf, x) => this._wasSet(session.graph.names[leaf], x);
    session.onReset = () => this._reset();
    session.onPlace = () => this._keepAddress();
    addEventListener("hashchange", () => this._goTo(location.hash));
    this._choose(examplesNow()[0]);
    if (location.hash.length > 1) this._goTo(location.hash);
  }

  // ---- a formula

  _type() {
    clearTimeout(this.waiting);
    if (this.cost < QUICK || session.graph.count < LARGE) this._read();
    else this.waiting = setTimeout(() => this._read(), this.cost);
  }

  // Reads the field; an error leaves the graph of the formula before.
  _read() {
    const began = performance.now();
    try {
      const formula = readFormula(this.field.text, this.model.grammar);
      this._show(formula, startValues(formula, { kept: this.kept, before: this.values }, this.model));
      this.field.showError(null);
    } catch (error) {
      this._refuse(error);
    }
    this.cost = performance.now() - began;
  }

  // Shows an error of the formula; any other is a mistake of the page's.
  _refuse(error) {
    if (!Object.hasOwn(error, "template")) throw error;
    this.field.showError(error, this.formula?.text);
  }

  // Opens a formula with the values that belong to it.
  _open(text, values) {
    this.kept = new Map(values);
    this.values = new Map();
    this.field.text = text;
    this._read();
  }

  _choose([, text, at, isPractice = 0]) {
    this.practice.stop();
    this._open(text, readValues(at).values);
    this.kept.clear();
    if (isPractice) this.practice.start();
  }

  // Shows the graph of a formula; at `position` if only its branches have changed.
  _show(formula, values, position = null) {
    const selected = session.selected?.startsWith("n") ? session.graph.names[session.selected.slice(1)] : null;
    const { engine, taken } = openFormula(formula, values, this.model);
    if (position === null) this.starts = new Map(values);
    Object.assign(this, { formula, taken, values });
    session.open(engine);
    if (byId("wrong-order").checked) session.setWrongOrder(true);
    if (position !== null) session.player.go(position);
    if (selected !== null) session.select(`n${session.graph.names.indexOf(selected)}`);
    byId("reset").disabled = this._isAtStart();
    this.sliders.show(formula.names, values, (name) => sliderRange(formula, values, name, this.model));
    this._keepAddress();
  }

  // ---- numbers

  _set(name, x) {
    const leaf = this._leafOf(name);
    if (leaf >= 0) session.setLeaf(leaf, x);
    else this._wasSet(name, x);
  }

  // Takes a number that the reader has given a name; another branch is another graph.
  _wasSet(name, x) {
    if (!this.values.has(name)) return;
    this.values.set(name, x);
    this.sliders.write(name, x);
    if (this.formula.numbers.has(name)) this._writeNumber(name, x);
    else this.kept.set(name, x);
    const { position, steps } = session.player;
    try {
      const { taken } = evaluateFormula(this.formula, this.values, this.model);
      if (taken !== this.taken) this._show(this.formula, this.values, position === steps.last ? Infinity : position);
      if (this.field.text === this.formula.text) this.field.showError(null);
    } catch (error) {
      this._refuse(error);
    }
    byId("reset").disabled = this._isAtStart();
    this._keepAddress();
  }

  // Writes a number that the text has into it.
  _writeNumber(name, x) {
    if (this.field.text !== this.formula.text) return;
    const isWritten = this.written === this.formula.text;
    this.field.text = withNumber(this.formula, name, numberText(x));
    this.formula = readFormula(this.field.text, this.model.grammar);
    if (isWritten) this.written = this.formula.text; // no step of the browser's history
  }

  _reset() {
    for (const [name, x] of this.starts) {
      if (this.formula.numbers.has(name)) this._writeNumber(name, x);
      if (this.kept.has(name)) this.kept.set(name, x);
    }
    this._show(this.formula, new Map(this.starts));
    this.field.showError(null);
  }

  _isAtStart() {
    return [...this.starts].every(([name, x]) => Object.is(x, this.values.get(name)));
  }

  _leafOf(name) {
    const { names, op } = session.graph;
    return names.findIndex((other, i) => other === name && op[i] < 0);
  }

  _select(name) {
    const leaf = this._leafOf(name);
    if (leaf >= 0) session.reveal(leaf);
  }

  // ---- the address

  _goTo(fragment) {
    clearTimeout(this.timer);
    const lang = new URLSearchParams(fragment.slice(1)).get("lang");
    if (LANGUAGES.includes(lang) && lang !== languageNow()) {
      setLanguage(lang);
      byId("language").value = lang;
    }
    const { formula, values, refused } = readFragment(fragment);
    if (formula !== null) this._open(formula, values);
    if (refused.length) this.field.showRefused(refused);
    goTo(session, fragment.slice(1), false);
    this.written = this.formula.text;
  }

  _keepAddress() {
    clearTimeout(this.timer);
    const isNew = this.formula && this.written !== undefined && this.written !== this.formula.text;
    this.timer = setTimeout(() => this._write(), isNew ? SETTLED_FORMULA : 400);
  }

  // Writes the address and returns it; another formula is a step of the browser's history.
  _write() {
    clearTimeout(this.timer);
    const fragment = fragmentOf(this.formula, this.values, placeOf(session));
    const isNew = this.written !== undefined && this.written !== this.formula.text;
    this.written = this.formula.text;
    try {
      history[isNew ? "pushState" : "replaceState"](null, "", fragment);
    } catch {} // a frame of a notebook has no address; the fragment can follow that of a file
    return (location.protocol === "about:" ? "" : location.href.split("#")[0]) + fragment;
  }
}

export const typed = new Playground({ ...given.scene, ...MODEL, grammar: GRAMMAR, primitives: given.primitives });
