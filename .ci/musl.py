"""The module math with the values of musl's libm: a plugin of pytest (PYTHONPATH=.ci, -p musl).

musl's functions are linked into a library that CPython on glibc loads. They take the place of those
of `math` before microgradlike is imported; errors are still raised by `math`.
"""

import ctypes
import math
import subprocess
import tempfile
from functools import wraps
from pathlib import Path

ONE = ["acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "cos", "cosh", "erf", "erfc"]
ONE += ["exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt"]
ONE += ["tan", "tanh"]
TWO = ["atan2", "fmod", "pow"]  # hypot is CPython's own
LIBC = "/usr/lib/x86_64-linux-musl/libc.a"  # of Debian's musl-dev
LINES = [f"double musl_{f}(double x) {{ return {f}(x); }}" for f in ONE]
LINES += [f"double musl_{f}(double x, double y) {{ return {f}(x, y); }}" for f in TWO]


def library():
    """The functions of musl's libm, under names of their own, in a library without others."""
    folder = Path(tempfile.mkdtemp())
    source, built = folder / "musl.c", folder / "musl.so"
    source.write_text("\n".join(["#include <math.h>", *LINES]), encoding="utf-8")
    options = ["-O2", "-fno-builtin", "-fPIC", "-shared", "-nostdlib", "-nostartfiles"]
    linked = [LIBC, "-Wl,-Bsymbolic,--exclude-libs,ALL,-z,defs"]
    subprocess.run(["musl-gcc", *options, "-o", built, source, *linked], check=True)
    return ctypes.CDLL(str(built))


def of_musl(function, value, operands):
    """`function` of math, which raises as ever, with the value of musl."""
    value.restype, value.argtypes = ctypes.c_double, [ctypes.c_double] * operands

    @wraps(function)
    def call(*xs):
        y = function(*xs)
        floats = len(xs) == operands and all(type(x) is float for x in xs)
        return value(*xs) if floats else y

    return call


_library = library()
for _name in [*ONE, *TWO]:
    _value = _library[f"musl_{_name}"]
    setattr(math, _name, of_musl(getattr(math, _name), _value, 1 if _name in ONE else 2))
