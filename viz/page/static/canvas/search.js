// Search: nodes by name or primitive; "=relu" finds the primitive only.

import { pathOf } from "../base/formulas.js";

const MOST_FOUND = 5000;

// Exact names come first, then prefixes, then other matches in names, then primitives. A text with
// a dot may match the names of modules, too: "neurons.3.w.1".
export function searchNodes(graph, text) {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const { names, op, ops, symbols, count } = graph;
  const primitive = wanted.startsWith("=") ? wanted.slice(1) : wanted;
  const byOp = ops.map(
    (name, k) => name.toLowerCase() === primitive || symbols[k].toLowerCase() === primitive,
  );
  const ranked = [[], [], [], []];
  for (let i = 0; i < count; i++) {
    const name = names[i].toLowerCase();
    const rank = op[i] >= 0 && byOp[op[i]] ? 3 : -1;
    if (wanted.startsWith("=")) {
      if (rank === 3) ranked[3].push(i);
    } else if (name === wanted) ranked[0].push(i);
    else if (name.startsWith(wanted)) ranked[1].push(i);
    else if (name.includes(wanted)) ranked[2].push(i);
    else if (wanted.includes(".") && pathOf(graph, i).toLowerCase().includes(wanted))
      ranked[2].push(i);
    else if (rank === 3) ranked[3].push(i);
  }
  return ranked.flat().slice(0, MOST_FOUND);
}
