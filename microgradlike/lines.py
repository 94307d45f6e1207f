"""Lines: the line of the user's code that made a node, kept while `trace_lines` is on."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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
    """The files and lines found in a block, so that the nodes of a line share one object."""

    __slots__ = ("around", "codes", "latest", "users")

    def __init__(self) -> None:
        self.users: dict[str, bool] = {}  # by file, True for the user's own
        self.latest: dict[tuple[int, int], TracedScope] = {}  # by id() of a code and place in it
        self.codes: list[CodeType] = []  # kept, so that no other code gets the same id()
        self.around: TracedScope | None = None  # the latest call with no user's code inside


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
        origins.find, origins.in_use = _find, True
    try:
        yield
    finally:
        with _lock:
            _blocks.pop()
            if not _blocks:
                origins.find, origins.in_use = current.get, origins.in_modules
        _trace.reset(token)  # last: it raises for a generator that another thread closes


# the frames above `_find` that make a leaf: compiled functions have none
_MAKERS: Final = 2 if hasattr(Scope.__init__, "__code__") else 0


def _find() -> Scope | TracedScope | None:
    """The scope of a node that is being made, with the user's line."""
    scope, trace = current.get() if origins.in_modules else None, _trace.get()
    if trace is None:  # the block of another thread
        return scope
    first = sys._getframe(_MAKERS)
    known = trace.latest.get((id(first.f_code), first.f_lasti))
    if known is not None and known.scope is scope:  # most often, in the compiled form
        return known
    frame: FrameType | None = first
    crossed = False
    while frame is not None:
        code = frame.f_code
        is_user = trace.users.get(code.co_filename)
        if is_user is None:
            is_user = trace.users[code.co_filename] = _is_user(frame)
        if is_user:
            return _traced(scope, trace, frame, crossed)
        if code is origins.call:  # a short way out of nested modules
            if trace.around is not None and trace.around.scope is scope:
                return trace.around
            crossed = True
        frame = frame.f_back
    return scope


def _traced(scope: Scope | None, trace: _Trace, frame: FrameType, crossed: bool) -> TracedScope:
    code, place = frame.f_code, (id(frame.f_code), frame.f_lasti)
    latest = trace.latest.get(place)
    if latest is None:
        trace.codes.append(code)
        number = frame.f_lineno
        start = number if code.co_name == "<module>" else code.co_firstlineno
        latest = trace.latest[place] = TracedScope(scope, Line(code.co_filename, number, start))
    elif latest.scope is not scope:
        latest = trace.latest[place] = TracedScope(scope, latest.line)
    if crossed and scope and type(scope.owner).__module__.startswith("microgradlike."):
        trace.around = latest
    return latest


def _is_user(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    standard = file.startswith(_STANDARD) and "-packages" not in file
    return not (standard or is_library(frame))
