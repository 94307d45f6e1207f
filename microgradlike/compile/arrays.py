"""The arrays that programs run on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from microgradlike._numpy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FloatArray: TypeAlias = "NDArray[np.float64]"
IndexArray: TypeAlias = "NDArray[np.intp]"
Rows: TypeAlias = "FloatArray | Sequence[FloatArray]"  # all lines, or arrays with some lines each
NO_ROWS = np.empty((0, 1))
DOUBLE = np.dtype(float)


def parts_of(rows: Rows) -> Sequence[FloatArray]:
    """Return the rows as a sequence of arrays with some lines each."""
    return [rows] if isinstance(rows, np.ndarray) else rows


def joined(parts: Rows | Sequence[Any], empty: FloatArray = NO_ROWS) -> FloatArray:
    """Return the parts as one array of floats, without a copy of a single part of that type.

    >>> joined([np.array([1, 2]), [0.5]])
    array([1. , 2. , 0.5])
    """
    if isinstance(parts, np.ndarray):
        return parts
    if len(parts) > 1:
        return np.concatenate(parts, dtype=float)
    return np.asarray(parts[0], dtype=float) if parts else empty


def added(sums: FloatArray, add_to: Sequence[int]) -> FloatArray:
    """Return the sums, with the last ones added to those at these indices.

    >>> added(np.array([1.0, 2.0, 3.0]), [0])
    array([4., 2.])
    """
    total, rest = np.split(sums, [len(sums) - len(add_to)])
    total[np.array(add_to, dtype=np.intp)] += rest
    return total
