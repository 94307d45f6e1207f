// Turns: the call of a module, or the term of a sum, that an open frame shows. Boxes stand for the
// other ones.

import { t } from "../base/words.js";

// Adds the boxes for the other calls: one to each frame with turns, or two, for the earlier calls
// and the later ones, if a call uses an earlier one.
export function withTurns(graph) {
  const clusters = [...graph.clusters];
  const others = new Map();
  for (const c of new Set(graph.turns.cluster)) {
    const box = { name: "other calls", kind: "", parent: c, module: "", closed: true, othersOf: c };
    const ways = graph.clusters[c].chained ? [-1, 1] : [1]; // to the calls before and after
    others.set(c, ways.map((by) => clusters.push({ ...box, by }) - 1));
  }
  const whole = { ...graph, clusters, others, chosen: [], shownTurns: new Map() };
  arrangeTurns(whole);
  return whole;
}

// The turn that a frame shows, as { call, calls, isCall }, or null.
export function turnShownIn(graph, cluster) {
  const k = graph.shownTurns.get(cluster);
  if (k === undefined) return null;
  const { call, calls } = graph.turns;
  const { module, kind } = graph.clusters[cluster];
  return { call: call[k], calls: calls[k], isCall: module !== "" || kind === "inputs" };
}

// Shows a call in a frame and in those that share its choice.
export function chooseCall(graph, cluster, call) {
  const now = graph.turns.calls[graph.shownTurns.get(cluster)];
  graph.chosen[graph.clusters[cluster].choice] = ((call - 1 + now) % now) + 1;
  arrangeTurns(graph);
}

// Shows the calls that node i belongs to.
export function chooseTurnsOf(graph, i) {
  const { cluster, call, around } = graph.turns;
  for (let k = graph.turn[i]; k >= 0; k = around[k])
    graph.chosen[graph.clusters[cluster[k]].choice] = call[k];
  arrangeTurns(graph);
}

function arrangeTurns(graph) {
  const { clusters, turn, turns, frameOf, clusterOf, shownTurns, chosen } = graph;
  const { cluster, call, calls, around } = turns;
  const isShown = cluster.map(() => false);
  shownTurns.clear();
  cluster.forEach((c, k) => {
    const wanted = Math.min(chosen[clusters[c].choice] ?? 1, calls[k]);
    isShown[k] = (around[k] < 0 || isShown[around[k]]) && call[k] === wanted;
    if (isShown[k]) shownTurns.set(c, k);
  });
  turn.forEach((inner, i) => {
    let hidden = -1; // the outermost turn that is not shown
    for (let k = inner; k >= 0; k = around[k]) if (!isShown[k]) hidden = k;
    clusterOf[i] = hidden < 0 ? frameOf[i] : othersAt(graph, hidden);
  });
  nameAllOthers(graph);
}

// Names the boxes for other calls, in the language of the page.
export function nameAllOthers(graph) {
  for (const c of graph.others.keys()) nameOthers(graph, c);
}

function othersAt({ others, shownTurns, turns }, k) {
  const c = turns.cluster[k];
  const [first, later = first] = others.get(c);
  return turns.call[k] < turns.call[shownTurns.get(c)] ? first : later;
}

function nameOthers(graph, c) {
  const shown = turnShownIn(graph, c);
  if (shown === null) return;
  const { call, calls, isCall } = shown;
  const boxes = graph.others.get(c).map((box) => graph.clusters[box]);
  const counts = boxes.length > 1 ? [call - 1, calls - call] : [calls - 1];
  boxes.forEach((box, k) => {
    const n = counts[k];
    const one = isCall ? t("call") : t("term");
    const some = { n, calls: n === 1 ? one : isCall ? t("calls") : t("terms") };
    if (boxes.length === 1) [box.name, box.title] = [t("{n} other", some), t("{n} other {calls}", some)];
    else if (k === 0) [box.name, box.title] = [t("{n} earlier", some), t("{n} earlier {calls}", some)];
    else [box.name, box.title] = [t("{n} later", some), t("{n} later {calls}", some)];
  });
}
