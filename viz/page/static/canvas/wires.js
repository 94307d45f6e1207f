// Wires: the lines between boxes.

import { INDETERMINATE } from "../base/colors.js";
import { drawn } from "../base/dom.js";

// A line that is straight within columns and bends in the gaps between them.
export function wirePath(points) {
  const parts = [`M${points[0][0]} ${points[0][1]}`];
  for (let i = 1; i < points.length; i++) {
    const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
    if (y0 === y1) parts.push(`L${x1} ${y1}`);
    else {
      const middle = (x0 + x1) / 2;
      parts.push(`C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`);
    }
  }
  return parts.join("");
}

// A line with as few corners as possible, for a graph that is far.
export function roughPath(points) {
  return `M${points.map(([x, y]) => `${Math.round(x)} ${Math.round(y)}`).join("L")}`;
}

export function boundsOf(points) {
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    bounds.left = Math.min(bounds.left, x);
    bounds.right = Math.max(bounds.right, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

export class Wire {
  constructor({ points, operands }) {
    this.operands = operands;
    this.g = drawn("path", { class: "wire", d: wirePath(points) });
  }

  update(picture) {
    const color = picture.lineColor(this.operands);
    if (color === this.color) return;
    this.g.style.stroke = this.color = color;
    this.g.classList.toggle("marked", color === INDETERMINATE);
  }
}
