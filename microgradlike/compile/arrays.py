"""The arrays that programs run on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


def added(sums: FloatArray, add_to: Sequence[int]) -> FloatArray:
    """Return the sums, with the last ones added to those at these indices.

    >>> added(np.array([1.0, 2.0, 3.0]), [0])
    array([4., 2.])
    """
    total, rest = np.split(sums, [len(sums) - len(add_to)])
    total[np.array(add_to, dtype=np.intp)] += rest
    return total
