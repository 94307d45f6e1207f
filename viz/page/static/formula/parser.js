// Parser of formulas, as microgradlike/expressions/parser.py: the same steps and errors.

import { closestNames } from "./closest.js";
import { mistake, onTheLine, quoted, tokensOf } from "./lexer.js";

// Gives { text, names, steps }. A step is [name, count], a function of the last `count` results, or
// [null, x], a number or name to push. Throws an error with { template, values, message, position }.
export function parse(text, grammar) {
  const [most, length] = [grammar.length, [...text].length];
  if (length > most) {
    const values = { most: most.toLocaleString("en"), length: length.toLocaleString("en") };
    throw mistake(grammar, "long", most, values);
  }
  return new FormulaParser(text, grammar).run();
}

// `pending` has operators without their right operand and open brackets, of rank 0; `conditions`,
// per result of the steps, the position of the comparison that made it, or null.
class FormulaParser {
  constructor(text, grammar) {
    Object.assign(this, { text, grammar, names: new Set(), steps: [], pending: [], conditions: [] });
  }

  run() {
    let hasOperand = false;
    for (const token of tokensOf(this.text, this.grammar))
      hasOperand = hasOperand ? this.afterOperand(...token) : this.beforeOperand(...token);
    const condition = this.conditions.pop();
    if (condition !== null) this.fail("comparison", condition);
    return { text: this.text, names: [...this.names], steps: this.steps };
  }

  fail(key, position, values) {
    throw mistake(this.grammar, key, position, values);
  }

  get top() {
    return this.pending.at(-1);
  }

  // Takes a token where an operand is due; true if the operand is complete.
  beforeOperand(kind, token, position) {
    const { openers, bar } = this.grammar;
    const [rank, name] = (kind === "symbol" && openers[token]) || [];
    if (kind === "number") this.operand(this.number(token, position));
    else if (kind === "name") this.operand(this.name(token, position));
    else if (kind === "call") this.push(this.call(token, position));
    else if (rank === undefined) this.missingOperand(token, position);
    else if (token !== "+") this.push({ position, rank, name, count: 1, isBar: token === bar });
    return kind === "number" || kind === "name";
  }

  // Takes a token after a complete operand; true if an operand is complete again.
  afterOperand(kind, token, position) {
    const { infix, bar, ranks, power } = this.grammar;
    const isSign = Object.hasOwn(infix, token);
    if (isSign) {
      const [name, rank] = infix[token];
      this.reduce(rank + (rank === ranks.power));
      this.push({ position, rank, name, count: 2 });
    } else if (kind === "exponent") {
      if (this.conditions.at(-1) !== null) this.fail("comparison", this.conditions.at(-1));
      this.steps.push([null, this.number(onTheLine(token, this.grammar), position)], [power, 2]);
    } else if (token === ")" || token === bar) this.close(token, position);
    else if (token === ",") {
      this.reduce(1);
      if (!this.top?.spelled) this.fail("comma", position);
      this.top.count += 1;
    } else if (kind === "end") {
      this.reduce(1);
      if (this.top) this.unclosed(this.top);
    } else this.missingOperator(kind, token, position);
    return !isSign && token !== ",";
  }

  number(token, position) {
    const x = Number(token);
    if (!Number.isFinite(x)) this.fail("large", position);
    return x;
  }

  name(token, position) {
    const { constants, functions, superscripts } = this.grammar;
    if (Object.hasOwn(constants, token)) return constants[token];
    if (Object.hasOwn(functions, token)) {
      const after = [...this.text][position + token.length] ?? " ";
      const key = superscripts.includes(after) ? "power" : "call";
      this.fail(key, position, { name: token, call: token });
    }
    this.names.add(token);
    return token;
  }

  call(spelled, position) {
    const { functions } = this.grammar;
    if (Object.hasOwn(functions, spelled)) {
      const name = typeof functions[spelled] === "string" ? functions[spelled] : spelled;
      return { position, rank: 0, name, count: 1, spelled, arity: functions[name] };
    }
    const close = closestNames(spelled, Object.keys(functions));
    const values = { name: quoted(spelled), names: close.join(", ") };
    return this.fail(close.length ? "mean" : "unknown", position, values);
  }

  missingOperand(token, position) {
    if (token === ")" && this.top?.spelled && this.top.count === 1) this.checkOperands(this.top, 0);
    this.fail(token ? "operand" : "end", position, { token: quoted(token) });
  }

  missingOperator(kind, token, position) {
    this.fail(kind === "number" ? "operator" : "product", position, { token: quoted(token, 40) });
  }

  unclosed({ isBar, position }) {
    this.fail(isBar ? "unclosed bar" : "unclosed", position);
  }

  operand(x) {
    this.steps.push([null, x]);
    this.conditions.push(null);
  }

  push(pending) {
    const most = this.grammar.depth;
    if (this.pending.length === most) this.fail("deep", pending.position, { most });
    this.pending.push(pending);
  }

  // Applies the operators that bind at least as tightly as `rank`, back to the open bracket.
  reduce(rank) {
    while (this.top?.rank >= rank) this.apply(this.pending.pop());
  }

  close(token, position) {
    this.reduce(1);
    const closesBar = token !== ")";
    if (closesBar && !this.pending.some(({ isBar }) => isBar))
      this.missingOperator("symbol", token, position);
    if (!this.top) this.fail("unopened", position);
    const bracket = this.pending.pop();
    if (Boolean(bracket.isBar) !== closesBar) this.unclosed(bracket);
    if (bracket.spelled) this.checkOperands(bracket, bracket.count);
    if (bracket.name) this.apply(bracket);
  }

  checkOperands({ spelled, arity: count, position }, got) {
    if (got !== count) this.fail("operands", position, { name: spelled, count, got });
  }

  apply({ position, rank, name, count }) {
    const { choosing, ranks } = this.grammar;
    for (const [i, condition] of this.conditions.splice(-count).entries())
      if (condition !== null && (i > 0 || !choosing.includes(name))) this.fail("comparison", condition);
    this.steps.push([name, count]);
    this.conditions.push(rank === ranks.comparison ? position : null);
  }
}
