// Numbers: short texts of numbers, the same as in viz/numbers.py. Only 0 is written as 0.

import { t } from "./words.js";

export const MINUS = "−";
export const NOT_YET = "–"; // stands for a number that no pass has reached

// `digits` significant digits, with a true minus sign; 1.2e6 if that is shorter. A number that is
// not known yet is null.
export function short(x, digits = 4) {
  if (x === null) return NOT_YET;
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : `${MINUS}∞`;
  const whole = Number.isInteger(x) && Math.abs(x) < 1e6;
  return (whole ? plain(x) : general(x, digits)).replaceAll("-", MINUS);
}

// As `short`, with a plus sign before a positive number: the form of a gradient.
export function signed(x, digits = 4) {
  return x > 0 ? `+${short(x, digits)}` : short(x, digits);
}

// As `short`, with brackets around a negative number: the form of a factor.
export function factor(x, digits = 4) {
  const text = short(x, digits);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// As many digits as tell this double from its neighbours.
export function exact(x) {
  return Number.isFinite(x) ? plain(x).replace("e+", "e").replaceAll("-", MINUS) : short(x);
}

// The number that a user typed, or a sentence that refuses the text. True minus signs, ∞ and a
// decimal comma are understood.
export function typedNumber(text) {
  const typed = text.trim().replaceAll(MINUS, "-");
  if (/^nan$/i.test(typed)) return NaN;
  if (/^[-+]?(∞|inf(inity)?)$/i.test(typed)) return typed.startsWith("-") ? -Infinity : Infinity;
  if (/^[-+]?[1-9]\d{0,2}(,\d{3})+$/.test(typed)) {
    const [whole, part] = [typed.replaceAll(",", ""), typed.replace(",", ".")];
    return t("{typed} has two readings; write {whole} or {part}", { typed, whole, part });
  }
  const decimal = typed.replace(",", ".");
  if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(decimal)) {
    return t("not a number; write one such as 0.5, −3 or 1e−4");
  }
  const x = Number(decimal);
  const isLost = x === 0 && /^[^e]*[1-9]/i.test(decimal);
  return Number.isFinite(x) && !isLost ? x : t("no double, which has 5e−324 to 1.8e308; write ∞ or 0");
}

// A whole number with commas between its thousands.
export function grouped(n) {
  return n.toLocaleString("en");
}

// String(x), in which -0 keeps its sign.
export function plain(x) {
  return Object.is(x, -0) ? "-0" : String(x);
}

// The format %g of C.
function general(x, digits) {
  const near = rounded(x, digits);
  const [mantissa, exponent] = near.split("e");
  const e = Number(exponent);
  const tidy = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (e < -4 || e >= digits) return `${tidy(mantissa)}e${e}`;
  return tidy(Number(near).toFixed(digits - 1 - e));
}

// Rounds a tie to even, as C and Python do; JavaScript takes the larger number.
function rounded(x, digits) {
  const near = x.toExponential(digits - 1);
  const [mantissa, exponent] = x.toExponential(60).split("e");
  const figures = mantissa.replace(/[-.]/g, "");
  const isTie = /^50*$/.test(figures.slice(digits));
  if (!isTie || Number(figures[digits - 1]) % 2) return near;
  const sign = x < 0 ? "-" : "";
  return `${sign}${figures[0]}.${figures.slice(1, digits)}e${exponent}`;
}
