// Graph of a formula: the scene that Python's scene_json writes for the same formula over Values.

import { Engine } from "../engine/engine.js";
import { evaluateFormula, madeNode } from "./evaluate.js";
import { graphOf } from "../base/graph.js";
import { partsOf } from "./parts.js";
import { short } from "../base/numbers.js";
import { withTurns } from "../layout/turns.js";

// The engine of a formula with `values`, a number by name, and its { taken, scene }. `model` has
// what all scenes share, { version, roles, off, room }, and { primitives, grammar, rows, absorbs }.
export function openFormula(formula, values, model) {
  const leaves = formula.names.map((name) => [name, madeNode(values.get(name), name)]);
  const { result, taken } = evaluateFormula(formula, leaves, model);
  const root = typeof result === "number" ? madeNode(result) : result;
  const isTaken = [...leaves, ...formula.lines].some(([name]) => name === "y");
  if (root.name === "" && !isTaken) root.name = "y";
  const scene = formulaScene(root, model);
  const graph = withTurns(graphOf(scene));
  graph.names.forEach((name, i) => (graph.locked[i] = Number(graph.op[i] < 0 && !values.has(name)))); // numbers of the text
  const engine = new Engine(graph, model.primitives);
  graph.grad.set(engine.grad);
  graph.reached.set(engine.reached);
  return { engine, taken, scene };
}

// The scene without gradients and flags, which the page finds itself.
function formulaScene(root, { version, roles, off, room, rows, absorbs }) {
  const nodes = { op: [], operands: [], data: [], name: [], role: [] };
  const ops = [];
  const add = (op, operands, data, name, role) => {
    if (op !== "" && !ops.includes(op)) ops.push(op);
    const values = { op: ops.indexOf(op), operands, data, name, role: roles.indexOf(role) };
    for (const [column, x] of Object.entries(values)) nodes[column].push(x);
    return nodes.op.length - 1;
  };
  const places = new Map();
  const order = nodesOf(root);
  order.forEach((v, k) => {
    const operands = v.operands.map((x) => places.get(x) ?? add("", [], x, short(x), "constant"));
    const role = v.op === "" ? "input" : v === root ? "result" : "operation";
    places.set(v, add(v.op, operands, v.data, v.name || `v${k + 1}`, role));
  });
  const absorbed = order.some(({ op, data }) => op === "mul_no_nan" && !Number.isNaN(data));
  const all = (x) => nodes.op.map(() => x);
  const { clusters, cluster } = partsOf(nodes.op.length);
  return {
    version, root: places.get(root), stale: null, notes: absorbed ? [absorbs] : [], ops,
    symbols: ops.map((op) => rows[op].symbol), roles, off,
    flat: ops.map((op) => rows[op].flat), absorbing: ops.map((op) => rows[op].absorbing),
    nodes: { ...nodes, grad: all(null), cluster, flags: [], locked: all(0), turn: all(-1) },
    turns: { cluster: [], call: [], calls: [], around: [] }, opaque: { node: [], local: [] },
    prefixes: {}, clusters, room,
  };
}

// All nodes below the root, as Python's `topological` orders them.
function nodesOf(root) {
  const order = [];
  const closed = new Map(); // false while a node's operands are being visited
  const stack = [root];
  while (stack.length) {
    const v = stack.pop();
    if (!closed.has(v)) {
      closed.set(v, false);
      stack.push(v, ...v.operands.filter((x) => typeof x === "object" && !closed.has(x)));
    } else if (!closed.get(v)) {
      closed.set(v, true);
      order.push(v);
    }
  }
  return order;
}
