// Start: where a training begins anew.

// The same numbers from 0 to 1 on every machine.
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

// Other parameters, evenly drawn and as large as those of a start: those of one group, which have the
// same name but for numbers, at most as far from 0 as its farthest. What is 0 in all of a group stays.
export function randomParameters(parameters, names, random) {
  const groups = names.map((name) => name.replace(/\d+/g, "#"));
  const largest = new Map();
  groups.forEach((group, k) => {
    largest.set(group, Math.max(largest.get(group) ?? 0, Math.abs(parameters[k])));
  });
  const some = [...largest.values()].some((size) => size > 0);
  return Float64Array.from(groups, (group) => (2 * random() - 1) * (some ? largest.get(group) : 1));
}
