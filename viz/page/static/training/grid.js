// Grid: a function of two numbers on a lattice, its zero line, and cells by color.

import { drawn } from "../base/dom.js";

// The values z[row][column] of f(x, y) at the centers of the cells within the bounds.
export function latticeOf(f, { left, right, low, high }, columns, rows) {
  const x = (j) => left + ((j + 0.5) / columns) * (right - left);
  const y = (i) => low + ((i + 0.5) / rows) * (high - low);
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => f(x(j), y(i))),
  );
}

// The line on which z is 0, as segments [x1, y1, x2, y2] in units of cells.
export function zeroLine(z) {
  const segments = [];
  for (let i = 0; i + 1 < z.length; i++) {
    for (let j = 0; j + 1 < z[i].length; j++) {
      const corners = [
        [j, i, z[i][j]],
        [j + 1, i, z[i][j + 1]],
        [j + 1, i + 1, z[i + 1][j + 1]],
        [j, i + 1, z[i + 1][j]],
      ];
      const crossings = [];
      corners.forEach((a, k) => {
        const b = corners[(k + 1) % 4];
        if (a[2] > 0 === b[2] > 0 || !Number.isFinite(a[2] - b[2])) return;
        const t = a[2] / (a[2] - b[2]);
        crossings.push([a[0] + t * (b[0] - a[0]) + 0.5, a[1] + t * (b[1] - a[1]) + 0.5]);
      });
      for (let k = 0; k + 1 < crossings.length; k += 2)
        segments.push([...crossings[k], ...crossings[k + 1]]);
    }
  }
  return segments;
}

// One path for the cells of each key, { key: "M…h…v…z…" }; a run of equal keys in a row is one
// rectangle. Cells are `width` by `height`, with the first row on top unless `up`.
export function cellPaths(keys, width, height, up = false) {
  const paths = new Map();
  keys.forEach((row, i) => {
    const y = (up ? keys.length - 1 - i : i) * height;
    for (let j = 0; j < row.length; ) {
      let end = j + 1;
      while (end < row.length && Object.is(row[end], row[j])) end += 1;
      const x = j * width;
      const w = (end - j) * width;
      if (!paths.has(row[j])) paths.set(row[j], []);
      paths.get(row[j]).push(`M${round(x)} ${round(y)}h${round(w)}v${round(height)}h${round(-w)}z`);
      j = end;
    }
  });
  return new Map([...paths].map(([key, parts]) => [key, parts.join("")]));
}

// Draws the cells in the color of each key, in place of earlier ones.
export function drawCells(g, paths, colorOf) {
  const cells = Array.from(paths, ([key, d]) => drawn("path", { d, fill: colorOf(key) }));
  g.replaceChildren(...cells);
}

function round(x) {
  return Math.round(x * 100) / 100;
}
