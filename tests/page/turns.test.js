import assert from "node:assert/strict";
import test from "node:test";
import {
  chooseCall,
  chooseTurnsOf,
  turnShownIn,
  withTurns,
} from "../../viz/page/static/layout/turns.js";

// A module with five calls of one node each, and in each call two calls of an inner module; the
// last node adds them up.
function graphOfCalls(chained) {
  const turns = { cluster: [], call: [], calls: [], around: [] };
  const add = (cluster, call, calls, around) =>
    turns.cluster.push(cluster) &&
    turns.call.push(call) &&
    turns.calls.push(calls) &&
    turns.around.push(around) - 1;
  const turn = [];
  const frameOf = [];
  for (let call = 1; call <= 5; call++) {
    const outer = add(0, call, 5, -1);
    turn.push(outer);
    frameOf.push(0);
    for (let k = 1; k <= call; k++) {
      turn.push(add(1, k, call, outer));
      frameOf.push(1);
    }
  }
  turn.push(-1);
  frameOf.push(-1);
  const frame = (name, parent, choice) => ({ name, kind: "M", module: name, parent, choice, chained });
  const clusters = [frame("a", -1, 0), frame("b", 0, 1)];
  return withTurns({ clusters, turn, turns, frameOf, clusterOf: [...frameOf] });
}

const counts = (graph) => {
  const all = new Map();
  for (const c of graph.clusterOf) {
    const name = c < 0 ? "outside" : graph.clusters[c].title ?? graph.clusters[c].name;
    all.set(name, (all.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(all);
};

test("an open frame shows one call, and one box for the others", () => {
  const graph = graphOfCalls(false);
  assert.deepEqual(counts(graph), { a: 1, b: 1, "4 other calls": 18, outside: 1 });
  chooseCall(graph, 0, 3);
  assert.deepEqual(counts(graph), { a: 1, b: 1, "2 other calls": 2, "4 other calls": 16, outside: 1 });
  assert.deepEqual(turnShownIn(graph, 0), { call: 3, calls: 5, isCall: true });
});

test("where a call uses an earlier one, the others are in a box before it and one after", () => {
  const graph = graphOfCalls(true);
  chooseCall(graph, 0, 2);
  const { "1 earlier call": earlier, "3 later calls": later } = counts(graph);
  assert.deepEqual([earlier, later], [2, 15]);
});

test("after the last call comes the first, and before the first the last", () => {
  const graph = graphOfCalls(false);
  chooseCall(graph, 0, 6);
  assert.equal(turnShownIn(graph, 0).call, 1);
  chooseCall(graph, 0, 0);
  assert.equal(turnShownIn(graph, 0).call, 5);
});

test("a frame with fewer calls in another call shows its last one", () => {
  const graph = graphOfCalls(false);
  chooseCall(graph, 0, 5);
  chooseCall(graph, 1, 4);
  chooseCall(graph, 0, 2);
  assert.deepEqual(turnShownIn(graph, 1), { call: 2, calls: 2, isCall: true });
});

test("the calls of a node are shown when it is looked for", () => {
  const graph = graphOfCalls(false);
  graph.turn.forEach((_, i) => {
    chooseTurnsOf(graph, i);
    assert.equal(graph.clusterOf[i], graph.frameOf[i]);
  });
});

test("every node is in one frame or in one box for other calls of a frame around it", () => {
  for (const chained of [false, true]) {
    const graph = graphOfCalls(chained);
    for (let call = 1; call <= 5; call++) {
      chooseCall(graph, 0, call);
      graph.clusterOf.forEach((c, i) => {
        const { othersOf } = graph.clusters[c] ?? {};
        assert.ok(othersOf === undefined ? c === graph.frameOf[i] : othersOf <= graph.frameOf[i]);
      });
    }
  }
});
