// Crossings: the order of the vertices in each column, the best of a few barycentre sweeps.

const SWEEPS = 8;
const PATIENCE = 3; // sweeps without an improvement in a row

// `columns` are arrays of vertices, `size` in all. A segment { a, b, out, in } leads from vertex a
// to vertex b of the next column; `out` and `in` are its ends as shares of their heights. Columns
// whose index is in `fixed` keep their order. Vertices of one family, `familyOf(v)`, such as
// w.0 and w.1, stand in the order of their numbers: { stem, number }, or null for no family.
export function orderColumns(columns, size, segments, fixed, familyOf) {
  const position = new Float64Array(size);
  const keys = new Float64Array(size);
  const number = (column) => column.forEach((v, i) => (position[v] = i));
  for (const column of columns) inFamilyOrder(column, familyOf);
  columns.forEach(number);
  const before = Array.from({ length: size }, () => []);
  const after = Array.from({ length: size }, () => []);
  for (const s of segments) {
    before[s.b].push(s);
    after[s.a].push(s);
  }
  const fromLeft = (v) => mean(before[v], (s) => position[s.a] + s.out, position[v]);
  const fromRight = (v) => mean(after[v], (s) => position[s.b] + s.in, position[v]);
  let best = columns.map((column) => [...column]);
  let fewest = crossingsOf(columns, after, position);
  let failures = 0;
  for (let sweep = 0; sweep < SWEEPS && fewest > 0 && failures < PATIENCE; sweep++) {
    const leftward = sweep % 2 === 0;
    const sequence = [...columns.keys()];
    if (leftward) sequence.reverse();
    for (const c of sequence) {
      if (fixed.has(c)) continue;
      sortBy(columns[c], leftward ? fromRight : fromLeft, keys);
      inFamilyOrder(columns[c], familyOf);
      number(columns[c]);
    }
    const crossings = crossingsOf(columns, after, position);
    failures += 1;
    if (crossings < fewest) {
      failures = 0;
      fewest = crossings;
      best = columns.map((column) => [...column]);
    }
  }
  return best;
}

function mean(segments, valueOf, otherwise) {
  if (segments.length === 0) return otherwise;
  let sum = 0;
  for (const s of segments) sum += valueOf(s);
  return sum / segments.length;
}

function sortBy(column, key, keys) {
  for (const v of column) keys[v] = key(v);
  column.sort((v, w) => keys[v] - keys[w]);
}

// Lets the members of each family change places among themselves.
function inFamilyOrder(column, familyOf) {
  const places = new Map();
  column.forEach((v, i) => {
    const family = familyOf(v);
    if (family === null) return;
    if (!places.has(family.stem)) places.set(family.stem, []);
    places.get(family.stem).push(i);
  });
  for (const at of places.values()) {
    const number = (v) => familyOf(v).number;
    const members = at.map((i) => column[i]).sort((v, w) => number(v) - number(w));
    at.forEach((i, k) => (column[i] = members[k]));
  }
}

// The number of crossing pairs of segments, counted with a Fenwick tree for each pair of columns.
function crossingsOf(columns, after, position) {
  let total = 0;
  for (let c = 0; c + 1 < columns.length; c++) {
    const tree = new Float64Array(columns[c + 1].length + 1);
    let seen = 0;
    for (const v of columns[c]) {
      for (const s of after[v]) total += seen - prefix(tree, position[s.b] + 1);
      for (const s of after[v]) add(tree, position[s.b] + 1);
      seen += after[v].length;
    }
  }
  return total;
}

function prefix(tree, i) {
  let sum = 0;
  for (; i > 0; i -= i & -i) sum += tree[i];
  return sum;
}

function add(tree, i) {
  for (; i < tree.length; i += i & -i) tree[i] += 1;
}
