// Boxes: a node, a folded module, or the frame of an open one. Each has an element `g`, and
// update(picture), which writes the numbers that are known at this step.

import { drawn } from "../base/dom.js";
import { edgesInto } from "../base/graph.js";
import { inletOf } from "../layout/layout.js";
import { short, signed } from "../base/numbers.js";
import { BODY, MEDIUM, PAD, PLUG, ROW, heightOf, shortTitle, titleOf, wholeTitle } from "../layout/sizes.js";
import { largestOf, spanOf, spanText } from "./span.js";
import { columnsOf, printable, widthOf } from "../base/text.js";
import { t } from "../base/words.js";

// `size` is that of the text, 0 for none.
export function boxOf(box, picture, size) {
  if (box.kind === "cluster") return new Frame(box, picture, size);
  const isConstant = box.kind === "node" && picture.graph.roles[box.node] === "constant";
  if (isConstant || size === 0 || size > MEDIUM) return new SmallBox(box, picture, size);
  return box.kind === "fold" ? new FoldBox(box, picture, size) : new NodeBox(box, picture, size);
}

// Writes text with a fixed width, squeezed to fit `room`, so that it never spills over. Returns the
// width.
export function setFittedText(node, text, size, room) {
  const width = Math.min(widthOf(text, size), room);
  if (node.textContent === text) return width;
  node.textContent = text;
  if (width > 0) {
    node.setAttribute("textLength", width.toFixed(1));
    node.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  return width;
}

function groupOf({ id, x, y }, kind) {
  const transform = `translate(${x} ${y})`;
  return drawn("g", { class: kind, "data-id": id, transform, role: "button", tabindex: "-1" });
}

function setLabel(g, text) {
  if (g.getAttribute("aria-label") !== text) g.setAttribute("aria-label", text);
}

// A node or a folded module: a body in the color of the gradient, with lines of text.
class Box {
  constructor(box, { graph, contents }, size) {
    const { kind, node, cluster, width, height } = box;
    this.box = box;
    this.graph = graph;
    this.size = size;
    this.isLeaf = kind === "node" && graph.op[node] < 0;
    this.outputs = kind === "fold" ? contents[cluster].outputs : [node];
    const isChangeable = this.isLeaf && !graph.locked[node];
    const ofNode = kind === "node" && `node ${graph.roles[node]}${isChangeable ? " leaf" : ""}`;
    this.g = groupOf(box, ofNode || kind);
    this.body = this._rect({ class: "body", width, height, rx: this.isLeaf ? 10 : 0 });
  }

  update(picture) {
    const data = spanOf(this.outputs, (i) => picture.dataOf(i));
    const grad = spanOf(this.outputs, (i) => picture.gradOf(i));
    this.body.style.fill = picture.fillOf(this.outputs);
    this.g.classList.toggle("lost", Boolean(picture.isLostIn?.(this.box)));
    this._write(data, grad, picture);
    setLabel(this.g, picture.describeBox(this.box));
  }

  _text(kind, y, x = PAD) {
    return drawn("text", { class: kind, x, y }, this.g);
  }

  _rect(attributes) {
    return drawn("rect", attributes, this.g);
  }

  // The place of a leaf's number, by which it is dragged.
  _drawHandle(y, height) {
    const { node, width } = this.box;
    const shape = { class: "handle", "data-leaf": node, x: 0, y, width, height };
    if (this.g.matches(".leaf")) this._rect(shape);
  }
}

class NodeBox extends Box {
  constructor(box, picture, size) {
    super(box, picture, size);
    const { node, width, height } = box;
    if (this.graph.roles[node] === "parameter") {
      const inner = { width: width - 6, height: height - 6 };
      this._rect({ class: "inner", x: 3, y: 3, rx: 7.5, ...inner });
    }
    this.left = this.isLeaf ? 0 : PLUG;
    this.plugs = this.isLeaf ? [] : this._makePlugs();
    this._heading();
    const middle = (height - heightOf(this.graph)) / 2;
    this.data = this._row("data", middle + 39);
    this.grad = this._row("grad", middle + 39 + ROW);
    if (this.graph.digits) this.digits = this._row("digits", middle + 39 + 2 * ROW);
    this._drawHandle(middle + 25, 19);
    this.flag = null;
  }

  // Places for the local derivatives, { edge, text }; a constant operand has none.
  _makePlugs() {
    const { isConstant, operand } = this.graph;
    const edges = edgesInto(this.graph, this.box.node);
    const plugs = edges.map((edge, slot) => {
      const y = inletOf(slot, edges.length, this.box.height);
      if (isConstant[operand[edge]]) return null;
      this._rect({ class: "plug", x: 1.5, y: y - 8, width: PLUG - 3, height: 16, rx: 2 });
      return { edge, text: this._text("plug-text", y + 4.5, 4) };
    });
    return plugs.filter((plug) => plug !== null);
  }

  _heading() {
    const { graph, size } = this;
    const { node } = this.box;
    let x = this.left + PAD;
    if (!this.isLeaf) {
      const symbol = printable(graph.symbols[graph.op[node]], 9);
      x += setFittedText(this._text("symbol", 20, x), symbol, size + 3, 72) + 6;
    }
    const right = this.left + BODY - PAD;
    const isGiven = isNamed(graph.names[node]);
    const name = this._text(isGiven ? "name" : "name unnamed", 19, x);
    const letters = Math.max(3, Math.floor((right - x) / widthOf("x", size)));
    const width = setFittedText(name, printable(graph.names[node], letters), size, right - x);
    if (!this.isLeaf) name.setAttribute("x", right - width);
  }

  _row(what, y) {
    const x = this.left + PAD;
    setFittedText(this._text("caption", y, x), what === "digits" ? t("digits") : what, this.size, 40);
    return this._text(`value ${what}`, y, x);
  }

  // `caption` is the width of the word before it, per pixel of the text's size.
  _writeNumber(node, text, caption = 2.8) {
    const width = setFittedText(node, text, this.size, BODY - 2 * PAD - caption * this.size);
    node.setAttribute("x", (this.left + BODY - PAD - width).toFixed(1));
  }

  _write(data, grad, picture) {
    this._writeNumber(this.data, spanText(data, short));
    this._writeNumber(this.grad, spanText(grad, signed));
    if (this.digits) this._writeNumber(this.digits, picture.digitsOf?.(this.box.node) ?? "", 3.7);
    for (const { edge, text } of this.plugs) {
      const slope = picture.localOf(edge);
      setFittedText(text, slope === null ? "" : short(slope, 3), this.size, PLUG - 7);
    }
    this._writeFlags(picture.flagsOf(this.box.node));
  }

  _writeFlags(flags) {
    const text = flags.join(", ");
    if ((this.flag?.textContent ?? "") === text) return;
    this.flag?.remove();
    this.flag = null;
    if (!text) return;
    const { size } = this;
    const width = widthOf(text, size) + 10;
    const x = this.left + BODY - width + 6;
    this.flag = drawn("g", { class: "flag", transform: `translate(${x} ${-1 - size})` }, this.g);
    drawn("rect", { width, height: size + 4, rx: 3 }, this.flag);
    setFittedText(drawn("text", { x: 5, y: 0.95 * size + 1 }, this.flag), text, size, width - 10);
  }
}

class FoldBox extends Box {
  constructor(box, picture, size) {
    super(box, picture, size);
    this.room = box.width - 2 * PAD;
    const columns = Math.floor((1.12 * this.room) / widthOf("x", size)) - 2;
    const title = wholeTitle(this.graph, box.cluster, columns);
    this._fit(this._text("name", 19), `+ ${title}`);
    this._fit(this._text("caption", 36), picture.sizeOf(box.cluster));
    this.data = this._text("value", 53);
    this.grad = this._text("value", 69);
  }

  _fit(node, text) {
    setFittedText(node, text, this.size, this.room);
  }

  _write(data, grad) {
    this._fit(this.data, `data ${spanText(data, short)}`);
    this._fit(this.grad, `grad ${spanText(grad, signed)}`);
  }
}

// A box for a small scale: name, data and grad, as many as find room, and a color.
class SmallBox extends Box {
  constructor(box, picture, size) {
    super(box, picture, size);
    const { kind, node, cluster, height } = box;
    const isConstant = kind === "node" && this.graph.roles[node] === "constant";
    const kinds = isConstant ? ["value"] : ["name", "value data", "value grad"];
    const rows = size > 0 ? Math.min(Math.floor((height - 3) / (1.1 * size)), kinds.length) : 0;
    const top = (i) => height / 2 + 1.1 * (i - rows / 2) * size;
    this.lines = kinds.slice(0, rows).map((name, i) => this._text(name, top(i) + 0.85 * size));
    if (rows === 2) this.sign = drawn("path", { class: "sign" }, this.g); // beside color
    if (rows > 1) this._drawHandle(top(1), 1.1 * size);
    const titles = () => [wholeTitle(this.graph, cluster), shortTitle(this.graph, cluster)];
    const headings = kind === "fold" ? titles() : [headingOf(this.graph, node)];
    this._line(0, isConstant ? 0.5 : 0, (_, room) => fitting(headings, size, room));
  }

  // Writes `text(digits)` with as many digits as find room; `side` is 0 for left, 1 for right.
  _line(row, side, text) {
    if (row >= this.lines.length) return;
    const room = this.box.width - 12 - (row === 0 && this.sign ? this.size : 0);
    const columns = Math.floor((1.12 * room) / widthOf("x", this.size));
    const digits = [4, 3].find((n) => columnsOf(text(n, room)) <= columns) ?? 2;
    const width = setFittedText(this.lines[row], text(digits, room), this.size, room);
    this.lines[row].setAttribute("x", 6 + side * (room - width));
  }

  _write(data, grad) {
    this._line(1, 1, (digits) => spanText(data, (x) => short(x, digits)));
    this._line(2, 1, (digits) => spanText(grad, (x) => signed(x, digits)));
    const x = this.box.width - 6;
    const slope = largestOf(grad);
    const triangle = slope > 0 ? `M${x} 19h-16l8-13z` : slope < 0 ? `M${x} 6h-16l8 13z` : "";
    this.sign?.setAttribute("d", triangle);
  }
}

// The operation and the name of a node, as far as the user gave one.
function headingOf(graph, node) {
  const name = graph.names[node];
  if (graph.op[node] < 0) return name;
  const symbol = graph.symbols[graph.op[node]];
  return isNamed(name) ? `${symbol} ${name}` : symbol;
}

// The first text that fits into `room`, or the last one, squeezed and cut.
function fitting(texts, size, room) {
  const fits = (text) => widthOf(text, size) <= room;
  const text = texts.find(fits) ?? texts.at(-1);
  return printable(text, Math.max(Math.floor((1.25 * room) / widthOf("x", size)), 1));
}

function isNamed(name) {
  return !/^v\d+$/.test(name);
}

class Frame {
  constructor(box, picture, size) {
    this.g = groupOf(box, "frame");
    this.rect = drawn("rect", { width: box.width, height: box.height, rx: 4 }, this.g);
    setLabel(this.g, picture.describeBox(box));
    if (size === 0) return;
    const text = drawn("text", { x: 9, y: 15 + 0.25 * size }, this.g);
    const { graph } = picture;
    const titles = [titleOf(graph, box.cluster)]; // the end of one tells the call
    if (!graph.shownTurns.has(box.cluster)) titles.push(shortTitle(graph, box.cluster));
    const room = box.width - 14;
    setFittedText(text, `− ${fitting(titles, size, room - widthOf("− ", size))}`, size, room);
  }

  resize(width, height) {
    this.rect.setAttribute("width", width);
    this.rect.setAttribute("height", height);
  }

  update() {}
}
