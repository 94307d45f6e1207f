"""Annotations for mypyc, the compiler of some modules; no-ops at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

C = TypeVar("C")

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
else:

    def mypyc_attr(**_attributes: bool) -> Callable[[C], C]:
        """A decorator that returns the class unchanged: its attributes are for mypyc alone."""
        return lambda cls: cls
