// Formula: lines such as "b = a + a; c = b + b", read as microgradlike/expressions/formula.py does.

import { mistake } from "./lexer.js";
import { parse } from "./parser.js";

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
    if (name === "" && !isLast) throw mistake(grammar, "unnamed", first);
    const [from, to] = [start + sizeOf(piece.slice(0, equals + 1)), start + sizeOf(piece)];
    const found = parsedAt(piece.slice(equals + 1), from, grammar);
    if (name !== "" && [...names, ...lines.keys(), ...found.names].includes(name)) throw mistake(grammar, "again", first, { name });
    for (const x of found.names) if (!lines.has(x)) names.add(x);
    const isNumber = name !== "" && found.names.length === 0;
    if (isNumber) {
      names.add(name);
      numbers.set(name, { steps: found.steps, from, to });
    }
    if (isLast || !isNumber) lines.set(name, isNumber ? [[null, name]] : found.steps);
  }
  return { text, lines: [...lines], names: [...names], numbers };
}

// The text with the number `x` for an input that has a number there.
export function withNumber({ text, numbers }, name, x) {
  const { from, to } = numbers.get(name);
  return [...text].toSpliced(from, to - from, ` ${x}`).join("");
}

const sizeOf = (text) => [...text].length;

// The lines that are not blank, each with its place in code points; one at least.
function piecesOf(text, blank) {
  const found = [];
  const characters = [...text, ";"];
  let [depth, start] = [0, 0];
  characters.forEach((c, i) => {
    depth += (c === "(") - (c === ")");
    if (c !== ";" && !(c === "\n" && depth <= 0)) return;
    const piece = characters.slice(start, i).join("");
    if (blank.exec(piece)[0] !== piece) found.push([start, piece]);
    [depth, start] = [0, i + 1];
  });
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
