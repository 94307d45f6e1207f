// Boxes: a node, a folded module, or the frame of an open one. Each has an element `g`, and
// update(picture), which writes the numbers that are known at this step.

import { shadeColor } from "../base/colors.js";
import { drawn, setText } from "../base/dom.js";
import { inletOf } from "../layout/layout.js";
import { MINUS, NOT_YET, short, signed } from "../base/numbers.js";
import { BODY, FONT, PAD, PLUG, ROW, constantName, titleOf } from "../layout/sizes.js";
import { largestOf, spanOf, spanText } from "./span.js";
import { columnsOf, printable, widthOf } from "../base/text.js";

export function boxOf(box, picture, level) {
  const { graph } = picture;
  if (box.kind === "cluster") return new Frame(box, graph);
  const small = level === "small";
  if (box.kind === "fold") return small ? new SmallBox(box, picture) : new FoldBox(box, picture);
  if (small) return new SmallBox(box, picture);
  return graph.roles[box.node] === "constant" ? new Constant(box, graph) : new NodeBox(box, graph);
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

class NodeBox {
  constructor(box, graph) {
    const { node, height, width } = box;
    const leaf = graph.op[node] < 0;
    const role = graph.roles[node];
    this.node = node;
    this.g = groupOf(box, `node ${role}${leaf && !graph.locked[node] ? " leaf" : ""}`);
    this.body = drawBody(this.g, box, leaf);
    if (role === "parameter") {
      drawn(
        "rect",
        {
          class: "inner",
          x: 3,
          y: 3,
          width: width - 6,
          height: height - 6,
          rx: 7.5,
        },
        this.g,
      );
    }
    this.left = leaf ? 0 : PLUG;
    this.plugs = leaf ? [] : this._makePlugs(graph, height);
    this._heading(graph, node, leaf);
    const middle = (height - 64) / 2;
    this.data = this._row("data", middle + 39);
    this.grad = this._row("grad", middle + 39 + ROW);
    if (this.g.classList.contains("leaf")) {
      drawn(
        "rect",
        { class: "handle", "data-leaf": node, x: 0, y: middle + 25, width, height: 19 },
        this.g,
      );
    }
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
      return drawn("text", { class: "plug-text", x: 4, y: y + 3.5 }, this.g);
    });
  }

  _heading(graph, node, leaf) {
    const y = 19;
    let x = this.left + PAD;
    if (!leaf) {
      const symbol = drawn("text", { class: "symbol", x, y: y + 1 }, this.g);
      setFittedText(symbol, printable(graph.symbols[graph.op[node]], 9), 15, 72);
      x += Math.min(widthOf(symbol.textContent, 15), 72) + 6;
    }
    const room = this.left + BODY - PAD - x;
    const named = !/^v\d+$/.test(graph.names[node]);
    const name = drawn("text", { class: `name${named ? "" : " unnamed"}`, y }, this.g);
    const text = printable(graph.names[node], Math.max(3, Math.floor(room / widthOf("x", FONT))));
    setFittedText(name, text, FONT, room);
    const width = Math.min(widthOf(text, FONT), room);
    name.setAttribute("x", leaf ? x : this.left + BODY - PAD - width);
  }

  _row(what, y) {
    const x = this.left + PAD;
    setFittedText(drawn("text", { class: "caption", x, y }, this.g), what, FONT, 40);
    return drawn("text", { class: `value ${what}`, y }, this.g);
  }

  _writeNumber(node, text) {
    setFittedText(node, text, FONT, BODY - 2 * PAD - 34);
    const width = Math.min(widthOf(text, FONT), BODY - 2 * PAD - 34);
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
      setFittedText(plug, shown ? short(slope, 3) : "", 10, PLUG - 8);
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
    const width = widthOf(text, 10) + 10;
    const x = this.left + BODY - width + 6;
    this.flag = drawn("g", { class: "flag", transform: `translate(${x} -9)` }, this.g);
    drawn("rect", { width, height: 15, rx: 3 }, this.flag);
    setFittedText(drawn("text", { x: 5, y: 11 }, this.flag), text, 10, width - 10);
  }
}

class Constant {
  constructor(box, graph) {
    this.g = groupOf(box, "node constant");
    this.body = drawBody(this.g, box, false);
    const text = constantName(graph, box.node);
    const room = box.width - 12;
    const width = Math.min(widthOf(text, FONT), room);
    const node = drawn("text", { class: "value", x: (box.width - width) / 2, y: 17 }, this.g);
    setFittedText(node, text, FONT, room);
    setLabel(this.g, `constant ${text}`);
    this.body.style.fill = shadeColor(null);
  }

  update() {}
}

class FoldBox {
  constructor(box, { graph, contents }) {
    this.cluster = box.cluster;
    this.g = groupOf(box, "fold");
    this.body = drawBody(this.g, box, false);
    this.room = box.width - 2 * PAD;
    this.title = printable(graph.clusters[box.cluster].title, 25);
    const { size, parameters } = contents[box.cluster];
    const more = parameters ? `, ${counted(parameters, "parameter")}` : "";
    this.size = `${counted(size, "node")}${more}`;
    this._line("name", 19, `+ ${this.title}`);
    this._line("caption", 36, this.size);
    this.data = this._line("value", 53, "");
    this.grad = this._line("value", 69, "");
  }

  _line(name, y, text) {
    const node = drawn("text", { class: name, x: PAD, y }, this.g);
    setFittedText(node, text, FONT, this.room);
    return node;
  }

  update(picture) {
    const { outputs } = picture.contents[this.cluster];
    const data = spanOf(outputs, (i) => picture.dataOf(i));
    const grad = spanOf(outputs, (i) => picture.gradOf(i));
    setFittedText(this.data, `data ${spanText(data, short)}`, FONT, this.room);
    setFittedText(this.grad, `grad ${spanText(grad, signed)}`, FONT, this.room);
    this.body.style.fill = shadeColor(picture.scale.shade(largestOf(grad)));
    const what = `folded module ${this.title}, ${this.size}`;
    setLabel(this.g, `${what}, gradients ${spanText(grad, signed)}. Press Enter to unfold.`);
  }
}

// A box for a small scale: a symbol or name, and a color.
class SmallBox {
  constructor(box, { graph, contents }) {
    const { node, cluster } = box;
    this.box = box;
    this.outputs = box.kind === "fold" ? contents[cluster].outputs : [node];
    const leaf = box.kind === "node" && graph.op[node] < 0;
    this.g = groupOf(box, box.kind === "fold" ? "fold" : `node ${graph.roles[node]}`);
    this.body = drawBody(this.g, box, leaf);
    const symbol = box.kind === "node" && !leaf ? graph.symbols[graph.op[node]] : null;
    const text = printable(
      symbol ?? (box.kind === "fold" ? graph.clusters[cluster].name : graph.names[node]),
      14,
    );
    const size = box.height > 30 ? 30 : 16;
    const room = box.width - 14;
    const large = drawn(
      "text",
      { class: "large", x: box.width / 2, y: box.height / 2 + size / 3 },
      this.g,
    );
    large.style.fontSize = `${size}px`;
    setFittedText(large, text, size, room);
    this.sign = drawn("text", { class: "sign", x: box.width - 6, y: 19 }, this.g);
  }

  update(picture) {
    const grad = spanOf(this.outputs, (i) => picture.gradOf(i));
    const largest = largestOf(grad);
    this.body.style.fill = shadeColor(picture.scale.shade(largest));
    // a sign, so that color is not the only cue
    const sign = largest > 0 ? "+" : largest < 0 ? MINUS : "";
    setText(this.sign, this.box.height > 30 ? sign : "");
    setLabel(this.g, picture.describeBox(this.box));
  }
}

class Frame {
  constructor(box, graph) {
    this.g = groupOf(box, "frame");
    this.rect = drawn("rect", { width: box.width, height: box.height, rx: 4 }, this.g);
    const text = `− ${titleOf(graph, box.cluster)}`;
    setFittedText(drawn("text", { x: 9, y: 17 }, this.g), text, FONT, box.width - 14);
    setLabel(this.g, `module ${titleOf(graph, box.cluster)}. Press Enter to fold.`);
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
