#!/usr/bin/env bash
# xad.math.fmod: the derivative by the divisor is that of another remainder.
#
# Library   xad 1.5.2, the Python bindings of XAD.
# Expected  fmod(a, b) is a - trunc(a / b) * b, so its derivative by b is -trunc(a / b): 3 at (-7.5, 2). A difference
#           quotient gives the same.
# Seen      The value is that of C's fmod, -1.5. The derivative is 4, which is -floor(a / b) and belongs to Python's %,
#           the remainder with the sign of b. For positive quotients the two agree.
# Here      fmod and mod are two primitives, each with its own derivative, and differences check both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "xad==1.5.2"
"$work/venv/bin/python" - <<'PY'
import math
from importlib.metadata import version

import xad.adj_1st as adjoint
from xad.math import fmod


def value_and_slope(a, b):
    with adjoint.Tape() as tape:
        x = adjoint.Real(b)
        tape.registerInput(x)
        tape.newRecording()
        y = fmod(adjoint.Real(a), x)
        tape.registerOutput(y)
        y.setDerivative(1.0)
        tape.computeAdjoints()
        return y.getValue(), x.getDerivative()


print("xad", version("xad"))
h = 2.0**-20
for a, right in (7.5, True), (-7.5, False):
    value, slope = value_and_slope(a, 2.0)
    measured = (math.fmod(a, 2.0 + h) - math.fmod(a, 2.0 - h)) / (2 * h)
    print(f"fmod({a}, 2) is {value}, its derivative by the divisor {slope}, by differences {measured}")
    assert value == math.fmod(a, 2.0)
    assert measured == -math.trunc(a / 2.0)
    assert slope == -math.floor(a / 2.0), "the derivative has changed"
    assert (slope == measured) == right
PY
