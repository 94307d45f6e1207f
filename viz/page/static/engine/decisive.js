// Decisive: the greatest paths from leaves to a node, each the number of its leaf times the local
// derivatives along it. One walk down from the node keeps the greatest few of each node.

// Returns [{ product, nodes: [leaf, ..., node] }], the largest first, at most `limit`.
export function decisivePaths({ graph, data, local }, node, limit) {
  const { first, operand, isConstant, op } = graph;
  const products = new Float64Array((node + 1) * limit); // by node, the largest first; 0 if none
  const above = new Int32Array(products.length); // the place of the path that each continues
  const user = new Int32Array(products.length);
  const found = [];
  products[node * limit] = 1;
  for (let v = node; v >= 0; v--) {
    const paths = products.subarray(v * limit, (v + 1) * limit);
    if (paths[0] === 0) continue;
    for (let e = first[v]; e < first[v + 1]; e++) {
      if (isConstant[operand[e]]) continue;
      const from = operand[e] * limit;
      for (let k = 0; k < limit && paths[k] !== 0; k++) {
        const at = placed(products, above, user, from, limit, paths[k] * local[e]);
        if (at < 0) break;
        above[at] = v * limit + k;
        user[at] = v;
      }
    }
    if (op[v] >= 0) continue;
    paths.forEach((p, k) => p * data[v] && found.push({ product: p * data[v], at: v * limit + k }));
    greatestFirst(found).splice(limit);
  }
  return found.map(({ product, at }) => {
    const nodes = [Math.floor(at / limit)];
    for (let k = at; nodes.at(-1) !== node; k = above[k]) nodes.push(user[k]);
    return { product, nodes };
  });
}

// Makes room for a product among those of a node, and returns its place; -1 if it is too small.
function placed(products, above, user, from, limit, product) {
  let at = from + limit;
  while (at > from && Math.abs(products[at - 1]) < Math.abs(product)) at -= 1;
  if (at === from + limit || !Number.isFinite(product)) return -1;
  for (const column of [products, above, user]) column.copyWithin(at + 1, at, from + limit - 1);
  products[at] = product;
  return at;
}

function greatestFirst(paths) {
  return paths.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}
