// First pictures for the tests in Python: a scene in a line, the boxes and lines of the page's first picture out.

import { createInterface } from "node:readline";
import { graphOf } from "../../viz/page/static/base/graph.js";
import { contentsOf, firstFolds } from "../../viz/page/static/layout/folds.js";
import { layoutOf } from "../../viz/page/static/layout/layout.js";
import { chooseCall, withTurns } from "../../viz/page/static/layout/turns.js";

function picture(graph, folded) {
  const { boxes, edges } = layoutOf(graph, folded, () => [100, 50]);
  const contents = contentsOf(graph);
  const count = ({ kind, cluster }) => (kind === "node" ? 1 : contents[cluster].size);
  return {
    boxes: boxes.filter(({ kind }) => kind !== "cluster").map((box) => [box.id, count(box)]),
    edges: edges.map(({ source, target }) => [source, target]),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { scene, calls } = JSON.parse(line);
  const graph = withTurns(graphOf(scene));
  const folded = firstFolds(graph, graph.room);
  const first = picture(graph, folded);
  const later = calls.map((call) => {
    for (const c of [...graph.shownTurns.keys()]) if (graph.shownTurns.has(c)) chooseCall(graph, c, call);
    return picture(graph, folded);
  });
  const open = new Set();
  for (const [c, cluster] of graph.clusters.entries()) if (cluster.othersOf !== undefined) open.add(c);
  console.log(JSON.stringify([first, ...later, picture(graph, open)]));
}
