"""CLibrary: functions from C texts, compiled into one shared library and called by ctypes."""

import ctypes
import os
import shutil
import subprocess
import sys

import pytest

STRICT = ("-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O2")
COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]
needs_c = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler on PATH")


def compile_c(path, target, options=STRICT, compiler="cc"):
    """Compile a file into a shared library, and return the compiler's exit code and messages."""
    shared = "-dynamiclib" if sys.platform == "darwin" else "-shared"
    command = [compiler, *options, "-fPIC", shared, str(path), "-o", str(target), "-lm"]
    environment = os.environ | {"LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    return done.returncode, done.stderr


class CLibrary:
    """A shared library of C texts."""

    def __init__(self, folder, texts, **options):
        path, target = folder / "exported.c", folder / "exported.so"
        path.write_text("\n".join(texts), encoding="utf-8")
        code, messages = compile_c(path, target, **options)
        assert code == 0, messages[:2000]
        assert messages == ""
        self.functions = ctypes.CDLL(str(target))

    def run(self, name, outputs, points):
        """The outputs of a function at points: a list of numbers for each."""
        f = getattr(self.functions, name)
        f.restype = None
        results = []
        for point in points:
            y = (ctypes.c_double * max(outputs, 1))()
            f((ctypes.c_double * max(len(point), 1))(*point), y)
            results.append(list(y)[:outputs])
        return results
