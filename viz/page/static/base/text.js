// Text: the width and the cutting of text, without a font. The same as viz/label.py.

const ADVANCE = 0.602; // width of a monospace character, per pixel of its size
const OPERATORS = " +-−*/×÷·%^<>=,;|&"; // in a name they ask for brackets around it
const REPLACEMENT = "\ufffd";
const UNUSABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/gu; // some reverse text
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

// `text` on one line of at most `longest` columns; a longer one loses its start to "…", since the
// end of a name tells it from others. Characters that a screen cannot show are replaced.
export function printable(text, longest = 28) {
  const end = text
    .slice(-4 * longest)
    .replace(/\s+/g, " ")
    .replace(UNUSABLE, REPLACEMENT)
    .trim();
  const safe = end || "␣";
  if (text.length <= 4 * longest && columnsOf(safe) <= longest) return safe;
  const kept = [...safe];
  let width = columnsOf(safe);
  while (width > longest - 1 || /^[\p{M} .]/u.test(kept[0] ?? "")) width -= columnsOf(kept.shift());
  return `…${kept.join("")}`;
}

// The name of a node for ∂y/∂x: in brackets if it is an expression.
export function bracketed(name) {
  return isExpression(name) ? `(${name})` : name;
}

// True if an operator, comma or space stands outside brackets.
function isExpression(name) {
  let depth = 0;
  for (const c of name) {
    depth += "([{".includes(c) - ")]}".includes(c);
    if (depth < 0 || (depth === 0 && OPERATORS.includes(c))) return true;
  }
  return depth > 0;
}

// The number of monospace columns that `text` takes.
export function columnsOf(text) {
  let columns = 0;
  for (const c of text) columns += /\p{M}/u.test(c) ? 0 : WIDE.test(c) ? 2 : 1;
  return columns;
}

// The width in a font whose wide characters are as wide as high, and not two columns.
export function widthOf(text, size) {
  let width = 0;
  for (const c of text) width += Math.min(columnsOf(c) * ADVANCE, 1);
  return width * size;
}
