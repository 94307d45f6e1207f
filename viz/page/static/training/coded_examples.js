// CodedExamples: examples with the labels that a loss takes.

import { CsvError } from "./csv.js";
import { t } from "../base/words.js";
import { short } from "../base/numbers.js";

// The same of examples with several labels, which are numbers.
export function codedOutputs(set, { loss, pair }) {
  const at = set.inputs.length;
  const values = [...new Set(set.rows.flatMap((row) => [...row.slice(at)]))].sort((a, b) => a - b);
  if (pair && values.length > 2) throw new CsvError(noClassesText(loss));
  const code = (x, k) => (pair && k >= at ? pair[values.indexOf(x)] : x);
  return { ...set, rows: set.rows.map((row) => row.map(code)), classes: null, middle: null, texts: null };
}

function noClassesText(loss) {
  return t("The labels are numbers without classes, and the loss {loss} takes two classes; choose the loss mse, make that model, and use the data again.", { loss });
}

// Makes { rows, labels, classes, middle, texts, said } of `set`, { inputs, labels, rows, classes,
// values, isText } as `examplesOf` makes it: `labels` are the names of the labels, one for each
// output of the model, `said` tells how texts were mapped. `pair` has the labels of two classes that
// the loss takes, null if it takes any numbers. With `single`, the model has one output.
export function codedExamples(set, { loss, pair, single }) {
  const { inputs, label, rows, classes, values, isText } = set;
  const at = inputs.length;
  if (pair && classes === null) throw new CsvError(noClassesText(loss));
  if (classes === null || (classes.length > 2 && !isText && !pair))
    return { rows, labels: [label], classes: null, middle: null, texts: null, said: t("The label {label} is a number to predict.", { label }) };
  if (classes.length > 2 && single)
    throw new CsvError(t("There are {count} classes, and the model has one output; take a page of a plain nn.MLP, or two classes.", { count: classes.length }));
  const codes = pair ?? (isText || classes.length > 2 ? [0, 1] : values);
  const place = (row) => values.indexOf(row[at]);
  if (classes.length < 3) {
    const coded = rows.map((row) => Float64Array.of(...row.slice(0, at), codes[place(row)]));
    const middle = pair ? 0 : (codes[0] + codes[1]) / 2;
    const pairs = classes.map((text, k) => `${text} → ${short(codes[k])}`).join(", ");
    const isSame = !isText && codes.every((x, k) => x === values[k]);
    const said = isSame ? "" : t("The label {label}: {pairs}.", { label, pairs });
    return { rows: coded, labels: [label], classes: codes.slice(0, classes.length), middle, texts: classes, said };
  }
  const coded = rows.map((row) => {
    const marks = classes.map((_, k) => codes[Number(k === place(row))]);
    return Float64Array.of(...row.slice(0, at), ...marks);
  });
  const said = t("The label {label}: an output for each class, with {yes} for its own and {no} for the others: {classes}.", {
    label, yes: short(codes[1]), no: short(codes[0]), classes: classes.join(", "),
  });
  return { rows: coded, labels: classes.map((text) => (isText ? text : `${label}=${text}`)), classes: [...classes.keys()], middle: null, texts: classes, said };
}
