// Step text: a step as lines of text, with names and then with numbers.

import { derivativeName, formulaByName, formulaByNumber, nameOf } from "../base/formulas.js";
import { factor, short } from "../base/numbers.js";

const LONGEST = 6; // values of a growing gradient that are listed

// The lines ∂L/∂a += ∂L/∂c · ∂c/∂a, the same in numbers, and the growth of the gradient.
export function pushLines(steps, push) {
  const { graph } = steps.engine;
  const { root } = graph;
  const { operand: a, from: c } = push;
  const history = steps.engine.pushes.historyOf(push.k).map((x) => short(x));
  if (history.length > LONGEST) history.splice(0, history.length - LONGEST + 1, "…");
  const isIndeterminate = steps.engine.indeterminate.has(push.edge);
  const note = isIndeterminate ? ", as 0 · ∞ counts as 0; the limit may be another number" : "";
  return {
    rule: `${derivativeName(graph, root, a)} += ${derivativeName(graph, root, c)} · ${derivativeName(graph, c, a)}`,
    numbers: `${factor(push.upstream)} × ${factor(push.local)} = ${short(push.contribution)}${note}`,
    growth: history.join(" → "),
    receiver: derivativeName(graph, root, a),
  };
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

// The gradients that come out wrong without the topological order.
export function orderText(picture) {
  const { graph, engine, correctGrad } = picture;
  const wrongNodes = [...graph.op.keys()].filter((i) => picture.isWrong(i));
  if (wrongNodes.length === 0) return "In this graph, both orders give the same gradients.";
  const change = (i) => `${short(engine.grad[i])} instead of ${short(correctGrad[i])}`;
  const lost = wrongNodes.slice(-3).map((i) => `${nameOf(graph, i)} gets ${change(i)}`);
  const more = wrongNodes.length > 3 ? `; and ${wrongNodes.length - 3} more are wrong` : "";
  return `Without the late contributions, ${lost.join("; ")}${more}.`;
}

// One sentence for a screen reader.
export function announcementOf(steps, event) {
  const { graph, data } = steps.engine;
  const { kind, node, pushes } = event;
  if (kind === "start") return "Start: only leaves have values.";
  if (kind === "forward") return `${nameOf(graph, node)} becomes ${short(data[node])}.`;
  if (kind === "seed") return `The gradient of the result, ${nameOf(graph, node)}, is 1.`;
  const parts = pushes.slice(0, 4).map((push) => {
    const { numbers } = pushLines(steps, push);
    return `to ${nameOf(graph, push.operand)}: ${numbers}, gradient now ${short(push.after)}`;
  });
  return `${nameOf(graph, node)} pushes ${parts.join("; ")}.`;
}
