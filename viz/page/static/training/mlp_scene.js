// MlpScene: the scene of the loss of one example for an MLP of any layers, as Python's page has it.
// Activations and losses are programs that Python recorded; docs/reference/training.md describes them.

import { short } from "../base/numbers.js";
import { clustersAround, SCENE_VERSION } from "../base/graph.js";

const ROLE_NAMES = ["input", "parameter", "constant", "operation", "result", "folded"];
const LEAF = { op: "", operands: [] };

// Makes { scene, parameters, numbers, scores }: the JSON of a scene, and the nodes of the parameters
// as { name, node }, of the example's numbers and of the model's results. `mlp` is that of the
// training, `names` are those of the inputs and then of the labels, one for each unit of the last layer. `off`
// and `room` are those of any scene.
export function mlpScene(mlp, { sizes, activation, loss }, names, { off, room }) {
  const whole = { name: "MLP", kind: "MLP", parent: null };
  const numbers = names.map((name) => ({ ...LEAF, name, role: "input", cluster: null }));
  const parameters = [];
  let row = numbers.slice(0, sizes[0]);
  sizes.slice(1).forEach((width, at) => {
    const layer = { name: `layers.${at}`, kind: "Layer", parent: whole };
    const last = at === sizes.length - 2;
    row = Array.from({ length: width }, (_, k) => {
      const cluster = { name: `neurons.${k}`, kind: "Neuron", parent: layer };
      const sum = weighted(row, cluster, parameters);
      return last ? sum : equationsOn(mlp.activations[activation], [sum], cluster);
    });
  });
  const terms = row.map((score, k) => equationsOn(mlp.losses[loss].program, [score, numbers[sizes[0] + k]], null));
  const total = terms.reduce((a, b) => made("add", [a, b], null));
  const root = terms.length > 1 ? made("div", [total, constant(terms.length, null)], null) : total;
  Object.assign(root, { name: "loss", role: "result" });
  const order = ordered(root);
  const node = (v) => v.place ?? -2;
  return {
    scene: { ...sceneOf(order, mlp.ops), off, room },
    parameters: { name: parameters.map(attributeOf), node: parameters.map(node) },
    numbers: { name: names, node: numbers.map(node) },
    scores: row.map(node),
  };
}

// b + w.0 x0 + w.1 x1 + ..., in the order of nn.Neuron.
function weighted(row, cluster, parameters) {
  const own = (name) => ({ ...LEAF, name, role: "parameter", cluster });
  const w = row.map((_, i) => own(`w.${i}`));
  const b = own("b");
  parameters.push(...w, b);
  return w.reduce((sum, wi, i) => made("add", [sum, made("mul", [wi, row[i]], cluster)], cluster), b);
}

function made(op, operands, cluster) {
  return { op, operands, name: "", role: "operation", cluster };
}

function constant(x, cluster) {
  return { ...LEAF, name: short(x), role: "constant", cluster, data: x };
}

function equationsOn(program, inputs, cluster) {
  const all = [...inputs];
  for (const entry of program) {
    const [op, ...places] = [entry].flat();
    all.push(typeof op === "number" ? constant(op, cluster) : made(op, places.map((k) => all[k]), cluster));
  }
  return all.at(-1);
}

// The nodes in the order of `topological` in Python, a constant before the node that uses it; named,
// and with their places.
function ordered(root) {
  const order = [];
  const closed = new Map(); // false while its operands are being visited, then true
  const stack = [root];
  let count = 0;
  while (stack.length > 0) {
    const v = stack.pop();
    const done = closed.get(v);
    if (done === undefined) {
      closed.set(v, false);
      stack.push(v, ...v.operands.filter((x) => x.role !== "constant" && !closed.has(x)));
    } else if (!done) {
      closed.set(v, true);
      count += 1;
      v.name ||= `v${count}`;
      order.push(...v.operands.filter((x) => x.role === "constant"), v);
    }
  }
  order.forEach((v, i) => (v.place = i));
  return order;
}

function sceneOf(order, table) {
  const ops = [...new Set(order.map((v) => v.op))].filter(Boolean);
  const all = [...new Set(order.flatMap((v) => (v.op ? pathTo(v.cluster) : [])))];
  const place = new Map(all.map((c, k) => [c, k]));
  const clusters = all.map((c, k) => ({
    ...c, parent: c.parent ? place.get(c.parent) : -1, module: `m${k + 1}`,
    title: c.name === c.kind ? c.name : `${c.name} · ${c.kind}`,
    call: 1, calls: 1, closed: false, chained: false, choice: -1,
  }));
  const nodes = {
    op: order.map((v) => ops.indexOf(v.op)),
    operands: order.map((v) => v.operands.map((x) => x.place)),
    data: order.map((v) => v.data ?? 0),
    grad: order.map(() => null),
    name: order.map((v) => v.name),
    role: order.map((v) => ROLE_NAMES.indexOf(v.role)),
    cluster: order.map((v) => (v.cluster ? place.get(v.cluster) : -1)),
    flags: order.map(() => []),
    locked: order.map(() => 0),
    turn: order.map(() => -1),
  };
  return {
    version: SCENE_VERSION, root: order.length - 1, stale: null, notes: [], ops, roles: ROLE_NAMES,
    symbols: ops.map((op) => table[op][0]), flat: ops.map((op) => table[op][1]),
    absorbing: ops.map((op) => table[op][2]), nodes,
    turns: { cluster: [], call: [], calls: [], around: [] }, opaque: { node: [], local: [] },
    prefixes: prefixesOf(order, nodes, clusters), clusters,
  };
}

// The clusters around, the outermost first, and itself.
function pathTo(cluster) {
  return cluster ? [...pathTo(cluster.parent), cluster] : [];
}

function attributeOf({ cluster, name }) {
  return [...pathTo(cluster).slice(1).map((c) => c.name), name].join(".");
}

// The modules that tell nodes of one name apart, by node, as viz/scene/names.py finds them.
function prefixesOf(order, { cluster }, clusters) {
  const names = order.map((v) => v.name);
  let left = order.flatMap((v, i) => {
    if (v.role === "constant") return [];
    const parts = clustersAround({ clusters }, cluster[i]).map((c) => clusters[c]);
    return [{ i, parts: parts.map((c) => (c.name === c.kind ? "" : `${c.name}.`)) }];
  });
  while (left.length > 0) {
    const counts = new Map();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    left = left.filter(({ i, parts }) => parts.length > 0 && counts.get(names[i]) > 1);
    for (const { i, parts } of left) names[i] = parts.shift() + names[i];
  }
  const longer = order.flatMap((v, i) => (names[i] === v.name ? [] : [[i, names[i].slice(0, -v.name.length)]]));
  return Object.fromEntries(longer);
}
