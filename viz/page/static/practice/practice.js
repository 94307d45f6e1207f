// Practice: the panel that hides the gradients and asks for them, push by push.

import { addButton, byId, element, setText } from "../base/dom.js";
import { derivativeName, formulaByName, localName, nameOf } from "../base/formulas.js";
import { short } from "../base/numbers.js";
import { onLanguage, t } from "../base/words.js";
import { usesText } from "../engine/step_text.js";
import { readAnswer } from "./answer.js";
import { Exercise } from "./exercise.js";
import { judgeNode, judgeNumber } from "./mistakes.js";
import { Progress } from "./progress.js";

const CHOICES = 60; // nodes of a graph that are all on offer in the list, at most
const LONGEST_KEY = 200; // characters of the formulas by which an exercise is remembered

// Public: start(), stop() and isOn. `next()`, if given, opens another exercise. Practice starts
// again when the session opens another graph.
export class Practice {
  constructor(session, next = null) {
    this.session = session;
    this.next = next;
    this.progress = new Progress();
    this.isOn = false;
    this.panel = element("details", { id: "practice", open: "" });
    byId("side-panel").prepend(this.panel);
    this._fill();
    session.onOpen = () => this.isOn && this.start();
    session.onShow = () => this.isOn && this._show();
    session.onSelect = (node) => this._choose(node);
    onLanguage(() => {
      this._fill();
      if (this.isOn) this._show();
    });
  }

  start() {
    const { session } = this;
    const name = keyOf(session.graph);
    this.isOn = false;
    byId("order-section").hidden = true; // it tells the order
    byId("wrong-order").checked = false;
    session.setWrongOrder(false);
    Object.assign(this, { name, exercise: new Exercise(session.engine), isOn: true, isHelped: false });
    this.switch.checked = true;
    this._tell("");
    this._ask();
  }

  stop() {
    const { picture, player } = this.session;
    this.isOn = this.switch.checked = false;
    this.body.hidden = true;
    byId("order-section").hidden = false;
    picture.asked = player.limit = Infinity;
    picture.refresh();
    player.go(player.position);
  }

  // Hides the numbers from the push in question on, and goes there.
  _ask() {
    const { picture, player, steps } = this.session;
    const { k, question } = this.exercise;
    if (question === null) this.progress.addSolved(this.name, !this.isHelped);
    picture.asked = k;
    picture.refresh();
    player.limit = steps.seed + k;
    player.go(player.limit, false, true);
  }

  // Writes the question for the numbers of this moment, which a hand may have changed.
  _show() {
    const { engine, player, overlay } = this.session;
    const { question } = this.exercise;
    const isFinite = engine.data.every(Number.isFinite) && engine.grad.every(Number.isFinite);
    const isOrder = question?.kind === "order";
    this.control = isOrder ? this.list : this.field;
    this.body.hidden = false;
    this.form.hidden = question === null || !isFinite;
    this.ended.hidden = question !== null;
    this.field.hidden = isOrder;
    this.list.hidden = !isOrder;
    const [rule, text, uses = ""] = isFinite ? questionTexts(engine, question) : ["", nonfiniteText()];
    setText(this.rule, rule);
    setText(this.asked, text);
    setText(this.uses, uses);
    if (isOrder) this._listNodes();
    if (question && player.position === player.limit) overlay.showEvent(isOrder ? null : markOf(question), false);
    this.facts.replaceChildren(...this.progress.lines().map((line) => element("li", { text: line })));
  }

  _listNodes() {
    const { graph } = this.session;
    const isOffered = (i) => graph.count <= CHOICES || /ready|waiting/.test(this.exercise.standingOf(i));
    const nodes = [...graph.op.keys()].filter((i) => !graph.isConstant[i] && isOffered(i));
    const options = nodes.map((i) => element("option", { value: i, text: nameOf(graph, i) }));
    const { value } = this.list;
    this.list.replaceChildren(element("option", { value: "", text: t("choose a node") }), ...options);
    this._choose(nodes.find((i) => String(i) === value) ?? "");
  }

  // Takes a node, such as one that was selected in the picture, as the answer to be checked.
  _choose(node) {
    if (this.isOn && node !== undefined && !this.list.hidden) this.list.value = String(node);
  }

  _check() {
    const typed = this.control.value.trim();
    const answer = this.control === this.field ? readAnswer(typed) : typed === "" ? noNodeText() : Number(typed);
    if (typeof answer === "string") return this._refuse(answer);
    const { isRight, mistakes, text } = this._judge(answer, typed);
    if (isRight) return this._pass(`${t("Right.")} ${text}`);
    this.progress.addMistake(mistakes);
    this._show();
    return this._refuse(text);
  }

  _judge(answer, typed) {
    const { exercise, exercise: { question } } = this;
    return question.kind === "order" ? judgeNode(exercise, answer) : judgeNumber(exercise.engine, question.k, answer, typed);
  }

  _refuse(text) {
    this.control.setAttribute("aria-invalid", "true");
    this.control.focus();
    this.control.select?.();
    this._tell(text, true);
  }

  // Goes on to the next question, and keeps the focus in the form.
  _pass(text) {
    this.control.value = "";
    this.control.removeAttribute("aria-invalid");
    this.exercise.goOn();
    this._ask();
    this._tell(text);
    this._focus();
  }

  _focus() {
    (this.form.hidden ? this.ended.firstChild : this.control).focus({ preventScroll: true });
  }

  _tell(text, isWarning = false) {
    this.said.classList.toggle("warn", isWarning);
    setText(this.said, text);
  }

  _showAnswer() {
    const { next, after } = this.exercise.question;
    this.isHelped = true;
    this._pass(this._judge(next ?? { x: after, unit: 0 }).text);
  }

  _fill() {
    const { panel } = this;
    panel.replaceChildren();
    element("h2", { text: t("Practice") }, element("summary", {}, panel));
    const label = element("label", { class: "switch" }, panel);
    this.switch = element("input", { type: "checkbox" }, label);
    this.switch.checked = this.isOn;
    label.append(` ${t("hide the gradients, and find them")}`);
    this.switch.addEventListener("change", () => (this.switch.checked ? this.start() : this.stop()));
    this.body = element("div", { hidden: "" }, panel);
    const live = element("div", { "aria-live": "polite" }, this.body);
    this.said = element("p", { class: "said" }, live);
    this.rule = element("p", { class: "rule" }, live);
    this.asked = element("p", { id: "practice-question", class: "asked" }, live);
    this.uses = element("p", { class: "uses quiet" }, live);
    this._addForm();
    this.ended = element("div", { class: "ended" }, this.body);
    if (this.next) addButton(this.ended, t("next exercise"), () => (this.next(), this._focus()));
    addButton(this.ended, t("start again"), () => this.start());
    const part = element("details", {}, this.body);
    element("summary", { text: t("Progress") }, part);
    this.facts = element("ul", {}, part);
    addButton(part, t("reset progress"), () => (this.progress.reset(), this._show()));
  }

  _addForm() {
    const form = (this.form = element("div", { class: "change" }, this.body)); // frames may forbid forms
    const described = { "aria-describedby": "practice-question" };
    const text = { type: "text", autocomplete: "off", spellcheck: "false", placeholder: t("3*2 or 1/3") };
    this.field = element("input", { "aria-label": t("gradient after the push"), ...text, ...described }, form);
    this.list = element("select", { "aria-label": t("node that pushes next"), ...described }, form);
    addButton(form, t("check"), () => this._check());
    addButton(form, t("show me"), () => this._showAnswer());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // it would press the button that gets the focus
      this._check();
    });
  }
}

// The rule with its unknown numbers, the question, and the meaning of the subscripts in the rule.
function questionTexts({ graph }, question) {
  if (question === null) return ["", t("All gradients are found.")];
  if (question.kind === "order") return ["", t("Which node can push next? Choose it in the list or in the graph.")];
  const { from, operand, before, isFirst, edge } = question;
  const grad = derivativeName(graph, graph.root, operand);
  const facts = { c: nameOf(graph, from), a: nameOf(graph, operand), grad, before: short(before) };
  const text = isFirst
    ? t("{c} pushes to {a}. How large is {grad} then?", facts)
    : t("{c} pushes to {a}, and {grad} holds {before} already. How large is {grad} then?", facts);
  return [`${grad} += ${derivativeName(graph, graph.root, from)} · ${localName(graph, edge)}`, text, usesText(graph, edge)];
}

// The mark of a push in the picture, without its numbers.
const markOf = ({ from, operand, edge }) => ({ kind: "push", node: from, pushes: [{ operand, edge, isAsked: true }] });
const nonfiniteText = () => t("There is a nan or ∞ in this graph. Practice needs finite numbers: change a value.");
const noNodeText = () => t("Choose a node in the list or in the graph.");

function keyOf(graph) {
  const nodes = [...graph.op.keys()].filter((i) => graph.op[i] >= 0);
  return nodes.map((i) => formulaByName(graph, i)).join("; ").slice(-LONGEST_KEY);
}
