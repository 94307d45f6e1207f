// The order of cells: the page reads as if its cells had been run from top to bottom.

import { words } from "./words.js";

export class Order {
  // so many cells, from the top, have been run as they are now
  done = 0;

  // The first cell to run before cell `i`, or `i` itself.
  first(i) {
    return Math.min(this.done, i);
  }

  // Cell `i` is about to run, so that those from there on are out of date.
  begin(i) {
    this.done = Math.min(this.done, i);
  }

  // Cell `i` has run; it counts unless a cell above it was edited meanwhile.
  end(i) {
    if (this.done === i) this.done = i + 1;
  }

  title(i) {
    const before = i - this.first(i);
    if (before === 0) return words.runThis;
    return before === 1 ? words.runBoth : words.runSeveral(before);
  }
}
