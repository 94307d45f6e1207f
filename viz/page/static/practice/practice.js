// Practice: the panel in which one finds the gradients oneself, push by push. The page hides them.

import { byId, element, setText } from "../base/dom.js";
import { derivativeName, formulaByName, nameOf } from "../base/formulas.js";
import { short } from "../base/numbers.js";
import { t } from "../base/words.js";
import { readAnswer } from "./answer.js";
import { Exercise } from "./exercise.js";
import { judgeNode, judgeNumber } from "./mistakes.js";
import { Progress } from "./progress.js";

const CHOICES = 60; // nodes on offer in a list, at most

// Public: start(name), of the graph that the session shows; stop(); isOn. It goes on by itself with
// another graph that the session opens.
export class Practice {
  constructor(session) {
    this.session = session;
    this.progress = new Progress();
    this.isOn = false;
    this._addPanel();
    session.onOpen = () => this.isOn && this.start();
    session.onShow = () => this.isOn && this._show();
    session.onSelect = (node) => this._choose(node);
  }

  start(name = formulaByName(this.session.graph, this.session.graph.root)) {
    const { session } = this;
    this.isOn = false;
    byId("order-section").hidden = true; // it tells the order
    byId("wrong-order").checked = false;
    session.setWrongOrder(false);
    const exercise = new Exercise(session.engine);
    Object.assign(this, { name, exercise, isOn: true, isHelped: false, isDone: false });
    this.switch.checked = true;
    this._tell("");
    this._goOn();
  }

  stop() {
    const { picture, player } = this.session;
    this.isOn = false;
    this.switch.checked = false;
    byId("order-section").hidden = false;
    picture.asked = player.limit = Infinity;
    picture.refresh();
    player.go(player.position);
    this.body.hidden = true;
  }

  // Shows the numbers up to the question.
  _goOn() {
    const { picture, player, steps } = this.session;
    const { exercise } = this;
    this.question = exercise.question;
    picture.asked = exercise.k;
    player.limit = steps.seed + exercise.k;
    if (this.question === null) this._finish();
    player.go(steps.seed + exercise.k, false, true);
  }

  _finish() {
    const { picture, player } = this.session;
    picture.asked = player.limit = Infinity;
    picture.refresh();
    if (!this.isDone && this.exercise.k > 0) this.progress.addSolved(this.name, !this.isHelped);
    this.isDone = true;
  }

  // Writes the question for the numbers of this moment, which a hand may have changed.
  _show() {
    const { engine, overlay, player, steps, graph } = this.session;
    const isFinite = engine.data.every(Number.isFinite) && engine.grad.every(Number.isFinite);
    const question = isFinite ? this.exercise.question : null;
    this.question = question;
    this.body.hidden = false;
    this.form.hidden = question === null;
    this.again.hidden = !this.isDone;
    const asksNumber = question?.kind === "push";
    for (const part of [this.field, this.fieldLabel]) part.hidden = !asksNumber;
    for (const part of [this.list, this.listLabel]) part.hidden = asksNumber;
    const [rule, text] = question ? questionTexts(engine, question) : ["", endText(isFinite)];
    setText(this.rule, rule);
    setText(this.asked, text);
    if (question && !asksNumber) this._listNodes(graph);
    if (asksNumber && player.position === steps.seed + question.k) {
      const { from, operand, edge } = question;
      overlay.showEvent({ kind: "push", node: from, pushes: [{ edge, operand, isAsked: true }] }, false);
    }
    const lines = this.progress.lines();
    this.facts.replaceChildren(...lines.map((line) => element("li", { text: line })));
  }

  _listNodes({ count, isConstant, names }) {
    const all = [...names.keys()].filter((i) => !isConstant[i]);
    const { exercise } = this;
    const few = count <= CHOICES ? all : all.filter((i) => ["ready", "waiting"].includes(exercise.standingOf(i)));
    const known = this.list.value;
    const options = few.map((i) => element("option", { value: i, text: nameOf(this.session.graph, i) }));
    this.list.replaceChildren(element("option", { value: "", text: t("choose a node") }), ...options);
    this.list.value = options.some(({ value }) => value === known) ? known : "";
  }

  // Takes the node that was selected in the picture as the answer to be checked.
  _choose(node) {
    if (this.isOn && this.question?.kind === "order" && node !== undefined) this.list.value = String(node);
  }

  _check() {
    const { question, exercise } = this;
    const { engine } = this.session;
    const isNode = question.kind === "order";
    const control = isNode ? this.list : this.field;
    const typed = control.value.trim();
    if (isNode && typed === "") return this._refuse(control, t("Choose a node in the list or in the graph."));
    const answer = isNode ? Number(typed) : readAnswer(typed);
    if (typeof answer === "string") return this._refuse(control, answer);
    const found = isNode ? judgeNode(exercise, answer) : judgeNumber(engine, question.k, answer, typed);
    if (found.kind !== "right") {
      this.progress.addMistake(found.mistakes);
      this._show();
      return this._refuse(control, found.text);
    }
    return this._pass(found.text);
  }

  _refuse(control, text) {
    control.setAttribute("aria-invalid", "true");
    control.focus();
    control.select?.();
    this._tell(text, true);
  }

  // Goes on to the next question, and keeps the focus in the form.
  _pass(text) {
    this.exercise.goOn();
    this.field.value = this.list.value = "";
    this._goOn();
    this._tell(text);
    const next = this.question === null ? this.again : this.question.kind === "order" ? this.list : this.field;
    next.focus({ preventScroll: true });
  }

  _tell(text, isWarning = false) {
    if (!isWarning) for (const control of [this.field, this.list]) control.removeAttribute("aria-invalid");
    this.said.classList.toggle("warn", isWarning);
    setText(this.said, text);
  }

  _showAnswer() {
    const { question, exercise } = this;
    this.isHelped = true;
    const exact = { x: question.after, unit: 0 };
    const { text } = question.kind === "order"
      ? judgeNode(exercise, question.next)
      : judgeNumber(this.session.engine, question.k, exact, "");
    this._pass(text);
  }

  _addPanel() {
    const panel = element("details", { id: "practice", open: "" });
    byId("side-panel").prepend(panel);
    element("h2", { text: t("Practice") }, element("summary", {}, panel));
    const label = element("label", { class: "switch" }, panel);
    this.switch = element("input", { type: "checkbox" }, label);
    label.append(` ${t("hide the gradients, and find them")}`);
    this.switch.addEventListener("change", () => (this.switch.checked ? this.start() : this.stop()));
    this.body = element("div", { hidden: "" }, panel);
    const live = element("div", { "aria-live": "polite" }, this.body);
    this.said = element("p", { class: "said" }, live);
    this.rule = element("p", { class: "rule" }, live);
    this.asked = element("p", { id: "practice-question", class: "asked" }, live);
    this._addForm();
    this.again = this._button(t("start again"), () => this.start(this.name), this.body);
    this._addProgress();
  }

  _addForm() {
    const form = (this.form = element("form", { class: "change" }, this.body));
    const described = { "aria-describedby": "practice-question" };
    this.fieldLabel = element("label", { for: "practice-number", class: "visually-hidden", text: t("gradient after the push") }, form);
    const typed = { type: "text", autocomplete: "off", spellcheck: "false", placeholder: t("such as 6, 3*2 or 1/3") };
    this.field = element("input", { id: "practice-number", ...typed, ...described }, form);
    this.listLabel = element("label", { for: "practice-node", class: "visually-hidden", text: t("node that pushes next") }, form);
    this.list = element("select", { id: "practice-node", ...described }, form);
    element("button", { type: "submit", text: t("check") }, form);
    this._button(t("show me"), () => this._showAnswer(), form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._check();
    });
  }

  _addProgress() {
    const part = element("details", { id: "practice-progress" }, this.body);
    element("summary", { text: t("Progress") }, part);
    this.facts = element("ul", {}, part);
    this._button(t("reset progress"), () => {
      this.progress.reset();
      this._show();
    }, part);
  }

  _button(text, act, parent) {
    const button = element("button", { type: "button", text }, parent);
    button.addEventListener("click", act);
    return button;
  }
}

// The rule with its unknown numbers, and the question.
function questionTexts({ graph }, question) {
  if (question.kind === "order") return ["", t("Which node can push next? Choose it in the list or in the graph.")];
  const { from, operand, before, isFirst } = question;
  const grad = derivativeName(graph, graph.root, operand);
  const product = `${derivativeName(graph, graph.root, from)} · ${derivativeName(graph, from, operand)}`;
  const facts = { c: nameOf(graph, from), a: nameOf(graph, operand), grad, before: short(before) };
  const text = isFirst
    ? t("{c} pushes to {a}. How large is {grad} then?", facts)
    : t("{c} pushes to {a}, and {grad} holds {before} already. How large is {grad} then?", facts);
  return [`${grad} += ${product}`, text];
}

function endText(isFinite) {
  return isFinite
    ? t("All gradients are found.")
    : t("There is a nan or ∞ in this graph. Practice needs finite numbers: change a value.");
}
