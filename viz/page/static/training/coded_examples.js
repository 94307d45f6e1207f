// CodedExamples: examples with the labels that a loss takes.

import { CsvError } from "./csv.js";
import { t } from "../base/words.js";
import { short } from "../base/numbers.js";

const NO_CLASSES = { classes: null, middle: null, texts: null };

// The same of examples with several labels, which are numbers.
export function codedOutputs(set, { loss, pair }) {
  const at = set.inputs.length;
  const values = [...new Set(set.rows.flatMap((row) => [...row.slice(at)]))].sort((a, b) => a - b);
  const isTaken = !pair || values.every((x) => pair.includes(x));
  if (!isTaken && values.length !== 2) throw noClasses(loss);
  const code = (x, k) => (isTaken || k < at ? x : pair[values.indexOf(x)]);
  return { ...set, ...NO_CLASSES, rows: set.rows.map((row) => row.map(code)) };
}

function noClasses(loss) {
  return new CsvError(t("The labels are numbers without classes, and the loss {loss} takes two classes; choose the loss mse, make that model, and use the data again.", { loss }));
}

// Makes { rows, labels, classes, middle, texts, said } of a set as `examplesOf` makes it: `labels`
// are the names of the labels, one for each output of the model, `said` tells how classes were
// mapped. `pair` has the labels of two classes that the loss takes, null if it takes any numbers.
// With `single`, the model has one output.
export function codedExamples({ inputs, label, rows, classes, values, isText }, { loss, pair, single }) {
  if (pair && classes === null) throw noClasses(loss);
  const many = classes?.length > 2;
  if (classes === null || (many && !isText && !pair))
    return { ...NO_CLASSES, rows, labels: [label], said: t("The label {label} is a number to predict.", { label }) };
  if (many && single)
    throw new CsvError(t("There are {count} classes, and the model has one output; take a page of a plain nn.MLP, or two classes.", { count: classes.length }));
  const codes = pair ?? (isText || many ? [0, 1] : values);
  const at = inputs.length;
  const coded = rows.map((row) => {
    const own = values.indexOf(row[at]);
    const marks = many ? values.map((_, k) => codes[Number(k === own)]) : [codes[own]];
    return Float64Array.of(...row.slice(0, at), ...marks);
  });
  if (many) {
    const said = t("The label {label}: an output for each class, with {yes} for its own and {no} for the others: {classes}.", {
      label, yes: short(codes[1]), no: short(codes[0]), classes: classes.join(", "),
    });
    const labels = classes.map((text) => (isText ? text : `${label}=${text}`));
    return { rows: coded, labels, classes: [...classes.keys()], middle: null, texts: classes, said };
  }
  const pairs = classes.map((text, k) => `${text} → ${short(codes[k])}`).join(", ");
  const isSame = !isText && codes.every((x, k) => x === values[k]);
  const said = isSame ? "" : t("The label {label}: {pairs}.", { label, pairs });
  const middle = pair ? 0 : (codes[0] + codes[1]) / 2;
  return { rows: coded, labels: [label], classes: codes, middle, texts: classes, said };
}
