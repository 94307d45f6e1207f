// Training JSON: a training as arrays; docs/training.md describes the JSON.

import { numberOf } from "../base/graph.js";
import { TrainingRun } from "./training_run.js";

export const TRAINING_VERSION = 1;
export const FIXED = -1; // in place of a node: another number would give another graph

// Keeps the keys of the JSON, but layers are [{ name, from, to }], an example is a Float64Array,
// and runs are TrainingRuns.
export function trainingOf(json) {
  if (json.version !== TRAINING_VERSION) {
    const found = `expected a training of version ${TRAINING_VERSION}, got ${json.version}`;
    throw new RangeError(`${found}; make the page again`);
  }
  let from = 0;
  const layers = json.layers.map(({ name, size }) => {
    from += size;
    return { name, from: from - size, to: from };
  });
  const sets = Object.fromEntries(
    Object.entries(json.sets).map(([name, rows]) => [name, rows.map((r) => Float64Array.from(r))]),
  );
  return {
    ...json,
    layers,
    sets,
    examples: json.examples.map(unpacked),
    runs: json.runs.map((run) => TrainingRun.of(run, unpacked, numberOf)),
  };
}

// Doubles from base64 of their bytes, the lowest byte first.
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

// The labels, ascending, if they are classes; otherwise null. A label is the last number of an
// example.
export function classesOf(training) {
  if (training.numbers.node.length !== training.inputs + 1) return null;
  const labels = new Set(training.examples.map((row) => row[training.inputs]));
  const whole = [...labels].every(Number.isInteger);
  return whole && labels.size <= 10 ? [...labels].sort((a, b) => a - b) : null;
}
