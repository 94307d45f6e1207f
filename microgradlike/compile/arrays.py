"""Types of the arrays that programs run on, and rows in parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]
Rows: TypeAlias = FloatArray | Sequence[FloatArray]  # all lines, or arrays with some lines each
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
