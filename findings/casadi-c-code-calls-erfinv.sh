#!/usr/bin/env bash
# CasADi writes C code for erfinv that calls a function which no C library has.
#
# Library   casadi 3.8.2; needs a C compiler.
# Expected  CodeGenerator writes self-contained C: it defines what math.h lacks, as it does for sign by
#           casadi_sign, or it refuses the function.
# Seen      generate() reports nothing. The text calls erfinv, which it neither declares nor defines, and neither does
#           math.h. The compiler warns or stops, and a shared library cannot be loaded. CasADi itself evaluates erfinv.
# Here      an export refuses a primitive without a spelling, and a test compiles every spelling without a warning.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "casadi==3.8.2" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PY'
import casadi

print("casadi", casadi.__version__)
x = casadi.SX.sym("x")
for name in ("sign", "erfinv"):
    generator = casadi.CodeGenerator(name)
    f = casadi.Function("f", [x], [getattr(casadi, name)(x)])
    print(f"{name}(0.5) is", f(0.5))
    generator.add(f)
    generator.generate()
PY
strict="-std=c99 -Werror=implicit-function-declaration -fPIC -shared -Wl,-z,defs"
cc $strict sign.c -o sign.so -lm || { echo "changed: sign does not compile either"; exit 1; }
if said=$(LC_ALL=C cc $strict erfinv.c -o erfinv.so -lm 2>&1); then
  echo "changed: the code for erfinv compiles"
  exit 1
fi
echo "$said" | grep "declaration of function .erfinv" || { echo "changed: another error"; exit 1; }
if grep -E "^ *(static )?casadi_real +\w*erfinv *\(" erfinv.c; then echo "changed: erfinv is defined"; exit 1; fi
