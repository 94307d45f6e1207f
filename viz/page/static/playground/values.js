// Values: the number of each name of a formula: where it starts, and how far its slider goes.

import { evaluateFormula, runSteps } from "../formula/evaluate.js";

const STARTS = [
  [0.5, -1.5, 2, -1, 3, 1.5, -0.5, 2.5],
  [0.5, 1.5, 2, 1, 3, 2.5, 0.75, 4], // where negative numbers have no value
  [0.3, 0.7, 0.2, 0.6, 0.4, 0.9, 0.1, 0.8], // where numbers beyond 1 have none
];
const REACH = 5; // of a slider, in each direction
const PROBES = 20; // places in each direction at which the formula is tried

// The numbers of a formula's names: those in `kept`, and for the others starts that give a result.
export function startValues(formula, kept, rules) {
  const given = (name) => formula.numbers.has(name) ? runSteps(formula.numbers.get(name), new Map(), { ...rules, taken: [] }) : undefined;
  const tried = STARTS.map((starts) => {
    const values = new Map();
    formula.names.forEach((name, k) => {
      const start = starts[k % starts.length] * (1 + Math.floor(k / starts.length) / 10);
      values.set(name, kept.get(name) ?? given(name) ?? start);
    });
    return values;
  });
  return tried.find((values) => Number.isFinite(resultAt(formula, values, rules))) ?? tried[0];
}

// The number at these values; NaN where a function refuses one.
function resultAt(formula, values, rules) {
  try {
    return evaluateFormula(formula, values, rules).result;
  } catch {
    return NaN;
  }
}

// The range [low, high] around a value in which the formula has one, while other names stay.
export function sliderRange(formula, values, name, rules) {
  const x = values.get(name);
  const reach = Math.max(REACH, Number.isFinite(x) ? 2 * Math.abs(x) : 0);
  const step = reach / PROBES;
  const at = (k) => resultAt(formula, new Map(values).set(name, k * step), rules);
  if (!(reach < 1e300) || Number.isNaN(resultAt(formula, values, rules))) return [-reach, reach];
  const end = (direction) => {
    const near = direction > 0 ? Math.ceil(x / step) : Math.floor(x / step);
    let k = near;
    while (Math.abs(k) < PROBES && !Number.isNaN(at(k + direction))) k += direction;
    if (Number.isNaN(at(k))) return x;
    while (k !== near && !Number.isFinite(at(k))) k -= direction;
    return k * step;
  };
  return Number.isFinite(x) ? [end(-1), end(1)] : [-reach, reach];
}
