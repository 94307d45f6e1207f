#!/usr/bin/env bash
# torch.nn.functional.gelu in double precision: no digit is right from -8.5 down, and the gradient is off by a percent.
#
# Library   torch 2.13.0, CPU, x86-64.
# Expected  gelu(x) is x Φ(x), with Φ(x) = erfc(-x/√2) / 2: -8.0576e-17 at -8.5, which a double holds with all digits. Its
#           derivative Φ(x) + x φ(x) is -6.8465e-16 there.
# Seen      The default, approximate="none", computes 1 + erf(x/√2), which cancels: 6 digits are left at -7, two at -8,
#           and gelu(-8.5) is -0.0. The derivative lacks its term Φ(x) and is off by 1.4 %. The formula with torch.erfc
#           has its digits, in value and derivative.
# Here      the primitive erfc has its digits in both tails, and a gelu written with it too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "torch==2.13.0" "numpy==2.4.6"
"$work/venv/bin/python" - <<'PY'
import math

import torch

print("torch", torch.__version__)


def exact(x):
    below = math.erfc(-x / math.sqrt(2)) / 2
    return x * below, below + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def asked(f, x):
    x = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = f(x)
    y.backward()
    return y.item(), x.grad.item()


def off(f, x):
    errors = [abs(got / want - 1) for got, want in zip(asked(f, x), exact(x))]
    print(f"{f.__name__}({x}): value off by {errors[0]:.1e}, derivative by {errors[1]:.1e}")
    return errors


gelu = torch.nn.functional.gelu


def by_erfc(x):
    return x * torch.erfc(-x / math.sqrt(2)) / 2


assert max(off(gelu, -1.0)) < 1e-14
assert 1e-7 < off(gelu, -7.0)[0] < 1e-5
assert off(gelu, -8.5)[0] == 1 and off(gelu, -8.5)[1] > 0.01, "gelu has digits now"
assert max(off(by_erfc, -8.5)) < 1e-12
PY
