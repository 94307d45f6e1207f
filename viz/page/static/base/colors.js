// Colors: gradients as a diverging scale, blue below zero and orange above, grey at zero. The ends
// are variables of the style sheet, so that dark, light and print have their own.

const FAINTEST = 0.12; // how far from zero's grey: no gradient but 0 looks like 0
const STEPS = 12; // shades on each side

export class Scale {
  constructor(largest) {
    this.largest = largest;
  }

  // Room for all finite gradients that were reached.
  static of(grad, reached) {
    let largest = 0;
    for (let i = 0; i < grad.length; i++) {
      const size = Math.abs(grad[i]);
      if (reached[i] && size < Infinity && size > largest) largest = size;
    }
    return new Scale(largest);
  }

  // -12 ... 12 by the square root, so that small gradients show too; null: none, NaN: not finite.
  shade(gradient) {
    if (gradient === null || !Number.isFinite(gradient)) return gradient === null ? null : NaN;
    if (gradient === 0) return 0;
    const share = Math.max(Math.sqrt(Math.abs(gradient) / this.largest) || 0, FAINTEST);
    return Math.sign(gradient) * Math.max(1, Math.round(Math.min(share, 1) * STEPS));
  }

  ticks() {
    const sizes = this.largest ? [this.largest / 16, this.largest / 4, this.largest] : [];
    return [...sizes.map((x) => -x).reverse(), 0, ...sizes];
  }
}

// The color of a shade as CSS; `what` is "fill" or "line".
export function shadeColor(shade, what = "fill") {
  if (shade === null) return `var(--${what}-none)`;
  if (Number.isNaN(shade)) return `var(--${what}-nonfinite)`;
  if (shade === 0) return `var(--${what}-zero)`;
  const end = shade > 0 ? "positive" : "negative";
  const share = Math.round((Math.abs(shade) / STEPS) * 100);
  return `color-mix(in srgb, var(--${what}-${end}) ${share}%, var(--${what}-zero))`;
}
