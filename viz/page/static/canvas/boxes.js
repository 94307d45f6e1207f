// Boxes: a node, a folded module, or the frame of an open one. Each has an element `g`, and
// update(picture), which writes the numbers that are known at this step.

import { shadeColor } from "../base/colors.js";
import { drawn } from "../base/dom.js";
import { inletOf } from "../layout/layout.js";
import { NOT_YET, short, signed } from "../base/numbers.js";
import { BODY, MEDIUM, PAD, PLUG, ROW, titleOf } from "../layout/sizes.js";
import { largestOf, spanOf, spanText } from "./span.js";
import { columnsOf, printable, widthOf } from "../base/text.js";

// `size` is that of the text, 0 for none.
export function boxOf(box, picture, size) {
  const { graph } = picture;
  if (box.kind === "cluster") return new Frame(box, graph, size);
  const isConstant = box.kind === "node" && graph.roles[box.node] === "constant";
  if (isConstant || size === 0 || size > MEDIUM) return new SmallBox(box, picture, size);
  return box.kind === "fold" ? new FoldBox(box, picture, size) : new NodeBox(box, graph, size);
}

// Writes text with a fixed width, squeezed to fit `room`, so that it never spills over.
export function setFittedText(node, text, size, room) {
  if (node.textContent === text) return;
  node.textContent = text;
  const width = Math.min(widthOf(text, size), room);
  if (columnsOf(text) > 0) {
    node.setAttribute("textLength", width.toFixed(1));
    node.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}

function groupOf(box, classes) {
  return drawn("g", {
    class: classes,
    "data-id": box.id,
    transform: `translate(${box.x} ${box.y})`,
    role: "button",
    tabindex: "-1",
  });
}

function setLabel(g, text) {
  if (g.getAttribute("aria-label") !== text) g.setAttribute("aria-label", text);
}

function drawBody(g, { width, height }, rounded) {
  const rx = rounded ? 10 : 0;
  return drawn("rect", { class: "body", width, height, rx }, g);
}

function classOf({ roles, op, locked }, node) {
  return `node ${roles[node]}${op[node] < 0 && !locked[node] ? " leaf" : ""}`;
}

// The place of a leaf's number, by which it is dragged.
function drawHandle(g, { node, width }, y, height) {
  const shape = { x: 0, y, width, height };
  if (g.matches(".leaf")) drawn("rect", { class: "handle", "data-leaf": node, ...shape }, g);
}

class NodeBox {
  constructor(box, graph, size) {
    this.font = size;
    const { node, height, width } = box;
    const leaf = graph.op[node] < 0;
    const role = graph.roles[node];
    this.node = node;
    this.g = groupOf(box, classOf(graph, node));
    this.body = drawBody(this.g, box, leaf);
    if (role === "parameter") {
      const inner = { width: width - 6, height: height - 6 };
      drawn("rect", { class: "inner", x: 3, y: 3, rx: 7.5, ...inner }, this.g);
    }
    this.left = leaf ? 0 : PLUG;
    this.plugs = leaf ? [] : this._makePlugs(graph, height);
    this._heading(graph, node, leaf);
    const middle = (height - 64) / 2;
    this.data = this._row("data", middle + 39);
    this.grad = this._row("grad", middle + 39 + ROW);
    drawHandle(this.g, box, middle + 25, 19);
    this.flag = null;
  }

  _makePlugs(graph, height) {
    const { node } = this;
    const slots = graph.first[node + 1] - graph.first[node];
    return Array.from({ length: slots }, (_, slot) => {
      const y = inletOf(slot, slots, height);
      if (!graph.isConstant[graph.operand[graph.first[node] + slot]])
        drawn(
          "rect",
          { class: "plug", x: 1.5, y: y - 8, width: PLUG - 3, height: 16, rx: 2 },
          this.g,
        );
      return drawn("text", { class: "plug-text", x: 4, y: y + 4.5 }, this.g);
    });
  }

  _heading(graph, node, leaf) {
    const y = 19;
    const { font } = this;
    let x = this.left + PAD;
    if (!leaf) {
      const symbol = drawn("text", { class: "symbol", x, y: y + 1 }, this.g);
      setFittedText(symbol, printable(graph.symbols[graph.op[node]], 9), font + 3, 72);
      x += Math.min(widthOf(symbol.textContent, font + 3), 72) + 6;
    }
    const room = this.left + BODY - PAD - x;
    const kind = isNamed(graph.names[node]) ? "name" : "name unnamed";
    const name = drawn("text", { class: kind, y }, this.g);
    const text = printable(graph.names[node], Math.max(3, Math.floor(room / widthOf("x", font))));
    setFittedText(name, text, font, room);
    const width = Math.min(widthOf(text, font), room);
    name.setAttribute("x", leaf ? x : this.left + BODY - PAD - width);
  }

  _row(what, y) {
    const x = this.left + PAD;
    setFittedText(drawn("text", { class: "caption", x, y }, this.g), what, this.font, 40);
    return drawn("text", { class: `value ${what}`, y }, this.g);
  }

  _writeNumber(node, text) {
    const room = BODY - 2 * PAD - 2.8 * this.font;
    setFittedText(node, text, this.font, room);
    const width = Math.min(widthOf(text, this.font), room);
    node.setAttribute("x", (this.left + BODY - PAD - width).toFixed(1));
  }

  update(picture) {
    const { node } = this;
    const { graph, local } = picture;
    const data = picture.dataOf(node);
    const grad = picture.gradOf(node);
    this._writeNumber(this.data, data === null ? NOT_YET : short(data));
    this._writeNumber(this.grad, grad === null ? NOT_YET : signed(grad));
    this.plugs.forEach((plug, slot) => {
      const slope = local[graph.first[node] + slot];
      const shown = data !== null && !graph.isConstant[graph.operand[graph.first[node] + slot]];
      setFittedText(plug, shown ? short(slope, 3) : "", this.font, PLUG - 7);
    });
    this.body.style.fill = shadeColor(picture.scale.shade(grad));
    this._writeFlags(picture.flagsOf(node));
    setLabel(this.g, picture.describe(node));
  }

  _writeFlags(flags) {
    const text = flags.join(", ");
    if ((this.flag?.textContent ?? "") === text) return;
    this.flag?.remove();
    this.flag = null;
    if (!text) return;
    const { font } = this;
    const width = widthOf(text, font) + 10;
    const x = this.left + BODY - width + 6;
    this.flag = drawn("g", { class: "flag", transform: `translate(${x} ${-1 - font})` }, this.g);
    drawn("rect", { width, height: font + 4, rx: 3 }, this.flag);
    setFittedText(drawn("text", { x: 5, y: 0.95 * font + 1 }, this.flag), text, font, width - 10);
  }
}

class FoldBox {
  constructor(box, { graph, contents }, size) {
    this.font = size;
    this.cluster = box.cluster;
    this.g = groupOf(box, "fold");
    this.body = drawBody(this.g, box, false);
    this.room = box.width - 2 * PAD;
    const columns = Math.floor((1.12 * this.room) / widthOf("x", size)) - 2;
    this.title = printable(graph.clusters[box.cluster].title, columns);
    const { size: nodes, parameters } = contents[box.cluster];
    const more = parameters ? `, ${counted(parameters, "parameter")}` : "";
    this.size = `${counted(nodes, "node")}${more}`;
    this._line("name", 19, `+ ${this.title}`);
    this._line("caption", 36, this.size);
    this.data = this._line("value", 53, "");
    this.grad = this._line("value", 69, "");
  }

  _line(name, y, text) {
    const node = drawn("text", { class: name, x: PAD, y }, this.g);
    setFittedText(node, text, this.font, this.room);
    return node;
  }

  update(picture) {
    const { outputs } = picture.contents[this.cluster];
    const data = spanOf(outputs, (i) => picture.dataOf(i));
    const grad = spanOf(outputs, (i) => picture.gradOf(i));
    setFittedText(this.data, `data ${spanText(data, short)}`, this.font, this.room);
    setFittedText(this.grad, `grad ${spanText(grad, signed)}`, this.font, this.room);
    this.body.style.fill = shadeColor(picture.scale.shade(largestOf(grad)));
    const what = `folded module ${this.title}, ${this.size}`;
    setLabel(this.g, `${what}, gradients ${spanText(grad, signed)}. Press Enter to unfold.`);
  }
}

// A box for a small scale: name, data and grad, as many as find room, and a color.
class SmallBox {
  constructor(box, { graph, contents }, size) {
    const { node, cluster, height } = box;
    const isFold = box.kind === "fold";
    const isConstant = !isFold && graph.roles[node] === "constant";
    this.box = box;
    this.size = size;
    this.outputs = isFold ? contents[cluster].outputs : [node];
    this.g = groupOf(box, isFold ? "fold" : classOf(graph, node));
    this.body = drawBody(this.g, box, !isFold && graph.op[node] < 0);
    const kinds = isConstant ? ["value"] : ["name", "value data", "value grad"];
    const rows = size > 0 ? Math.min(Math.floor((height - 3) / (1.1 * size)), kinds.length) : 0;
    const top = (i) => height / 2 + 1.1 * (i - rows / 2) * size;
    const line = (kind, i) => drawn("text", { class: kind, y: top(i) + 0.85 * size }, this.g);
    this.lines = kinds.slice(0, rows).map(line);
    if (rows === 2) this.sign = drawn("path", { class: "sign" }, this.g); // beside color
    if (rows > 1) drawHandle(this.g, box, top(1), 1.1 * size);
    const { title, name } = graph.clusters[cluster] ?? {};
    const headings = isFold ? [title, name] : [headingOf(graph, node)];
    this._write(0, isConstant ? 0.5 : 0, (_, room) => fitting(headings, size, room));
  }

  // Writes `text(digits)` with as many digits as find room; `side` is 0 for left, 1 for right.
  _write(row, side, text) {
    if (row >= this.lines.length) return;
    const room = this.box.width - 12 - (row === 0 && this.sign ? this.size : 0);
    const columns = Math.floor((1.12 * room) / widthOf("x", this.size));
    const digits = [4, 3].find((n) => columnsOf(text(n, room)) <= columns) ?? 2;
    const shown = text(digits, room);
    const width = Math.min(widthOf(shown, this.size), room);
    setFittedText(this.lines[row], shown, this.size, room);
    this.lines[row].setAttribute("x", 6 + side * (room - width));
  }

  update(picture) {
    const data = spanOf(this.outputs, (i) => picture.dataOf(i));
    const grad = spanOf(this.outputs, (i) => picture.gradOf(i));
    const largest = largestOf(grad);
    this.body.style.fill = shadeColor(picture.scale.shade(largest));
    this._write(1, 1, (digits) => spanText(data, (x) => short(x, digits)));
    this._write(2, 1, (digits) => spanText(grad, (x) => signed(x, digits)));
    const x = this.box.width - 6;
    const triangle = largest > 0 ? `M${x} 19h-16l8-13z` : largest < 0 ? `M${x} 6h-16l8 13z` : "";
    this.sign?.setAttribute("d", triangle);
    setLabel(this.g, picture.describeBox(this.box));
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
  constructor(box, graph, size) {
    this.g = groupOf(box, "frame");
    this.rect = drawn("rect", { width: box.width, height: box.height, rx: 4 }, this.g);
    setLabel(this.g, `module ${titleOf(graph, box.cluster)}. Press Enter to fold.`);
    if (size === 0) return;
    const text = drawn("text", { x: 9, y: 15 + 0.25 * size }, this.g);
    const titles = [titleOf(graph, box.cluster)]; // the end of one tells the call
    if (!graph.shownTurns.has(box.cluster)) titles.push(graph.clusters[box.cluster].name);
    const room = box.width - 14;
    setFittedText(text, `− ${fitting(titles, size, room - widthOf("− ", size))}`, size, room);
  }

  resize(width, height) {
    this.rect.setAttribute("width", width);
    this.rect.setAttribute("height", height);
  }

  update() {}
}

function counted(n, noun) {
  return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}
