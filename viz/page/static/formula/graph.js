// Graph of a formula: the scene that Python's scene_json writes for the same formula over Values.

import { Engine } from "../engine/engine.js";
import { evaluateFormula, madeNode } from "./evaluate.js";
import { graphOf } from "../base/graph.js";
import { cutIntoParts } from "./parts.js";
import { short } from "../base/numbers.js";
import { withTurns } from "../layout/turns.js";

// The engine of a formula with `values`, a number by name, and its { taken, columns }. `model` has
// what all scenes share, { version, roles, off, room }, and { primitives, grammar, rows, absorbs }.
export function openFormula(formula, values, model) {
  const leaves = formula.names.map((name) => [name, madeNode(values.get(name), name)]);
  const { result, taken } = evaluateFormula(formula, leaves, model);
  const root = typeof result === "number" ? madeNode(result) : result;
  const isTaken = [...leaves, ...formula.lines].some(([name]) => name === "y");
  if (root.name === "" && !isTaken) root.name = "y";
  const columns = sceneColumns(root, model);
  cutIntoParts(columns);
  const engine = new Engine(withTurns(graphOf(columns)), model.primitives);
  addGradients(columns, engine, model);
  engine.graph.grad.set(engine.grad);
  engine.graph.reached.set(engine.reached);
  return { engine, taken, columns };
}

function sceneColumns(root, { version, roles, off, room, rows, absorbs }) {
  const nodes = { op: [], operands: [], data: [], grad: [], name: [], role: [], cluster: [], flags: [], locked: [], turn: [] };
  const ops = [];
  const add = (op, operands, data, name, role) => {
    if (op !== "" && !ops.includes(op)) ops.push(op);
    const values = { op: ops.indexOf(op), operands, data, grad: null, name, role: roles.indexOf(role), cluster: -1, flags: [], locked: 0, turn: -1 };
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
  return {
    version, root: places.get(root), stale: null, notes: absorbed ? [absorbs] : [], ops,
    symbols: ops.map((op) => rows[op].symbol), roles, off,
    flat: ops.map((op) => rows[op].flat), absorbing: ops.map((op) => rows[op].absorbing), nodes,
    turns: { cluster: [], call: [], calls: [], around: [] }, opaque: { node: [], local: [] },
    prefixes: {}, clusters: [], room,
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

function addGradients({ nodes, off, ops }, { grad, reached }, { roles }) {
  const flag = (x, what) => (Number.isFinite(x) ? [] : [`${Number.isNaN(x) ? "nan" : "inf"}${what}`]);
  nodes.data.forEach((x, i) => {
    const isConstant = roles[nodes.role[i]] === "constant";
    nodes.grad[i] = reached[i] && !isConstant ? grad[i] : null;
    nodes.flags[i] = [...flag(x, ""), ...flag(nodes.grad[i] ?? 0, " grad")];
    if (Object.hasOwn(off, ops[nodes.op[i]] ?? "") && x === 0) nodes.flags[i].push(off[ops[nodes.op[i]]]);
  });
}
