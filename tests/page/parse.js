// Formulas for the tests in Python: a line with the grammar, then lines with lists of texts in, the parsed ones out.

import { createInterface } from "node:readline";
import { parse } from "../../viz/page/static/formula/parser.js";

let grammar;

// a number as text that Python's float reads, with its sign at 0
const plain = (x) => (typeof x === "number" ? { number: Object.is(x, -0) ? "-0" : String(x) } : x);

function answer(text) {
  try {
    const { names, steps } = parse(text, grammar);
    return { names, steps: steps.map(([f, x]) => [f, f === null ? plain(x) : x]) };
  } catch ({ message, template, values, position, stack }) {
    return position === undefined ? { stack } : { message, template, values, position };
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  if (typeof question === "string") grammar = new Function(`${question}; return GRAMMAR;`)();
  else console.log(JSON.stringify(question.map(answer)));
});
