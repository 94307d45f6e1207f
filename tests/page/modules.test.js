import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

import { t } from "../../viz/page/static/base/words.js";

const place = new URL("../../viz/page/static/", import.meta.url);
const files = readdirSync(place, { recursive: true }).filter((name) => name.endsWith(".js"));
const texts = new Map(files.map((name) => [name, readFileSync(new URL(name, place), "utf8")]));

test("names at the top of modules are unique, for a page is one scope", () => {
  const seen = new Map();
  for (const [name, text] of texts) {
    for (const [, found] of text.matchAll(/^(?:export )?(?:const|let|class|function) (\w+)/gm)) {
      assert.ok(!seen.has(found), `${found} in ${name} and ${seen.get(found)}`);
      seen.set(found, name);
    }
  }
});

test("nothing from a graph is ever read as markup, and nothing is loaded", () => {
  const banned =
    /innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|fetch\(|XMLHttp|import\(/;
  for (const [name, text] of texts) assert.doesNotMatch(text, banned, name);
});

test("imports and exports are written as the page's assembly reads them", () => {
  for (const [name, text] of texts) {
    for (const line of text.split("\n")) {
      if (line.startsWith("import"))
        assert.match(line, /^import \{ [\w, ]+ \} from "\.\.?\/[\w./-]+\.js";$/, name);
      if (line.startsWith("export"))
        assert.match(line, /^export (class|function\*?|const) \w+/, name);
    }
  }
});

test("a file holds at most 300 lines", () => {
  for (const [name, text] of texts) assert.ok(text.split("\n").length <= 301, name);
});

test("a text without a table is English, with values in its slots", () => {
  assert.equal(t("step {k} of {n}, {x}", { k: 3, n: "7" }), "step 3 of 7, {x}");
});
