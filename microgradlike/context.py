"""Context: the active trace or derivative."""

from __future__ import annotations

from contextvars import ContextVar
from typing import NoReturn, Protocol

from microgradlike.op import Number, Op


class ActiveTrace(Protocol):
    """The recording of a function that is running; derivatives taken meanwhile belong to it."""

    def fresh_copy(self, x: Number) -> Number:
        """A number or Value as a new node of the recording, which no other node depends on yet."""

    def apply(self, op: Op, operands: tuple[Number, ...]) -> Number:
        """The node or number `op(*operands)`; NotImplemented if an operand is a stranger."""

    def as_operand(self, x: Number) -> Number:
        """The node or float that stands for a number or Value."""

    def refuse_change(self, change: str) -> NoReturn:
        """Raise TraceError for a change of a Value's numbers, which no later call would repeat."""
        raise NotImplementedError

    def refuse_assignment(self, x: Number, attribute: str) -> None:
        """Raise TraceError for an assignment to a Value that is older than the recording."""


active_trace: ContextVar[ActiveTrace | None] = ContextVar("active_trace", default=None)

# True while a jit function runs eagerly, with Values; jit functions that it calls do so too.
eager_jit: ContextVar[bool] = ContextVar("eager_jit", default=False)

# The number of the outermost active run (`engine.begin_run`): nodes made since may depend on its
# fresh nodes.
active_run: ContextVar[int | None] = ContextVar("active_run", default=None)


def refuse_in_recording(change: str) -> None:
    """Raise TraceError for a change of the numbers of Values while a function is recorded."""
    trace = active_trace.get()
    if trace is not None:
        trace.refuse_change(change)
