// Columns: the scene of a graph that is made in the page, as Python's scene_json writes it.

import { short } from "./numbers.js";

// Makes { columns, places } of nodes { op, operands, name, data, role }: `op` is "" for a leaf, and
// operands are nodes and numbers; `data` may be left out until it is computed. `shared` is
// { version, roles, off, room, rows }, with a row [symbol, flat, absorbing] for each primitive.
// `clusterOf(node)` is the number of its cluster; `places` are those of the nodes below the root.
export function sceneColumns(root, shared, clusterOf = () => -1) {
  const { version, roles, off, room, rows } = shared;
  const nodes = { op: [], operands: [], data: [], grad: [], name: [], role: [], cluster: [], flags: [], locked: [], turn: [] };
  const ops = [];
  const add = (op, operands, data, name, role, cluster) => {
    if (op !== "" && !ops.includes(op)) ops.push(op);
    const values = { op: ops.indexOf(op), operands, data, grad: null, name, role: roles.indexOf(role), cluster, flags: [], locked: 0, turn: -1 };
    for (const [column, x] of Object.entries(values)) nodes[column].push(x);
    return nodes.op.length - 1;
  };
  const places = new Map();
  nodesOf(root).forEach((v, k) => {
    const cluster = clusterOf(v);
    const operands = v.operands.map((x) => places.get(x) ?? add("", [], x, short(x), "constant", cluster));
    const role = v.op === "" ? (v.role ?? "input") : v === root ? "result" : "operation";
    places.set(v, add(v.op, operands, v.data ?? 0, v.name || `v${k + 1}`, role, cluster));
  });
  const columns = {
    version, root: places.get(root), stale: null, notes: [], ops,
    symbols: ops.map((op) => rows[op][0]), roles, off,
    flat: ops.map((op) => rows[op][1]), absorbing: ops.map((op) => rows[op][2]), nodes,
    turns: { cluster: [], call: [], calls: [], around: [] }, opaque: { node: [], local: [] },
    prefixes: {}, clusters: [], room,
  };
  return { columns, places };
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
