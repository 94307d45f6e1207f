// Csv: a table of numbers from text with commas, semicolons or tabs. Errors name line and column.

import { t } from "../base/words.js";
import { typedNumber } from "../base/numbers.js";

const MOST_CLASSES = 10;
const MOST_EXAMPLES = 10000;
const DECIMAL_COMMA = /^([-+−]?\d*),(\d+(?:e[-+]?\d+)?)$/i; // in a file with other separators
const SHOWN = 20; // letters of an offending text

// An error about the text, with the way out.
export class CsvError extends Error {}

// Makes { names, isNamed, rows }: the names of the columns, and the texts of each example with its
// line, { line, fields }.
export function tableOf(text) {
  const clean = text.replace(/^\uFEFF/, "");
  if (!/[^\s,;"]/.test(clean)) throw new CsvError(t("There is no text yet; paste a CSV or open a file."));
  const head = clean.replace(/"[^"]*"/g, "").trimStart().split(/[\r\n]/)[0];
  const separator = ["\t", ";", ","].find((c) => head.includes(c));
  if (!separator)
    throw new CsvError(t("There is one column only; separate columns by commas, semicolons or tabs."));
  const all = recordsOf(clean, separator).filter(({ fields }) => fields.some((field) => field !== ""));
  const first = all[0].fields;
  const isNamed = first.every((field) => typeof typedNumber(field) === "string");
  const names = first.map((field, k) => (isNamed && field) || (k === first.length - 1 ? "y" : `x${k}`));
  const rows = isNamed ? all.slice(1) : all;
  const odd = rows.find(({ fields }) => fields.length !== names.length);
  if (odd) {
    const found = { line: odd.line, count: odd.fields.length, width: names.length };
    throw new CsvError(t("Line {line} has {count} fields, and the first one has {width}; write as many, with a point as decimal sign or semicolons between the fields.", found));
  }
  if (rows.length === 0) throw new CsvError(t("There is a header line only; add a line for each example."));
  if (rows.length > MOST_EXAMPLES)
    throw new CsvError(t("There are {count} examples; the page trains with up to {most}.", { count: rows.length, most: MOST_EXAMPLES }));
  return { names, isNamed, rows };
}

// Fields may be quoted: "a ""b"", c". A quoted field may hold line breaks.
function recordsOf(text, separator) {
  const decimal = separator === "," ? /(?!)/ : DECIMAL_COMMA;
  const records = [];
  let [line, fields, start] = [1, [], 1];
  let at = 0;
  const field = new RegExp(`[ ]*(?:"((?:[^"]|"")*)"[ ]*|([^"${separator}\\r\\n][^${separator}\\r\\n]*|))(${separator}|\\r\\n|\\r|\\n|$)`, "y");
  while (at < text.length) {
    field.lastIndex = at;
    const found = field.exec(text);
    if (found === null) {
      const values = { line, column: fields.length + 1 };
      throw new CsvError(t("Line {line}, column {column}: a quoted text does not end, or more text follows it; write two quotes for one inside.", values));
    }
    const [whole, quoted, plain, end] = found;
    const content = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');
    fields.push(content.replace(decimal, "$1.$2"));
    line += whole.split(/\r\n|\r|\n/).length - 1;
    at += whole.length;
    if (end === separator && at < text.length) continue;
    if (end === separator) fields.push("");
    records.push({ line: start, fields });
    [fields, start] = [[], line];
  }
  return records;
}

// Makes { inputs, label, rows, classes, values, isText } of a table whose labels are in a column:
// names of the inputs, rows of numbers with a label each, and texts and labels of the classes, null
// for labels without classes. The label of a text is its place in their order.
export function examplesOf({ names, rows }, target = names.length - 1) {
  const columns = [...names.keys()].filter((k) => k !== target);
  const cell = ({ line, fields }, k) => {
    const x = typedNumber(fields[k]);
    if (Number.isFinite(x)) return x;
    throw new CsvError(wrongCell(fields[k], { line, column: k + 1, name: names[k] }));
  };
  const points = rows.map((row) => columns.map((k) => cell(row, k)));
  const texts = rows.map(({ fields }) => fields[target]);
  const isText = !texts.every((text) => Number.isFinite(typedNumber(text)));
  const different = [...new Set(texts)].sort();
  if (different.length > MOST_CLASSES && isText) rows.forEach((row) => cell(row, target));
  if (texts.includes("")) cell(rows[texts.indexOf("")], target);
  const numbers = texts.map((text) => (isText ? different.indexOf(text) : typedNumber(text)));
  const values = [...new Set(numbers)].sort((a, b) => a - b);
  if (values.length < 2) throw new CsvError(t("All labels are {text}; give two or more different ones.", { text: texts[0] }));
  const isClass = isText || (values.length <= MOST_CLASSES && values.every(Number.isInteger));
  return {
    inputs: columns.map((k) => names[k]),
    label: names[target],
    rows: points.map((row, i) => Float64Array.of(...row, numbers[i])),
    classes: isClass ? (isText ? different : values).map(String) : null,
    values: isClass ? values : null,
    isText,
  };
}

function wrongCell(text, place) {
  if (text === "") return t("Line {line}, column {column} ({name}) is empty; write a number, or leave out the line.", place);
  const values = { ...place, text: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text };
  return t("Line {line}, column {column} ({name}): “{text}” is not a number such as 0.5; correct it, leave out the column, or choose it as the label.", values);
}

// The names of the two inputs whose ranges differ most, if by a factor above 20: { wide, narrow }.
export function unevenRanges(inputs, rows) {
  const spans = inputs.map((name, k) => {
    const xs = rows.map((row) => row[k]);
    return { name, span: Math.max(...xs) - Math.min(...xs) };
  });
  const moving = spans.filter(({ span }) => span > 0).sort((a, b) => a.span - b.span);
  const [narrow, wide] = [moving[0], moving.at(-1)];
  return wide?.span > 20 * narrow.span ? { narrow: narrow.name, wide: wide.name } : null;
}
