// Notice: a sentence above the explanations, on numbers that differ from those in Python.

import { byId, element } from "../base/dom.js";

export function showNotice(engine) {
  byId("side-panel").querySelector(":scope > .notice")?.remove();
  const text = noticeOf(engine);
  if (text) byId("side-panel").prepend(element("p", { class: "notice", role: "status", text }));
}

function noticeOf({ graph, grad, reached }) {
  if (graph.stale !== null) {
    const locked = graph.isOpaque.includes(1) ? ", except at locked nodes" : "";
    return `${graph.stale}. This page has computed every number anew${locked}; Python has the old ones.`;
  }
  const differs = grad.some((g, i) => graph.reached[i] && reached[i] && !isNear(g, graph.grad[i]));
  if (!differs) return "";
  const python = "In Python, .grad comes from another backward pass, or from several.";
  return `${python} This page shows one pass from this result, whose own gradient is 1.`;
}

function isNear(a, b) {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-9);
}
