// Folds: the modules that start folded, and the contents of each module.

// The modules to fold so that at most `room` boxes are left. Modules are opened from the outside
// in, the children of one parent all together or not at all.
export function firstFolds(graph, room) {
  const { clusters, clusterOf } = graph;
  const children = clusters.map(() => []);
  clusters.forEach(({ parent }, c) => parent >= 0 && children[parent].push(c));
  const own = new Int32Array(clusters.length);
  let shown = clusters.filter(({ parent }) => parent < 0).length;
  for (const c of clusterOf) {
    if (c < 0) shown += 1;
    else own[c] += 1;
  }
  const folded = new Set(clusters.keys());
  const queue = [[...clusters.keys()].filter((c) => clusters[c].parent < 0)];
  for (let next = 0; next < queue.length; next++) {
    const group = queue[next];
    const more = group.reduce((sum, c) => sum + own[c] + children[c].length - 1, 0);
    if (shown + more > room) continue;
    shown += more;
    for (const c of group) {
      folded.delete(c);
      queue.push(children[c]);
    }
  }
  return folded;
}

// By cluster: the number of its nodes and parameters, and the nodes whose values leave it.
export function contentsOf(graph) {
  const { clusters, clusterOf, roles, userFirst, userEdge, target, root } = graph;
  const contents = clusters.map(() => ({ size: 0, parameters: 0, outputs: [] }));
  const around = (c, visit) => {
    for (let at = c; at >= 0; at = clusters[at].parent) visit(at);
  };
  for (let i = 0; i < graph.count; i++) {
    if (clusterOf[i] < 0) continue;
    const inside = new Set(); // modules that hold every user
    let users = 0;
    const held = new Map();
    for (let k = userFirst[i]; k < userFirst[i + 1]; k++) {
      users += 1;
      around(clusterOf[target[userEdge[k]]], (c) => held.set(c, (held.get(c) ?? 0) + 1));
    }
    for (const [c, n] of held) if (n === users) inside.add(c);
    around(clusterOf[i], (c) => {
      contents[c].size += 1;
      if (roles[i] === "parameter") contents[c].parameters += 1;
      if (i === root || !inside.has(c)) contents[c].outputs.push(i);
    });
  }
  return contents;
}

// A cluster and its ancestors; all of them must be open to show a node of the cluster.
export function clustersAround(graph, c) {
  const around = [];
  for (let at = c; at >= 0; at = graph.clusters[at].parent) around.push(at);
  return around;
}
