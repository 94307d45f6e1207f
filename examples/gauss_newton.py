"""A curve fitted by the Levenberg-Marquardt method: the Jacobian instead of the Hessian.

    python examples/gauss_newton.py

The sum of squares of residuals r has the Hessian 2 JᵀJ + 2 Σ r ∇²r. The first part needs only the
Jacobian J of the residuals. Near a good fit r is small, and the second part hardly matters.
"""

import random

import numpy as np

from microgradlike import cos, exp, hessian, jacobian

# A damped oscillation, measured with an error of 0.02.
rng = random.Random(0)
TRUE, NOISE = np.array([1.5, 0.3, 2.0, 0.5]), 0.02  # amplitude, decay, frequency, phase
times = np.linspace(0.0, 8.0, 40)


def swing(p, t):
    amplitude, decay, frequency, phase = p
    return amplitude * exp(-decay * t) * cos(frequency * t + phase)


measured = [swing(TRUE, t) + rng.gauss(0, NOISE) for t in times]


def residuals(p):
    return np.array([swing(p, t) - y for t, y in zip(times, measured)])


def loss(p):
    return (residuals(p) ** 2).sum()


start = np.array([1.0, 0.1, 1.7, 0.0])
p, damping = start, 1.0
print("step      loss   damping   amplitude  decay  frequency  phase")
for step in range(50):
    print(f"{step:4}{loss(p):10.5f}{damping:10.0e}   {p[0]:9.4f}{p[1]:7.4f}{p[2]:11.4f}{p[3]:7.4f}")
    j, r = jacobian(residuals)(p), residuals(p)
    h = j.T @ j
    # much damping: a short step downhill; little damping: the Gauss-Newton step
    change = -np.linalg.solve(h + damping * np.diag(np.diag(h)), j.T @ r)
    better = loss(p + change) <= loss(p)
    p, damping = (p + change, damping / 5) if better else (p, damping * 5)
    if np.linalg.norm(change) < 1e-9:
        break
assert np.linalg.norm(change) < 1e-9, "the fit did not settle"

# The standard errors of the parameters, from the curvature of the loss and the residuals.
error = np.sqrt(np.diag(np.linalg.inv(j.T @ j)) * loss(p) / (len(times) - len(p)))
print("\nfitted:", ", ".join(f"{x:.4f} ± {e:.4f}" for x, e in zip(p, error)), " true:", TRUE)
assert all(abs(p - TRUE) < 4 * error)


def left_out(p):
    """The part of the Hessian that 2 JᵀJ leaves out, as a share."""
    h, j = hessian(loss)(p), jacobian(residuals)(p)
    return np.linalg.norm(h - 2 * j.T @ j) / np.linalg.norm(h)


print(f"left out of the Hessian: {left_out(start):.0%} at the start, {left_out(p):.2%} at the end")
assert left_out(p) < 0.05 < left_out(start)
