// Colors: gradients on a diverging scale, blue below zero, orange above, grey at zero. The two ends
// are variables of the style sheet, which sets them for light, dark and print.

const FAINTEST = 0.12; // the least distance from zero's grey: only a gradient of 0 looks like 0
const STEPS = 12; // shades on each side

export const INDETERMINATE = "var(--line-indeterminate)"; // the line of a product 0 · ∞

export class Scale {
  constructor(largest) {
    this.largest = largest;
  }

  // The scale that spans all finite gradients that were reached.
  static of(grad, reached) {
    let largest = 0;
    for (let i = 0; i < grad.length; i++) {
      const size = Math.abs(grad[i]);
      if (reached[i] && size < Infinity && size > largest) largest = size;
    }
    return new Scale(largest);
  }

  // The scale that spans this share of the numbers, so that a few large ones do not fade the rest.
  static within(share, numbers) {
    const sizes = numbers.map(Math.abs).filter(Number.isFinite);
    sizes.sort((a, b) => a - b);
    return new Scale(sizes[Math.floor(share * (sizes.length - 1))] || 1);
  }

  // A shade from -12 to 12, by the square root, so that small gradients show; null for no gradient,
  // NaN for one that is not finite.
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

// The CSS color of a shade; `use` is "fill" or "line".
export function shadeColor(shade, use = "fill") {
  if (shade === null) return `var(--${use}-none)`;
  if (Number.isNaN(shade)) return `var(--${use}-nonfinite)`;
  if (shade === 0) return `var(--${use}-zero)`;
  const end = shade > 0 ? "positive" : "negative";
  const share = Math.round((Math.abs(shade) / STEPS) * 100);
  return `color-mix(in srgb, var(--${use}-${end}) ${share}%, var(--${use}-zero))`;
}
