// Answers for tests/page/test_own_model.py: a line of JSON in, a line out.

import { createInterface } from "node:readline";
import { formulaText } from "../../viz/page/static/training/export_text.js";
import { mlpScene } from "../../viz/page/static/training/mlp_scene.js";
import { optimizerStep } from "../../viz/page/static/training/optimizers.js";

const tableOf = (primitives) => new Function(`"use strict"; ${primitives}; return PRIMITIVES;`)();

const answers = {
  scene: ({ mlp, spec, names, base }) => mlpScene(mlp, spec, names, base),
  steps: ({ optimizer, rate, start, gradients, primitives }) => {
    const { pow } = tableOf(primitives);
    const rows = [];
    let at = { parameters: start, state: null };
    for (const gradient of gradients) {
      at = optimizerStep(optimizer, rate, at, gradient, start.length, pow.forward);
      rows.push([...at.parameters]);
    }
    return rows;
  },
  formula: ({ state }) => [formulaText(state)],
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const question = JSON.parse(line);
  try {
    console.log(JSON.stringify(answers[question.ask](question)));
  } catch (error) {
    console.log(JSON.stringify(String(error.stack)));
  }
});
