// A cell: its code, which can be edited, a bar with its button and its state, and its output.

import { show } from "./output.js";
import { inserted } from "./typing.js";
import { words } from "./words.js";

export function button(label, name, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  return made;
}

export function status() {
  const made = document.createElement("span");
  made.setAttribute("role", "status");
  return made;
}

// The code in a copy of nodes; `innerText` is empty where a cell is folded.
function codeOf(copy) {
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n"); // browsers insert these
  return copy.textContent.replaceAll("\u00a0", " ");
}

export class Cell {
  // `asked` is called to run the cell or to stop it, `edited` after each change of the code.
  constructor(element, number, asked, edited) {
    this.element = element;
    this.number = number;
    this.edited = edited;
    this.pre = element.querySelector(".cell_input pre");
    this.original = { code: this.pre.innerHTML, output: this.place().innerHTML };
    this.run = button(words.run, words.runCell(number), asked);
    this.undo = button(words.undo, words.undoCell(number), () => this.restore());
    this.undo.hidden = true;
    this.state = status();
    const bar = document.createElement("div");
    bar.className = "live-bar";
    bar.append(this.run, this.undo, words.cell(number), this.state);
    element.querySelector(".cell_input").append(bar);
    this.makeEditable(asked);
  }

  get code() {
    return codeOf(this.pre.cloneNode(true));
  }

  get mayFail() {
    return this.element.classList.contains("tag_raises-exception");
  }

  // The place of the output, which a cell without output does not have yet.
  place() {
    let place = this.element.querySelector(".cell_output");
    if (!place) {
      place = document.createElement("div");
      place.className = "cell_output docutils container";
      this.element.append(place);
    }
    return place;
  }

  makeEditable(asked) {
    const { pre } = this;
    try {
      pre.contentEditable = "plaintext-only";
    } catch {
      pre.contentEditable = "true"; // an older browser
    }
    const attributes = { role: "textbox", "aria-multiline": "true", spellcheck: "false" };
    attributes["aria-label"] = words.codeOf(this.number);
    attributes["aria-description"] = words.keys;
    attributes.autocapitalize = attributes.autocorrect = "off";
    for (const [name, value] of Object.entries(attributes)) pre.setAttribute(name, value);
    pre.addEventListener("input", () => this.changed());
    pre.addEventListener("keydown", (event) => this.pressed(event, asked));
  }

  pressed(event, asked) {
    if (event.isComposing || event.altKey) return;
    const isRun = event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey);
    const isTyped = (event.key === "Enter" || event.key === "Tab") && !event.shiftKey;
    if (isRun) asked();
    else if (event.key === "Escape") this.run.focus();
    else if (isTyped) document.execCommand("insertText", false, inserted(event.key, this.before()));
    else return;
    event.preventDefault();
  }

  // The code before the caret.
  before() {
    const range = getSelection().getRangeAt(0).cloneRange();
    range.setStart(this.pre, 0);
    return codeOf(range.cloneContents());
  }

  changed() {
    this.undo.hidden = false;
    this.say("");
    this.edited();
  }

  restore() {
    this.pre.innerHTML = this.original.code;
    this.undo.hidden = true;
    this.edited();
    this.run.focus();
  }

  // As the page was loaded.
  reset() {
    this.pre.innerHTML = this.original.code;
    this.place().innerHTML = this.original.output;
    this.undo.hidden = true;
    this.say("");
  }

  say(text) {
    this.state.textContent = text;
  }

  // The button stops the cell while it runs.
  setRunning(running) {
    const name = running ? words.stopCell(this.number) : words.runCell(this.number);
    this.run.textContent = running ? words.stop : words.run;
    this.run.setAttribute("aria-label", name);
    this.element.classList.toggle("live-running", running);
  }

  // A function for what the cell shows: the first message takes the place of the old output.
  shower() {
    this.isOld = true;
    return (message) => {
      this.clear();
      show(this.place(), message);
    };
  }

  clear() {
    if (this.isOld) this.place().replaceChildren();
    this.isOld = false;
  }
}
