// Parser of formulas by operator precedence, as microgradlike/expressions/parser.py: one grammar, the same steps, the same errors.

import { closestNames } from "./closest.js";
import { mistake, onTheLine, shownText, tokensOf } from "./lexer.js";

// Gives { text, names, steps }. A step is [name, count], a function of the last `count` results, or
// [null, x], a number or name to push. Throws an error with { template, values, message, position }.
export function parse(text, grammar) {
  const { length } = [...text];
  const most = grammar.length;
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
    Object.assign(this, { text, grammar, steps: [], pending: [], conditions: [] });
    this.names = new Set();
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

  // Takes a token where an operand is due; true if the operand is complete.
  beforeOperand(kind, token, position) {
    const { prefix, bar, ranks } = this.grammar;
    if (kind === "number") this.operand(this.number(token, position));
    else if (kind === "name") this.operand(this.name(token, position));
    else if (kind === "call") this.push(this.call(token, position));
    else if (token === "(") this.push({ position, rank: 0, name: null, count: 1 });
    else if (token === bar[0])
      this.push({ position, rank: 0, name: bar[1], count: 1, isBar: true });
    else if (!Object.hasOwn(prefix, token)) this.missingOperand(token, position);
    else if (prefix[token] !== null)
      this.push({ position, rank: ranks.sign, name: prefix[token], count: 1 });
    return kind === "number" || kind === "name";
  }

  // Takes a token after a complete operand; true if an operand is complete again.
  afterOperand(kind, token, position) {
    const { infix, bar, ranks, power } = this.grammar;
    if (Object.hasOwn(infix, token)) {
      const [name, rank] = infix[token];
      this.reduce(rank + (rank === ranks.power ? 1 : 0));
      this.push({ position, rank, name, count: 2 });
      return false;
    }
    if (kind === "exponent") {
      this.operand(this.number(onTheLine(token, this.grammar), position));
      this.apply({ position, rank: ranks.power, name: power, count: 2 });
    } else if (token === ")" || token === bar[0]) this.close(token, position);
    else if (token === ",") {
      this.reduce(1);
      if (!this.pending.at(-1)?.spelled) this.fail("comma", position);
      this.pending.at(-1).count += 1;
      return false;
    } else if (kind === "end") {
      this.reduce(1);
      if (this.pending.length) this.unclosed(this.pending.at(-1));
    } else this.missingOperator(kind, token, position);
    return true;
  }

  number(token, position) {
    const x = Number(token);
    if (!Number.isFinite(x)) this.fail("large", position);
    return x;
  }

  name(token, position) {
    const { constants, arities, aliases, superscripts } = this.grammar;
    if (Object.hasOwn(constants, token)) return constants[token];
    if (Object.hasOwn(arities, token) || Object.hasOwn(aliases, token)) {
      const after = [...this.text][position + token.length];
      this.fail(after && superscripts.includes(after) ? "power" : "call", position, { name: token });
    }
    this.names.add(token);
    return token;
  }

  call(spelled, position) {
    const { arities, aliases } = this.grammar;
    const name = Object.hasOwn(aliases, spelled) ? aliases[spelled] : spelled;
    if (!Object.hasOwn(arities, name)) {
      const close = closestNames(spelled, Object.keys({ ...arities, ...aliases }));
      const values = { name: shownText(spelled, 60), names: close.join(", ") };
      this.fail(close.length ? "mean" : "unknown", position, values);
    }
    return { position, rank: 0, name, count: 1, spelled };
  }

  missingOperand(token, position) {
    const call = this.pending.at(-1);
    if (token === ")" && call?.spelled && call.count === 1) this.checkOperands(call, 0);
    this.fail(token ? "operand" : "end", position, { token: shownText(token) });
  }

  missingOperator(kind, token, position) {
    const key = kind === "number" ? "operator" : "product";
    this.fail(key, position, { token: shownText(token, 40) });
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
    while (this.pending.length && this.pending.at(-1).rank >= rank) this.apply(this.pending.pop());
  }

  close(token, position) {
    this.reduce(1);
    const isBar = token !== ")";
    if (isBar && !this.pending.some((bracket) => bracket.isBar))
      this.missingOperator("symbol", token, position);
    if (!this.pending.length) this.fail("unopened", position);
    const bracket = this.pending.pop();
    if (Boolean(bracket.isBar) !== isBar) this.unclosed(bracket);
    if (bracket.spelled) this.checkOperands(bracket, bracket.count);
    if (bracket.name) this.apply(bracket);
  }

  checkOperands({ spelled, name, position }, got) {
    const count = this.grammar.arities[name];
    if (got !== count) this.fail("operands", position, { name: spelled, count, got });
  }

  apply({ position, rank, name, count }) {
    const { choosing, ranks } = this.grammar;
    this.conditions.splice(-count).forEach((condition, i) => {
      if (condition !== null && (i > 0 || !choosing.includes(name)))
        this.fail("comparison", condition);
    });
    this.steps.push([name, count]);
    this.conditions.push(rank === ranks.comparison ? position : null);
  }
}
