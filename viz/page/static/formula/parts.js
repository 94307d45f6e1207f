// Parts: runs of nodes that fold, of a formula with too much beside each other, as
// viz/fold/parts.py cuts them.

const MOST_NODES = 120; // drawn without parts: more than in a page of Python's, as a part hides what one types
const PIECES = 6; // parts that a run is cut into, and nodes in the smallest ones

// The { clusters } of a scene with `count` nodes, and the `cluster` of each node.
export function partsOf(count) {
  const [clusters, cluster] = [[], Array(count).fill(-1)];
  const waiting = count > MOST_NODES ? [[0, count, -1, "part "]] : [];
  while (waiting.length) {
    const [from, to, parent, prefix] = waiting.pop();
    const size = Math.max(PIECES, Math.ceil((to - from) / PIECES));
    for (let k = from; k < to; k += size) {
      const end = Math.min(k + size, to);
      const name = `${prefix}${(k - from) / size + 1}`;
      const frame = { name, kind: name, title: name, parent, module: "", call: 1, calls: 1 };
      clusters.push({ ...frame, closed: end < to, chained: false, choice: -1 });
      if (end - k > 2 * PIECES) waiting.push([k, end, clusters.length - 1, `${name}.`]);
      else cluster.fill(clusters.length - 1, k, end);
    }
  }
  return { clusters, cluster };
}
