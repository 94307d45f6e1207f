// Notice: a sentence above the explanations, on numbers that differ from those in Python.

import { byId, element } from "../base/dom.js";
import { onLanguage, t, told } from "../base/words.js";

export function showNotice(engine) {
  byId("side-panel").querySelector(":scope > .notice")?.remove();
  const text = noticeOf(engine);
  if (!text) return;
  const notice = element("p", { class: "notice", role: "status", text });
  byId("side-panel").prepend(notice);
  onLanguage(() => (notice.textContent = noticeOf(engine)));
}

function noticeOf({ graph, grad, reached }) {
  if (graph.stale !== null) {
    const why = told(graph.stale);
    if (!graph.isOpaque.includes(1))
      return t("{why}. This page has computed every number anew; Python has the old ones.", { why });
    return t("{why}. This page has computed every number anew, except at locked nodes; Python has the old ones.", { why });
  }
  const differs = grad.some((g, i) => graph.reached[i] && reached[i] && !isNear(g, graph.grad[i]));
  if (!differs) return "";
  return t("In Python, .grad comes from another backward pass, or from several. This page shows one pass from this result, whose own gradient is 1.");
}

function isNear(a, b) {
  return Object.is(a, b) || Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), 1e-9);
}
