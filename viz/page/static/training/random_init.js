// Random init: new random weights, the same on every machine.

// New parameters of an MLP, in their order, as nn.Neuron draws them: weights from -1 to 1, biases 0.
export function initialParameters(sizes, random) {
  const neuron = (nin) => [...Array.from({ length: nin }, () => 2 * random() - 1), 0];
  return Float64Array.from(
    sizes.slice(1).flatMap((nout, at) => Array.from({ length: nout }, () => neuron(sizes[at])).flat()),
  );
}

// A generator of numbers from 0 to 1; a seed gives the same numbers on every machine.
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

// New parameters, uniform in the range of the given ones. Parameters whose names differ only in
// numbers are a group with one range; a group of zeros stays 0, unless all are 0.
export function randomParameters(parameters, names, random) {
  const groups = names.map((name) => name.replace(/\d+/g, "#"));
  const largest = new Map();
  groups.forEach((group, k) => {
    largest.set(group, Math.max(largest.get(group) ?? 0, Math.abs(parameters[k])));
  });
  const some = [...largest.values()].some((size) => size > 0);
  return Float64Array.from(groups, (group) => (2 * random() - 1) * (some ? largest.get(group) : 1));
}
