// Live: the code cells of a page run in the browser, in one Python, from top to bottom.

import { button, Cell, status } from "./cell.js";
import { Order } from "./order.js";
import { Python } from "./python.js";
import { words } from "./words.js";

// Not by `disabled`, which would take the focus from the button that was pressed.
function setDisabled(element, disabled) {
  element.setAttribute("aria-disabled", disabled);
}

class Live {
  constructor(elements, sources) {
    this.python = new Python(sources);
    this.order = new Order();
    this.ended = null; // a promise of the end of the last run
    this.running = null; // the cell that runs, or waits for Python
    this.isLoaded = false;
    this.cells = elements.map((element, i) => {
      const asked = () => (this.running ? this.stop(i) : this.run(i));
      return new Cell(element, i + 1, asked, () => this.edited(i));
    });
    this.state = status();
    const last = elements.length - 1;
    this.all = button(words.all, words.allCells, () => this.run(last, 0));
    this.again = button(words.again, words.everything, () => this.reset());
    this.again.title = words.resetTitle;
    const bar = document.createElement("div");
    bar.className = "live-bar live-page";
    bar.append(this.all, this.again, this.state);
    elements[0].before(bar);
    this.state.textContent = words.welcome;
    for (const made of [this.all, ...this.cells.map((cell) => cell.run)]) this.expect(made);
    this.refresh();
  }

  // A button that is pointed at will be pressed soon: Python begins to load.
  expect(made) {
    const load = () => this.python.load().catch(() => {});
    for (const event of ["pointerenter", "focus"]) made.addEventListener(event, load, { once: true });
  }

  // Runs the cells up to `last`, from the first that is out of date.
  run(last, first = this.order.first(last)) {
    if (!this.running) this.ended = this.runAll(first, last);
  }

  async runAll(first, last) {
    this.order.begin(first);
    for (const cell of this.cells.slice(first, last + 1)) {
      const error = await this.runOne(cell);
      if (error !== "" && !(cell.mayFail && this.python.worker)) break;
      this.order.end(cell.number - 1);
    }
    this.refresh();
  }

  // The outcome of one cell: "" or a text that says what ended it.
  async runOne(cell) {
    this.running = cell;
    this.refresh();
    cell.say(this.python.isReady ? words.running : words.loading);
    const began = performance.now();
    try {
      const error = await this.python.run(cell.code, cell.number, cell.shower());
      cell.clear();
      const seconds = ((performance.now() - began) / 1000).toFixed(2);
      cell.say(error ? words.error(error) : words.done(seconds));
      return error;
    } catch (error) {
      // Python is gone, and with it what the cells above have made
      this.order.begin(0);
      cell.say(`${error.message}; ${words.lost}`);
      return error.message;
    } finally {
      this.running = null;
    }
  }

  stop(i) {
    if (this.running === this.cells[i]) this.python.end(words.stopped);
  }

  // The code of a cell has changed: it will be run, so that Python can begin to load.
  edited(i) {
    this.order.begin(i);
    this.python.load().catch(() => {});
    this.refresh();
  }

  async reset() {
    this.python.end(words.stopped);
    await this.ended;
    this.order.begin(0);
    for (const cell of this.cells) cell.reset();
    this.refresh();
  }

  // Buttons that say what they would do now.
  refresh() {
    setDisabled(this.all, Boolean(this.running));
    this.cells.forEach((cell, i) => {
      const isRunning = cell === this.running;
      cell.setRunning(isRunning);
      setDisabled(cell.run, Boolean(this.running) && !isRunning);
      cell.run.title = isRunning ? words.stopTitle : this.order.title(i);
    });
  }
}

const elements = [...document.querySelectorAll("div.cell")].filter((cell) => {
  const isDesktop = cell.classList.contains("tag_desktop-only");
  if (isDesktop) {
    const note = document.createElement("p");
    note.className = "live-note";
    note.textContent = words.desktop;
    cell.querySelector(".cell_input").append(note);
  }
  return !isDesktop && cell.querySelector(".cell_input pre");
});
const { pyodide, wheel, version } = document.querySelector("script[data-pyodide]").dataset;
const sources = {
  pyodide: new URL(pyodide, document.baseURI).href,
  wheel: new URL(wheel, import.meta.url).href,
  version, // of the bytecode, if the site has it
};
if (elements.length > 0) globalThis.live = new Live(elements, sources);
