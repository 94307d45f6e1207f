#!/usr/bin/env bash
# torch.fmod and torch.remainder in double precision: nan inside a vector where the quotient overflows.
#
# Library   torch 2.13.0, CPU, x86-64.
# Expected  The remainder of two finite doubles is a finite double, however large their quotient: C's fmod is exact, and
#           math.fmod, NumPy and torch.fmod of a single element give the exact number.
# Seen      In a tensor of eight elements the vectorised loop gives nan where a / b is beyond 1.8e308. The same
#           elements one by one are right, so a result depends on its neighbours.
# Here      values of mod and fmod are compared with Python's, and a comparison with PyTorch must expect this nan.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "torch==2.13.0" "numpy==2.4.6"
"$work/venv/bin/python" - <<'PY'
import math

import torch

x, y = 1e300, 3e-10
a, b = torch.full((8,), x, dtype=torch.float64), torch.full((8,), y, dtype=torch.float64)
exact = math.fmod(x, y)
for f in (torch.fmod, torch.remainder):
    together, alone = f(a, b).tolist(), f(a[0], b[0]).item()
    print(f"{f.__name__}({x}, {y}) is {alone} alone and {together[0]} in a vector; exact: {exact}")
    assert alone == exact, "a single element is wrong as well"
    assert math.isnan(together[0]), "a vector is right now"
PY
