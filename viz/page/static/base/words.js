// Words: the texts of the page in the reader's language, from the table viz/page/static/words.csv.
// The page's global WORDS is { ko: { "fold all": "모두 접기" } }: the texts of its modules by language.

const TABLES = typeof WORDS === "undefined" ? {} : WORDS;
let language = "en";

// The text in the reader's language, with `values` in its slots: t("step {k} of {n}", { k, n }). The
// first argument is a literal, which is the key of the table.
export function t(text, values = {}) {
  const own = TABLES[language]?.[text] ?? text;
  return own.replace(/\{(\w+)\}/g, (slot, name) => (Object.hasOwn(values, name) ? values[name] : slot));
}

export function setLanguage(wanted) {
  language = Object.hasOwn(TABLES, wanted) ? wanted : "en";
}
