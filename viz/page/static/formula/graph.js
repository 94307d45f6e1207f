// Graph of a formula: the scene that Python's scene_json writes for the same formula over Values.

import { Engine } from "../engine/engine.js";
import { evaluateFormula, madeNode } from "./evaluate.js";
import { graphOf } from "../base/graph.js";
import { partsOf } from "./parts.js";
import { sceneColumns } from "../base/columns.js";
import { withTurns } from "../layout/turns.js";

// The engine of a formula with `values`, a number by name, and its { taken, scene }. `model` has
// the keys common to all scenes, { version, roles, off, room }, and { primitives, grammar, rows, absorbs }.
export function openFormula(formula, values, model) {
  const leaves = formula.names.map((name) => [name, madeNode(values.get(name), name)]);
  const { result, taken } = evaluateFormula(formula, leaves, model);
  const root = typeof result === "number" ? madeNode(result) : result;
  const isTaken = [...leaves, ...formula.lines].some(([name]) => name === "y");
  if (root.name === "" && !isTaken) root.name = "y";
  const { columns: scene, places } = sceneColumns(root, model);
  const isAbsorbed = ({ op, data }) => op === "mul_no_nan" && !Number.isNaN(data);
  if ([...places.keys()].some(isAbsorbed)) scene.notes.push(model.absorbs);
  const { clusters, cluster } = partsOf(scene.nodes.op.length);
  scene.clusters = clusters;
  scene.nodes.cluster = cluster;
  const graph = withTurns(graphOf(scene));
  graph.names.forEach((name, i) => (graph.locked[i] = Number(graph.op[i] < 0 && !values.has(name)))); // numbers of the text
  const engine = new Engine(graph, model.primitives);
  graph.grad.set(engine.grad);
  graph.reached.set(engine.reached);
  return { engine, taken, scene };
}
