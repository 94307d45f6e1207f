"""Numbers of other libraries as nested floats, with the precision that they have."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol, runtime_checkable

from microgradlike.engine import Value


class Precision(NamedTuple):
    """A type of floating-point numbers: bits of its significand, exponent of its least normal one.

    >>> SINGLE.rounded(0.1)
    0.10000000149011612
    """

    bits: int
    least: int
    name: str

    def rounded(self, x: float) -> float:
        """The nearest number with so many bits."""
        fraction, exponent = math.frexp(x)
        return math.ldexp(round(math.ldexp(fraction, self.bits)), exponent - self.bits)


DOUBLE = Precision(53, -1022, "float64")
SINGLE = Precision(24, -126, "float32")
NARROW = {"float32": SINGLE, "float16": Precision(11, -14, "float16")}
NARROW["bfloat16"] = Precision(8, -126, "bfloat16")


@runtime_checkable
class ForeignArray(Protocol):
    """An array or a scalar of NumPy, PyTorch, JAX and of libraries with the same two names."""

    @property
    def dtype(self) -> Any:
        """The type of its elements; its text ends in "float32" for single precision."""

    def tolist(self) -> Any:
        """Its elements as nested lists, or as a number of Python."""


def plain(x: Any) -> tuple[Any, Precision]:
    """A nested gradient with lists in place of arrays, and the least precise type among them.

    >>> import numpy as np
    >>> plain({"w": np.float32([0.5, 2.0]), "b": 1.0})
    ({'w': [0.5, 2.0], 'b': 1.0}, Precision(bits=24, least=-126, name='float32'))
    """
    if isinstance(x, ForeignArray):
        name = str(x.dtype).rpartition(".")[2]  # torch.float32
        return x.tolist(), NARROW.get(name, DOUBLE)
    if not isinstance(x, (dict, list, tuple)):
        return (x.data if isinstance(x, Value) else x), DOUBLE
    pairs = [plain(part) for part in (x.values() if isinstance(x, dict) else x)]
    parts, precision = [part for part, _ in pairs], min((p for _, p in pairs), default=DOUBLE)
    if isinstance(x, dict):
        return dict(zip(x, parts)), precision
    return (tuple(parts) if isinstance(x, tuple) else parts), precision
