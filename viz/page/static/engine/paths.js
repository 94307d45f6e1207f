// Paths: the paths from a node to the result, counted exactly and summed; only the largest are
// listed.

// Returns { count, greatest: [{ product, nodes: [i, ..., root] }], rest, total }. `count` is a
// BigInt, `product` that of the local derivatives of a path, `rest` the sum over the paths not
// listed.
export function pathsOf(engine, node, limit) {
  const { graph, local } = engine;
  const { root, first, operand, isConstant } = graph;
  const leading = leadingTo(graph, node);
  const table = new Map([
    [root, { count: 1n, greatest: [{ product: 1, node: root, above: null }], rest: 0 }],
  ]);
  for (let v = root; v > node; v--) {
    const paths = table.get(v);
    if (!paths || !leading[v]) continue;
    prune(paths, limit);
    for (let e = first[v]; e < first[v + 1]; e++) {
      const x = operand[e];
      if (leading[x] && !isConstant[x]) extend(table, x, paths, product(local[e]), limit);
    }
    table.delete(v);
  }
  return summary(table.get(node), limit);
}

// Multiplication by a slope; in the chain rule 0 times infinity is 0, while 0 times nan is nan.
function product(slope) {
  return (upstream) => {
    const c = upstream * slope;
    return Number.isNaN(c) && !Number.isNaN(upstream) && !Number.isNaN(slope) ? 0 : c;
  };
}

function extend(table, node, above, times, limit) {
  if (!table.has(node)) table.set(node, { count: 0n, greatest: [], rest: 0 });
  const paths = table.get(node);
  paths.count += above.count;
  paths.rest += times(above.rest);
  for (const path of above.greatest) {
    paths.greatest.push({ product: times(path.product), node, above: path });
  }
  if (paths.greatest.length > 8 * limit) prune(paths, limit);
}

function prune(paths, limit) {
  const size = ({ product: p }) => (Number.isNaN(p) ? Infinity : Math.abs(p));
  paths.greatest.sort((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a)));
  for (const path of paths.greatest.splice(limit)) paths.rest += path.product;
}

function summary(paths, limit) {
  if (!paths) return { count: 0n, greatest: [], rest: 0, total: 0 };
  prune(paths, limit);
  const listed = paths.greatest.reduce((sum, path) => sum + path.product, 0);
  const greatest = paths.greatest.map((path) => {
    const nodes = [];
    for (let at = path; at; at = at.above) nodes.push(at.node);
    return { product: path.product, nodes };
  });
  return { count: paths.count, greatest, rest: paths.rest, total: listed + paths.rest };
}

// A flag for each node that depends on `node`, and for itself.
function leadingTo({ count, first, operand }, node) {
  const leading = new Uint8Array(count);
  leading[node] = 1;
  for (let v = node + 1; v < count; v++) {
    for (let e = first[v]; e < first[v + 1]; e++) if (leading[operand[e]]) leading[v] = 1;
  }
  return leading;
}
