// Graph of a formula: the scene that Python's scene_json writes for the same formula over Values.

import { Engine } from "../engine/engine.js";
import { evaluateFormula, madeNode } from "./evaluate.js";
import { graphOf } from "../base/graph.js";
import { cutIntoParts } from "./parts.js";
import { sceneColumns } from "../base/columns.js";
import { withTurns } from "../layout/turns.js";

// The engine of a formula with `values`, a number by name, and its { taken, columns }. `model` has
// what all scenes share, { version, roles, off, room }, and { primitives, grammar, rows, absorbs }.
export function openFormula(formula, values, model) {
  const leaves = formula.names.map((name) => [name, madeNode(values.get(name), name)]);
  const { result, taken } = evaluateFormula(formula, leaves, model);
  const root = typeof result === "number" ? madeNode(result) : result;
  const isTaken = [...leaves, ...formula.lines].some(([name]) => name === "y");
  if (root.name === "" && !isTaken) root.name = "y";
  const { columns, places } = sceneColumns(root, model);
  const isAbsorbed = ({ op, data }) => op === "mul_no_nan" && !Number.isNaN(data);
  if ([...places.keys()].some(isAbsorbed)) columns.notes.push(model.absorbs);
  cutIntoParts(columns);
  const engine = new Engine(withTurns(graphOf(columns)), model.primitives);
  addGradients(columns, engine, model);
  engine.graph.grad.set(engine.grad);
  engine.graph.reached.set(engine.reached);
  return { engine, taken, columns };
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
