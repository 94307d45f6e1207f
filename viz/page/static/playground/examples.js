// Examples: formulas to begin with, from the chain rule to softmax and cross-entropy.

import { t } from "../base/words.js";
import { exercisesNow } from "../practice/exercises.js";

// Groups of rows to look at and to practise on: title, formula, values and, in examples, a note.
export function formulasNow() {
  return [[t("examples"), examplesNow()], [t("Practice"), exercisesNow()]];
}

// Rows of title, formula, values and the thing to try.
export function examplesNow() {
  return [
    [t("chain rule"), "(a*b + c)*f", "a=2,b=-3,c=10,f=-2", t("Press |◀, then step ▶. Values go forward; then each node pushes its gradient × the local derivative back to its operands.")],
    [t("a number used twice"), "b = a + a; c = b + b", "a=3", t("Press |◀, then step ▶: b gets two pushes, and += adds them. Then tick “push at once” in the panel: a gets too little. Why?")],
    [t("two paths"), "p = a*b; q = a + b; p*q", "a=2,b=-3", t("Click a: it reaches the result on two paths, and its gradient is their sum.")],
    [t("quadratic"), "a*x**2 + b*x + c", "a=1,x=3,b=-4,c=1", t("Drag x until its gradient is 0: the lowest point of the curve.")],
    [t("distance of two points"), "sqrt((x1 - x2)**2 + (y1 - y2)**2)", "x1=1,x2=4,y1=2,y2=-2", t("Drag x1 past x2: the sign of its gradient tells which way the distance grows.")],
    [t("neuron with tanh"), "tanh(w1*x1 + w2*x2 + b)", "w1=-0.75,x1=2,w2=1,x2=0.5,b=1.5", t("Drag b up: where tanh is flat, all gradients go to 0.")],
    [t("neuron with ReLU"), "relu(w*x + b)", "w=2,x=0.5,b=-0.25", t("Drag b below −1: relu passes no gradient back.")],
    [t("sigmoid, step by step"), "z = w*x + b; 1/(1 + exp(-z))", "w=1,x=2,b=-1", t("Note the gradient of w, then type sigmoid(w*x + b): small steps give the same.")],
    [t("tanh from exponentials"), "e2 = exp(2*x); (e2 - 1)/(e2 + 1)", "x=0.5", t("Click e2: it is used twice. Then type tanh(x): the gradient of x is the same.")],
    [t("two layers and a loss"), "h1 = tanh(u*x + p)\nh2 = tanh(v*x + q)\nout = w1*h1 + w2*h2\n(out - target)**2", "x=0.5,u=1,p=-0.5,v=-2,q=0.5,w1=1.5,w2=-1,target=1", t("Drag a weight against the sign of its gradient: the loss falls.")],
    [t("the branch of a condition"), "where(x > 0, x**2, -x)", "x=1", t("Drag x below 0: only the branch that was taken gets a gradient.")],
    [t("x to the power x"), "x**x", "x=1.5", t("x is the base and the exponent: its gradient is the sum of two paths.")],
    [t("log-sum-exp"), "log(exp(a) + exp(b) + exp(c))", "a=1,b=2,c=0.5", t("The gradients of a, b and c are positive and add up to 1: they are the softmax.")],
    [t("softmax and cross-entropy"), "ea = exp(a); eb = exp(b); ec = exp(c)\np = ea/(ea + eb + ec)\n-log(p)", "a=1,b=2,c=0.5", t("The gradient of a is p − 1; those of b and c are their own probabilities.")],
  ];
}
