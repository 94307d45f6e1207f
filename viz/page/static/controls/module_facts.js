// Module facts: the size and the outputs of one module, for the inspector.

import { addFact, addRow, element } from "../base/dom.js";
import { nameOf } from "../base/formulas.js";
import { grouped, short, signed } from "../base/numbers.js";
import { wholeTitle } from "../layout/sizes.js";
import { t } from "../base/words.js";

const OUTPUTS = 12;

export function moduleFacts(picture, cluster) {
  const { graph, contents } = picture;
  const { size, parameters, outputs } = contents[cluster];
  const list = element("dl", { class: "facts" });
  addFact(list, t("module"), wholeTitle(graph, cluster, 48));
  addFact(list, t("nodes"), grouped(size));
  if (parameters) addFact(list, t("parameters"), grouped(parameters));
  const table = element("table", { class: "nudge" });
  addRow(table, [t("output"), "data", "grad"]);
  for (const i of outputs.slice(0, OUTPUTS))
    addRow(table, [nameOf(graph, i), short(picture.dataOf(i)), signed(picture.gradOf(i))]);
  if (outputs.length > OUTPUTS) addRow(table, [t("… and {n} more", { n: outputs.length - OUTPUTS })]);
  return [list, table];
}
