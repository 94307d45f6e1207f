#!/usr/bin/env bash
# tinygrad's Tensor.asinh in double precision: -inf at -1e9, where the other side has its digits.
#
# Library   tinygrad 0.14.0, device PYTHON.
# Expected  asinh is odd: asinh(-x) is -asinh(x), and asinh(-1e9) is -21.416413017506354.
# Seen      asinh(1e9) is right to 14 digits, and asinh(-1e9) is -inf, with the derivative nan. The method computes
#           log(x + sqrt(x * x + 1)), whose two terms cancel for negative x; at -1e5, 7 digits are left.
# Here      asinh is the C library's, and tests draw points of all magnitudes and both signs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "tinygrad==0.14.0"
DEV=PYTHON "$work/venv/bin/python" - <<'PY'
import math
from importlib.metadata import version

from tinygrad import Tensor, dtypes

print("tinygrad", version("tinygrad"))


def value_and_slope(x):
    t = Tensor([x], dtype=dtypes.float64)
    y = t.asinh()
    (slope,) = y.sum().gradient(t)
    return y.item(), slope.item()


for x in (1e5, 1e9):
    (up, _), (down, slope) = value_and_slope(x), value_and_slope(-x)
    print(f"asinh({x}) = {up!r}, asinh({-x}) = {down!r} with derivative {slope!r}; C: {math.asinh(-x)!r}")
    assert abs(up / math.asinh(x) - 1) < 1e-14, "the positive side has lost its digits"
    assert down != -up, "the negative side has its digits now"
    assert abs(down / math.asinh(-x) - 1) > 1e-8, "the negative side has its digits now"
assert down == -math.inf, "asinh(-1e9) is finite now"
assert math.isnan(slope), "the derivative is a number now"
PY
