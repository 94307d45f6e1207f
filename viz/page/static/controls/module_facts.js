// Module facts: the size and the outputs of one module, for the inspector.

import { addFact, addRow, element } from "../base/dom.js";
import { nameOf } from "../base/formulas.js";
import { grouped, short, signed } from "../base/numbers.js";
import { printable } from "../base/text.js";

const OUTPUTS = 12;

export function moduleFacts(picture, cluster) {
  const { graph, contents } = picture;
  const { size, parameters, outputs } = contents[cluster];
  const list = element("dl", { class: "facts" });
  addFact(list, "module", printable(graph.clusters[cluster].title, 48));
  addFact(list, "nodes", grouped(size));
  if (parameters) addFact(list, "parameters", grouped(parameters));
  const table = element("table", { class: "nudge" });
  addRow(table, ["output", "data", "grad"]);
  for (const i of outputs.slice(0, OUTPUTS))
    addRow(table, [nameOf(graph, i), short(picture.dataOf(i)), signed(picture.gradOf(i))]);
  if (outputs.length > OUTPUTS) addRow(table, [`… and ${outputs.length - OUTPUTS} more`]);
  return [list, table];
}
