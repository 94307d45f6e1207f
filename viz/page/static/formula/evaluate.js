// Evaluate: a formula over numbers, or over nodes that remember how they were made.

import { exact } from "../base/numbers.js";

const COMPARED = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b,
};

// A node as Python's Value: `op` is "" for a leaf; operands are nodes and numbers.
export function madeNode(data, name = "", op = "", operands = []) {
  return { data, name, op, operands };
}

// The result of a formula, a number if all `leaves` are, by name; with the branches that its
// conditions chose, as a text. `rules` has { primitives, grammar }.
export function evaluateFormula({ lines }, leaves, rules) {
  const known = new Map(leaves);
  const taken = [];
  let result = 0;
  for (const [name, steps] of lines) {
    result = runSteps(steps, known, { ...rules, taken });
    if (name !== "" && result.name === "") result.name = name;
    known.set(name, result);
  }
  return { result, taken: taken.join("") };
}

export function runSteps(steps, known, rules) {
  const stack = [];
  for (const [name, x] of steps) {
    if (name === null) stack.push(typeof x === "string" ? known.get(x) : x);
    else stack.push(applied(name, stack.splice(stack.length - x), rules));
  }
  return stack.pop();
}

const isNode = (x) => typeof x === "object";
const numberIn = (x) => (isNode(x) ? x.data : x);

function applied(name, operands, rules) {
  const numbers = operands.map(numberIn);
  if (Object.hasOwn(COMPARED, name)) return COMPARED[name](...numbers);
  if (Object.hasOwn(rules.grammar.composites, name)) return composed(name, operands, rules);
  if (name === "where") return branchOf(operands, rules.taken);
  const data = rules.primitives[name].forward(...numbers);
  if (!operands.some(isNode)) return data;
  // nothing to absorb: the ordinary product, as in Value.apply
  const op = name === "mul_no_nan" && !Number.isNaN(numbers[0] * numbers[1]) ? "mul" : name;
  return madeNode(data, "", op, operands);
}

function branchOf(operands, taken) {
  const [condition, a, b] = operands;
  const holds = ![0, false].includes(numberIn(condition));
  taken.push(Number(holds));
  const chosen = holds ? a : b;
  return isNode(chosen) || !operands.some(isNode) ? chosen : madeNode(chosen);
}

function composed(name, operands, rules) {
  const { composites, refusals } = rules.grammar;
  const given = new Map(operands.map((x, k) => ["ab"[k], x]));
  for (const [operand, ofNodes, template] of refusals[name] ?? []) {
    const x = given.get(operand);
    if ((ofNodes || !isNode(x)) && (numberIn(x) < 0 || numberIn(x) > 1)) {
      const values = { x: exact(numberIn(x)) };
      throw Object.assign(new RangeError(template.replace("{x}", values.x)), { template, values });
    }
  }
  const holds = ([plain]) => Object.entries(plain).every(([operand, x]) => given.get(operand) === x);
  return runSteps(composites[name].find(holds)[1], given, rules);
}
