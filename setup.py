"""Compiles the modules of [tool.microgradlike] with mypyc where that can be done; ARCHITECTURE.md.

The environment's MICROGRADLIKE_COMPILE says otherwise: "no" leaves all as plain Python, "yes" makes
it an error where that cannot be done.
"""

from __future__ import annotations

import os
import shlex
import sys
import sysconfig
import tempfile
import tomllib
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.dist import Distribution

ROOT = Path(__file__).parent
WISH = os.environ.get("MICROGRADLIKE_COMPILE", "")
# not for an editable install: what is edited is what runs
BUILDING = not {"bdist_wheel", "build_ext"}.isdisjoint(sys.argv)
SMALLEST = "#include <Python.h>\nPyMODINIT_FUNC PyInit_trial(void) { return NULL; }\n"
# change results, or flush denormals in the whole process
UNSAFE = {
    *("-Ofast", "-ffast-math", "-funsafe-math-optimizations", "-fassociative-math"),
    *("-freciprocal-math", "-ffinite-math-only", "-fno-signed-zeros", "-mdaz-ftz"),
    *("-ffp-model=fast", "-ffp-model=aggressive", "/fp:fast", "-fp:fast"),
}
FASTER = ["-fno-semantic-interposition", "-fno-plt"]  # functions of one library call each other


def extensions() -> list[Extension]:
    """Return the extensions to compile; print one line and return none if that is impossible."""
    if not BUILDING or WISH == "no":
        return []
    try:
        if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
            raise RuntimeError("freeing.h is for CPython with its lock")
        refuse_unsafe_math()
        try_compiler()
        return compiled()
    except (Exception, SystemExit) as error:  # mypyc exits where types are wrong
        if WISH == "yes":
            raise
        reason = str(error).strip().splitlines() or [type(error).__name__]
        print(f"microgradlike: plain Python, not compiled ({reason[0]})", file=sys.stderr)
        return []


def refuse_unsafe_math() -> None:
    """Raise RuntimeError for a flag of the environment by which a compiler changes results."""
    for name in ("CC", "CFLAGS", "CPPFLAGS", "LDSHARED", "LDFLAGS", "CL", "_CL_"):
        found = UNSAFE.intersection(shlex.split(os.environ.get(name, "")))
        if found:
            raise RuntimeError(f"{name} has {min(found)}, which changes numbers; remove it")


def try_compiler() -> None:
    """Build the smallest extension there is; RuntimeError where the compiler does not."""
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "trial.c")
        source.write_text(SMALLEST, encoding="utf-8")
        command = build_ext(Distribution({"ext_modules": [Extension("trial", [str(source)])]}))
        command.build_temp = command.build_lib = directory
        command.ensure_finalized()
        try:
            command.run()
        except Exception as error:  # raised by several packages or by the system
            raise RuntimeError("no C compiler that works") from error


def compiled() -> list[Extension]:
    """The extensions, written by mypyc."""
    from mypyc.build import mypycify

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = project["tool"]["microgradlike"]["compiled"]
    paths = [name.replace(".", "/") + ".py" for name in names]
    # `mypy` checks types, with the configuration; here not even the imports need be installed
    options = ["--config-file=", "--follow-imports=silent", "--ignore-missing-imports"]
    found = mypycify(options + paths, debug_level="0", group_name="microgradlike.compiled")
    for extension in found:
        flags = [flag for flag in extension.extra_compile_args if flag != "-Werror"]
        if extension.name.endswith("__mypyc"):  # holds the code; the other extensions refer to it
            windows = sys.platform == "win32"
            flags += ["/FI", "freeing.h"] if windows else ["-include", "freeing.h", *FASTER]
            extension.include_dirs.append(str(ROOT / "microgradlike"))
            extension.depends.append("microgradlike/freeing.h")
        extension.extra_compile_args = flags
    return found


setup(ext_modules=extensions())
