// Answer: a number as people type it, such as 0.33, 1/3, 3*2 or 1-0.96^2, and its tolerance.

import { MINUS, typedNumber } from "../base/numbers.js";
import { t } from "../base/words.js";

const TERM = /\s*((?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?|[-+*/^()])/iy;
const SIGNS = { [MINUS]: "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "²": "^2" };
const LONGEST_ANSWER = 120; // characters
const THREE_DIGITS = 0.005; // the rounding of 1.00, relative to it

// { x, unit }, with the unit of the last decimal place if that is rounded; or a sentence that refuses.
export function readAnswer(text) {
  const typed = text.split("=").at(-1).replace(/[−×·⋅÷²]/g, (sign) => SIGNS[sign]).trim();
  const terms = termsOf(typed.slice(0, LONGEST_ANSWER + 1));
  const refused = terms?.find((term) => /\d/.test(term) && typeof typedNumber(term) === "string");
  if (refused) return typedNumber(refused);
  const x = terms && typed.length <= LONGEST_ANSWER ? sumOf(terms) : NaN;
  if (!Number.isFinite(x) || terms.length > 0)
    return t("Type a number such as 0.5, −3 or 1/3, or a product such as 3*2.");
  const [, whole, places] = /^[-+]?(\d*)[.,](\d+)$/.exec(typed) ?? [];
  const digits = places && (whole + places).replace(/^0+/, "").length;
  return { x, unit: digits > 1 ? 10 ** -places.length : 0 };
}

// True for numbers that agree to three digits, or to as many decimals as were typed. `scale` is the
// size of the terms of a sum, which may cancel.
export function isSame({ x, unit }, wanted, scale = 0) {
  const size = Math.abs(wanted);
  const cut = Math.min(unit, 3 * THREE_DIGITS * size); // 0.66 for 2/3
  return Math.abs(x - wanted) <= Math.max(THREE_DIGITS * size, 0.5001 * unit, cut, 1e-9 * scale);
}

function termsOf(text) {
  const terms = [];
  TERM.lastIndex = 0;
  for (let at = 0; at < text.length; at = TERM.lastIndex) {
    const found = TERM.exec(text);
    if (!found) return null;
    terms.push(found[1]);
  }
  return terms;
}

// These take what they read from the front of `terms`; NaN for a text that is no expression.
function sumOf(terms) {
  let sum = productOf(terms);
  while (terms[0] === "+" || terms[0] === "-")
    sum += terms.shift() === "+" ? productOf(terms) : -productOf(terms);
  return sum;
}

function productOf(terms) {
  let product = powerOf(terms);
  while (terms[0] === "*" || terms[0] === "/")
    product = terms.shift() === "*" ? product * powerOf(terms) : product / powerOf(terms);
  return product;
}

function powerOf(terms) {
  const term = terms.shift() ?? "";
  if (term === "-") return -powerOf(terms);
  if (term === "+") return powerOf(terms);
  let base = /\d/.test(term) ? typedNumber(term) : NaN;
  if (term === "(") {
    base = sumOf(terms);
    if (terms.shift() !== ")") return NaN;
  }
  if (terms[0] !== "^") return base;
  terms.shift();
  return base ** powerOf(terms);
}
