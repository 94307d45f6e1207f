// Folds: the modules that start folded, and the contents of each module.

import { clustersAround } from "../base/graph.js";

// The frames to fold so that at most `room` boxes are left. They are opened from the outside in,
// the modules of one depth all together or not at all, other frames one by one, the last first.
export function firstFolds(graph, room) {
  const { clusters, clusterOf } = graph;
  const own = new Int32Array(clusters.length);
  let shown = 0;
  const used = new Set();
  for (const c of clusterOf) {
    if (c < 0) shown += 1;
    else own[c] += 1;
    if (!used.has(c)) for (const at of clustersAround(graph, c)) used.add(at);
  }
  const children = clusters.map(() => []);
  for (const c of used) children[clusters[c].parent]?.push(c);
  const folded = new Set(clusters.keys());
  let level = [...used].filter((c) => clusters[c].parent < 0);
  shown += level.length;
  while (level.length > 0) {
    const opened = [];
    for (const group of groupsToOpen(clusters, level)) {
      const more = group.reduce((sum, c) => sum + own[c] + children[c].length - 1, 0);
      if (shown + more > room) continue;
      shown += more;
      opened.push(...group);
    }
    for (const c of opened) folded.delete(c);
    level = opened.flatMap((c) => children[c]);
  }
  return folded;
}

function groupsToOpen(clusters, level) {
  const open = level.filter((c) => !clusters[c].closed).sort((a, b) => a - b);
  const modules = open.filter((c) => clusters[c].module !== "");
  const others = open.filter((c) => clusters[c].module === "");
  return [modules, ...others.reverse().map((c) => [c])];
}

// By cluster: the number of its nodes, of those that it shows one by one, and of its parameters,
// and the nodes whose values leave it.
export function contentsOf(graph) {
  const { clusters, clusterOf, op, roles, operand, target, root } = graph;
  const contents = clusters.map(() => ({ size: 0, shown: 0, parameters: 0, outputs: [] }));
  const around = clusters.map((_, c) => clustersAround(graph, c));
  const aroundOf = (i) => around[clusterOf[i]] ?? [];
  const inside = Array.from(clusterOf.keys(), aroundOf); // by node, the modules that hold every user
  inside[root] = [];
  operand.forEach((i, e) => {
    // a weight that only other calls use as well is no output of its neuron
    if (op[i] < 0 && clusters[clusterOf[target[e]]]?.othersOf !== undefined) return;
    if (inside[i].length > 0) inside[i] = inside[i].filter((c) => aroundOf(target[e]).includes(c));
  });
  for (let i = 0; i < graph.count; i++) {
    for (const c of aroundOf(i)) {
      contents[c].size += 1;
      if (clusters[clusterOf[i]].othersOf === undefined) contents[c].shown += 1;
      if (roles[i] === "parameter") contents[c].parameters += 1;
      if (!inside[i].includes(c)) contents[c].outputs.push(i);
    }
  }
  return contents;
}
