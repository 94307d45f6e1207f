// Decisions of the scripts of live cells, apart from the page.

import assert from "node:assert/strict";
import test from "node:test";
import { Order } from "../../docs/_static/live/order.js";
import { chosen, described } from "../../docs/_static/live/output.js";
import { inserted } from "../../docs/_static/live/typing.js";
import { LANGUAGES } from "../../docs/_static/live/words.js";

function ran(order, ...cells) {
  for (const cell of cells) {
    order.begin(cell);
    order.end(cell);
  }
}

test("a run begins with the first cell that has not been run", () => {
  const order = new Order();
  assert.equal(order.first(3), 0);
  ran(order, 0, 1);
  assert.equal(order.first(3), 2);
});

test("a cell that has been run is run again alone, and those below it count no more", () => {
  const order = new Order();
  ran(order, 0, 1, 2);
  assert.equal(order.first(1), 1);
  ran(order, 1);
  assert.equal(order.first(4), 2);
});

test("an edit above a running cell leaves it out of date", () => {
  const order = new Order();
  ran(order, 0, 1);
  order.begin(2);
  order.begin(0);
  order.end(2);
  assert.equal(order.first(3), 0);
});

test("the title of a button names the cells that will run", () => {
  const order = new Order();
  assert.match(order.title(0), /^Run this cell/);
  assert.match(order.title(1), /^Run the cell before it, then this one/);
  assert.match(order.title(3), /^Run the 3 cells before it/);
});

test("a new line keeps the indentation, and a colon adds one", () => {
  assert.equal(inserted("Enter", "x = 1"), "\n");
  assert.equal(inserted("Enter", "for i in range(3):"), "\n    ");
  assert.equal(inserted("Enter", "if a:\n    b = 1  # why:"), "\n    ");
  assert.equal(inserted("Enter", "if a:\n    while b:  # why"), "\n        ");
  assert.equal(inserted("Tab", "anything:"), "    ");
});

test("the richest form is shown, and a formula as text", () => {
  const picture = { "image/png": "x", "image/svg+xml": "x", "text/plain": "x" };
  assert.equal(chosen(picture), "image/svg+xml");
  const formula = { "text/latex": "x", "text/markdown": "x", "text/plain": "x" };
  assert.equal(chosen(formula), "text/plain");
});

test("the text in the place of a picture names its first nodes", () => {
  assert.equal(described(["x\ndata 3.0", "y = tanh\ndata 1"]), "computation graph: x; y = tanh");
  assert.match(described(Array(20).fill("x")), /(x; ){12}\+8$/);
});

test("both languages have the same texts", () => {
  const { en, ko } = LANGUAGES;
  assert.deepEqual(Object.keys(ko), Object.keys(en));
  for (const [key, text] of Object.entries(en)) assert.equal(typeof ko[key], typeof text);
});
