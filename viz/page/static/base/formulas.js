// Formulas: a node in terms of its operands, by names or by numbers.

import { factor, short } from "./numbers.js";
import { bracketed, printable } from "./text.js";

const SIGN = /^[^\p{L}]+$/u; // a symbol without letters stands between its two operands
const LONGEST_NAME = 24;
const LONGEST_PATH = 34;
const LONGEST_LIST = 6; // operands written out

// The name of a node, with the modules that tell it from other nodes: "neurons.2.b".
export function nameOf(graph, i) {
  return printable(distinctName(graph, i), LONGEST_NAME);
}

// The name with the names of the modules around it: "layers.0.neurons.2.b".
export function fullName(graph, i) {
  return printable(pathOf(graph, i).join("."), LONGEST_PATH);
}

// The symbol ∂y/∂x of two nodes.
export function derivativeName(graph, y, x) {
  return `∂${bracketed(nameOf(graph, y))}/∂${bracketed(nameOf(graph, x))}`;
}

// The names of the modules around a node, outermost first, and its own.
export function pathOf(graph, i) {
  const parts = [graph.names[i]];
  for (let c = graph.clusterOf[i]; c >= 0; c = graph.clusters[c].parent) {
    const { name, kind } = graph.clusters[c];
    if (name !== kind) parts.unshift(name);
  }
  return parts;
}

const DISTINCT = new WeakMap(); // by graph: names as `distinct_names` of viz/scene/names.py gives them

function distinctName(graph, i) {
  if (!DISTINCT.has(graph)) DISTINCT.set(graph, distinctNames(graph));
  return DISTINCT.get(graph)[i];
}

// Names that several nodes have grow by one module after the other.
function distinctNames(graph) {
  const names = graph.names.slice();
  let waiting = names.map((_, i) => i).filter((i) => graph.clusterOf[i] >= 0 && !graph.isConstant[i]);
  for (let depth = 2; waiting.length > 0; depth++) {
    const counts = new Map();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    waiting = waiting.filter((i) => counts.get(names[i]) > 1);
    const paths = waiting.map((i) => pathOf(graph, i));
    waiting.forEach((i, k) => (names[i] = paths[k].slice(-depth).join(".")));
    waiting = waiting.filter((_, k) => paths[k].length > depth);
  }
  return names;
}

// A formula such as "a × b". `write(operand, bare)` writes an operand; `bare` is true between
// brackets and commas, where a negative number needs no brackets of its own.
export function formulaOf(graph, i, write) {
  const { op, ops, symbols, first, operand } = graph;
  if (op[i] < 0) return write(i, true);
  const name = ops[op[i]];
  const count = first[i + 1] - first[i];
  const infix = count === 2 && SIGN.test(symbols[op[i]]);
  const prefix = count === 1 && symbols[op[i]] === "−";
  const bare = !infix && !prefix;
  const all = Array.from(operand.subarray(first[i], first[i + 1]), (k) => write(k, bare));
  const symbol = printable(symbols[op[i]]);
  if (infix) return all.join(` ${symbol} `);
  if (prefix) return `−${all[0]}`;
  if (count === 1 && symbol.includes("·")) return symbol.replace("·", () => all[0]);
  const isLong = all.length > LONGEST_LIST;
  const shown = isLong ? [...all.slice(0, LONGEST_LIST - 1), "…", all.at(-1)] : all;
  return `${printable(name)}(${shown.join(", ")})`;
}

export function formulaByName(graph, i) {
  return formulaOf(graph, i, (k, bare) => (bare ? nameOf(graph, k) : bracketed(nameOf(graph, k))));
}

export function formulaByNumber(graph, i, data) {
  return formulaOf(graph, i, (k, bare) => (bare ? short : factor)(data[k]));
}
