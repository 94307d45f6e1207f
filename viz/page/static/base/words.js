// Words: the texts of the page in the reader's language, from the table viz/page/static/words.csv.
// The page's global WORDS has the texts by language, { en: [...], ko: [...], found }; the first
// `found` are found by their English, the others are known by their place.

const TABLES = typeof WORDS === "undefined" ? { en: [], found: 0 } : WORDS;
const SLOT = /\{(\w+)\}/g;
const listeners = [];
let language = "en";
let patterns = null; // of the texts that are found by their English
let known = new Map(); // the texts that were found, by their English

export const LANGUAGES = Object.keys(TABLES).filter((name) => name !== "found");

// The text in the reader's language, with `values` in its slots: t("step {k} of {n}", { k, n }). The
// first argument is a literal, which is the key of the table; a page has its place there instead.
export function t(text, values = {}, own = language) {
  const found = typeof text === "number" ? TABLES[own][text] : text;
  return found.replace(SLOT, (slot, name) => (Object.hasOwn(values, name) ? values[name] : slot));
}

// A text from Python or the template in the reader's language; one that the table lacks stays as it
// is. The text in a slot with a capital letter, as {Source}, is translated, too.
export function told(text) {
  if (language === "en") return text;
  if (!known.has(text)) known.set(text, translated(text));
  return known.get(text);
}

function translated(text) {
  patterns ??= TABLES.en.slice(0, TABLES.found).map(patternOf);
  for (const [k, pattern] of patterns.entries()) {
    const found = pattern.exec(text);
    if (found) return t(k, Object.fromEntries(Object.entries(found.groups ?? {}).map(inside)));
  }
  return text;
}

function inside([name, text]) {
  return [name, /[A-Z]/.test(name) ? translated(text) : text];
}

function patternOf(text) {
  const plain = text.replace(/[\\^$.*+?()[\]|{}]/g, "\\$&");
  return new RegExp(`^${plain.replace(/\\\{(\w+)\\\}/g, "(?<$1>.+)")}$`, "su");
}

// Calls `act` after each change of the language; it writes its texts again.
export function onLanguage(act) {
  listeners.push(act);
}

export function setLanguage(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  known = new Map();
  for (const act of listeners) act();
}

export function languageNow() {
  return language;
}
