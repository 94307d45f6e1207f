// Answers judged for the tests in Python: a line of JSON in, a line out.

import { createInterface } from "node:readline";
import { Engine } from "../../viz/page/static/engine/engine.js";
import { graphOf } from "../../viz/page/static/base/graph.js";
import { readAnswer } from "../../viz/page/static/practice/answer.js";
import { Exercise } from "../../viz/page/static/practice/exercise.js";
import { judgeNode, judgeNumber } from "../../viz/page/static/practice/mistakes.js";

// `typed` are pairs of a push and a text. Beside the judgements: for each question of an order, its push and the
// standing that judgeNode finds for every node.
function judged({ scene, primitives, typed }) {
  const engine = new Engine(graphOf(scene), new Function(`"use strict"; ${primitives}; return PRIMITIVES;`)());
  const answers = typed.map(([k, text]) => judgeNumber(engine, k, readAnswer(text), text));
  const orders = [];
  for (const exercise = new Exercise(engine); exercise.question !== null; exercise.goOn()) {
    if (exercise.question.kind !== "order") continue;
    const nodes = Array.from(engine.graph.op, (_, i) => judgeNode(exercise, i));
    orders.push({ k: exercise.k, nodes });
  }
  return { answers, orders };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  try {
    console.log(JSON.stringify(judged(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify(String(error.stack)));
  }
});
