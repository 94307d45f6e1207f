"""The layout of Python's objects in memory, compared with the one that native calls rely on."""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from functools import cache
from typing import Any

import numpy as np

# the word of a tuple's first item; a hash stands before it from Python 3.14 on
TUPLE_ITEMS = 4 if sys.version_info >= (3, 14) else 3


@cache
def is_known() -> bool:
    """Return whether this Python lays out its objects as native calls expect.

    Objects of known content are read; free-threaded builds and Windows are left out.
    """
    free_threaded = sysconfig.get_config_var("Py_GIL_DISABLED")
    if sys.implementation.name != "cpython" or free_threaded or sys.platform == "win32":
        return False

    def at(address: int, word: int, kind: Any = ctypes.c_void_p) -> Any:
        return kind.from_address(address + 8 * word).value

    x, y, a, size = 1.5, 2.5, np.zeros((2, 3)), ctypes.c_ssize_t
    items, three, text = [x], (x, y, x), b"text"
    return (
        all(at(id(thing), 1) == id(type(thing)) for thing in (x, a, items, three))
        and at(id(x), 2, ctypes.c_double) == x
        and (at(id(items), 2, size), at(id(three), 2, size)) == (1, 3)
        and at(at(id(items), 3), 0) == id(x)
        and [at(id(three), TUPLE_ITEMS + i) for i in range(2)] == [id(x), id(y)]
        and (at(id(a), 2), at(id(a), 3, ctypes.c_int)) == (a.ctypes.data, 2)
        and [at(at(id(a), 4), axis, size) for axis in (0, 1)] == [2, 3]
        and (at(id(a), 7), at(id(a), 8, ctypes.c_int)) == (id(a.dtype), a.flags.num)
        and ctypes.string_at(id(text) + 32) == text
        and at(id(len), 3) == id(len.__self__)  # type: ignore[attr-defined]
        and ctypes.string_at(at(at(id(len), 2), 0)) == b"len"
    )
