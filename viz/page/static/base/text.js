// Text: the width and the cutting of text, without a font. The same as viz/label.py.

export const ADVANCE = 0.602; // width of a monospace character, per pixel of its size
const REPLACEMENT = "\ufffd";
const UNUSABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/gu; // some reverse text
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

// `text` on one line of at most `longest` columns, cut with "…"; characters that a screen cannot
// show are replaced.
export function printable(text, longest = 28) {
  const start = text
    .slice(0, 4 * longest)
    .replace(/\s+/g, " ")
    .replace(UNUSABLE, REPLACEMENT)
    .trim();
  const safe = start || "␣";
  if (text.length <= 4 * longest && columnsOf(safe) <= longest) return safe;
  const kept = [];
  let width = 0;
  for (const c of safe) {
    width += columnsOf(c);
    if (width > longest - 1) break;
    kept.push(c);
  }
  return `${kept.join("")}…`;
}

// The number of monospace columns that `text` takes.
export function columnsOf(text) {
  let columns = 0;
  for (const c of text) columns += /\p{M}/u.test(c) ? 0 : WIDE.test(c) ? 2 : 1;
  return columns;
}

export function widthOf(text, size) {
  return columnsOf(text) * ADVANCE * size;
}
