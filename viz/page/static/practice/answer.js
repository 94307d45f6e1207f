// Answer: a number as people type it, such as 0.33, 1/3, 3*2 or 1-0.96^2, and its tolerance.

import { MINUS, typedNumber } from "../base/numbers.js";
import { t } from "../base/words.js";

const TERM = /(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?|[-+*/^()]/gi;
const RANKS = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 3 };
const TYPED_SIGNS = { [MINUS]: "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "²": "^2", "**": "^" };
const LONGEST_ANSWER = 120; // characters
const THREE_DIGITS = 0.005; // the rounding of 1.00, relative to it

// { x, unit }, with the unit of the last place if that is rounded; or a sentence that refuses.
export function readAnswer(text) {
  const typed = text.split("=").at(-1).replace(/[−×·⋅÷²]|\*\*/g, (sign) => TYPED_SIGNS[sign]).trim();
  const terms = typed.match(TERM) ?? [];
  const refused = terms.find((term) => /\d/.test(term) && typeof typedNumber(term) === "string");
  if (refused) return typedNumber(refused);
  const isRead = typed.length <= LONGEST_ANSWER && terms.join("") === typed.replace(/\s/g, "");
  const x = isRead ? valueOf(terms) : NaN;
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

// Takes a value from the front of `terms`, with operators of at least this rank; NaN for none.
function valueOf(terms, least = 1) {
  let x = operandOf(terms);
  while (RANKS[terms[0]] >= least) {
    const sign = terms.shift();
    const y = valueOf(terms, RANKS[sign] + (sign === "^" ? 0 : 1));
    x = { "+": x + y, "-": x - y, "*": x * y, "/": x / y, "^": x ** y }[sign];
  }
  return x;
}

function operandOf(terms) {
  const term = terms.shift() ?? "";
  if (/\d/.test(term)) return typedNumber(term);
  if (term === "+") return operandOf(terms);
  if (term === "-") return -valueOf(terms, RANKS["^"]);
  const x = term === "(" ? valueOf(terms) : NaN;
  return terms.shift() === ")" ? x : NaN;
}
