// Field: the formula as text, with examples, errors and the link to copy.

import { byId, element, onClick, setText } from "../base/dom.js";
import { printable } from "../base/text.js";
import { onLanguage, t, told } from "../base/words.js";
import { exercisesNow } from "../practice/exercises.js";
import { examplesNow, formulasNow } from "./examples.js";

const AROUND_ERROR = 20; // characters shown on each side of an error
const TALLEST_FIELD = 6; // lines
const REST_AFTER_KEY = 400; // milliseconds; a formula is wrong at many moments of its typing

export class Field {
  // `type(isNew)` reads the field, whose text is new if it was pasted over all of the one before;
  // `choose(row, isPractice)` opens an example; `link()` is the address of this state.
  constructor({ type, choose, link }) {
    this.area = byId("formula");
    this.error = byId("formula-error");
    this.examples = byId("examples");
    this.shown = [null];
    let isNew = false;
    this.area.addEventListener("paste", () => {
      isNew = this.area.selectionEnd - this.area.selectionStart === this.text.length;
    });
    this.area.addEventListener("input", () => {
      this._grow();
      this.examples.selectedIndex = 0;
      this.showNote();
      this.say("");
      type(isNew);
      isNew = false;
    });
    this.examples.addEventListener("change", () => this._choose());
    this.choose = choose;
    onClick("copy-link", () => this._copy(link()));
    this._list();
    onLanguage(() => {
      this._list();
      this._showNow(...this.shown);
    });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this._grow();
  }

  // Shows the thing to try in an example, while the text is that of one.
  showNote() {
    const row = examplesNow().find(([, formula]) => formula === this.text);
    setText(byId("example-note"), row ? row.at(-1) : "");
  }

  // Opens the exercise after the one in the field, or the first.
  nextExercise() {
    const rows = exercisesNow();
    const at = rows.findIndex(([, formula]) => formula === this.text) + 1;
    this.examples.selectedIndex = 1 + examplesNow().length + (at % rows.length);
    this._choose();
  }

  _choose() {
    const at = this.examples.selectedIndex - 1;
    const row = [...examplesNow(), ...exercisesNow()][at];
    if (row) this.choose(row, at >= examplesNow().length);
  }

  say(text) {
    setText(byId("formula-said"), text);
  }

  // Shows an error below the field once the typing rests, and that the graph is of the formula
  // `before`; null for none.
  showError(error, before = "") {
    clearTimeout(this.waiting);
    if (error === null) this._showNow(null);
    else this.waiting = setTimeout(() => this._showNow(error, before), REST_AFTER_KEY);
  }

  _showNow(error, before) {
    this.shown = [error, before];
    this.area.setAttribute("aria-invalid", String(error !== null));
    byId("canvas").classList.toggle("older", error !== null);
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

  // Writes the list of examples, in the language of the reader.
  _list() {
    const chosen = this.examples.selectedIndex;
    this.examples.replaceChildren(element("option", { text: t("examples") }));
    for (const [label, rows] of formulasNow()) {
      const group = element("optgroup", { label }, this.examples);
      for (const [title, formula] of rows) element("option", { text: beginningOf(`${title}: ${formula}`) }, group);
    }
    this.examples.selectedIndex = Math.max(chosen, 0);
    this.showNote();
  }

  _grow() {
    const { area } = this;
    area.rows = 1;
    while (area.scrollHeight > area.clientHeight + 2 && area.rows < TALLEST_FIELD) area.rows += 1;
  }

  // Copies a link; where the clipboard is refused, the link appears, selected.
  async _copy(link) {
    const shown = byId("link");
    shown.value = link;
    shown.hidden = await navigator.clipboard.writeText(link).then(() => true, () => false);
    this.say(shown.hidden ? t("copied") : t("copy the selected link"));
    shown.select();
  }
}

const beginningOf = (text) => (text.length > 60 ? `${text.slice(0, 59)}…` : text);
