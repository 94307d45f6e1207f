// Link: a formula with its values, the step and the selected node, in the address of the page:
// #formula=w*x&at=w=2,x=-0&step=12&select=w.

import { typedNumber } from "../base/numbers.js";

// The fragment of a state; numbers are exact, -0 and inf included.
export function fragmentOf(formula, values, place) {
  const free = formula.names.filter((name) => !formula.numbers.has(name));
  const at = free.map((name) => `${name}=${numberText(values.get(name))}`);
  const all = [["formula", formula.text], ...(at.length ? [["at", at.join(",")]] : []), ...place];
  return `#${new URLSearchParams(all)}`;
}

// The formula and the values in a fragment or a list "a=2,b=-3"; `refused` has the pairs that are no
// numbers.
export function readFragment(fragment) {
  const wanted = new URLSearchParams(fragment.slice(1));
  return { formula: wanted.get("formula"), ...readValues(wanted.get("at") ?? "") };
}

export function readValues(text) {
  const values = new Map();
  const refused = [];
  for (const pair of text.split(",").filter((part) => part.trim() !== "")) {
    const [name, number] = pair.split("=").map((part) => part.trim());
    const x = typedNumber(number ?? "");
    if (typeof x === "number") values.set(name, x);
    else refused.push(pair);
  }
  return { values, refused };
}

export function numberText(x) {
  if (Object.is(x, -0)) return "-0";
  return String(x).replace("Infinity", "inf").replace("NaN", "nan");
}
