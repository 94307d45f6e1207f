// Typing Python: the text that a key inserts after the text before it.

const INDENT = "    ";

export function inserted(key, before) {
  if (key === "Tab") return INDENT;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const depth = /^ */.exec(line)[0];
  return `\n${depth}${/:\s*(#.*)?$/.test(line) ? INDENT : ""}`;
}
