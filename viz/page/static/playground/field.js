// Field: the formula as text, with examples, errors and the link to copy.

import { byId, element, setText } from "../base/dom.js";
import { printable } from "../base/text.js";
import { onLanguage, t, told } from "../base/words.js";
import { formulasNow } from "./examples.js";

const AROUND_ERROR = 20; // characters shown on each side of an error
const TALLEST_FIELD = 6; // lines
const REST_AFTER_KEY = 400; // milliseconds; a formula is wrong at many moments of its typing

export class Field {
  // `type()` reads the field, `choose(example)` opens one, `link()` is the address of this state.
  constructor({ type, choose, link }) {
    this.part = element("section", { id: "playground" });
    document.querySelector("main").before(this.part);
    const bar = element("div", { class: "formula" }, this.part);
    this.label = element("label", { for: "formula" }, bar);
    this.area = element("textarea", { id: "formula", rows: 1, autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-describedby": "formula-error" }, bar);
    this.examples = element("select", {}, bar);
    this.copy = element("button", {}, bar);
    this.link = element("input", { type: "text", class: "link", readonly: "", hidden: "" }, bar);
    this.said = element("span", { class: "quiet", role: "status" }, bar);
    this.error = element("div", { id: "formula-error", role: "alert" }, this.part);
    element("div", { id: "sliders", role: "group" }, this.part);
    this.area.addEventListener("input", () => {
      this._grow();
      this.examples.selectedIndex = 0;
      setText(this.said, "");
      type();
    });
    this.examples.addEventListener("change", () => {
      const rows = formulasNow().flatMap(([, group], isPractice) => group.map((row) => [...row, isPractice]));
      choose(rows[this.examples.selectedIndex - 1]);
    });
    this.copy.addEventListener("click", () => this._copy(link()));
    this.before = [null];
    this._write();
    onLanguage(() => {
      this._write();
      this._say(...this.before);
    });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this._grow();
  }

  // Shows an error below the field once the typing rests, and that the graph is of the formula `before`;
  // null for none.
  showError(error, before = "") {
    clearTimeout(this.waiting);
    if (error === null) this._say(null);
    else this.waiting = setTimeout(() => this._say(error, before), REST_AFTER_KEY);
  }

  _say(error, before) {
    this.before = [error, before];
    this.area.setAttribute("aria-invalid", String(error !== null));
    document.querySelector(".canvas").classList.toggle("older", error !== null);
    this.error.replaceChildren();
    if (error === null) return;
    element("p", { text: told(error.message) }, this.error);
    if (error.position !== undefined) this._point(error.position);
    const older = t("The graph below is of the formula before: {formula}", { formula: printable(before, 60) });
    element("p", { class: "quiet", text: older }, this.error);
  }

  // Shows the text around a position, in code points, with a mark at its character.
  _point(position) {
    const characters = [...this.text];
    const cut = (from, to) => characters.slice(Math.max(from, 0), to).join("").replace(/\s/g, " ");
    const line = element("pre", { "aria-hidden": "true" }, this.error);
    line.append((position > AROUND_ERROR ? "…" : "") + cut(position - AROUND_ERROR, position));
    element("mark", { text: cut(position, position + 1) || " " }, line);
    line.append(cut(position + 1, position + AROUND_ERROR) + (characters.length > position + AROUND_ERROR ? "…" : ""));
  }

  // Says that a link has numbers that cannot be read.
  showRefused(pairs) {
    setText(this.said, t("The link has no number for {names}; a start value is used.", { names: pairs.join(", ") }));
  }

  // Writes the texts in the language of the reader.
  _write() {
    setText(this.label, t("formula"));
    this.part.setAttribute("aria-label", t("formula"));
    setText(this.copy, t("copy link"));
    byId("sliders").setAttribute("aria-label", t("Values of the names"));
    this.examples.setAttribute("aria-label", t("Examples"));
    this.link.setAttribute("aria-label", t("Link to this formula, its values and step"));
    const chosen = this.examples.selectedIndex;
    this.examples.replaceChildren(element("option", { text: t("examples") }));
    for (const [label, rows] of formulasNow()) {
      const group = element("optgroup", { label }, this.examples);
      for (const [title, formula] of rows) element("option", { text: `${title}: ${formula}`.slice(0, 60) }, group);
    }
    this.examples.selectedIndex = Math.max(chosen, 0);
  }

  _grow() {
    const { area } = this;
    area.rows = 1;
    while (area.scrollHeight > area.clientHeight + 2 && area.rows < TALLEST_FIELD) area.rows += 1;
  }

  // Copies a link; where the clipboard is refused, the link appears, selected.
  async _copy(link) {
    try {
      await navigator.clipboard.writeText(link);
      this.link.hidden = true;
      setText(this.said, t("copied"));
    } catch {
      this.link.hidden = false;
      this.link.value = link;
      this.link.select();
      setText(this.said, t("copy the selected link"));
    }
  }
}
