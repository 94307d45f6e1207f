"""Arrays of Values and other numbers, made without importing NumPy before one is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microgradlike._validate import refuse_mask, require_numbers

if TYPE_CHECKING:
    import numpy as np

    from microgradlike.number_array import NumberArray


def array(numbers: object) -> NumberArray:
    """A NumPy array of Values and plain numbers, on which NumPy's functions work as on floats.

    `numbers` is an array, or nested lists or tuples, of Values, their like and real numbers. In a
    plain object array NumPy asks each element for a method, so that `np.exp` fails at a float and
    `np.maximum` does not share a tie; on this array they are the primitives of their names.
    Raises TypeError for an element that is masked or not a number, ValueError for rows of different
    lengths.

    >>> import numpy as np
    >>> from microgradlike import Value
    >>> v = Value(2.0)
    >>> y = np.sum(np.exp(array([v, 0.0])) * [1.0, 2.0]); y.backward()
    >>> y.data == v.grad + 2.0
    True
    """
    import numpy as np

    stack = [numbers]
    while stack:  # NumPy drops masks
        part = stack.pop()
        refuse_mask("array", part)
        stack += part if isinstance(part, (list, tuple)) else ()
    made: np.ndarray[Any, Any] = np.array(numbers, dtype=object)
    require_numbers("array", "element", made.flat, "give all rows the same length, of numbers")
    return number_array(made)


def number_array(x: np.ndarray[Any, Any]) -> NumberArray:
    """An object array as a NumberArray, not copied."""
    from microgradlike.number_array import NumberArray

    return x.view(NumberArray)
