// Link: the values of a formula in the address of the page, as at=a=2,b=-3.

import { exact, MINUS, typedNumber } from "../base/numbers.js";

// The formula and its values as parameters of an address. The numbers are exact.
export function formulaPairs({ text, names, numbers }, values) {
  const at = names.filter((name) => !numbers.has(name)).map((name) => `${name}=${numberText(values.get(name))}`);
  return [["formula", text], ...(at.length ? [["at", at.join()]] : [])];
}

// The values in such a list; `refused` has the pairs without a number.
export function readValues(text) {
  const [values, refused] = [new Map(), []];
  for (const pair of text.split(",").filter((part) => part.trim())) {
    const [name, number = ""] = pair.split("=");
    const x = typedNumber(number);
    if (typeof x === "number") values.set(name.trim(), x);
    else refused.push(pair);
  }
  return { values, refused };
}

// The number as formulas have it: -0, 1e-7, ∞.
export function numberText(x) {
  return exact(x).replaceAll(MINUS, "-");
}
