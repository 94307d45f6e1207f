// Progress: the exercises that were solved and the mistakes that were made, kept by the browser.

import { recalled, store } from "../base/stored.js";
import { t } from "../base/words.js";
import { mistakeNames } from "./mistakes.js";

const PROGRESS = "microgradlike-practice";

export class Progress {
  constructor() {
    const { solved, mistakes } = recalled(PROGRESS);
    this.solved = Object(solved); // true by exercise if it was solved without help, else false
    this.mistakes = Object(mistakes); // counts
  }

  addSolved(exercise, alone) {
    this.solved[exercise] ||= alone;
    store(PROGRESS, this);
  }

  // Counts a mistake; if several give one number, the likeliest.
  addMistake([mistake]) {
    if (!mistake) return;
    this.mistakes[mistake] = (Number(this.mistakes[mistake]) || 0) + 1;
    store(PROGRESS, this);
  }

  reset() {
    Object.assign(this, { solved: {}, mistakes: {} });
    store(PROGRESS, this);
  }

  // Lines of text.
  lines() {
    const all = Object.values(this.solved);
    const alone = all.filter((helped) => helped === true).length;
    const made = Object.entries(mistakeNames()).filter(([mistake]) => this.mistakes[mistake] > 0);
    const counts = made.map(([mistake, name]) => t("{name}: {count} ×", { name, count: this.mistakes[mistake] }));
    return [t("Solved without help: {alone}. With help: {helped}.", { alone, helped: all.length - alone }), ...counts];
  }
}
