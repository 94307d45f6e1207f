"""Key of a program on disk: equal for equal programs, machines and versions of this package."""

from __future__ import annotations

import hashlib
import os
import sys
from array import array
from functools import cache
from types import ModuleType

from microgradlike.compile import disk_cache
from microgradlike.compile.jit import IMPORTED
from microgradlike.compile.program import Program
from microgradlike.op import TABLE

PACKAGE = os.path.dirname(os.path.dirname(__file__))
FOLDERS = ("derivatives", "compile")  # with files that decide the machine code


def program_key(program: Program, backend: ModuleType, *rest: object) -> str | None:
    """Return the key of the program with `rest`, the options; None if it cannot be kept.

    Programs with primitives of users are not kept, as nothing tells one function from another.

    >>> from microgradlike.compile.backends import python
    >>> from microgradlike import jit
    >>> program_key(jit(lambda x: x * x).program(3.0), python) is None
    True
    """
    if not backend.KEPT or disk_cache.folder() is None or not own_sources():
        return None
    if any(TABLE.get(op.name) is not op for op in program.ops):
        return None
    names = [op.name for op in program.ops]
    parts = (own_sources(), backend.__name__, backend.machine(), program.inputs, names, rest)
    digest = hashlib.sha256(repr(parts).encode())
    numbers = program.code, program.starts, program.operands, array("q", program.outputs)
    for part in (*numbers, array("d", program.constants)):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@cache
def own_sources() -> str:
    """Return a hash of the sources that decide the machine code.

    It is empty if they cannot be read, or have changed since they were imported.
    """
    digest = hashlib.sha256(f"{sys.version} {sys.platform} {_c_library()}".encode())
    try:
        for path in _sources():
            status = os.stat(path)
            if status.st_mtime_ns > IMPORTED:
                return ""
            digest.update(os.path.relpath(path, PACKAGE).encode())
            if path.endswith(".py"):
                with open(path, "rb") as file:
                    digest.update(file.read())
            else:  # compiled, and larger
                digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    except OSError:
        return ""
    return digest.hexdigest()


def _sources() -> list[str]:
    """Return the paths of the files in order, with those that mypyc has compiled."""
    places = [(PACKAGE, os.listdir(PACKAGE))]
    for name in FOLDERS:
        places += [(place, files) for place, _, files in os.walk(os.path.join(PACKAGE, name))]
    beside = os.path.dirname(PACKAGE)
    shared = [file for file in os.listdir(beside) if "__mypyc" in file]
    found = [os.path.join(place, file) for place, files in places for file in files]
    found += [os.path.join(beside, file) for file in shared]
    return sorted(path for path in found if path.endswith((".py", ".so", ".pyd")))


def _c_library() -> str:
    """Return the C library's version: constants are folded by its functions."""
    return str(os.confstr("CS_GNU_LIBC_VERSION")) if sys.platform == "linux" else ""
