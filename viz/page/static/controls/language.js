// Language: the page's language, its switch, and the texts of the template in it.

import { Legend } from "../canvas/legend.js";
import { byId, element, setText } from "../base/dom.js";
import { nameAllOthers } from "../layout/turns.js";
import { LANGUAGES, languageNow, onLanguage, setLanguage, t, told } from "../base/words.js";

const SHOWN_ATTRIBUTES = ["title", "aria-label", "placeholder"];

// Shows the page in the language of its address, of its maker, of the reader's last choice, or of
// the browser, in this order; and keeps a choice in the address and in the browser.
export function startLanguage(arrangement) {
  const texts = templateTexts();
  onLanguage(() => {
    document.documentElement.lang = languageNow();
    for (const [write, english] of texts) write(told(english));
  });
  const wanted = [langIn(location.hash.slice(1)), langIn(document.body.dataset.opening)];
  wanted.push(arrangement.kept.lang, ...navigator.languages.map((name) => name.slice(0, 2)));
  setLanguage(wanted.find((name) => LANGUAGES.includes(name)));
  const select = byId("language");
  for (const lang of LANGUAGES) element("option", { value: lang, lang, text: t("English", {}, lang) }, select);
  select.value = languageNow();
  select.addEventListener("change", () => {
    setLanguage(select.value);
    arrangement.keep("lang", select.value);
    writeLang(select.value);
  });
  addEventListener("hashchange", () => {
    const lang = langIn(location.hash.slice(1));
    if (LANGUAGES.includes(lang) && lang !== languageNow()) setLanguage(lang);
    select.value = languageNow();
  });
}

// Writes the texts of a session again.
export function retell(session) {
  nameAllOthers(session.graph);
  session.legend = new Legend(byId("legend"), session.picture);
  session.regroup(null);
  session.writeSelection();
  session.setWrongOrder(session.engine.wrongOrder);
  for (const id of ["found", "announcement"]) setText(byId(id), "");
}

function langIn(place) {
  return new URLSearchParams(place).get("lang");
}

function writeLang(lang) {
  const place = new URLSearchParams(location.hash.slice(1));
  place.set("lang", lang);
  try {
    history.replaceState(null, "", `#${place}`);
  } catch {} // a frame of a notebook has no address
}

// The texts of the template, as [write, english]; to be called before others are written.
function templateTexts() {
  const texts = [[(text) => (document.title = text), document.title]];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const [english] = node.data.match(/\S(.*\S)?/s) ?? [];
    const [before, after] = english && !node.parentElement.closest("script, noscript") ? node.data.split(english) : [];
    if (after !== undefined) texts.push([(text) => (node.data = before + text + after), english]);
  }
  for (const name of SHOWN_ATTRIBUTES)
    for (const node of document.body.querySelectorAll(`[${name}]`))
      texts.push([(text) => node.setAttribute(name, text), node.getAttribute(name)]);
  return texts;
}
