// Values: the number of each name of a formula: where it starts, and how far its slider goes.

import { evaluateFormula, runSteps } from "../formula/evaluate.js";

const STARTS = [
  [0.5, -1.5, 2, -1, 3, 1.5, -0.5, 2.5],
  [1.5, 2, 3, 2.5, 4, 1.25, 5, 3.5], // where smaller numbers have no value
  [0.3, 0.7, 0.2, 0.6, 0.4, 0.9, 0.1, 0.8], // where larger ones have none
];
const REACH = 5; // of a slider, in each direction
const PROBES = 20; // places in each direction at which the formula is tried
const HALVINGS = 6; // of the distance between a place with a value and one without

// The numbers of a formula's names: those that the formula has, those `kept`, those that the names
// had `before`, and starts for new ones. Names that the reader has not set move if that gives a result.
export function startValues(formula, { kept, before }, rules) {
  const given = new Map([...kept, ...numbersIn(formula, rules)]);
  const tried = [new Map([...before, ...given]), given, given, given].map((known, k) =>
    filledValues(formula.names, known, STARTS[Math.max(k - 1, 0)]),
  );
  return tried.find((values) => Number.isFinite(resultAt(formula, values, rules))) ?? tried[0];
}

function numbersIn({ numbers }, rules) {
  return Array.from(numbers, ([name, { steps }]) => [name, runSteps(steps, new Map(), { ...rules, taken: [] })]);
}

// Gives the names without a number one that no other has.
function filledValues(names, known, starts) {
  const values = new Map(names.filter((name) => known.has(name)).map((name) => [name, known.get(name)]));
  const used = new Set(values.values());
  const start = (k) => starts[k % starts.length] * (1 + Math.floor(k / starts.length) / 8);
  let k = 0;
  for (const name of names) {
    if (values.has(name)) continue;
    while (used.has(start(k))) k += 1;
    values.set(name, start(k));
    k += 1;
  }
  return new Map(names.map((name) => [name, values.get(name)]));
}

// The number at these values; NaN where a function refuses one.
function resultAt(formula, values, rules) {
  try {
    return evaluateFormula(formula, values, rules).result;
  } catch {
    return NaN;
  }
}

// The range { low, high } around a value in which the formula has one, while other names stay.
export function sliderRange(formula, values, name, rules) {
  const x = values.get(name);
  const reach = Number.isFinite(x) ? Math.max(REACH, 2 * Math.abs(x)) : REACH;
  const at = (z) => resultAt(formula, new Map(values).set(name, z), rules);
  if (!Number.isFinite(at(x)) || reach > 1e300) return [-reach, reach];
  const end = (direction) => {
    let [good, k] = [x, 1];
    const place = () => x + direction * k * ((reach - direction * x) / PROBES);
    while (k <= PROBES && !Number.isNaN(at(place()))) [good, k] = [place(), k + 1];
    if (k > PROBES && Number.isFinite(at(good))) return good;
    let bad = k > PROBES ? good : place();
    if (!Number.isFinite(at(good))) good = x;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (good + bad) / 2;
      if (Number.isFinite(at(middle))) good = middle;
      else bad = middle;
    }
    return good;
  };
  return [end(-1), end(1)];
}
