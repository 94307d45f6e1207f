// The engine by itself: what it refuses, and what it does not do twice. Its numbers are held to Python's by
// tests/page/test_engine.py.

import assert from "node:assert/strict";
import test from "node:test";
import { Engine } from "../../viz/page/static/engine/engine.js";
import { graphOf, numberOf } from "../../viz/page/static/base/graph.js";

let calls = 0;
const ROLES = ["input", "constant", "operation"];
const PRIMITIVES = {
  mul_no_nan: { forward: (g, p) => (Number.isNaN(g * p) ? 0 : g * p), partials: [] },
  add: { forward: (a, b) => a + b, partials: [() => 1, () => 1] },
  mul: { forward: (a, b) => (calls++, a * b), partials: [(y, a, b) => b, (y, a) => a] },
};

// a tiny language: ["x", 2] is a leaf, ["mul", "a", "b"] a primitive, a number a constant
function sceneOf(lines) {
  const nodes = {
    op: [],
    operands: [],
    data: [],
    grad: [],
    name: [],
    role: [],
    cluster: [],
    flags: [],
    locked: [],
    turn: [],
  };
  const ops = ["add", "mul"];
  const add = (name, op, operands, data, role) => {
    nodes.op.push(op);
    nodes.operands.push(operands);
    nodes.data.push(data);
    nodes.grad.push(null);
    nodes.name.push(name);
    nodes.role.push(ROLES.indexOf(role));
    nodes.cluster.push(-1);
    nodes.flags.push([]);
    nodes.locked.push(0);
    nodes.turn.push(-1);
    return nodes.op.length - 1;
  };
  const place = (x) =>
    typeof x === "number" ? add(String(x), -1, [], x, "constant") : nodes.name.indexOf(x);
  for (const [name, what, ...operands] of lines) {
    if (typeof what === "number") add(name, -1, [], what, "input");
    else {
      const at = operands.map(place);
      const data = PRIMITIVES[what].forward(...at.map((i) => nodes.data[i]));
      add(name, ops.indexOf(what), at, data, "operation");
    }
  }
  const opaque = { node: [], local: [] };
  return {
    version: 2,
    roles: ROLES,
    root: nodes.op.length - 1,
    notes: [],
    ops,
    symbols: ["+", "×"],
    nodes,
    opaque,
    clusters: [],
    turns: { cluster: [], call: [], calls: [], around: [] },
    room: 60,
  };
}

const engineOf = (...lines) => new Engine(graphOf(sceneOf(lines)), PRIMITIVES);

test("a number of the JSON is a double, whatever it is", () => {
  assert.deepEqual(["nan", "inf", "-inf", null, -0.0, 0.1].map(numberOf), [
    NaN,
    Infinity,
    -Infinity,
    NaN,
    -0,
    0.1,
  ]);
});

test("another version is refused", () => {
  assert.throws(() => graphOf({ version: 3 }), /version 2, got 3; make the page again/);
});

test("edges lead from operands to their users", () => {
  const { graph } = engineOf(["a", 3], ["b", "mul", "a", "a"], ["c", "add", 2, "b"]);
  assert.deepEqual([...graph.first], [0, 0, 2, 2, 4]);
  assert.deepEqual([...graph.operand], [0, 0, 2, 1]);
  assert.deepEqual([...graph.target], [1, 1, 3, 3]);
});

test("the rule is spelled push by push", () => {
  const engine = engineOf(["a", 3], ["b", "mul", "a", "a"]);
  assert.deepEqual(engine.push(1), {
    from: 1,
    operand: 0,
    edge: 1,
    local: 3,
    upstream: 1,
    contribution: 3,
    before: 3,
    after: 6,
    isFirst: false,
  });
  assert.deepEqual([...engine.grad], [6, 1]);
  assert.deepEqual([...engine.stops], [0, 2]);
});

test("in a product of the chain rule 0 times infinity is 0", () => {
  const engine = engineOf(["a", 0], ["i", Infinity], ["b", "mul", "a", "i"], ["c", "mul", "b", 0]);
  assert.deepEqual([...engine.grad].slice(0, 2), [0, 0]);
});

test("setting a leaf computes what depends on it, and nothing else", () => {
  const engine = engineOf(
    ["a", 3],
    ["b", 4],
    ["c", "mul", "a", "a"],
    ["d", "mul", "b", "b"],
    ["e", "add", "c", "d"],
  );
  calls = 0;
  assert.deepEqual(engine.setLeaf(0, 5), [0, 2, 4]);
  assert.equal(calls, 1);
  assert.deepEqual([...engine.data], [5, 4, 25, 16, 41]);
  assert.deepEqual([...engine.grad], [10, 8, 1, 1, 1]);
  assert.deepEqual(engine.setLeaf(0, 5), []);
  assert.equal(calls, 1);
});

test("many leaves are set in one go, or none of them", () => {
  const engine = engineOf(["a", 3], ["b", 4], ["c", "mul", "a", "b"]);
  calls = 0;
  assert.deepEqual(engine.setLeaves([0, 1], [5, 6]), [0, 1, 2]);
  assert.deepEqual([calls, engine.data[2]], [1, 30]);
  assert.throws(() => engine.setLeaves([0, 2], [7, 8]), /node 2 cannot be set; choose a leaf/);
  assert.equal(engine.data[0], 5);
});

test("only a leaf can be set", () => {
  const engine = engineOf(["a", 3], ["b", "add", "a", 2]);
  for (const i of [1, 2, 7]) assert.throws(() => engine.setLeaf(i, 1), /choose a leaf for which isFree/);
});

test("a step that is none is refused", () => {
  const engine = engineOf(["a", 3], ["b", "add", "a", "a"]);
  for (const k of [-1, 3, 0.5, NaN])
    assert.throws(() => engine.stateAt(k, "backward"), /steps 0 to 2, got/);
});

test("the order that goes wrong can be left again", () => {
  const engine = engineOf(["a", 1], ["b", "add", "a", "a"], ["c", "add", "b", "b"]);
  assert.equal(engine.grad[0], 4);
  engine.wrongOrder = true;
  assert.equal(engine.grad[0], 2);
  assert.deepEqual([...engine.stops], [0, 1, 3, 4]);
  engine.setLeaf(0, 7);
  assert.equal(engine.wrongOrder, true);
  assert.equal(engine.grad[0], 2);
  engine.wrongOrder = false;
  assert.equal(engine.grad[0], 4);
});

test("the state after setting a leaf is that of the new numbers", () => {
  const engine = engineOf(["a", 3], ["b", "mul", "a", "a"]);
  assert.equal(engine.stateAt(1, "backward").grad[0], 3);
  engine.setLeaf(0, 10);
  assert.equal(engine.stateAt(1, "backward").grad[0], 10);
  assert.equal(engine.stateAt(2, "backward").grad[0], 20);
});

test("a primitive that is not there is named", () => {
  const scene = sceneOf([
    ["a", 3],
    ["b", "mul", "a", "a"],
  ]);
  assert.throws(
    () => new Engine(graphOf(scene), { mul_no_nan: PRIMITIVES.mul_no_nan }),
    /node 1 needs the primitive mul; add it/,
  );
});
