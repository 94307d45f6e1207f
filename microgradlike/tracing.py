"""The recording that is going on, if any: derivatives taken during one belong to it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Protocol


class Recorder(Protocol):
    """What records."""

    def fresh(self, x: Any) -> Any:
        """A number or Value as a node of the recording, which nothing depends on yet."""

    def apply(self, op: Any, operands: tuple[Any, ...]) -> Any:
        """The node `op(*operands)`, or a number, or NotImplemented where one is a stranger."""

    def operand(self, x: Any) -> Any:
        """What stands for a number or Value: a node, or a number."""


recording: ContextVar[Recorder | None] = ContextVar("recording", default=None)
