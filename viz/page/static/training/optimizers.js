// Optimizers: the next parameters and state from a gradient, by the formulas of nn/optim.py, with
// which they agree to the bit. `pow` is that of the table of primitives.

// Returns { parameters, state }. The state before the first step is null; that of the same
// parameters after a step is { steps, first, second }: velocities, or running means of g and g².
export function optimizerStep(optimizer, rate, { parameters, state }, gradient, trained, pow) {
  const next = { steps: (state?.steps ?? 0) + 1, first: [], second: [] };
  const rule = optimizer.class === "SGD" ? sgdRule(optimizer, rate) : adamRule(optimizer, rate, next.steps, pow);
  const moved = Float64Array.from(parameters, (p, k) => {
    if (k >= trained) return p;
    const [to, first, second] = rule(p, gradient[k], state?.first[k] ?? 0, state?.second[k] ?? 0);
    next.first.push(first);
    next.second.push(second);
    return to;
  });
  return { parameters: moved, state: optimizer.momentum === 0 ? null : next };
}

function sgdRule({ momentum, decay }, rate) {
  return (p, g, v) => {
    const velocity = momentum * v + (g + decay * p);
    return [p - rate * velocity, velocity, 0];
  };
}

function adamRule({ betas: [a, b], eps, decay, decoupled }, rate, steps, pow) {
  const scaled = rate / (1 - pow(a, steps));
  const root = Math.sqrt(1 - pow(b, steps));
  return (p, g, m, v) => {
    const from = decoupled ? p - rate * decay * p : p;
    const slope = decoupled ? g : g + decay * p;
    const mean = a * m + (1 - a) * slope;
    const square = b * v + (1 - b) * slope * slope;
    return [from - (scaled * mean) / (Math.sqrt(square) / root + eps), mean, square];
  };
}
