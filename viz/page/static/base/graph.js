// Graph: the JSON of a scene as columns. Nodes and edges are known by their index. Edge e leads
// from operand[e] to target[e] and is operand number e - first[target[e]] of that node.

export const SCENE_VERSION = 2;
const NOT_FINITE = new Map([["nan", NaN], ["inf", Infinity], ["-inf", -Infinity]]);

// A number of the JSON: nan and the infinities are strings there, an unknown number is null.
export function numberOf(x) {
  if (typeof x === "string") return NOT_FINITE.get(x);
  return x === null ? NaN : x;
}

// Makes { count, root, op, first, operand, target, data, grad, reached, isConstant, isOpaque,
// locked, local, names, roles, frameOf, clusterOf, clusters, turn, turns, room, ops, symbols,
// notes, stale, off, flat, absorbing, digits, code }. Node i belongs in the cluster frameOf[i];
// turns.js sets clusterOf[i], the cluster it is drawn in. `prefixes` has the modules that tell
// nodes of one name apart, by node. `stale` is a sentence if some data of the graph changed after
// it was computed, else null. `digits` and `code` are columns of pages with digits and with code.
// `data`, `grad` and `reached` come from Python; `local` has Python's local derivatives of opaque
// nodes, by edge, and NaN elsewhere.
export function graphOf(scene) {
  if (scene.version !== SCENE_VERSION) {
    const found = `expected a scene of version ${SCENE_VERSION}, got ${scene.version}`;
    throw new RangeError(`${found}; make the page again`);
  }
  const { nodes, root, notes, ops, symbols, clusters, off } = scene;
  const { flat = [], absorbing = [], stale = null, prefixes = {} } = scene;
  const roles = nodes.role.map((k) => scene.roles[k]);
  const edges = edgesOf(nodes.operands);
  return {
    count: nodes.op.length, root, notes, stale, ops, symbols, clusters, off, flat, absorbing,
    op: Int32Array.from(nodes.op),
    ...edges,
    data: Float64Array.from(nodes.data, numberOf),
    grad: Float64Array.from(nodes.grad, numberOf),
    reached: Uint8Array.from(nodes.grad, (g) => (g === null ? 0 : 1)),
    isConstant: Uint8Array.from(roles, (role) => (role === "constant" ? 1 : 0)),
    names: nodes.name,
    prefixes,
    roles,
    locked: Uint8Array.from(nodes.locked),
    frameOf: Int32Array.from(nodes.cluster),
    clusterOf: Int32Array.from(nodes.cluster),
    turn: Int32Array.from(nodes.turn),
    turns: scene.turns,
    room: scene.room,
    digits: scene.digits,
    code: scene.code,
    ...opaqueOf(scene.opaque, edges),
  };
}

// The edges that lead to node i.
export function edgesInto({ first }, i) {
  return Array.from({ length: first[i + 1] - first[i] }, (_, k) => first[i] + k);
}

// A cluster and its ancestors, from the inside out; all of them must be open to show its nodes.
export function clustersAround({ clusters }, c) {
  const around = [];
  for (let at = c; at >= 0; at = clusters[at].parent) around.push(at);
  return around;
}

// The modules among them.
export function modulesAround(graph, c) {
  return clustersAround(graph, c).filter((at) => graph.clusters[at].module !== "");
}

function edgesOf(operands) {
  const first = new Int32Array(operands.length + 1);
  operands.forEach((of, i) => {
    first[i + 1] = first[i] + of.length;
  });
  const operand = new Int32Array(first[operands.length]);
  const target = new Int32Array(operand.length);
  operands.forEach((of, i) => {
    operand.set(of, first[i]);
    target.fill(i, first[i], first[i + 1]);
  });
  return { first, operand, target };
}

function opaqueOf(opaque, { first, operand }) {
  const isOpaque = new Uint8Array(first.length - 1);
  const local = new Float64Array(operand.length).fill(NaN);
  opaque.node.forEach((i, k) => {
    isOpaque[i] = 1;
    local.set(opaque.local[k].map(numberOf), first[i]);
  });
  return { isOpaque, local };
}
