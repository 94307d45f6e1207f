"""Newton's method in Rosenbrock's valley, with exact gradients and Hessians.

    python examples/newton.py

A step leads from x to x - H⁻¹ g, the place of zero gradient of a quadratic function. Far from the
minimum it is shortened until the function falls. Near the minimum each full step doubles the number
of correct digits, and third derivatives predict the error.
"""

import numpy as np

from microgradlike import hessian, jacobian, value_and_grad


def rosenbrock(x):
    """A curved valley, steep across and nearly flat along; its minimum, 0, is at (1, 1, ...)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


gradient = value_and_grad(rosenbrock)
curvature = hessian(rosenbrock)


def downhill(h, g):
    """-H⁻¹ g, with the curvatures raised until all are positive, so that it leads down."""
    shift = 0.0
    while np.linalg.eigvalsh(h)[0] + shift <= 0:
        shift = max(2 * shift, 1e-3 * np.linalg.norm(h))
    return -np.linalg.solve(h + shift * np.eye(len(g)), g)


x = np.array([-1.2, 1.0, -1.2, 1.0])
errors = []
print("step         f   |gradient|   length   distance to the minimum")
for step in range(60):
    value, g = gradient(x)
    errors.append(x - 1)
    distance = np.linalg.norm(errors[-1])
    direction, length = downhill(curvature(x), g), 1.0
    while rosenbrock(x + length * direction) > value + 1e-4 * length * (g @ direction):
        length /= 2
    print(f"{step:4}  {value:8.1e}  {np.linalg.norm(g):11.1e}  {length:7g}  {distance:8.1e}")
    if distance < 1e-14:
        break
    x = x + length * direction
assert distance < 1e-14, "Newton's method did not arrive"

# Let T be the third derivatives at the minimum. By Taylor's formula the error after a step from an
# error e is H⁻¹ T(e, e) / 2 to leading order, which is quadratic in e.
h, t = curvature(np.ones(4)), jacobian(curvature)(np.ones(4))
print("\ndistance after a step near the minimum, and its prediction from the one before:")
for before, after in zip(errors[-5:-2], errors[-4:-1]):
    predicted = np.linalg.solve(h, t @ before @ before) / 2
    print(f"{np.linalg.norm(after):12.4e}{np.linalg.norm(predicted):12.4e}")
assert np.linalg.norm(after - predicted) < 1e-3 * np.linalg.norm(after)
