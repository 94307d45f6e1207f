// Closest names, as Python's difflib.get_close_matches finds them.

// The number of characters in matching blocks: the longest one, then those left and right of it.
function matchingCount(a, b) {
  let count = 0;
  const pairs = [[a, b]];
  while (pairs.length) {
    const [x, y] = pairs.pop();
    const [i, j, length] = longestBlock(x, y);
    count += length;
    if (length) pairs.push([x.slice(0, i), y.slice(0, j)], [x.slice(i + length), y.slice(j + length)]);
  }
  return count;
}

// The start in a, the start in b and the length of the longest common block, the first of several.
function longestBlock(a, b) {
  let best = [0, 0, 0];
  let before = [];
  a.forEach((x, i) => {
    const lengths = b.map((y, j) => (x === y ? (before[j - 1] ?? 0) + 1 : 0));
    lengths.forEach((k, j) => {
      if (k > best[2]) best = [i - k + 1, j - k + 1, k];
    });
    before = lengths;
  });
  return best;
}

// At most three of the names, those most like `name` first; each has 60% of its characters.
export function closestNames(name, names) {
  const b = [...name];
  const scored = names
    .filter((x) => 2 * Math.min(x.length, b.length) >= 0.6 * (x.length + b.length))
    .map((x) => [(2 * matchingCount([...x], b)) / (x.length + b.length), x])
    .filter(([ratio]) => ratio >= 0.6);
  scored.sort(([r, x], [s, y]) => s - r || (x < y ? 1 : -1));
  return scored.slice(0, 3).map(([, x]) => x);
}
