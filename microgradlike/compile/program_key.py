"""Key of a program on disk: equal for equal programs, machines and versions of this package."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from array import array
from functools import cache
from types import ModuleType

from microgradlike.compile import IMPORTED, disk_cache
from microgradlike.compile.program import Program
from microgradlike.op import TABLE

PACKAGE = os.path.dirname(os.path.dirname(__file__))


def program_key(program: Program, backend: ModuleType, *options: object) -> str | None:
    """Return the key of the program with these options; None if it cannot be kept.

    Programs with primitives of users are not kept: a name does not tell one function from another.

    >>> from microgradlike.compile.backends import python
    >>> from microgradlike import jit
    >>> program_key(jit(lambda x: x * x).program(3.0), python) is None
    True
    """
    own = all(TABLE.get(op.name) is op for op in program.ops)
    if not (backend.KEPT and own and disk_cache.folder() and own_sources()):
        return None
    names = [op.name for op in program.ops]
    parts = (own_sources(), backend.__name__, backend.machine(), program.inputs, names, options)
    digest = hashlib.sha256(repr(parts).encode())
    numbers = program.code, program.starts, program.operands, array("q", program.outputs)
    for part in (*numbers, array("d", program.constants)):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@cache
def own_sources() -> str:
    """Return a hash of the files of this package, by name, size and time, and of what they use.

    It is empty if they cannot be listed, or one has changed since it was imported.
    """
    # constants are folded by the functions of the C library
    library = platform.libc_ver() if sys.platform == "linux" else platform.version()
    digest = hashlib.sha256(f"{sys.version} {sys.platform} {library} {PACKAGE}".encode())
    files = [os.path.join(place, name) for place, _, names in os.walk(PACKAGE) for name in names]
    for path in sorted(path for path in files if path.endswith((".py", ".so", ".pyd"))):
        status = os.stat(path)
        if status.st_mtime_ns > IMPORTED:
            return ""
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest() if files else ""
