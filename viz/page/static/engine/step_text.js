// Step text: a step as lines of text, with names and then with numbers.

import { derivativeName, formulaByName, formulaByNumber, localName, nameOf, usesAlong } from "../base/formulas.js";
import { factor, short } from "../base/numbers.js";
import { t } from "../base/words.js";

const LONGEST = 6; // values of a growing gradient that are listed

// The lines ∂L/∂a += ∂L/∂c · ∂c/∂a, the same in numbers, and the growth of the gradient.
export function pushLines(steps, push) {
  const { graph } = steps.engine;
  const { root } = graph;
  const { operand: a, from: c } = push;
  const history = steps.engine.pushes.historyOf(push.k).map((x) => short(x));
  if (history.length > LONGEST) history.splice(0, history.length - LONGEST + 1, "…");
  const isIndeterminate = steps.engine.indeterminate.has(push.edge);
  const note = isIndeterminate ? `, ${t("as 0 · ∞ counts as 0; the limit may be another number")}` : "";
  return {
    rule: `${derivativeName(graph, root, a)} += ${derivativeName(graph, root, c)} · ${localName(graph, push.edge)}`,
    numbers: `${factor(push.upstream)} × ${factor(push.local)} = ${short(push.contribution)}${note}`,
    growth: history.join(" → "),
    receiver: derivativeName(graph, root, a),
  };
}

// The meaning of the subscripts of local derivatives, if a node uses an operand several times.
export function usesText(graph, edge) {
  if (usesAlong(graph, edge).length < 2) return "";
  const names = { b: nameOf(graph, graph.operand[edge]), c: nameOf(graph, graph.target[edge]) };
  return t("{c} uses {b} more than once: {b}₁, {b}₂. Each use is a path of its own, with a push of its own.", names);
}

export function forwardLines(steps, node) {
  const { graph, data } = steps.engine;
  return {
    rule: `${nameOf(graph, node)} = ${formulaByName(graph, node)}`,
    numbers: `${formulaByNumber(graph, node, data)} = ${short(data[node])}`,
  };
}

export function seedLine(steps) {
  const { graph } = steps.engine;
  return `${derivativeName(graph, graph.root, graph.root)} = 1`;
}

// The gradients that come out wrong in the other order, and the first node to push too early.
export function orderText(picture) {
  const { graph, engine, correctGrad } = picture;
  const { pushes, grad } = engine;
  const wrongNodes = [...graph.op.keys()].filter((i) => picture.isWrong(i));
  const early = pushes.edges.findIndex((e, k) => !Object.is(pushes.upstream[k], grad[graph.target[e]]));
  if (wrongNodes.length === 0 || early < 0) return t("In this graph, both orders give the same gradients.");
  const change = (i) => ({ name: nameOf(graph, i), x: short(engine.grad[i]), y: short(correctGrad[i]) });
  const lost = wrongNodes.slice(-3).map((i) => t("{name} gets {x} instead of {y}", change(i)));
  if (wrongNodes.length > 3) lost.push(t("and {n} more are wrong", { n: wrongNodes.length - 3 }));
  const i = graph.target[pushes.edges[early]];
  const facts = { name: nameOf(graph, i), x: short(pushes.upstream[early]), y: short(grad[i]), lost: lost.join("; ") };
  return t("{name} pushes while its gradient is {x}; later it becomes {y}, too late to be pushed on. So {lost}.", facts);
}

// One sentence for a screen reader.
export function announcementOf(steps, event) {
  const { graph, data } = steps.engine;
  const { kind, node, pushes } = event;
  if (kind === "start") return t("Start: only leaves have values.");
  const name = nameOf(graph, node);
  if (kind === "forward") return t("{name} becomes {x}.", { name, x: short(data[node]) });
  if (kind === "seed") return t("The gradient of the result, {name}, is 1.", { name });
  const parts = pushes.slice(0, 4).map((push) => {
    const { numbers } = pushLines(steps, push);
    const to = { name: nameOf(graph, push.operand), numbers, x: short(push.after) };
    return t("to {name}: {numbers}, gradient now {x}", to);
  });
  return t("{name} pushes {parts}.", { name, parts: parts.join("; ") });
}
