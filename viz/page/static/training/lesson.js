// Lesson: the JSON of a training as arrays; docs/lesson.md describes it.

import { numberOf } from "../base/graph.js";
import { Run } from "./run.js";

export const LESSON_VERSION = 1;
export const FIXED = -1; // the place of a number for which the graph would be another one

// The keys are those of the JSON; but layers are [{ name, from, to }], an example is a Float64Array of
// its numbers, and runs are Runs.
export function lessonOf(json) {
  if (json.version !== LESSON_VERSION) {
    throw new RangeError(`a lesson of version ${LESSON_VERSION} is wanted, got ${json.version}`);
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
    runs: json.runs.map((run) => Run.of(run, unpacked, numberOf)),
  };
}

// Doubles from base64 of their bytes, the lowest first.
export function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

// The values of the last number of an example, its label, ascending; null where they are no classes.
export function classesOf(lesson) {
  if (lesson.numbers.node.length !== lesson.inputs + 1) return null;
  const labels = new Set(lesson.examples.map((row) => row[lesson.inputs]));
  const whole = [...labels].every(Number.isInteger);
  return whole && labels.size <= 10 ? [...labels].sort((a, b) => a - b) : null;
}
