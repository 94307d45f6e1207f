#!/usr/bin/env bash
# jax.numpy.exp2 in double precision: powers of two that are not, and no overflow at 1024.
#
# Library   jax 0.10.2 and jaxlib 0.10.2, CPU, jax_enable_x64.
# Expected  IEEE-754 doubles hold every 2**n from -1074 to 1023 exactly, and 2**1024 overflows to inf. NumPy and the C
#           library give exactly that.
# Seen      exp2(x) is computed as exp(x * log(2)), and the rounding of the product is magnified by x: exp2(1023.0) is
#           more than 100 ulp off, exp2(1024.0) is the finite number 1.797693134862...e308, and exp2(-1074.0) is 0.
#           The derivative has the same error, since it is exp2(x) * log(2).
# Here      a primitive exp2 belongs on math.exp2, and a comparison with JAX must expect these differences.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "jax==0.10.2" "jaxlib==0.10.2" "numpy==2.4.6"
"$work/venv/bin/python" - <<'PY'
import math

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp

top, above, least = (float(jnp.exp2(x)) for x in (1023.0, 1024.0, -1074.0))
slope = float(jax.grad(jnp.exp2)(1023.0))
off = abs(top - 2.0**1023) / math.ulp(2.0**1023)
print(f"exp2(1023) is {off:.0f} ulp off, exp2(1024) = {above!r}, exp2(-1074) = {least!r}")
print(f"its derivative at 1023 is off by {abs(slope / (2.0**1023 * math.log(2)) - 1):.1e}")
assert off > 100, "exp2(1023) has its digits now"
assert 1.7976931348e308 < above < math.inf, "exp2(1024) overflows now"
assert least == 0.0, "exp2(-1074) is the smallest double now"
assert abs(slope / (2.0**1023 * math.log(2)) - 1) > 1e-14, "the derivative has its digits now"
PY
