// Numbers are written as Python writes them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { exact, factor, short, signed, typedNumber } from "../../viz/page/static/base/numbers.js";

test("a tie goes to the even digit, as in Python", () => {
  const written = [
    [-78.125, "−78.12"], [78.375, "78.38"], [0.03125, "0.03125"], [1.00005, "1"], [2.00025, "2"],
    [1234.5, "1234"], [1235.5, "1236"], [0.000123450, "0.0001234"], [5.0625, "5.062"], [-0.5, "−0.5"],
  ];
  for (const [x, text] of written) assert.equal(short(x), text, String(x));
});

test("short numbers are those of viz/numbers.py", () => {
  const written = [
    [0, "0"], [1.5, "1.5"], [-2 / 3, "−0.6667"], [12345, "12345"], [1234567.8, "1.235e6"],
    [1e-9, "1e−9"], [-1e-300, "−1e−300"], [Infinity, "∞"], [-Infinity, "−∞"], [NaN, "nan"],
    [9999.9, "1e4"], [0.00009999, "9.999e−5"], [99999.5, "1e5"], [-1.234e-308, "−1.234e−308"],
  ];
  for (const [x, text] of written) assert.equal(short(x), text, String(x));
  assert.deepEqual([signed(0.5), signed(-0.5), signed(-0)], ["+0.5", "−0.5", "−0"]);
  assert.equal(factor(-2), "(−2)");
});

test("what is typed as it was printed is the same number", () => {
  const printed = [0.1, -1 / 3, 1e300, -5e-324, 2 ** 53, 0, -0, NaN, Infinity, -Infinity];
  for (const x of printed) assert.ok(Object.is(typedNumber(exact(x)), x), String(x));
});

test("the sign of zero is written", () => {
  assert.deepEqual([short(-0), signed(-0), factor(-0), exact(-0)], ["−0", "−0", "(−0)", "−0"]);
  assert.deepEqual([short(0), signed(0), factor(0), exact(0)], ["0", "0", "0", "0"]);
});

test("a typed number is read as written, or refused with a sentence", () => {
  const read = [
    [" 3 ", 3], ["−3", -3], ["+3", 3], ["1e3", 1000], ["1E-3", 0.001], [".5", 0.5], ["5.", 5], ["1,5", 1.5],
    ["0,125", 0.125], ["1000,5", 1000.5], ["inf", Infinity], ["−∞", -Infinity], ["5e-324", 5e-324], ["0e-999", 0],
  ];
  for (const [text, x] of read) assert.equal(typedNumber(text), x, text);
  const refused = [
    "", " ", "1,000", "-12,345,678", "1,000.5", "1_000", "١", "0x10", "1e", "−", "2x", "true", "1e999", "1e-999",
  ];
  for (const text of refused) assert.match(String(typedNumber(text)), / /, text);
  assert.match(typedNumber("1,000"), /write 1000 or 1\.000/);
});
