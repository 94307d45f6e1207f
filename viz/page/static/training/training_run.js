// TrainingRun: a training step by step, recorded in Python or made in the page. Entry k has the parameters
// after `steps[k]` steps, and the loss and the gradients there.

const ENTRIES = 400; // entries of a run made in the page; of more, every second one is kept

export class TrainingRun {
  constructor(name) {
    this.name = name;
    this.steps = [];
    this.losses = [];
    this.parameters = [];
    this.gradients = []; // NaN where there is none
    this.examples = null; // that it was made with; null for those of the lesson
    this.every = 1;
  }

  static of(json, unpacked, numberOf) {
    const run = new TrainingRun(json.name);
    run.steps = json.steps;
    run.losses = json.losses.map(numberOf);
    run.parameters = json.parameters.map(unpacked);
    run.gradients = json.gradients.map(unpacked);
    return run;
  }

  get last() {
    return this.steps.length - 1;
  }

  // An entry in the place of what is later; those between are kept as long as there is room.
  put(step, loss, parameters, gradients) {
    const { last } = this;
    if (last > 0 && this.steps[last] % this.every) this._cut(last); // it was kept as the last one
    this._cut(this.steps.findIndex((s) => s >= step));
    this.steps.push(step);
    this.losses.push(loss);
    this.parameters.push(Float64Array.from(parameters));
    this.gradients.push(Float64Array.from(gradients));
    if (this.steps.length > ENTRIES) this._thin();
  }

  // The entry of a step, or else of the last one before it.
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
    return [this.steps, this.losses, this.parameters, this.gradients];
  }
}

// Where two runs part: { step, parameter, a, b, same } of the first entry of one step that differs, with
// the parameter that differs most; `far`, the first step with losses more than a hundredth apart, or
// null; `same`, the last step before, or null. Null where nothing differs.
export function firstDifference(a, b) {
  let found = null;
  let same = null;
  for (const [k, step] of a.steps.entries()) {
    const j = b.steps.indexOf(step);
    if (j < 0) continue;
    const parameter = mostDifferent(a.parameters[k], b.parameters[j]);
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
