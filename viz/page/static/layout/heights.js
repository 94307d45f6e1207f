// Heights: the y of each vertex, so that lines are as straight as the order in columns allows.

const PASSES = 8;

// `columns` are in their final order, `height` is by vertex, `space(v, w)` is the least distance
// between two neighbours. A segment is { a, b, fromY, toY, weight }, with offsets from the tops of
// its vertices that want one level.
export function heightsOf(columns, height, space, segments) {
  const y = new Float64Array(height.length);
  const before = Array.from(height, () => []);
  const after = Array.from(height, () => []);
  for (const s of segments) {
    before[s.b].push({ to: s.a, offset: s.fromY - s.toY, pull: s.weight });
    after[s.a].push({ to: s.b, offset: s.toY - s.fromY, pull: s.weight });
  }
  const tops = columns.map((column) => stack(column, height, space));
  columns.forEach((column, c) => centre(column, tops[c], height, y));
  const both = before.map((list, v) => [...list, ...after[v]]);
  for (let pass = 0; pass < PASSES; pass++) {
    const sides = pass >= PASSES - 2 ? both : pass % 2 === 0 ? after : before;
    const sequence = [...columns.keys()];
    if (pass % 2 === 0) sequence.reverse();
    for (const c of sequence) settle(columns[c], tops[c], sides, y);
  }
  const highest = y.reduce((least, top) => Math.min(least, top), Infinity);
  return y.map((top) => Math.round(top - highest)); // whole numbers look sharp and add up exactly
}

// Tops of the vertices of a column that is packed as closely as allowed.
function stack(column, height, space) {
  const tops = new Float64Array(column.length);
  for (let i = 1; i < column.length; i++) {
    tops[i] = tops[i - 1] + height[column[i - 1]] + space(column[i - 1], column[i]);
  }
  return tops;
}

function centre(column, tops, height, y) {
  const last = column.length - 1;
  const middle = last < 0 ? 0 : (tops[last] + height[column[last]]) / 2;
  column.forEach((v, i) => (y[v] = tops[i] - middle));
}

// Moves a column as near as possible to the heights that its neighbours ask for: least squares
// under an order, by merging vertices that would overlap into blocks (pool adjacent violators).
function settle(column, tops, sides, y) {
  const n = column.length;
  const [wish, weight, end] = [new Float64Array(n), new Float64Array(n), new Int32Array(n)];
  let blocks = 0;
  for (let i = 0; i < n; i++) {
    const v = column[i];
    let [sum, pulls] = [0, 0];
    for (const { to, offset, pull } of sides[v]) {
      sum += pull * (y[to] + offset);
      pulls += pull;
    }
    weight[blocks] = pulls || 0.01;
    wish[blocks] = (pulls ? sum / pulls : y[v]) - tops[i];
    end[blocks++] = i + 1;
    for (; blocks > 1 && wish[blocks - 2] > wish[blocks - 1]; blocks--) {
      const [a, b] = [blocks - 2, blocks - 1];
      wish[a] = (wish[a] * weight[a] + wish[b] * weight[b]) / (weight[a] + weight[b]);
      weight[a] += weight[b];
      end[a] = end[b];
    }
  }
  for (let b = 0, i = 0; b < blocks; b++) {
    for (; i < end[b]; i++) y[column[i]] = wish[b] + tops[i];
  }
}
