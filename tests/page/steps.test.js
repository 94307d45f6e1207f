import assert from "node:assert/strict";
import test from "node:test";

import { Scale } from "../../viz/page/static/base/colors.js";
import { Engine } from "../../viz/page/static/engine/engine.js";
import { contentsOf, firstFolds } from "../../viz/page/static/layout/folds.js";
import { formulaByNumber, localName } from "../../viz/page/static/base/formulas.js";
import { graphOf } from "../../viz/page/static/base/graph.js";
import { exact, factor, short, signed, typedNumber } from "../../viz/page/static/base/numbers.js";
import { decisivePaths } from "../../viz/page/static/engine/decisive.js";
import { pathsOf } from "../../viz/page/static/engine/paths.js";
import { orderText, pushLines, usesText } from "../../viz/page/static/engine/step_text.js";
import { searchNodes } from "../../viz/page/static/canvas/search.js";
import { Steps } from "../../viz/page/static/engine/steps.js";
import { columnsOf, printable } from "../../viz/page/static/base/text.js";
import { perceptron } from "./graphs.js";

const PRIMITIVES = {
  add: { forward: (a, b) => a + b, partials: [() => 1, () => 1] },
  mul: { forward: (a, b) => a * b, partials: [(y, a, b) => b, (y, a) => a] },
  mul_no_nan: { forward: (a, b) => (a === 0 || b === 0 ? 0 : a * b), partials: [] },
};

// Nodes as [name, value] or [name, op, ...operands]; an op is a place in ["add", "mul"].
function engineOf(...rows) {
  const leaf = (row) => typeof row[1] === "number";
  const scene = {
    version: 2,
    root: rows.length - 1,
    notes: [],
    ops: ["add", "mul"],
    symbols: ["+", "×"],
    roles: ["input", "operation"],
    clusters: [],
    opaque: { node: [], local: [] },
    nodes: {
      op: rows.map((row) => (leaf(row) ? -1 : ["add", "mul"].indexOf(row[1]))),
      operands: rows.map((row) => (leaf(row) ? [] : row.slice(2))),
      data: rows.map((row) => (leaf(row) ? row[1] : 0)),
      grad: rows.map(() => null),
      name: rows.map(([name]) => name),
      role: rows.map((row) => (leaf(row) ? 0 : 1)),
      cluster: rows.map(() => -1),
      flags: rows.map(() => []),
      locked: rows.map(() => 0),
      turn: rows.map(() => -1),
    },
    turns: { cluster: [], call: [], calls: [], around: [] },
    room: 60,
  };
  const engine = new Engine(graphOf(scene), PRIMITIVES);
  for (const [i, row] of rows.entries()) if (leaf(row)) engine.setLeaf(i, row[1] + 1);
  for (const [i, row] of rows.entries()) if (leaf(row)) engine.setLeaf(i, row[1]);
  return engine;
}

const twice = () => engineOf(["a", 3], ["b", "add", 0, 0], ["c", "add", 1, 1]);

test("a push is spelled with its numbers, and the gradient with what it was before", () => {
  const steps = new Steps(twice());
  const { pushes } = steps.eventAt(steps.last, false);
  const lines = pushLines(steps, pushes[0]);
  assert.equal(lines.rule, "∂c/∂a += ∂c/∂b · ∂b/∂a₂");
  assert.equal(lines.numbers, "2 × 1 = 2");
  assert.equal(lines.growth, "0 → 2 → 4");
});

test("a local derivative has a name of its own where the gradient is another number", () => {
  const { graph } = engineOf(["p", 2], ["c", 3], ["s", "add", 0, 1], ["y", "mul", 0, 2]);
  const names = Array.from(graph.operand, (_, e) => localName(graph, e));
  assert.deepEqual(names, ["∂s/∂p", "∂s/∂c", "∂(p × s)/∂p", "∂y/∂s"]);
  assert.equal(usesText(graph, 0), "");
  assert.match(usesText(twice().graph, 0), /^b uses a more than once: a₁, a₂/);
});

test("the wrong order is explained with the node that pushed too early, and with its numbers", () => {
  const engine = twice();
  engine.wrongOrder = true;
  const picture = { engine, graph: engine.graph, correctGrad: [4, 2, 1], isWrong: (i) => i === 0 };
  assert.match(orderText(picture), /^b pushes while its gradient is 1; later it becomes 2,.* So a gets 2 instead of 4\.$/);
  assert.match(orderText({ ...picture, isWrong: () => false }), /both orders give the same/);
});

test("in the wrong order, a gradient is pushed on before it is complete", () => {
  const engine = twice();
  engine.wrongOrder = true;
  assert.equal(engine.grad[0], 2);
  assert.equal(pathsOf(engine, 0, 5).total, 4);
});

test("steps by edge and by node reach both ends, and back", () => {
  const steps = new Steps(engineOf(["x", 2], ["w", 3], ["y", "mul", 0, 1], ["z", "add", 2, 0]));
  for (const byNode of [false, true]) {
    const places = [0];
    while (places.at(-1) < steps.last) places.push(steps.next(places.at(-1), 1, byNode));
    const back = [steps.last];
    while (back.at(-1) > 0) back.push(steps.next(back.at(-1), -1, byNode));
    assert.deepEqual(back.reverse(), places);
    assert.equal(places.length, byNode ? 6 : 8);
  }
});

test("paths are counted exactly, and their products add up to the gradient", () => {
  const rows = [["x", 1]];
  for (let i = 0; i < 100; i++) rows.push([`v${i}`, "add", i, i]);
  const { count, greatest, total } = pathsOf(engineOf(...rows), 0, 3);
  assert.equal(count, 2n ** 100n);
  assert.equal(greatest.length, 3);
  assert.ok(Math.abs(total / 2 ** 100 - 1) < 100 * 2 ** -52); // a rounding for each node
});

test("numbers are as in the pictures: short, and never a zero that is none", () => {
  const cases = [
    [0, "0"],
    [1.5, "1.5"],
    [-2 / 3, "−0.6667"],
    [12345, "12345"],
    [1234567.8, "1.235e6"],
    [1e-9, "1e−9"],
    [-1e-300, "−1e−300"],
    [-1.234e-308, "−1.234e−308"],
    [-Infinity, "−∞"],
    [NaN, "nan"],
  ];
  for (const [x, text] of cases) assert.equal(short(x), text);
  assert.deepEqual([signed(0.5), signed(-0.5), signed(-0)], ["+0.5", "−0.5", "−0"]);
  assert.equal(factor(-2), "(−2)");
});

test("what is written in full is read back as the same number", () => {
  for (const x of [0.1, -1.234e-308, 1e300, 5e-324, -0.5, Infinity, -Infinity]) {
    assert.ok(Object.is(typedNumber(exact(x)), x), exact(x));
  }
  for (const text of ["", "one", "1 2", "--1"]) assert.equal(typeof typedNumber(text), "string", text);
});

test("labels are one line of bounded width, without characters that do harm", () => {
  assert.equal(printable("a\nb\0c"), "a b\ufffdc");
  assert.equal(printable("x".repeat(99), 5), "…xxxx");
  assert.equal(printable("layers.1.neurons.3.w.1", 15), "…neurons.3.w.1");
  assert.equal(printable("e\u0301".repeat(9), 4), `…${"e\u0301".repeat(3)}`);
  assert.equal(printable(""), "␣");
  for (const text of ["\u202eabc", "重み".repeat(40), "\ud800", "a\u0301".repeat(60)]) {
    assert.ok(columnsOf(printable(text, 20)) <= 20);
    assert.doesNotMatch(printable(text, 20), /[\u202e\ud800]/u);
  }
});

test("only a gradient of 0 has the color of 0", () => {
  const scale = new Scale(1e300);
  assert.deepEqual([scale.shade(0), scale.shade(null)], [0, null]);
  assert.ok(scale.shade(5e-324) > 0 && scale.shade(-5e-324) < 0);
  assert.ok(Number.isNaN(scale.shade(Infinity)));
});

test("formulas have brackets where they need them", () => {
  const engine = engineOf(["a", -2], ["b", 3], ["c", "mul", 0, 1]);
  assert.equal(formulaByNumber(engine.graph, 2, engine.data), "(−2) × 3");
});

test("a search finds exact names first, and primitives", () => {
  const { graph } = engineOf(["add2", 1], ["add", 2], ["y", "add", 0, 1]);
  assert.deepEqual(searchNodes(graph, "ADD"), [1, 0, 2]);
  assert.deepEqual(searchNodes(graph, "=+"), [2]);
  assert.deepEqual(searchNodes(graph, " "), []);
});

test("few boxes are open to begin with, and neighbours alike", () => {
  const graph = perceptron([2, 16, 16, 1]);
  const folded = firstFolds(graph, 60);
  const kinds = graph.clusters.map(
    ({ kind }, c) => `${kind} in ${graph.clusters[c].parent}: ${folded.has(c)}`,
  );
  const open = graph.clusters.filter((_, c) => !folded.has(c)).map(({ kind }) => kind);
  assert.ok(open.includes("Layer"));
  assert.equal(new Set(kinds).size, new Set(kinds.map((k) => k.split(":")[0])).size);
});

test("a folded module knows what leaves it", () => {
  const graph = perceptron([2, 3, 1]);
  const target = new Int32Array(graph.operand.length);
  for (let i = 0; i < graph.count; i++) target.fill(i, graph.first[i], graph.first[i + 1]);
  const contents = contentsOf({ ...graph, target });
  assert.deepEqual(contents[0].outputs, [graph.root]);
  assert.equal(contents[1].outputs.length, 3);
  assert.equal(contents[0].size, graph.count - 2);
});

// All paths from leaves to a node, by going along every one.
function allPaths({ graph, data, local }, node) {
  const found = [];
  const stack = [{ product: 1, nodes: [node] }];
  while (stack.length > 0) {
    const { product, nodes } = stack.pop();
    const [v] = nodes;
    if (graph.op[v] < 0) found.push({ product: product * data[v], nodes });
    for (let e = graph.first[v]; e < graph.first[v + 1]; e++)
      stack.push({ product: product * local[e], nodes: [graph.operand[e], ...nodes] });
  }
  return found.sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

test("the decisive paths to a node are the greatest of all paths to it", () => {
  const rows = [["a", 2], ["b", -3], ["c", 0.7]];
  let seed = 1;
  const next = (n) => (seed = (seed * 48271) % 2147483647) % n;
  for (let i = 3; i < 12; i++) rows.push([`v${i}`, next(2) ? "mul" : "add", next(i), next(i)]);
  const engine = engineOf(...rows);
  for (let node = 3; node < rows.length; node++) {
    for (const limit of [1, 3, 50]) {
      const all = allPaths(engine, node).filter(({ product }) => product !== 0);
      const sizes = (paths) => paths.map(({ product }) => Math.abs(product).toPrecision(12));
      const found = decisivePaths(engine, node, limit);
      assert.deepEqual(sizes(found), sizes(all.slice(0, limit)));
      for (const { product, nodes } of found) {
        assert.equal(nodes.at(-1), node);
        const same = all.filter((path) => path.nodes.join() === nodes.join());
        assert.ok(same.some((path) => Math.abs(path.product - product) <= 1e-9 * Math.abs(product)));
      }
    }
  }
});
