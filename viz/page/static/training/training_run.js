// TrainingRun: a training step by step, recorded in Python or made in the page. Entry k has the
// parameters after `steps[k]` steps, and the loss and gradients there.

const ENTRIES = 400; // entries of a run made in the page; beyond this, every second one is dropped

export class TrainingRun {
  constructor(name) {
    this.name = name;
    this.steps = [];
    this.losses = [];
    this.parameters = [];
    this.gradients = []; // NaN without a gradient
    this.states = []; // of the optimizer; null at its start
    this.examples = null; // the examples of a run made in the page; null for those of the training
    this.view = null; // the graph that computes it: { training, trainer, engine }
    this.settings = ""; // the optimizer and rate of the last step made in the page
    this.isBefore = false; // true for a run that was rewound, which stays for comparison
    this.every = 1;
  }

  get last() {
    return this.steps.length - 1;
  }

  // The first step whose loss is not finite, or undefined.
  get diverged() {
    if (this.examples?.length === 0) return undefined;
    return this.steps[this.losses.findIndex((loss) => !Number.isFinite(loss))];
  }

  // Makes an entry in place of all later ones; earlier ones are thinned when there are too many.
  put(step, loss, parameters, gradients, state = null) {
    const { last } = this;
    if (last > 0 && this.steps[last] % this.every) this._cut(last); // kept only as the last
    this._cut(this.steps.findIndex((s) => s >= step));
    this.steps.push(step);
    this.losses.push(loss);
    this.parameters.push(Float64Array.from(parameters));
    this.gradients.push(Float64Array.from(gradients));
    this.states.push(state);
    if (this.steps.length > ENTRIES) this._thin();
  }

  // The entry of a step, or of the last step before it.
  at(step) {
    let k = this.last;
    while (k > 0 && this.steps[k] > step) k -= 1;
    return k;
  }

  _cut(from) {
    if (from >= 0) for (const column of this._columns()) column.length = from;
  }

  _thin() {
    this.every *= 2;
    const kept = [...this.steps.keys()].filter(
      (k) => k === 0 || k === this.last || this.steps[k] % this.every === 0,
    );
    for (const column of this._columns()) {
      kept.forEach((k, i) => (column[i] = column[k]));
      column.length = kept.length;
    }
  }

  _columns() {
    return [this.steps, this.losses, this.parameters, this.gradients, this.states];
  }
}

// The first difference of two runs in the parameters up to number `count`, { step, parameter, a, b,
// same, far }, or null. `parameter` is the one that differs most there, `same` the last step without
// a difference, or null, and `far` the first step whose losses are more than 1 % apart, or null.
export function firstDifference(a, b, count = Infinity) {
  let found = null;
  let same = null;
  for (const [k, step] of a.steps.entries()) {
    const j = b.steps.indexOf(step);
    if (j < 0) continue;
    const parameter = mostDifferent(a.parameters[k].slice(0, count), b.parameters[j]);
    if (found === null && parameter >= 0) {
      const [x, y] = [a.parameters[k][parameter], b.parameters[j][parameter]];
      found = { step, parameter, a: x, b: y, same, far: null };
    }
    if (found === null) same = step;
    else if (apart(a.losses[k], b.losses[j])) return { ...found, far: step };
  }
  return found;
}

function mostDifferent(a, b) {
  let most = -1;
  let size = 0;
  a.forEach((x, i) => {
    if (Object.is(x, b[i])) return;
    const difference = Number.isNaN(x - b[i]) ? Infinity : Math.abs(x - b[i]);
    if (most < 0 || difference > size) [most, size] = [i, difference];
  });
  return most;
}

function apart(x, y) {
  return !(Math.abs(x - y) <= 0.01 * Math.max(Math.abs(x), Math.abs(y)));
}
