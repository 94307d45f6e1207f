// Engines for the tests in Python: a line of JSON in, a line out, numbers as the hexadecimal of their bits.

import { createInterface } from "node:readline";
import { Engine } from "../../viz/page/static/engine/engine.js";
import { graphOf } from "../../viz/page/static/base/graph.js";

const view = new DataView(new ArrayBuffer(8));
const number = (hex) => (view.setBigUint64(0, BigInt(`0x${hex}`)), view.getFloat64(0));
const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
const all = (array) => Array.from(array, bits);

function state(engine, steps) {
  const { data, local, grad } = engine;
  const pushes = Array.from({ length: engine.pushCount }, (_, k) => {
    const { from, operand, edge, isFirst, ...numbers } = engine.push(k);
    return {
      from,
      operand,
      edge,
      isFirst,
      ...Object.fromEntries(Object.entries(numbers).map(([n, x]) => [n, bits(x)])),
    };
  });
  const states = steps.map(([k, direction]) => {
    const at = engine.stateAt(
      Math.min(k, direction === "forward" ? engine.order.length : engine.pushCount),
      direction,
    );
    const { known, reached } = at;
    return {
      k: at.k,
      known: [...known],
      reached: [...reached],
      grad: all(at.grad),
      changed: at.changed,
    };
  });
  return {
    data: all(data),
    local: all(local),
    grad: all(grad),
    reached: [...engine.reached],
    indeterminate: [...engine.indeterminate].sort((a, b) => a - b),
    pushes,
    states,
  };
}

function answer({ scene, primitives, leaves, steps, wrongOrder }) {
  const engine = new Engine(
    graphOf(scene),
    new Function(`"use strict"; ${primitives}; return PRIMITIVES;`)(),
  );
  engine.wrongOrder = wrongOrder;
  const states = [state(engine, steps)];
  for (const [i, x] of leaves) {
    engine.setLeaf(i, number(x));
    states.push(state(engine, steps));
  }
  return states;
}

createInterface({ input: process.stdin }).on("line", (line) => {
  try {
    console.log(JSON.stringify(answer(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify(String(error.stack)));
  }
});
