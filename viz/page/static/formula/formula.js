// Formula: lines such as "b = a + a; c = b + b", read as microgradlike/expressions/formula.py does.

import { mistake } from "./lexer.js";
import { parse } from "./parser.js";

// The text with the number `x` for an input that has a number there.
export function withNumber({ text, numbers }, name, x) {
  const { from, to } = numbers.get(name);
  const characters = [...text];
  return [...characters.slice(0, from), ` ${x}`, ...characters.slice(to)].join("");
}

// Reads a formula: { text, lines, names, numbers }. `lines` has pairs of a name, "" for none, and the
// steps; `numbers` has the inputs to which a line gives a number, with the steps and the place of that.
export function readFormula(text, grammar) {
  if ([...text].length > grammar.length) parse(text, grammar); // throws
  const blank = new RegExp(`^${grammar.space}*`, "u");
  const pieces = piecesOf(text, blank);
  const [names, numbers, lines] = [new Set(), new Map(), new Map()];
  for (const [start, piece] of pieces) {
    const isLast = start === pieces.at(-1)[0];
    const first = start + sizeOf(blank.exec(piece)[0]);
    const equals = piece.search(/(?<![<>=!])=(?!=)/u);
    const name = equals < 0 ? "" : newName(piece.slice(0, equals), start, first, grammar);
    if (names.has(name) || lines.has(name)) throw mistake(grammar, "again", first, { name });
    if (name === "" && !isLast) throw mistake(grammar, "unnamed", first);
    const right = piece.slice(equals + 1);
    const to = start + sizeOf(piece);
    const from = to - sizeOf(right);
    const found = parsedAt(right, from, grammar);
    if (found.names.includes(name)) throw mistake(grammar, "again", first, { name });
    for (const x of found.names) if (!lines.has(x)) names.add(x);
    const isNumber = name !== "" && found.names.length === 0;
    if (isNumber) {
      names.add(name);
      numbers.set(name, { steps: found.steps, from, to });
    }
    if (!isNumber) lines.set(name, found.steps);
    else if (isLast) lines.set(name, [[null, name]]);
  }
  return { text, lines: [...lines], names: [...names], numbers };
}

const sizeOf = (text) => [...text].length;

// The lines that are not blank, each with its place in code points; one at least.
function piecesOf(text, blank) {
  const found = [];
  let [piece, depth, start, i] = ["", 0, 0, 0];
  for (const c of `${text};`) {
    depth += (c === "(") - (c === ")");
    i += 1;
    if (c !== ";" && !(c === "\n" && depth <= 0)) {
      piece += c;
      continue;
    }
    if (blank.exec(piece)[0] !== piece) found.push([start, piece]);
    [piece, depth, start] = ["", 0, i];
  }
  return found.length ? found : [[0, text]];
}

// The name before "=", in the spelling that expressions know it by.
function newName(left, start, first, grammar) {
  const { steps } = parsedAt(left, start, grammar);
  if (steps.length > 1 || typeof steps[0][1] !== "string") throw mistake(grammar, "left", first);
  return steps[0][1];
}

function parsedAt(piece, start, grammar) {
  try {
    return parse(piece, grammar);
  } catch (error) {
    if (Object.hasOwn(error, "position")) error.position += start;
    throw error;
  }
}
