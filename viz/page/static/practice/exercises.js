// Exercises: formulas to practise on, from easy to hard.

import { t } from "../base/words.js";

// Rows of level, formula and values.
export function exercisesNow() {
  const [chain, paths, order] = [t("a chain of products"), t("one number, two paths"), t("the order of pushes")];
  const [minus, curves, neuron] = [t("minus and division"), t("tanh, sigmoid and relu"), t("a neuron and its loss")];
  return [
    [chain, "y = a*b", "a=2,b=-3"],
    [chain, "u = a*b; y = u*c", "a=2,b=3,c=-1"],
    [chain, "u = a*b; v = c*d; y = u*v", "a=1,b=2,c=-3,d=0.5"],
    [paths, "u = a*b; y = u + a", "a=3,b=2"],
    [paths, "y = a*a", "a=3"],
    [paths, "b = a + a; c = b + b", "a=3"],
    [paths, "u = a + b; v = a + 1; y = u*v", "a=2,b=3"],
    [order, "p = a*b; s = p + c; y = p*s", "a=2,b=3,c=-4"],
    [order, "b = a + a; c = b + a; y = b*c", "a=1.5"],
    [order, "p = a*b; q = p*c; r = q + p; y = r*p", "a=1,b=2,c=3"],
    [minus, "u = b*a; y = a - u", "a=3,b=2"],
    [minus, "y = a/b", "a=3,b=2"],
    [minus, "u = a - b; v = a + b; y = u/v", "a=3,b=1"],
    [curves, "u = a*b; y = tanh(u)", "a=0.5,b=2"],
    [curves, "u = relu(b - a); s = sigmoid(a); y = s*u", "a=1,b=3"],
    [curves, "u = relu(a*b); v = tanh(a); y = u*v", "a=1,b=-2"],
    [neuron, "z = w*x + b; y = tanh(z)", "w=0.5,x=2,b=-0.5"],
    [neuron, "z = w1*x1 + w2*x2 + b; h = tanh(z); L = (h - y)**2", "w1=0.5,x1=2,w2=-1,x2=0.5,b=0.2,y=1"],
  ];
}
