// Wires: the lines between boxes, one by one from near, all as one path from afar.

import { drawn } from "../base/dom.js";

// Level stretches are straight; in the gaps between columns the line bends from level to level.
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

// As few corners as show where it goes.
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
    if (color !== this.color) this.g.style.stroke = this.color = color;
  }
}
