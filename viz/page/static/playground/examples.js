// Examples: formulas to begin with, from the chain rule to softmax and cross-entropy.

import { t } from "../base/words.js";
import { exercisesNow } from "../practice/exercises.js";

// Groups of rows of title, formula and values: to look at, and to practise on.
export function formulasNow() {
  return [[t("examples"), examplesNow()], [t("Practice"), exercisesNow()]];
}

// Rows of title, formula and values.
export function examplesNow() {
  return [
    [t("chain rule"), "(a*b + c)*f", "a=2,b=-3,c=10,f=-2"],
    [t("a number used twice"), "b = a + a; c = b + b", "a=3"],
    [t("two paths"), "p = a*b; q = a + b; p*q", "a=2,b=-3"],
    [t("quadratic"), "a*x**2 + b*x + c", "a=1,x=3,b=-4,c=1"],
    [t("distance of two points"), "sqrt((x1 - x2)**2 + (y1 - y2)**2)", "x1=1,x2=4,y1=2,y2=-2"],
    [t("neuron with tanh"), "tanh(w1*x1 + w2*x2 + b)", "w1=-0.75,x1=2,w2=1,x2=0.5,b=1.5"],
    [t("neuron with ReLU"), "relu(w*x + b)", "w=2,x=0.5,b=-0.25"],
    [t("sigmoid, step by step"), "z = w*x + b; 1/(1 + exp(-z))", "w=1,x=2,b=-1"],
    [t("tanh from exponentials"), "e2 = exp(2*x); (e2 - 1)/(e2 + 1)", "x=0.5"],
    [t("two layers and a loss"), "h1 = tanh(u*x + p)\nh2 = tanh(v*x + q)\nout = w1*h1 + w2*h2\n(out - target)**2", "x=0.5,u=1,p=-0.5,v=-2,q=0.5,w1=1.5,w2=-1,target=1"],
    [t("the branch of a condition"), "where(x > 0, x**2, -x)", "x=1"],
    [t("x to the power x"), "x**x", "x=1.5"],
    [t("log-sum-exp"), "log(exp(a) + exp(b) + exp(c))", "a=1,b=2,c=0.5"],
    [t("softmax and cross-entropy"), "ea = exp(a); eb = exp(b); ec = exp(c)\np = ea/(ea + eb + ec)\n-log(p)", "a=1,b=2,c=0.5"],
  ];
}
