// Exercise sets: formulas to practise on, with values of their leaves, from easy to hard.

import { t } from "../base/words.js";

// [{ caption, exercises: [{ formula, at }] }], with captions in the language of the reader.
export function exerciseSets() {
  return [
    setOf(t("A chain of products"), ["a*b", { a: 2, b: -3 }], ["a*b*c", { a: 2, b: 3, c: -1 }], ["a*b*c*d", { a: 1, b: 2, c: -3, d: 0.5 }]),
    setOf(t("One node, two paths: +="), ["a*b + a", { a: 3, b: 2 }], ["a*a", { a: 3 }], ["(a + b)*(a + 1)", { a: 2, b: 3 }]),
    setOf(t("The order of the pushes"), ["(a*b)*(a*b + c)", { a: 2, b: 3, c: -4 }], ["(a + a)*((a + a) + b)", { a: 1, b: 2 }], ["(a*b)^2 + a*b*c", { a: 1, b: 2, c: 3 }]),
    setOf(t("Minus and division"), ["a - b*a", { a: 3, b: 2 }], ["a/b", { a: 3, b: 2 }], ["(a - b)/(a + b)", { a: 3, b: 1 }]),
    setOf(t("tanh, sigmoid, relu"), ["tanh(a*b)", { a: 0.5, b: 2 }], ["sigmoid(a) * relu(b - a)", { a: 1, b: 3 }], ["relu(a*b)*tanh(a)", { a: 1, b: 2 }]),
    setOf(t("A neuron"), ["tanh(w*x + b)", { w: 0.5, x: 2, b: -0.5 }], ["(tanh(w1*x1 + w2*x2 + b) - y)^2", { w1: 0.5, x1: 2, w2: -1, x2: 0.5, b: 0.2, y: 1 }]),
  ];
}

function setOf(caption, ...exercises) {
  return { caption, exercises: exercises.map(([formula, at]) => ({ formula, at })) };
}
