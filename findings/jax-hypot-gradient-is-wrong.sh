#!/usr/bin/env bash
# The gradient of jax.numpy.hypot: a wrong number for large legs, nan for small ones, where the value is right.
#
# Library   jax 0.10.2 and jaxlib 0.10.2, CPU, single precision, the default.
# Expected  The partials of hypot are a / hypot and b / hypot, so (0.6, 0.8) for legs in the ratio 3 to 4. hypot avoids
#           overflow in its value, and the partials lie between -1 and 1.
# Seen      hypot(3e20, 4e20) is 5e20, and its partials are 0.6 and 1.25. hypot(3e-23, 4e-23) is 5e-23, and its partials
#           are nan and -inf. The value is computed from the quotient of the legs, and the rule for the derivative of a
#           quotient squares the divisor, which over- or underflows. In double precision it begins at 4e154 and 4e-155.
# Here      the partials are a / y and b / y, and the check of a given gradient calls both numbers wrong.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
"$work/venv/bin/python" - <<'PY'
import math

import jax

print("jax", jax.__version__)
hypot = jax.numpy.hypot
gradient = jax.grad(hypot, argnums=(0, 1))


def partials(a, b):
    found = [float(x) for x in gradient(a, b)]
    print(f"hypot({a}, {b}) = {float(hypot(a, b)):.7g}, partials {found}")
    return found


usual, large, small = partials(3.0, 4.0), partials(3e20, 4e20), partials(3e-23, 4e-23)
assert all(abs(x - y) < 1e-6 for x, y in zip(usual, (0.6, 0.8))), usual
assert abs(float(hypot(3e20, 4e20)) / 5e20 - 1) < 1e-6
assert abs(large[1] - 1.25) < 1e-6, large
assert abs(float(hypot(3e-23, 4e-23)) / 5e-23 - 1) < 1e-6
assert not any(map(math.isfinite, small)), small
print("as described: the value is right, and the gradient is not")
PY
