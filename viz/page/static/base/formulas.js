// Formulas: a node in terms of its operands, by names or by numbers.

import { clustersAround, edgesInto } from "./graph.js";
import { factor, short } from "./numbers.js";
import { bracketed, printable } from "./text.js";

const SIGN = /^[^\p{L}]+$/u; // a symbol without letters stands between its two operands
const LONGEST_NAME = 24;
const LONGEST_PATH = 34;
const LONGEST_LIST = 6; // operands written out

// The name of a node, with the modules that tell it from other nodes: "neurons.2.b".
export function nameOf(graph, i) {
  return printable((graph.prefixes[i] ?? "") + graph.names[i], LONGEST_NAME);
}

// The name with the names of the modules around it: "layers.0.neurons.2.b".
export function fullName(graph, i) {
  return printable(pathOf(graph, i), LONGEST_PATH);
}

export function pathOf(graph, i) {
  const parts = [graph.names[i]];
  for (const c of clustersAround(graph, graph.frameOf[i])) {
    const { name, kind, module } = graph.clusters[c];
    if (name !== kind && module !== "") parts.unshift(name);
  }
  return parts.join(".");
}

// The symbol ∂y/∂x of two nodes.
export function derivativeName(graph, y, x) {
  return `∂${bracketed(nameOf(graph, y))}/∂${bracketed(nameOf(graph, x))}`;
}

// The symbol of the local derivative along an edge: ∂c/∂b, with ∂c/∂b₂ for the second b of c = b + b.
// With ∂(b × d)/∂b, it is told from the gradient of a b that reaches the result c elsewhere, too.
export function localName(graph, edge) {
  const [to, from] = [graph.target[edge], graph.operand[edge]];
  const uses = usesAlong(graph, edge);
  const isElsewhere = to === graph.root && graph.operand.filter((i) => i === from).length > uses.length;
  const whole = isElsewhere ? `(${formulaByName(graph, to)})` : bracketed(nameOf(graph, to));
  return `∂${whole}/∂${bracketed(nameOf(graph, from))}${uses.length > 1 ? subscript(uses.indexOf(edge) + 1) : ""}`;
}

// The edges from the same operand to the same node.
export function usesAlong({ operand, target, first }, edge) {
  return edgesInto({ first }, target[edge]).filter((e) => operand[e] === operand[edge]);
}

const subscript = (n) => String(n).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[digit]);

// A formula such as "a × b". `write(operand, bare)` writes an operand; `bare` is true between
// brackets and commas, where a negative number needs no brackets of its own.
function formulaOf(graph, i, write) {
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
