// Typing Python: the text that a key inserts after the text before it.

const INDENT = "    ";

export function inserted(key, before) {
  if (key === "Tab") return INDENT;
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const depth = /^ */.exec(line)[0];
  const opens = line.replace(/#.*/, "").trimEnd().endsWith(":");
  return `\n${depth}${opens ? INDENT : ""}`;
}
