#!/usr/bin/env bash
# sympy.ccode writes Mod as C's fmod, which has another sign.
#
# Library   sympy 1.14.0; needs a C compiler.
# Expected  Mod(x, y) of sympy has the sign of y, as % in Python: Mod(-7.5, 2) is 0.5. Code for C computes that number, as
#           the code that sympy.jscode writes for JavaScript does: ((x % y) + y) % y.
# Seen      sympy.ccode writes fmod(x, y), which has the sign of x: the compiled program prints -1.5.
# Here      our C has a function of its own for mod, and fmod is another primitive.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "sympy==1.14.0" "mpmath==1.3.0"
"$work/venv/bin/python" - "$work" <<'PY'
import pathlib
import subprocess
import sys

import sympy

folder = pathlib.Path(sys.argv[1])
x, y = sympy.symbols("x y", real=True)
formula = sympy.Mod(x, y)
code = sympy.ccode(formula)
value = float(formula.subs({x: -7.5, y: 2}))
lines = [
    "#include <math.h>",
    "#include <stdio.h>",
    "int main(void) {",
    "  double x = -7.5, y = 2;",
    f'  printf("%.17g", {code});',
    "}",
]
(folder / "mod.c").write_text("\n".join(lines) + "\n")
subprocess.run(["cc", "mod.c", "-o", "mod", "-lm"], cwd=folder, check=True)
printed = float(subprocess.run([folder / "mod"], capture_output=True, check=True).stdout)
print(f"sympy {sympy.__version__}: Mod(-7.5, 2) is {value}; as C it is {code}, which is {printed}")
print("as JavaScript:", sympy.jscode(formula))
assert value == 0.5, "the value of Mod has changed"
assert (code, printed) == ("fmod(x, y)", -1.5), "ccode writes Mod in another way now"
PY
