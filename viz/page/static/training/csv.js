// Csv: a table of numbers from text with commas, semicolons or tabs. Errors name line and column.

import { t } from "../base/words.js";
import { typedNumber } from "../base/numbers.js";

const MOST_CLASSES = 10;
const MOST_EXAMPLES = 10000;
const DECIMAL_COMMA = /^([-+−]?\d*),(\d+(?:e[-+]?\d+)?)$/i; // in a file with other separators
const SHOWN = 20; // letters of an offending text

// An error about the text, with the way out.
export class CsvError extends Error {}

// Makes { names, records, lines, target }: names of the columns, texts by row, the line where each
// row begins, and the column of the label: `wanted`, or the last one.
export function tableOf(text, wanted = -1) {
  const clean = text.replace(/^\uFEFF/, "");
  const head = clean.replace(/"[^"]*"/g, "").trimStart().split(/[\r\n]/)[0];
  const separator = ["\t", ";", ","].find((c) => head.includes(c));
  if (clean.trim() === "") throw new CsvError(t("There is no text yet; paste a CSV or open a file."));
  if (!separator)
    throw new CsvError(t("There is one column only; separate columns by commas, semicolons or tabs."));
  const all = recordsOf(clean, separator, separator === "," ? /(?!)/ : DECIMAL_COMMA).filter(({ fields }) => fields.some((field) => field !== ""));
  const isNamed = all[0].fields.every((field) => typeof typedNumber(field) === "string");
  const width = all[0].fields.length;
  const names = all[0].fields.map((field, k) => (isNamed && field) || (k === width - 1 ? "y" : `x${k}`));
  const rows = isNamed ? all.slice(1) : all;
  for (const { line, fields } of rows) {
    if (fields.length === width) continue;
    const found = { line, count: fields.length, width };
    throw new CsvError(t("Line {line} has {count} fields, and the first one has {width}; write as many, with a point as decimal sign or semicolons between the fields.", found));
  }
  if (rows.length === 0) throw new CsvError(t("There is a header line only; add a line for each example."));
  if (rows.length > MOST_EXAMPLES)
    throw new CsvError(t("There are {count} examples; the page trains with up to {most}.", { count: rows.length, most: MOST_EXAMPLES }));
  const target = wanted >= 0 && wanted < width ? wanted : width - 1;
  return { names, isNamed, records: rows.map((r) => r.fields), lines: rows.map((r) => r.line), target };
}

// Fields may be quoted: "a ""b"", c". A quoted field may hold line breaks.
function recordsOf(text, separator, decimal) {
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

// Makes { inputs, labels, classes } of a table: names of the inputs, rows of numbers with a label
// each, and the texts or numbers of the classes, null for labels that are no classes. The label of a
// text is its number among the classes.
export function examplesOf({ names, records, lines, target }) {
  const columns = [...names.keys()].filter((k) => k !== target);
  const cell = (fields, row, k) => {
    const x = typedNumber(fields[k]);
    if (Number.isFinite(x)) return x;
    throw new CsvError(wrongCell(fields[k], { line: lines[row], column: k + 1, name: names[k] }));
  };
  const rows = records.map((fields, row) => columns.map((k) => cell(fields, row, k)));
  const texts = records.map((fields) => fields[target]);
  const different = [...new Set(texts)];
  const empty = texts.indexOf("");
  const odd = empty < 0 ? texts.findIndex((text) => !Number.isFinite(typedNumber(text))) : empty;
  const few = different.length <= MOST_CLASSES;
  if (odd >= 0 && (empty >= 0 || !few)) cell(records[odd], odd, target);
  const numbers = odd < 0 ? texts.map(typedNumber) : texts.map((text) => different.indexOf(text));
  const values = [...new Set(numbers)].sort((a, b) => a - b);
  if (odd >= 0 && different.length < 2)
    throw new CsvError(t("All labels are {text}; classes are two or more.", { text: different[0] }));
  const isClass = odd >= 0 || (few && values.length > 1 && values.every(Number.isInteger));
  return {
    inputs: columns.map((k) => names[k]),
    label: names[target],
    rows: rows.map((row, i) => Float64Array.of(...row, numbers[i])),
    classes: isClass ? (odd >= 0 ? different : values).map(String) : null,
    values: isClass ? values : null,
    isText: odd >= 0,
  };
}

function wrongCell(text, place) {
  if (text === "") return t("Line {line}, column {column} ({name}) is empty; write a number, or leave out the line.", place);
  const values = { ...place, text: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text };
  return t("Line {line}, column {column} ({name}): “{text}” is no number such as 0.5; correct it, leave out the column, or choose it as the label.", values);
}

// The names of the two inputs whose ranges differ most, if by a factor above 20: { wide, narrow }.
export function unevenRanges(inputs, rows) {
  const spans = inputs.map((name, k) => {
    const xs = rows.map((row) => row[k]);
    return { name, span: xs.reduce((a, b) => Math.max(a, b)) - xs.reduce((a, b) => Math.min(a, b)) };
  });
  const moving = spans.filter(({ span }) => span > 0).sort((a, b) => a.span - b.span);
  const [narrow, wide] = [moving[0], moving.at(-1)];
  return moving.length > 1 && wide.span > 20 * narrow.span ? { narrow: narrow.name, wide: wide.name } : null;
}
