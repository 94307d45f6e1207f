// Numbers as the page prints them: short, and never a zero that is none; as viz/numbers.py does.

export const MINUS = "−";
export const NOT_YET = "–"; // a number that no pass has reached

// To `digits` significant digits, with a true minus sign; 1.2e6 where that is shorter.
export function short(x, digits = 4) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : `${MINUS}∞`;
  const whole = Number.isInteger(x) && Math.abs(x) < 1e6;
  return (whole ? String(x) : general(x, digits)).replaceAll("-", MINUS);
}

// The same, with a plus sign before a positive number, as gradients are printed.
export function signed(x, digits = 4) {
  return x > 0 ? `+${short(x, digits)}` : short(x || (x === 0 ? 0 : x), digits);
}

// The same as a factor of a product: a negative one in brackets.
export function factor(x, digits = 4) {
  const text = short(x, digits);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

// All digits that tell this double from its neighbours.
export function exact(x) {
  return Number.isFinite(x) ? String(x).replace("e+", "e").replaceAll("-", MINUS) : short(x);
}

// The number that a person typed, NaN where it is none; true minus signs and ∞ are understood.
export function typedNumber(text) {
  const plain = text.trim().replaceAll(MINUS, "-").replace("∞", "Infinity").replace(",", ".");
  if (/^[-+]?inf(inity)?$/i.test(plain)) return plain.startsWith("-") ? -Infinity : Infinity;
  return plain === "" ? NaN : Number(plain);
}

// As %g of C does.
function general(x, digits) {
  const near = rounded(x, digits);
  const [mantissa, exponent] = near.split("e");
  const e = Number(exponent);
  const tidy = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (e < -4 || e >= digits) return `${tidy(mantissa)}e${e}`;
  return tidy(Number(near).toFixed(digits - 1 - e));
}

// Of two equally near numbers JavaScript takes the larger one, C and Python the even one.
function rounded(x, digits) {
  const near = x.toExponential(digits - 1);
  const [mantissa, exponent] = x.toExponential(60).split("e");
  const figures = mantissa.replace(/[-.]/g, "");
  const isTie = /^50*$/.test(figures.slice(digits));
  if (!isTie || Number(figures[digits - 1]) % 2) return near;
  const sign = x < 0 ? "-" : "";
  return `${sign}${figures[0]}.${figures.slice(1, digits)}e${exponent}`;
}
