// Lexer of formulas, by the patterns of the grammar. Positions count code points, as in Python.

const identifier = /^[\p{XIDS}_]\p{XIDC}*$/u;
const unprintable = /[\\\p{C}\p{Z}]/gu;

// An error with the `template` of its message, the `values` in its slots and the `position`.
export function mistake(grammar, key, position, values = {}) {
  const template = grammar.messages[key];
  const message = template.replace(/\{(\w+)\}/g, (slot, name) => values[name]);
  return Object.assign(new SyntaxError(message), { template, values, position });
}

// Python's repr of a token, cut after `width` code points.
export function quoted(token, width = 60) {
  const points = [...(token === "'" ? `"'"` : `'${token.replace(unprintable, escaped)}'`)];
  return points.length > width ? `${points.slice(0, width - 1).join("")}…` : points.join("");
}

function escaped(c) {
  if (c === "\\") return "\\\\";
  const code = c.codePointAt(0).toString(16);
  const [sign, digits] = code.length < 3 ? ["x", 2] : code.length < 5 ? ["u", 4] : ["U", 8];
  return `\\${sign}${code.padStart(digits, "0")}`;
}

// Digits above or below the line as digits on it.
export function onTheLine(token, { superscripts, subscripts }) {
  return token.replace(new RegExp(`[${superscripts}${subscripts}]`, "gu"), (c) => {
    const k = superscripts.indexOf(c);
    return k < 0 ? subscripts.indexOf(c) : "0123456789-"[k];
  });
}

// Yields [kind, token, position], at last of the kind "end"; throws at a character of no token.
export function* tokensOf(text, grammar) {
  const next = matcher(grammar);
  let [at, position, end] = [0, 0, 0];
  while (at < text.length) {
    const [kind, found] = next(text, at);
    let token = found;
    if (kind === "call" || kind === "name") {
      token = onTheLine(token.replace(new RegExp(`${grammar.space}*\\($`, "u"), ""), grammar);
      requireIdentifier(token, grammar, position);
    }
    if (kind === "unknown") throw unexpected(token, grammar, position);
    if (kind !== "space") yield [kind, token, position];
    at += found.length;
    position += [...found].length;
    if (kind !== "space") end = position;
  }
  yield ["end", "", end];
}

// A function of a text and a place in it that gives the kind and the text of the token there.
function matcher({ space, superscripts, subscripts, number, signs, exponent, symbol }) {
  // Python's \w is [\p{L}\p{N}_], its \d \p{Nd}
  const name = `(?![\\p{Nd}${subscripts}])(?:(?![${superscripts}])[\\p{L}\\p{N}_])+`;
  const kinds = { number, call: `${name}${space}*\\(`, name: `${name}|${signs}`, exponent };
  Object.assign(kinds, { symbol, space: `${space}+`, unknown: "[^]" });
  const groups = Object.entries(kinds).map(([kind, pattern]) => `(?<${kind}>${pattern})`);
  const rule = new RegExp(groups.join("|"), "uy");
  return (text, at) => {
    rule.lastIndex = at;
    return Object.entries(rule.exec(text).groups).find(([, found]) => found !== undefined);
  };
}

function requireIdentifier(name, grammar, position) {
  if (identifier.test(name) || Object.hasOwn(grammar.constants, name)) return;
  const points = [...name];
  const valid = points.findIndex((_, i) => !identifier.test(points.slice(0, i + 1).join("")));
  throw unexpected(points[valid], grammar, position + valid);
}

function unexpected(token, grammar, position) {
  const hint = Object.hasOwn(grammar.hints, token) ? grammar.hints[token] : "unexpected";
  return mistake(grammar, hint, position, { token: quoted(token) });
}
