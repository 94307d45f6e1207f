// Graphs of formulas for the tests in Python: a line with the page's globals, then lines with a text and its values in; the scene out.

import { createInterface } from "node:readline";
import { readFormula } from "../../viz/page/static/formula/formula.js";
import { openFormula } from "../../viz/page/static/formula/graph.js";

const view = new DataView(new ArrayBuffer(8));
const number = (hex) => (view.setBigUint64(0, BigInt(`0x${hex}`)), view.getFloat64(0));
const bits = (x) => (x === null ? null : (view.setFloat64(0, x), view.getBigUint64(0).toString(16)));
let model;

function answer([text, values]) {
  try {
    const formula = readFormula(text, model.grammar);
    const given = new Map(values.map(([name, x]) => [name, number(x)]));
    for (const name of formula.names) if (!given.has(name)) given.set(name, 0.5);
    const { columns, taken } = openFormula(formula, given, model);
    const { data, grad } = columns.nodes;
    return { ...columns, taken, nodes: { ...columns.nodes, data: data.map(bits), grad: grad.map(bits) } };
  } catch ({ message, position, template, stack }) {
    return template === undefined ? { stack } : { message, position };
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  if (typeof question !== "string") console.log(JSON.stringify(answer(question)));
  else model = new Function(`${question}; return { ...SCENE, ...MODEL, grammar: GRAMMAR, primitives: PRIMITIVES };`)();
});
