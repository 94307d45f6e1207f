// Animation: a movement over time, or its end at once for a user who prefers reduced motion.

export function prefersReducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

// Calls `draw(share)` in each frame, with the share of the time that has passed, from 0 to 1.
// Returns a function that stops it.
export function animate(milliseconds, draw) {
  const begin = performance.now();
  let asked = 0;
  const frame = (now) => {
    const passed = Math.min(Math.max((now - begin) / milliseconds, 0), 1);
    const share = prefersReducedMotion() ? 1 : passed;
    draw(share);
    asked = share < 1 ? requestAnimationFrame(frame) : 0;
  };
  frame(begin);
  return () => cancelAnimationFrame(asked);
}

// Slow at both ends.
export function eased(share) {
  return share * share * (3 - 2 * share);
}
