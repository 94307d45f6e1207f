// Graphs of formulas for the tests in Python: a line with the page's globals, then lines with a text and its values in; the scene out.
// For a text alone, { sliders: text }, rows of a name, its start and its slider.

import { createInterface } from "node:readline";
import { readFormula } from "../../viz/page/static/formula/formula.js";
import { openFormula } from "../../viz/page/static/formula/graph.js";
import { sliderRange, startValues } from "../../viz/page/static/playground/values.js";

const view = new DataView(new ArrayBuffer(8));
const number = (hex) => (view.setBigUint64(0, BigInt(`0x${hex}`)), view.getFloat64(0));
const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
let model;

function answer([text, values]) {
  try {
    const formula = readFormula(text, model.grammar);
    const given = new Map(values.map(([name, x]) => [name, number(x)]));
    for (const name of formula.names) if (!given.has(name)) given.set(name, 0.5);
    const { scene, taken, engine } = openFormula(formula, given, model);
    const gradOf = (i) => (engine.reached[i] && !engine.graph.isConstant[i] ? bits(engine.grad[i]) : null);
    return { ...scene, taken, nodes: { ...scene.nodes, data: scene.nodes.data.map(bits), grad: [...scene.nodes.op.keys()].map(gradOf) } };
  } catch ({ message, position, template, stack }) {
    return template === undefined ? { stack } : { message, position };
  }
}

function slidersOf(text) {
  const formula = readFormula(text, model.grammar);
  const values = startValues(formula, { kept: new Map(), before: new Map() }, model);
  return formula.names.map((name) => [name, values.get(name), sliderRange(formula, values, name, model)]);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  if (question.sliders) console.log(JSON.stringify(slidersOf(question.sliders)));
  else if (typeof question !== "string") console.log(JSON.stringify(answer(question)));
  else model = new Function(`${question}; return { ...SCENE, ...MODEL, grammar: GRAMMAR, primitives: PRIMITIVES };`)();
});
