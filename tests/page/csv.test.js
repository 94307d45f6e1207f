// Tables from text, and their errors.

import assert from "node:assert/strict";
import test from "node:test";
import { codedExamples } from "../../viz/page/static/training/coded_examples.js";
import { CsvError, examplesOf, tableOf, unevenRanges } from "../../viz/page/static/training/csv.js";

const read = (text, target) => examplesOf(tableOf(text, target));
const rowsOf = (text) => read(text).rows.map((row) => [...row]);

test("commas, semicolons and tabs separate, with or without a header, a BOM and empty lines", () => {
  for (const text of [
    "a,b,y\n1,2,3.5\n4,5,6.5\n",
    "\uFEFFa;b;y\r\n1;2;3,5\r\n\r\n4;5;6,5",
    "a\tb\ty\r1\t2\t3.5\r4\t5\t6.5\r\r",
    "1,2,3.5\n\n ,,\n4, 5 ,6.5",
    '"a","b;c","y"\n"1","2","3.5"\n4,"5",6.5',
  ])
    assert.deepEqual(rowsOf(text), [[1, 2, 3.5], [4, 5, 6.5]], text);
});

test("a quoted field may hold separators, quotes and line breaks", () => {
  const { inputs, label, classes } = read('"a ""x"", b","c\nd"\n1,"yes, sir"\n2,no\n');
  assert.deepEqual([inputs, label, classes], [['a "x", b'], "c\nd", ["yes, sir", "no"]]);
});

test("a comma is a decimal sign where it does not separate", () => {
  assert.deepEqual(rowsOf("1,234;−0,5;x\n,5;1e-3;y"), [[1.234, -0.5, 0], [0.5, 0.001, 1]]);
});

test("the label is in the last column or in a chosen one", () => {
  const { inputs, label, rows } = read("kind,a,b\nu,1,2\nv,3,4", 0);
  assert.deepEqual([inputs, label, rows.map((row) => [...row])], [["a", "b"], "kind", [[1, 2, 0], [3, 4, 1]]]);
});

test("an error names line, column and text", () => {
  const found = (text) => {
    try {
      read(text);
    } catch (error) {
      assert.ok(error instanceof CsvError);
      return error.message;
    }
    return "";
  };
  assert.match(found(" \n"), /no text yet/);
  assert.match(found("a\n1\n"), /one column only/);
  assert.match(found("a,b\n"), /header line only/);
  assert.match(found('"a\nb",c\n1,x\n\n2\n'), /^Line 5 has 1 fields, and the first one has 2/);
  assert.match(found("a,b\n1,x\n,y\n"), /^Line 3, column 1 \(a\) is empty/);
  assert.match(found("a,b\n1,x\ntwo,y\n"), /^Line 3, column 1 \(a\): “two”/);
  assert.match(found("a,b\n1,x\nnan,y\n"), /^Line 3, column 1 \(a\): “nan”/);
  assert.match(found("a,b\n1,x\n2,\n"), /^Line 3, column 2 \(b\) is empty/);
  assert.match(found('a,b\n1,"x\n2,y\n'), /^Line 2, column 2: a quoted text does not end/);
  assert.match(found("a,b\n1,x\n2,x\n"), /All labels are x/);
  assert.match(found(`a,b\n${"abcdefghijkl".split("").map((c) => `1,${c}\n`).join("")}`), /^Line 2, column 2 \(b\): “a”/);
});

test("labels become those that the loss takes", () => {
  const two = read("a,b\n1,no\n2,yes\n");
  const code = (set, loss, pair) => codedExamples(set, { loss, pair, single: false });
  assert.deepEqual(code(two, "hinge", [-1, 1]).rows.map(([, y]) => y), [-1, 1]);
  assert.match(code(two, "hinge", [-1, 1]).said, /no → −1, yes → 1/);
  assert.deepEqual([code(two, "mse", null).classes, code(two, "mse", null).middle], [[0, 1], 0.5]);
  const numbers = read("a,b\n1,3\n2,7\n");
  assert.deepEqual(code(numbers, "mse", null).rows.map(([, y]) => y), [3, 7]);
  assert.deepEqual(code(numbers, "binary", [0, 1]).rows.map(([, y]) => y), [0, 1]);
  const three = read("a,b\n1,u\n2,v\n3,w\n");
  assert.deepEqual(code(three, "hinge", [-1, 1]).rows.map((row) => [...row].slice(1)), [[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]);
  assert.throws(() => codedExamples(three, { loss: "", pair: [0, 1], single: true }), /one output/);
  const measured = read("a,b\n1,0.5\n2,1.5\n");
  assert.deepEqual(code(measured, "mse", null).classes, null);
  assert.throws(() => code(measured, "hinge", [-1, 1]), /choose the loss mse/);
});

test("columns of very different ranges are named", () => {
  const rows = [[0, 0, 5], [1, 900, 5]];
  assert.deepEqual(unevenRanges(["a", "b", "c"], rows), { narrow: "a", wide: "b" });
  assert.equal(unevenRanges(["a"], rows), null);
});
