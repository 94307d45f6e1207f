"""What is said to mypyc, the compiler of some modules, and means nothing without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

C = TypeVar("C")

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:

    def mypyc_attr(**_attributes: bool) -> Callable[[C], C]:
        """A decorator that leaves the class as it is: what it says is for mypyc alone."""
        return lambda kind: kind
