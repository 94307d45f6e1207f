// Flatness: the places at which the gradient of an example ends, in words.

import { formulaByNumber } from "../base/formulas.js";
import { edgesInto, modulesAround } from "../base/graph.js";
import { t, told } from "../base/words.js";

// A sentence about the parameters that have no gradient at this example, "" if all have one.
export function flatnessOf(engine, training) {
  const { graph } = engine;
  const { node } = training.parameters;
  const slopes = node.slice(0, training.trained).filter((i) => i >= 0).map((i) => engine.grad[i]);
  const still = slopes.filter((g) => g === 0).length;
  if (slopes.some(Number.isNaN)) return t("The gradient is nan here: step back to its first node.");
  if (still === 0) return "";
  const ends = endsOf(engine, training.units);
  const outside = still === slopes.length && ends.find(({ node: i }) => modulesAround(graph, graph.frameOf[i]).length === 0);
  if (outside) {
    const formula = formulaByNumber(graph, outside.node, engine.data);
    if (outside.kind === "off")
      return t("This margin is met: the slope of {formula} is 0, so no parameter has a gradient.", { formula });
    return t("The loss is flat here: the slope of {formula} is 0, so no parameter has a gradient.", { formula });
  }
  const counts = new Map();
  for (const { kind } of ends) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, n]) => `${kindText(kind)} (${n})`).join(t(" or "));
  const why = parts ? t("it ends at nodes that are {parts}", { parts }) : t("it cancels out");
  if (still === slopes.length) return t("No gradient for any parameter at this example: {why}.", { why });
  return t("No gradient for {k} of {n} parameters at this example: {why}.", { k: still, n: slopes.length, why });
}

function kindText(kind) {
  if (kind === "off") return t("off");
  if (kind === "flat") return t("flat");
  return kind === "times0" ? t("multiplied by 0") : told(kind);
}

// The nodes that have a gradient and keep it from an operand.
function endsOf({ graph, grad, local }, units) {
  const { operand, op, ops, isConstant } = graph;
  const ends = [];
  op.forEach((k, i) => {
    if (k < 0 || !grad[i]) return;
    const edges = edgesInto(graph, i);
    const isEnd = (e) => local[e] === 0 && grad[operand[e]] === 0 && !isConstant[operand[e]];
    if (!edges.some(isEnd)) return;
    const flat = Object.hasOwn(units, ops[k]) ? units[ops[k]].flat : "";
    const kind = { dead: "off" }[flat] ?? (flat || (edges.length > 1 ? "times0" : "flat"));
    ends.push({ node: i, kind });
  });
  return ends;
}
