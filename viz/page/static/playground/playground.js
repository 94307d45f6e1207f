// Playground: the entry of a page with a formula. The only module that reads MODEL and GRAMMAR.

import { byId } from "../base/dom.js";
import { t } from "../base/words.js";
import { given, session } from "../controls/main.js";
import { goTo, writePlace } from "../controls/place.js";
import { evaluateFormula } from "../formula/evaluate.js";
import { readFormula, withNumber } from "../formula/formula.js";
import { openFormula } from "../formula/graph.js";
import { Practice } from "../practice/practice.js";
import { examplesNow } from "./examples.js";
import { Field } from "./field.js";
import { formulaPairs, numberText, readValues } from "./link.js";
import { Sliders } from "./sliders.js";
import { sliderRange, startValues } from "./values.js";

const LARGE = 200; // nodes; a larger graph is drawn when the typing rests
const REST_IN_TYPING = 100; // milliseconds

class Playground {
  constructor(model) {
    this.model = model;
    this.kept = new Map(); // numbers that the reader has set, by name
    this.values = new Map();
    this.practice = new Practice(session, () => this.field.nextExercise());
    this.field = new Field({
      type: (isNew) => this._type(isNew),
      choose: (row, isPractice) => this._choose(row, isPractice),
      link: () => writePlace(session),
    });
    this.sliders = new Sliders({
      set: (name, x) => this._set(name, x),
      select: (name) => this._leafOf(name) >= 0 && session.reveal(this._leafOf(name)),
      measure: (name) => sliderRange(this.formula, this.values, name, model),
    });
    this._choose(examplesNow()[0]);
    session.onSet = (leaf, x) => this._take(session.graph.names[leaf], x);
    session.onReset = () => this._open(this.start.text, this.start.values);
    session.ownPlace = () => formulaPairs(this.formula, this.values);
    session.onAddress = (wanted) => this._follow(wanted);
    goTo(session, location.hash.slice(1), false);
  }

  // ---- a formula

  _type(isNew) {
    clearTimeout(this.waiting);
    if (isNew) this.kept = this.values = new Map();
    if (session.graph.count < LARGE) this._read();
    else this.waiting = setTimeout(() => this._read(), REST_IN_TYPING);
  }

  // Reads the field; an error leaves the graph of the formula before.
  _read() {
    this._try(() => {
      const formula = readFormula(this.field.text, this.model.grammar);
      const values = startValues(formula, { kept: this.kept, before: this.values }, this.model);
      session.isNewPlace ||= formula.text !== this.formula?.text;
      this.start = { text: formula.text, values: new Map(values) };
      this._show(formula, values);
    });
  }

  // Shows an error of the formula; any other error is a bug of the page.
  _try(act) {
    try {
      act();
      this.field.showError(null);
    } catch (error) {
      if (!Object.hasOwn(error, "template")) throw error;
      this.field.showError(error, this.formula?.text);
    }
  }

  // Opens a formula with the values that belong to it.
  _open(text, values) {
    this.kept = new Map(values);
    this.values = new Map();
    this.field.text = text;
    this.field.showNote();
    this._read();
  }

  _choose([, text, at], isPractice = false) {
    this.practice.stop();
    this._open(text, readValues(at).values);
    this.kept.clear();
    if (isPractice) this.practice.start();
  }

  // Shows the graph of a formula, at a step.
  _show(formula, values, position = Infinity) {
    const selected = session.selected?.startsWith("n") ? session.graph.names[session.selected.slice(1)] : null;
    const { engine, taken } = openFormula(formula, values, this.model);
    Object.assign(this, { formula, taken, values });
    session.open(engine);
    if (byId("wrong-order").checked) session.setWrongOrder(true);
    if (position < Infinity) session.player.go(position);
    if (selected !== null) session.select(`n${session.graph.names.indexOf(selected)}`);
    this.sliders.show(formula.names, values);
    this._tellChange();
  }

  _tellChange() {
    byId("reset").disabled = [...this.start.values].every(([name, x]) => Object.is(x, this.values.get(name)));
    session.onPlace();
  }

  // ---- numbers

  _set(name, x) {
    const leaf = this._leafOf(name);
    if (leaf >= 0) session.setLeaf(leaf, x);
    else this._take(name, x);
  }

  // Takes a number that the reader has given a name; another branch is another graph.
  _take(name, x) {
    this.values.set(name, x);
    this.sliders.write(name);
    const isRead = this.field.text === this.formula.text;
    if (!this.formula.numbers.has(name)) this.kept.set(name, x);
    else if (isRead) {
      this.field.text = withNumber(this.formula, name, numberText(x));
      this.formula = readFormula(this.field.text, this.model.grammar);
    }
    const show = () => {
      const { position, steps } = session.player;
      const { taken } = evaluateFormula(this.formula, this.values, this.model);
      if (taken !== this.taken) this._show(this.formula, this.values, position === steps.last ? Infinity : position);
    };
    if (isRead) this._try(show);
    this._tellChange();
  }

  // The node of a name; -1 if the branch that was taken does not have it.
  _leafOf(name) {
    const { names, op } = session.graph;
    return names.findIndex((other, i) => other === name && op[i] < 0);
  }

  // ---- the address

  _follow(wanted) {
    const { values, refused } = readValues(wanted.get("at") ?? "");
    const text = wanted.get("formula");
    if (text !== null) this._open(text, values);
    const names = refused.join(", ");
    if (names) this.field.say(t("The link has no number for {names}; a start value is used.", { names }));
    session.isNewPlace = false;
  }
}

export const typed = new Playground({ ...given.scene, ...MODEL, grammar: GRAMMAR, primitives: given.primitives });
