// Answers as people type them. Mistakes are held to those made on purpose in test_practice.py.

import assert from "node:assert/strict";
import test from "node:test";
import { isSame, readAnswer } from "../../viz/page/static/practice/answer.js";

const near = (a, b) => Math.abs(a - b) <= 1e-12;

test("numbers, fractions and small expressions are read", () => {
  const read = {
    "6": 6, " −3 ": -3, "0,5": 0.5, ".5": 0.5, "1e-4": 1e-4, "1/3": 1 / 3, "3*2": 6, "3 · 2": 6, "6 ÷ 4": 1.5,
    "1-0.96^2": 1 - 0.96 ** 2, "2*(1−0.5²)": 1.5, "-2^2": -4, "2*-3": -6, "8/2/2": 2, "1-2-3": -4, "2^3^2": 512, "1-0.5**2": 0.75,
    "2 + 6 = 8": 8, "+3": 3, "2*+3": 6, "((2))": 2,
  };
  for (const [text, x] of Object.entries(read)) assert.ok(near(readAnswer(text).x, x), text);
  assert.ok(Object.is(readAnswer("-0").x, -0));
});

test("what is no number is refused with a sentence", () => {
  const refused = ["", "a", "2+", "(2", "2)", "1/0", "nan", "∞", "3 2", "2***3", "1,234", "=", "1".repeat(130), "x=y"];
  for (const text of refused) assert.equal(typeof readAnswer(text), "string", text);
});

test("three digits, or two decimals, are enough, and fewer are not", () => {
  const same = [["0.33", 1 / 3], ["0.333", 1 / 3], ["1/3", 1 / 3], ["0.66", 2 / 3], ["0.67", 2 / 3], ["0.24", 0.2351], ["1.23", 1.2345],
    ["1230", 1234], ["-0", 0], ["0", -0], ["6", 6], ["0.0784", 0.0784], ["7.84e-2", 0.0784]];
  for (const [text, x] of same) assert.ok(isSame(readAnswer(text), x), text);
  const other = [["0.3", 1 / 3], ["6", 6.1], ["0.1", 0.0784], ["0", 1e-5], ["1.2", 1.26], ["-6", 6], ["10", 10.4]];
  for (const [text, x] of other) assert.ok(!isSame(readAnswer(text), x), text);
});

test("a sum that cancels up to rounding is 0", () => {
  assert.ok(isSame(readAnswer("0"), 0.1 + 0.2 - 0.3, 0.6));
});
