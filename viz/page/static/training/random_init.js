// Random init: new random weights, the same on every machine.

// A weight of a layer with `nin` inputs and `nout` units, from numbers from 0 to 1: the
// distributions of nn/initialisation.py.
export const DRAWS = {
  micrograd: (random) => 2 * random() - 1,
  kaiming: (random, nin) => Math.sqrt((-4 / nin) * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  xavier: (random, nin, nout) => Math.sqrt(6 / (nin + nout)) * (2 * random() - 1),
};

// New parameters of an MLP, in their order: weights by a name in DRAWS, biases 0.
export function initialParameters({ sizes, init }, random) {
  const neuron = (nin, nout) => [...Array.from({ length: nin }, () => DRAWS[init](random, nin, nout)), 0];
  const layer = (nin, nout) => Array.from({ length: nout }, () => neuron(nin, nout)).flat();
  return Float64Array.from(sizes.slice(1).flatMap((nout, at) => layer(sizes[at], nout)));
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
