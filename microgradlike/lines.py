"""Lines: the line of the user's code that made a node, kept while `trace_lines` is on."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from types import CodeType, FrameType
from typing import Final, NamedTuple

from microgradlike._frames import is_library
from microgradlike.scope import Scope, TracedScope, current, origins

__all__ = ["Line", "trace_lines"]

_STANDARD = os.path.join(os.path.dirname(os.__file__), "")  # the standard library


class Line(NamedTuple):
    """A line of the user's code: `number` in `file`, in a function that starts at line `start`.

    >>> line = Line("/home/me/net.py", 12, 10)
    >>> str(line), line.place
    ('/home/me/net.py, line 12', 'net.py, line 12')
    """

    file: str
    number: int
    start: int

    def __str__(self) -> str:
        return f"{self.file}, line {self.number}"

    @property
    def name(self) -> str:
        """The file without its folder; "In[3]" for a cell of a notebook."""
        ipython = sys.modules.get("IPython")
        shell = ipython and ipython.get_ipython()
        cell = shell and shell.compile.format_code_name(self.file)
        return str(cell[1]) if cell else re.split(r"[\\/]", self.file)[-1]

    @property
    def place(self) -> str:
        """The line without the folder of its file, for what others may read."""
        return f"{self.name}, line {self.number}"


class _Trace:
    """The lines found in a block, so that the nodes of a line share one object."""

    __slots__ = ("around", "codes", "latest", "made", "users")

    def __init__(self) -> None:
        self.users: dict[str, bool] = {}  # by file, True for the user's own
        self.made: dict[tuple[int, int], TracedScope] = {}  # by id() of a code and place in it
        self.codes: list[CodeType] = []  # kept, so that no other code gets the same id()
        self.latest: TracedScope | None = None
        self.around: TracedScope | None = None  # the latest scope that the user's line is outside


_trace: Final[ContextVar[_Trace | None]] = ContextVar("microgradlike_lines", default=None)
_lock = threading.Lock()
_blocks: list[None] = []  # the open blocks, of all threads


@contextmanager
def trace_lines() -> Iterator[None]:
    """Keep with each node that is made in the block the line of your code that made it.

    `Value.line` has it, as file and number. `page` shows the code beside the graph, `draw` has the
    line in its tooltips, and `diagnose` and `IndeterminateWarning` name it. The line is the
    innermost outside of microgradlike, viz, NumPy and the standard library. A block is for its own
    thread, and may be nested. A training step takes up to twice as long in it, and as long as ever
    outside.

    >>> from microgradlike import Value
    >>> with trace_lines():
    ...     y = Value(2.0) * 3
    >>> y.line.number
    2
    """
    token = _trace.set(_trace.get() or _Trace())
    with _lock:
        _blocks.append(None)
        origins.find, origins.find_leaf, origins.in_use = _find, partial(_find, _LEAF), True
    try:
        yield
    finally:
        with _lock:
            _blocks.pop()
            if not _blocks:
                origins.find = origins.find_leaf = current.get
                origins.in_use = origins.in_modules
        _trace.reset(token)  # last: it raises for a generator that another thread closes


# the frames from `_find` to the first that can be the user's: compiled functions have none
_NODE, _LEAF = (3, 2) if hasattr(Scope.__init__, "__code__") else (0, 0)


def _find(depth: int = _NODE) -> Scope | TracedScope | None:
    """The scope of a node that is being made, with the user's line.

    Written out: a frame costs 0.1 µs, benchmarks/eager/lines.py.
    """
    scope, trace = current.get() if origins.in_modules else None, _trace.get()
    if trace is None:  # the block of another thread
        return scope
    first = sys._getframe(depth)
    if scope is None:  # a known line, most often
        made = trace.made.get((id(first.f_code), first.f_lasti))
        if made is not None:
            return made
    users, crossed = trace.users, False
    frame: FrameType | None = first
    while frame is not None:
        code = frame.f_code
        is_user = users.get(code.co_filename)
        if is_user:
            return _traced(scope, trace, frame, crossed)
        if is_user is None:
            users[code.co_filename] = _is_user(frame)
            continue
        if code is origins.call:  # that of the scope, or of a method that it inherits
            if trace.around is not None and trace.around.scope is scope:
                return trace.around
            crossed = True
        frame = frame.f_back
    return scope


def _traced(scope: Scope | None, trace: _Trace, frame: FrameType, crossed: bool) -> TracedScope:
    code = frame.f_code
    place = id(code), frame.f_lasti
    made = trace.made.get(place)
    if made is None:
        trace.codes.append(code)
        number = frame.f_lineno
        start = number if code.co_name == "<module>" else code.co_firstlineno
        line = Line(code.co_filename, number, start)
        made = trace.made[place] = TracedScope(None, line)
    if scope is None:
        return made
    latest = trace.latest
    if latest is None or latest.scope is not scope or latest.line is not made.line:
        latest = trace.latest = TracedScope(scope, made.line)
        if crossed and type(scope.owner).__module__.startswith("microgradlike."):
            trace.around = latest  # no code of the user's is between the scope and its nodes
    return latest


def _is_user(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    standard = file.startswith(_STANDARD) and "-packages" not in file
    return not (standard or is_library(frame))
