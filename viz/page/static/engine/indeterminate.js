// Indeterminate: edges of the backward pass along which 0 times infinity counted as 0 although the
// limit may be another number. A zero that says "does not depend on it" is no such case.

import { edgesInto } from "../base/graph.js";

// The edges after a whole pass; see indeterminate_form.py.
export function indeterminateEdges({ graph, data, local, grad, backwardOrder, order }) {
  const { first, operand, target, isConstant, root } = graph;
  const found = new Set();
  if (!local.some((slope, e) => isZeroTimesInfinity(grad[target[e]], slope))) return found;
  const constant = constantNodes({ graph, data, local, order });
  const reached = new Uint8Array(graph.count);
  reached[root] = 1;
  for (const i of backwardOrder) {
    if (!reached[i]) continue;
    for (let e = first[i]; e < first[i + 1]; e++) {
      const k = operand[e];
      if (isConstant[k]) continue;
      const structural = constant[k] || isStructuralZero({ graph, data, constant }, i);
      if (local[e] === 0 && structural) continue;
      reached[k] = 1;
      if (isZeroTimesInfinity(grad[i], local[e])) found.add(e);
    }
  }
  return found;
}

function isZeroTimesInfinity(a, b) {
  return (a === 0 && Math.abs(b) === Infinity) || (b === 0 && Math.abs(a) === Infinity);
}

// 1 for the nodes that depend on no leaf nearby: plain numbers, flat pieces, products with 0.
function constantNodes({ graph, data, local, order }) {
  const constant = graph.isConstant.slice();
  for (const i of order) {
    const isFlat = graph.flat[graph.op[i]];
    const edges = edgesInto(graph, i);
    const all = edges.every((e) => constant[graph.operand[e]] || (isFlat && local[e] === 0));
    if (all || (!isFlat && isStructuralZero({ graph, data, constant }, i))) constant[i] = 1;
  }
  return constant;
}

// True if a local derivative of 0 says that the node does not depend on the operand.
function isStructuralZero({ graph, data, constant }, i) {
  const { flat, absorbing, op, operand } = graph;
  if (flat[op[i]]) return true;
  return edgesInto(graph, i).some((e, k) => {
    const x = operand[e];
    return absorbing[op[i]]?.[k] && constant[x] && data[x] === 0;
  });
}
