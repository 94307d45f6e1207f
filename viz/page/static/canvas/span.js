// Span: the lowest and highest of several numbers, as of the outputs of a module.

// [lowest, highest] of the known numbers, or null.
export function spanOf(nodes, valueOf) {
  let span = null;
  for (const i of nodes) {
    const x = valueOf(i);
    if (x === null) continue;
    if (span === null) span = [x, x];
    else if (!(x >= span[0])) span = [x, Number.isNaN(x) ? x : span[1]];
    else if (!(x <= span[1])) span = [span[0], x];
  }
  return span;
}

export function largestOf(span) {
  if (span === null) return null;
  return Math.abs(span[0]) > Math.abs(span[1]) ? span[0] : span[1];
}

export function spanText(span, write) {
  if (span === null) return write(null);
  const [low, high] = span;
  return Object.is(low, high) ? write(low, 4) : `${write(low, 3)} … ${write(high, 3)}`;
}
