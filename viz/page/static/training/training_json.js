// Training JSON: a training as arrays; docs/reference/training.md describes the JSON.

import { numberOf } from "../base/graph.js";
import { TrainingRun } from "./training_run.js";

const TRAINING_VERSION = 1;
export const FIXED = -1; // in place of a node: another number would give another graph

// Keeps the keys of the JSON, but layers are [{ name, from, to }], an example is a Float64Array,
// runs are TrainingRuns, and `second` has all keys for the graph of the second run, or is null.
export function trainingOf(json) {
  if (json.version !== TRAINING_VERSION) {
    const found = `expected a training of version ${TRAINING_VERSION}, got ${json.version}`;
    throw new RangeError(`${found}; make the page again`);
  }
  const sets = Object.fromEntries(
    Object.entries(json.sets).map(([name, rows]) => [name, rows.map((r) => Float64Array.from(r))]),
  );
  const whole = {
    ...json,
    layers: layersOf(json.layers),
    sets,
    examples: json.examples.map(unpacked),
    runs: json.runs.map(runOf),
  };
  return { ...whole, second: json.second && { ...whole, ...json.second } };
}

// The parameters `from` and `to` of layers, given as { name, size }.
export function layersOf(layers) {
  let from = 0;
  return layers.map(({ name, size }) => {
    from += size;
    return { name, from: from - size, to: from };
  });
}

function runOf({ name, steps, losses, parameters, gradients }) {
  return Object.assign(new TrainingRun(name), {
    steps,
    losses: losses.map(numberOf),
    parameters: parameters.map(unpacked),
    gradients: gradients.map(unpacked),
  });
}

// Doubles from base64 of their bytes, the lowest byte first.
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
