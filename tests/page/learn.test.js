// The parts of a training page, without a screen. tests/page/test_training.py compares its numbers
// with Python's.

import assert from "node:assert/strict";
import test from "node:test";
import { ticksOf } from "../../viz/page/static/training/curve.js";
import { cellPaths, latticeOf, zeroLine } from "../../viz/page/static/training/grid.js";
import { unpacked } from "../../viz/page/static/training/training_json.js";
import { classAt } from "../../viz/page/static/training/trainer.js";
import { unitsOf } from "../../viz/page/static/training/units.js";
import { TrainingRun, firstDifference } from "../../viz/page/static/training/training_run.js";
import { initialParameters, randomParameters, randomNumbers } from "../../viz/page/static/training/random_init.js";

const NONE = [NaN];

function runOf(losses, parameters, steps = [...losses.keys()]) {
  const run = new TrainingRun("");
  steps.forEach((step, k) => run.put(step, losses[k], parameters[k], NONE));
  return run;
}

test("doubles come out of base64 with their bits", () => {
  const xs = [0, -0, 1e-320, -1.5, Infinity, NaN, 0.1];
  const text = Buffer.from(Float64Array.from(xs).buffer).toString("base64");
  assert.deepEqual([...unpacked(text)], xs);
});

test("an entry takes the place of what is later", () => {
  const run = runOf([3, 2, 1], [[0], [1], [2]]);
  run.put(1, 5, [7], NONE);
  assert.deepEqual(run.steps, [0, 1]);
  assert.deepEqual(run.losses, [3, 5]);
  assert.deepEqual([...run.parameters[1]], [7]);
});

test("a long run keeps its beginning, its end, and even distances between", () => {
  const run = new TrainingRun("");
  for (let step = 0; step <= 5000; step++) run.put(step, step, [step], NONE);
  assert.ok(run.steps.length <= 401);
  assert.equal(run.steps[0], 0);
  assert.equal(run.steps.at(-1), 5000);
  const gaps = new Set(run.steps.slice(1, -1).map((s, i) => s - run.steps[i]));
  assert.equal(gaps.size, 1);
  run.steps.forEach((step, k) => assert.equal(run.losses[k], step));
  run.put(5001, 5001, [5001], NONE);
  assert.equal(run.steps.at(-1), 5001);
  assert.ok(!run.steps.includes(5000) || 5000 % run.every === 0);
});

test("a run that begins in the middle keeps where it began, and its last step at any time", () => {
  const run = new TrainingRun("");
  for (let step = 7; step <= 2000; step++) {
    run.put(step, step, [step], NONE);
    assert.equal(run.steps[0], 7);
    assert.equal(run.steps.at(-1), step);
    assert.equal(run.parameters.at(-1)[0], step);
  }
});

test("a step that was passed over is shown by the one before it", () => {
  const run = runOf([3, 2, 1], [[0], [1], [2]], [0, 4, 8]);
  assert.deepEqual([0, 3, 4, 7, 8, 99].map((step) => run.at(step)), [0, 0, 1, 1, 2, 2]);
});

test("two runs part at the first bit that differs", () => {
  const a = runOf([1, 1, 1, 1], [[1, 2], [1, 2], [1, 2], [5, 2]]);
  const b = runOf([1, 1, 1, 2], [[1, 2], [1, 2], [1, 2 + 1e-15], [1, 2]]);
  const found = firstDifference(a, b);
  assert.deepEqual(found, { step: 2, parameter: 1, a: 2, b: 2 + 1e-15, same: 1, far: 3 });
  assert.equal(firstDifference(a, a), null);
  const zero = firstDifference(runOf([1], [[0]]), runOf([1], [[-0]]));
  assert.deepEqual([zero.step, zero.same, zero.far], [0, null, null]);
});

test("two runs are compared in the parameters that both have", () => {
  const a = runOf([1, 1], [[1, 2, 9], [1, 2, 9]]);
  const b = runOf([1, 1], [[1, 2], [1, 3]]);
  assert.equal(firstDifference(a, b, 2).step, 1);
  assert.equal(firstDifference(a, runOf([1, 1], [[1, 2], [1, 2]]), 2), null);
  assert.equal(firstDifference(a, b).parameter, 2);
});

test("a run diverges at the first loss that is not finite", () => {
  assert.equal(runOf([1, 2], [[0], [0]]).diverged, undefined);
  assert.equal(runOf([1, Infinity, NaN], [[0], [0], [0]], [0, 4, 8]).diverged, 4);
  const empty = runOf([NaN], [[0]]);
  empty.examples = [];
  assert.equal(empty.diverged, undefined);
});

test("a score on the middle belongs to the class below, and nan to none", () => {
  assert.deepEqual([0.4, 0.5, 0.6, NaN].map((x) => classAt([x], 0.5)), [0, 0, 1, -1]);
  assert.deepEqual([[1, 3, 3], [2, 1, 0], [NaN, 1, 2]].map((all) => classAt(all, 0)), [1, 0, -1]);
});

test("units stand in the order of their names, with 10 after 9", () => {
  const order = [10, 2, 0, 9, 1];
  const clusters = [{ name: "layers.1", parent: -1 }, { name: "layers.0", parent: -1 }];
  const cells = order.flatMap((k) => [0, 1].map((parent) => ({ name: `neurons.${k}`, parent })));
  clusters.push(...cells);
  const clusterOf = cells.map((_, i) => i + 2);
  const graph = { op: cells.map(() => 0), ops: ["relu"], clusters, frameOf: clusterOf };
  const found = unitsOf(graph, { relu: {} });
  assert.deepEqual(found.map(({ name }) => name), ["layers.0", "layers.1"]);
  for (const { nodes } of found)
    assert.deepEqual(nodes.map((i) => clusters[clusterOf[i]].name), [0, 1, 2, 9, 10].map((k) => `neurons.${k}`));
});

test("runs with other steps are compared where both have one", () => {
  const a = runOf([1, 1, 1], [[1], [1], [1]], [0, 2, 4]);
  const b = runOf([1, 1, 1], [[1], [9], [2]], [0, 3, 4]);
  assert.equal(firstDifference(a, b).step, 4);
});

test("weights drawn anew are as large as those of the start", () => {
  const names = ["layers.0.neurons.0.w.0", "layers.0.neurons.1.w.0", "layers.0.neurons.0.b", "scale"];
  const sizes = [0.5, 0.5, 0, 3];
  const seen = new Set();
  for (let seed = 0; seed < 50; seed++) {
    const anew = randomParameters([0.5, -0.25, 0, 3], names, randomNumbers(seed));
    anew.forEach((x, k) => assert.ok(Math.abs(x) <= sizes[k]));
    for (const x of anew) seen.add(x);
  }
  assert.ok(seen.size > 140);
  assert.ok(randomParameters([0, 0], ["a", "b"], randomNumbers(1)).every((x) => x !== 0 && Math.abs(x) <= 1));
});

test("the zero line lies where the function is 0", () => {
  const f = (x, y) => x + 2 * y - 0.3;
  const [columns, rows] = [24, 18];
  const space = { left: -1, right: 1, low: -1, high: 1 };
  const line = zeroLine(latticeOf(f, space, columns, rows));
  assert.ok(line.length > 20);
  for (const [x1, y1, x2, y2] of line) {
    for (const [j, i] of [[x1, y1], [x2, y2]]) {
      const value = f(-1 + (2 * j) / columns, -1 + (2 * i) / rows);
      assert.ok(Math.abs(value) < 1e-12, String(value));
    }
  }
});

test("nothing is drawn where a function is nan or has one sign", () => {
  assert.deepEqual(zeroLine([[NaN, 1], [-1, NaN]]), []);
  assert.deepEqual(zeroLine([[1, 1], [2, 3]]), []);
});

test("cells of one key are one path that covers each of them once", () => {
  const keys = [[0, 0, 1], [1, 1, 1], [null, 0, NaN]];
  const paths = cellPaths(keys, 10, 5);
  assert.deepEqual([...paths.keys()], [0, 1, null, NaN]);
  assert.equal(paths.get(0), "M0 0h20v5h-20zM10 10h10v5h-10z");
  const area = [...paths.values()].flatMap((d) => [...d.matchAll(/h([\d.]+)v/g)]);
  assert.equal(area.reduce((sum, [, w]) => sum + Number(w), 0), 90);
  assert.equal(cellPaths([[7], [8]], 1, 1, true).get(7), "M0 1h1v1h-1z");
});

test("ticks are few, round and within the axis", () => {
  for (const [low, high] of [[0, 1], [0.13, 0.97], [3, 4000], [-5, 5], [1e-9, 2e-9], [7, 7]]) {
    for (const log of low > 0 ? [false, true] : [false]) {
      const ticks = ticksOf(low, high, log);
      assert.ok(ticks.length >= 1 && ticks.length <= 8, `${low} ${high} ${log}: ${ticks}`);
      for (const x of ticks) assert.ok(x >= low * 0.89 - 1e-12 || low < 0);
    }
  }
});

test("numbers that differ in their last digits have a tick, and not endlessly many", () => {
  for (const x of [1, Math.LN2, 1 / 3, 1e20, 1e-300, 0.5, 7]) {
    for (const more of [1 + 2 ** -52, 1 + 1e-14, 1 + 1e-10, 1 + 1e-8]) {
      const ticks = ticksOf(x, x * more, false);
      assert.ok(ticks.length >= 1 && ticks.length <= 11);
    }
  }
});

test("initial weights have the mean 0 and the variance of nn.MLP's", () => {
  const sizes = [50, 100, 2];
  const layer = (init) => initialParameters({ sizes, init }, randomNumbers(5)).slice(0, 51 * 100);
  for (const [init, variance] of [["micrograd", 1 / 3], ["kaiming", 2 / 50], ["xavier", 2 / 150]]) {
    const weights = [...layer(init)].filter((_, k) => k % 51 < 50);
    const mean = (xs) => xs.reduce((a, b) => a + b) / xs.length;
    assert.ok(Math.abs(mean(weights)) < 4 * Math.sqrt(variance / 5000), init); // 4 standard errors
    assert.ok(Math.abs(mean(weights.map((w) => w * w)) / variance - 1) < 4 * Math.sqrt(2 / 5000), init);
  }
});
