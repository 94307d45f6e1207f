// Parts: a large graph without modules, cut into runs of nodes that fold as modules do.

const LARGE = 3000; // more nodes directly in one module are cut
const EACH = 48; // nodes, or smaller parts, in one part

// Adds clusters for the parts. Runs of a topological order never form a cycle.
export function withParts(graph) {
  const direct = new Map();
  graph.clusterOf.forEach((c, i) => {
    if (!direct.has(c)) direct.set(c, []);
    direct.get(c).push(i);
  });
  const clusters = [...graph.clusters];
  const clusterOf = graph.clusterOf.slice();
  for (const [parent, nodes] of direct) {
    if (nodes.length > LARGE) cutRun(nodes, parent, clusters, clusterOf);
  }
  return { ...graph, clusters, clusterOf };
}

// Parents come before their content, as everywhere; part 3.2 is the second one in part 3.
function cutRun(nodes, parent, clusters, clusterOf) {
  const waiting = [[nodes, parent, "part "]];
  while (waiting.length > 0) {
    const [run, around, prefix] = waiting.pop();
    const size = EACH ** Math.ceil(Math.log(run.length) / Math.log(EACH) - 1e-9 - 1);
    for (let k = 0; k * size < run.length; k++) {
      const part = run.slice(k * size, (k + 1) * size);
      const name = `${prefix}${k + 1}`;
      const cluster = {
        name,
        kind: name,
        title: name,
        parent: around,
        module: name,
        call: 1,
        calls: 1,
      };
      const c = clusters.push(cluster) - 1;
      if (part.length <= EACH) for (const i of part) clusterOf[i] = c;
      else waiting.push([part, c, `${name}.`]);
    }
  }
}
