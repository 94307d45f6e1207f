// MlpScene: the scene of the loss of one example for an MLP of any layers, as Python's page has it.
// Activations and losses are programs that Python recorded; docs/reference/training.md describes them.

import { clustersAround, SCENE_VERSION } from "../base/graph.js";
import { sceneColumns } from "../base/columns.js";

const ROLE_NAMES = ["input", "parameter", "constant", "operation", "result", "folded"];

// Makes { scene, parameters, numbers, scores }: the JSON of a scene, and the nodes of the
// parameters as { name, node }, of the example's numbers and of the model's results. `mlp` is that
// of the training, `names` are those of the inputs and then of the labels, one for each unit of the
// last layer. `off` and `room` are those of any scene.
export function mlpScene(mlp, { sizes, activation, loss }, names, { off, room }) {
  const whole = { name: "MLP", kind: "MLP", parent: null };
  const numbers = names.map((name) => leaf(name, "input", null));
  const parameters = [];
  let row = numbers.slice(0, sizes[0]);
  sizes.slice(1).forEach((width, at) => {
    const layer = { name: `layers.${at}`, kind: "Layer", parent: whole };
    const last = at === sizes.length - 2;
    row = Array.from({ length: width }, (_, k) => {
      const cluster = { name: `neurons.${k}`, kind: "Neuron", parent: layer };
      const sum = weighted(row, cluster, parameters);
      return last ? sum : ofProgram(mlp.activations[activation], [sum], cluster);
    });
  });
  const terms = row.map((score, k) => ofProgram(mlp.losses[loss].program, [score, numbers[sizes[0] + k]], null));
  const total = terms.reduce((a, b) => made("add", [a, b], null));
  const root = terms.length > 1 ? made("div", [total, terms.length], null) : total;
  root.name = "loss";
  const numberOfCluster = new Map([[null, -1]]);
  const clusterOf = ({ cluster }) => {
    for (const c of pathTo(cluster)) if (!numberOfCluster.has(c)) numberOfCluster.set(c, numberOfCluster.size - 1);
    return numberOfCluster.get(cluster);
  };
  const shared = { version: SCENE_VERSION, roles: ROLE_NAMES, off, room, rows: mlp.ops };
  const { columns, places } = sceneColumns(root, shared, clusterOf);
  const clusters = [...numberOfCluster.keys()].slice(1).map((c, k) => ({
    ...c, parent: numberOfCluster.get(c.parent), module: `m${k + 1}`,
    title: c.parent ? `${c.name} · ${c.kind}` : c.name,
    call: 1, calls: 1, closed: false, chained: false, choice: -1,
  }));
  const node = (v) => places.get(v) ?? -2;
  return {
    scene: { ...columns, clusters, prefixes: prefixesOf(columns.nodes, clusters) },
    parameters: { name: parameters.map(attributeOf), node: parameters.map(node) },
    numbers: { name: names, node: numbers.map(node) },
    scores: row.map(node),
  };
}

// b + w.0 x0 + w.1 x1 + ..., in the order of nn.Neuron.
function weighted(row, cluster, parameters) {
  const own = (name) => leaf(name, "parameter", cluster);
  const w = row.map((_, i) => own(`w.${i}`));
  const b = own("b");
  parameters.push(...w, b);
  return w.reduce((sum, wi, i) => made("add", [sum, made("mul", [wi, row[i]], cluster)], cluster), b);
}

function leaf(name, role, cluster) {
  return { op: "", operands: [], name, role, cluster };
}

function made(op, operands, cluster) {
  return { op, operands, name: "", cluster };
}

function ofProgram(program, inputs, cluster) {
  const all = [...inputs];
  for (const entry of program)
    all.push(typeof entry === "number" ? entry : made(entry[0], entry.slice(1).map((k) => all[k]), cluster));
  return all.at(-1);
}

// The clusters around, the outermost first, and itself.
function pathTo(cluster) {
  return cluster ? [...pathTo(cluster.parent), cluster] : [];
}

function attributeOf({ cluster, name }) {
  return [...pathTo(cluster).slice(1).map((c) => c.name), name].join(".");
}

// The modules that tell nodes of one name apart, by node, as viz/scene/names.py finds them.
function prefixesOf({ name, role, cluster }, clusters) {
  const found = name.map(() => "");
  let left = [...name.keys()].filter((i) => ROLE_NAMES[role[i]] !== "constant").map((i) => [i, clustersAround({ clusters }, cluster[i])]);
  while (left.length > 0) {
    const names = name.map((own, i) => found[i] + own);
    const seen = new Set();
    const twice = new Set(names.filter((own) => seen.size === seen.add(own).size));
    left = left.filter(([i, around]) => around.length > 0 && twice.has(names[i]));
    for (const [i, around] of left) {
      const { parent, name: module } = clusters[around.shift()];
      if (parent >= 0) found[i] = `${module}.${found[i]}`;
    }
  }
  return Object.fromEntries([...found.entries()].filter(([, prefix]) => prefix));
}
