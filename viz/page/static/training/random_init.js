// Random init: new random weights, the same on every machine.

const WEIGHTS = { // by the rules of nn/initialisation.py
  micrograd: (random) => 2 * random() - 1,
  kaiming: (random, nin) => Math.sqrt(2 / nin) * gauss(random),
  xavier: (random, nin, nout) => Math.sqrt(6 / (nin + nout)) * (2 * random() - 1),
};

// New parameters of an MLP by one of the rules, in the order of its parameters; biases are 0.
export function initialParameters(sizes, rule, random) {
  const found = [];
  sizes.slice(1).forEach((nout, at) => {
    const nin = sizes[at];
    for (let k = 0; k < nout; k++) {
      for (let i = 0; i < nin; i++) found.push(WEIGHTS[rule](random, nin, nout));
      found.push(0);
    }
  });
  return Float64Array.from(found);
}

// A normally distributed number, after Box and Muller.
function gauss(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
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
