import assert from "node:assert/strict";
import test from "node:test";

import { READABLE, firstLayout, fitScale } from "../../viz/page/static/layout/fit.js";
import { Plan, layoutOf } from "../../viz/page/static/layout/layout.js";
import { graphFrom, perceptron, randomFrom, randomGraph } from "./graphs.js";

const SIZES = { node: [150, 56], fold: [180, 70], title: [90, 20] };
const measure = (kind) => SIZES[kind];
const layout = (graph, folded = []) => layoutOf(graph, new Set(folded), measure);

function* cases() {
  for (let seed = 0; seed < 60; seed++) {
    const graph = randomGraph(seed, 2 + (seed % 40), seed % 7);
    const folded = graph.clusters.map((_, c) => c).filter((c) => (seed >> (c % 5)) & 1);
    yield [graph, seed % 2 ? folded : []];
  }
  yield [perceptron([2, 3, 1]), []];
  yield [perceptron([2, 3, 1]), [1]];
}

// The layouts of all cases, in one row and broken into several.
function* layouts() {
  for (const [graph, folded] of cases()) {
    const plan = new Plan(graph, new Set(folded));
    for (const widest of [Infinity, 1200, 500]) yield [graph, plan.layout(measure, widest)];
  }
}

function chain(length) {
  return graphFrom(Array.from({ length }, (_, i) => ({ operands: i ? [i - 1] : [] })));
}

const overlap = (a, b) =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const within = (a, frame) =>
  a.x >= frame.x &&
  a.y >= frame.y &&
  a.x + a.width <= frame.x + frame.width &&
  a.y + a.height <= frame.y + frame.height;

const parentOf = (graph, box) =>
  box.kind === "node" ? graph.clusterOf[box.node] : graph.clusters[box.cluster].parent;

test("no two boxes of one parent overlap", () => {
  for (const [graph, { boxes }] of layouts()) {
    for (const a of boxes) {
      for (const b of boxes) {
        if (a.id < b.id && parentOf(graph, a) === parentOf(graph, b)) {
          assert.ok(!overlap(a, b), `${a.id} and ${b.id}`);
        }
      }
    }
  }
});

test("what a module holds lies inside its frame, and all inside the picture", () => {
  for (const [graph, { boxes, width, height }] of layouts()) {
    const byId = new Map(boxes.map((b) => [b.id, b]));
    for (const box of boxes) {
      const parent = parentOf(graph, box);
      const frame = parent < 0 ? { x: 0, y: 0, width, height } : byId.get(`c${parent}`);
      assert.ok(within(box, frame), `${box.id} in c${parent}`);
    }
  }
});

test("a line goes from its source's right side to its target's left side", () => {
  for (const [, { boxes, edges }] of layouts()) {
    const byId = new Map(boxes.map((b) => [b.id, b]));
    for (const { source, target, points } of edges) {
      const [a, b] = [byId.get(source), byId.get(target)];
      const [[x0, y0], [x1, y1]] = [points[0], points.at(-1)];
      assert.equal(x0, a.x + a.width);
      assert.equal(x1, b.x);
      assert.ok(y0 >= a.y && y0 <= a.y + a.height && y1 >= b.y && y1 <= b.y + b.height);
    }
  }
});

test("where modules make no circle, lines go from left to right", () => {
  for (let seed = 0; seed < 60; seed++) {
    for (const { points } of layout(randomGraph(seed, 40, 0)).edges) {
      for (let i = 1; i < points.length; i++) assert.ok(points[i][0] >= points[i - 1][0]);
    }
  }
  for (const { points } of layout(perceptron([3, 4, 4, 1])).edges) {
    for (let i = 1; i < points.length; i++) assert.ok(points[i][0] >= points[i - 1][0]);
  }
});

test("every operand is on one line, unless both its ends are in one folded module", () => {
  for (const [graph, folded] of cases()) {
    const { edges } = layout(graph, folded);
    const drawn = edges.flatMap((edge) => edge.operands);
    assert.equal(new Set(drawn).size, drawn.length);
    const root = (node) => {
      let fold = -1;
      for (let c = graph.clusterOf[node]; c >= 0; c = graph.clusters[c].parent) {
        if (folded.includes(c)) fold = c;
      }
      return fold < 0 ? `n${node}` : `c${fold}`;
    };
    const expected = [];
    for (let v = 0; v < graph.count; v++) {
      for (let e = graph.first[v]; e < graph.first[v + 1]; e++) {
        if (root(v) !== root(graph.operand[e])) expected.push(e);
      }
    }
    assert.deepEqual(
      drawn.sort((a, b) => a - b),
      expected,
    );
  }
});

test("x * x keeps two lines", () => {
  const { edges } = layout(graphFrom([{}, { operands: [0, 0] }]));
  assert.equal(edges.length, 2);
  assert.notDeepEqual(edges[0].points.at(-1), edges[1].points.at(-1));
});

test("lines pass beside boxes, not through them, in one row and in several", () => {
  for (let seed = 0; seed < 40; seed++) {
    for (const widest of [Infinity, 900]) {
      const plan = new Plan(randomGraph(seed, 30, 0), new Set());
      const { boxes, edges, width, height } = plan.layout(measure, widest);
      for (const { points, source, target } of edges) {
        for (let i = 1; i < points.length; i++) {
          const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
          assert.ok(x1 >= 0 && x1 <= width && y1 >= 0 && y1 <= height);
          if (y0 !== y1 && x0 !== x1) continue; // in a gap between columns
          const start = { x: Math.min(x0, x1), y: Math.min(y0, y1) };
          const line = { ...start, width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
          const hit = boxes.find((b) => b.id !== source && b.id !== target && overlap(line, b));
          assert.equal(hit, undefined);
        }
      }
    }
  }
});

test("rows are read from left to right and from above to below", () => {
  const { boxes, width } = new Plan(chain(60), new Set()).layout(measure, 1000);
  assert.ok(width <= 1100);
  const inOrder = boxes.toSorted((a, b) => a.node - b.node);
  let rows = 1;
  for (let i = 1; i < inOrder.length; i++) {
    const [a, b] = [inOrder[i - 1], inOrder[i]];
    if (b.y === a.y) assert.ok(b.x > a.x);
    else {
      rows += 1;
      assert.ok(b.y > a.y + a.height && b.x === inOrder[0].x);
    }
  }
  assert.equal(rows, 12);
});

test("the first layout can be read in every frame, and uses a chain's frame", () => {
  const graphs = [chain(60), perceptron([3, 4, 4, 1]), perceptron([2, 16, 16, 1])];
  for (const graph of graphs) {
    for (const frame of [
      { width: 560, height: 400 },
      { width: 908, height: 640 },
      { width: 1548, height: 900 },
    ]) {
      const { folded, layout: first } = firstLayout(graph, 60, measure, frame);
      const scale = fitScale(first, frame);
      assert.ok(scale >= READABLE || graph.clusters.length === 0, `${scale} in ${frame.width}`);
      assert.ok(first.boxes.length <= 70);
      for (const c of folded) assert.ok(c < graph.clusters.length);
    }
  }
});

test("members of a family stand in the order of their numbers, whatever their users are", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = randomFrom(seed);
    const order = Array.from({ length: 12 }, (_, i) => i).sort(() => random(3) - 1);
    const nodes = order.map((i) => ({ name: `w.${i}` }));
    for (let k = 0; k < 20; k++) {
      nodes.push({ operands: [k < 12 ? k : random(nodes.length), random(nodes.length)] });
    }
    const graph = graphFrom(nodes);
    const columns = new Map();
    for (const box of layout(graph).boxes) {
      if (box.node >= 12) continue;
      const right = box.x + box.width;
      if (!columns.has(right)) columns.set(right, []);
      columns.get(right).push([box.y, order[box.node]]);
    }
    for (const column of columns.values()) {
      const numbers = column.sort(([a], [b]) => a - b).map(([, number]) => number);
      assert.deepEqual(numbers, numbers.toSorted((a, b) => a - b));
    }
  }
});

test("the same graph gives the same layout", () => {
  for (const [graph, folded] of cases()) {
    assert.deepEqual(layout(graph, folded), layout(graph, folded));
  }
});

test("time", (t) => {
  const milliseconds = (graph, folded) => {
    const start = performance.now();
    const { boxes } = layout(graph, folded);
    return `${boxes.length} boxes of ${graph.count} nodes: ${(performance.now() - start).toFixed(0)} ms`;
  };
  const small = perceptron([2, 16, 16, 1]);
  t.diagnostic(milliseconds(small, []));
  t.diagnostic(milliseconds(perceptron([4, 20, 20, 1]), []));
  t.diagnostic(milliseconds(randomGraph(1, 2000, 0), []));
  const large = perceptron([64, 128, 96, 32, 1]);
  t.diagnostic(milliseconds(large, large.clusters.map((_, c) => c).slice(5)));
  t.diagnostic(milliseconds(large, [0]));
});
