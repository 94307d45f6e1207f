// Values: the number of each name of a formula: where it starts, and how far its slider goes.

import { evaluateFormula, runSteps } from "../formula/evaluate.js";

const STARTS = [
  [0.5, -1.5, 2, -1, 3, 1.5, -0.5, 2.5],
  [1.5, 2, 3, 2.5, 4, 1.25, 5, 3.5], // where smaller numbers have no value
  [0.3, 0.7, 0.2, 0.6, 0.4, 0.9, 0.1, 0.8], // where larger ones have none
];
const REACH = 5; // of a slider, in each direction
const TICKS = 50; // of a slider, in each direction

// The numbers of a formula's names: those that the formula has, those `kept`, those that the names
// had `before`, and starts for new ones. Names that the reader has not set move if that gives a result.
export function startValues({ names, numbers, lines }, { kept, before }, rules) {
  const run = ([name, { steps }]) => [name, runSteps(steps, new Map(), { ...rules, taken: [] })];
  const given = new Map([...kept, ...[...numbers].map(run)]);
  const again = STARTS.map((starts) => filledValues(names, given, starts));
  const tried = [filledValues(names, new Map([...before, ...given]), STARTS[0]), ...again];
  return tried.find((values) => Number.isFinite(resultAt({ lines }, values, rules))) ?? tried[0];
}

// Gives the names without a number one that no other has.
function filledValues(names, known, starts) {
  const used = new Set(names.map((name) => known.get(name)));
  const start = (k) => starts[k % starts.length] * (1 + Math.floor(k / starts.length) / 8);
  let k = -1;
  const next = () => {
    do k += 1; while (used.has(start(k)));
    return start(k);
  };
  return new Map(names.map((name) => [name, known.get(name) ?? next()]));
}

// The number at these values; NaN where a function refuses one.
function resultAt(formula, values, rules) {
  try {
    return evaluateFormula(formula, values, rules).result;
  } catch {
    return NaN;
  }
}

// The { min, max, step } of a name's slider: as far around its value as the formula has one, while
// other names stay. A pole is passed.
export function sliderRange(formula, values, name, rules) {
  const x = Math.abs(values.get(name)) < 1e300 ? values.get(name) : 0;
  const reach = Math.max(REACH, 2 * Math.abs(x));
  const place = (k) => (k * reach) / TICKS;
  const isFiniteAt = (z) => Number.isFinite(resultAt(formula, new Map(values).set(name, z), rules));
  const isAnywhere = !isFiniteAt(values.get(name));
  const isGood = (k) => isAnywhere || isFiniteAt(place(k));
  const end = (by) => {
    let k = Math.round((x / reach) * TICKS);
    while (Math.abs(k + by) <= TICKS && (isGood(k + by) || isGood(k + 2 * by))) k += by;
    return place(k);
  };
  return { min: end(-1), max: end(1), step: place(1) };
}
