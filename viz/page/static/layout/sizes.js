// Sizes: the size of each box. Sizes depend on no value, so a change of values moves no box.

import { turnShownIn } from "./turns.js";
import { t, told } from "../base/words.js";
import { columnsOf, printable, widthOf } from "../base/text.js";

export const FONT = 12;
export const MEDIUM = 16; // whole boxes can be written with it
export const LARGEST_TEXT = 26; // two lines of it fill a box
export const PLUG = 52; // width of the column of local derivatives
export const BODY = 134; // room for "data −1.234e−308"
export const ROW = 16;
export const PAD = 9;
const FOLD = 204;

// The function that layoutOf asks: [width, height] of a "node", a "fold" or a cluster's "title".
export function measureOf(graph) {
  return (kind, id) => {
    if (kind === "title") return [widthOf(titleOf(graph, id), FONT) + 24, ROW];
    if (kind === "fold") return [FOLD, 78];
    return nodeSize(graph, id);
  };
}

// The title of an open frame: "MLP · call 7 of 20".
export function titleOf(graph, cluster) {
  const shown = turnShownIn(graph, cluster);
  if (shown === null) return wholeTitle(graph, cluster, 48);
  return printable(`${namesOf(graph, cluster)} · ${turnText(shown)}`, 48);
}

export function turnText({ call: k, calls: n, isCall }) {
  return isCall ? t("call {k} of {n}", { k, n }) : t("term {k} of {n}", { k, n });
}

// The title of a folded frame: "layers.0 · Layer · 20 calls".
export function wholeTitle(graph, cluster, longest = Infinity) {
  const { title, othersOf, call: k, calls: n } = graph.clusters[cluster];
  if (othersOf !== undefined) return printable(title, longest);
  const names = namesOf(graph, cluster);
  if (!(n > 1)) return printable(names, longest);
  const turn = k ? t("call {k} of {n}", { k, n }) : t("{n} calls", { n });
  return printable(`${names} · ${turn}`, longest);
}

// Its name alone. Names from a program stay as they are.
export function shortTitle({ clusters }, cluster) {
  const { name, kind, module, othersOf } = clusters[cluster];
  return name === kind && module === "" && othersOf === undefined ? told(name) : name;
}

function namesOf(graph, cluster) {
  const { name, kind, module } = graph.clusters[cluster];
  const own = shortTitle(graph, cluster);
  return name === kind ? own : `${own} · ${module === "" ? told(kind) : kind}`;
}

// The least height of a node with numbers.
export function heightOf({ digits }) {
  return digits ? 64 + ROW : 64;
}

function nodeSize(graph, i) {
  const { roles, first, names } = graph;
  if (roles[i] === "constant") {
    const columns = Math.min(columnsOf(printable(names[i], 12)), 12);
    return [Math.max(34, columns * 13 + 12), 32];
  }
  const slots = first[i + 1] - first[i];
  const height = Math.max(heightOf(graph), slots * 17 + 6);
  return [BODY + (slots > 0 ? PLUG : 0), height];
}
