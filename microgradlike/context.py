"""What is going on: a recording, to which derivatives taken meanwhile belong, or a derivative."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Protocol

from microgradlike.op import Number, Op


class ActiveTrace(Protocol):
    """What records."""

    def fresh_copy(self, x: Number) -> Number:
        """A number or Value as a node of the recording, which nothing depends on yet."""

    def apply(self, op: Op, operands: tuple[Number, ...]) -> Number:
        """The node `op(*operands)`, or a number, or NotImplemented where one is a stranger."""

    def as_operand(self, x: Number) -> Number:
        """What stands for a number or Value: a node, or a number."""


active_trace: ContextVar[ActiveTrace | None] = ContextVar("active_trace", default=None)

# Whether a jit function runs as it stands, with Values: those that it calls are part of it.
eager_jit: ContextVar[bool] = ContextVar("eager_jit", default=False)

# The number of the outermost run (`engine.begin_run`) that is going on, if any: what was made since
# depends on its fresh nodes, maybe.
active_run: ContextVar[int | None] = ContextVar("active_run", default=None)
