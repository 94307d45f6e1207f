// Heights: the y of each vertex, so that lines are as straight as the order in columns allows.

const PASSES = 10;

// `columns` in their final order, `height` of each vertex, `space(v, w)` the least distance between
// two neighbours; `segments` have { a, b, outY, inY, weight }: offsets from the vertices' tops.
export function heightsOf(columns, height, space, segments) {
  const y = new Float64Array(height.length);
  const before = Array.from(height, () => []);
  const after = Array.from(height, () => []);
  for (const s of segments) {
    before[s.b].push([s.a, s.outY - s.inY, s.weight]);
    after[s.a].push([s.b, s.inY - s.outY, s.weight]);
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
  return y.map((top) => Math.round(top - highest)); // whole numbers are sharp, and add up exactly
}

// Tops of a column's vertices, as close as they may be.
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

// The nearest that a column comes to what its neighbours wish: least squares under an order, by
// merging those that would overlap into blocks (pool adjacent violators).
function settle(column, tops, sides, y) {
  const blocks = [];
  column.forEach((v, i) => {
    let sum = 0;
    let weight = 0;
    for (const [w, offset, pull] of sides[v]) {
      sum += pull * (y[w] + offset);
      weight += pull;
    }
    if (weight === 0) [sum, weight] = [0.01 * y[v], 0.01];
    let block = { wish: sum / weight - tops[i], weight, size: 1 };
    while (blocks.length > 0 && blocks[blocks.length - 1].wish > block.wish) {
      block = merged(blocks.pop(), block);
    }
    blocks.push(block);
  });
  let i = 0;
  for (const { wish, size } of blocks) {
    for (const end = i + size; i < end; i++) y[column[i]] = wish + tops[i];
  }
}

function merged(a, b) {
  const weight = a.weight + b.weight;
  const wish = (a.wish * a.weight + b.wish * b.weight) / weight;
  return { wish, weight, size: a.size + b.size };
}
