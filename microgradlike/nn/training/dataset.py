"""Dataset: the examples of a training as one array with a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from microgradlike._validate import shown
from microgradlike.derivatives.pytree import MAX_DEPTH, is_array
from microgradlike.op import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microgradlike.derivatives.pytree import Pytree


class Dataset:
    """Data as a tuple of arrays or lists of the same length, such as (points, labels).

    `rows` has a row for each example with all its numbers, `len()` is the number of examples.
    `structure` is equal for examples of one shape. `name` is the name of the data in messages.
    A bool counts as 0 or 1. Raises TypeError for anything but such a tuple of numbers, ValueError
    for no examples, for parts of different lengths and for examples of different shapes.

    >>> dataset = Dataset(([(1.0, 2.0), (3.0, 4.0)], [0, 1]), "data")
    >>> dataset.rows.tolist(), dataset.example(dataset.rows[1])
    ([[1.0, 2.0, 0.0], [3.0, 4.0, 1.0]], [(3.0, 4.0), 1.0])
    """

    def __init__(self, data: object, name: str) -> None:
        from microgradlike.compile.arguments import Arguments, row_count, row_of  # need NumPy
        from microgradlike.derivatives.pytree import Pytree

        if not isinstance(data, tuple) or not data:
            raise TypeError(
                f"{name} must be a tuple of arrays or lists with one entry per example, such as"
                f" (points, labels), got {shown(data)} of type {type(data).__name__}"
            )
        data = tuple(_with_bools_as_numbers(part, MAX_DEPTH) for part in data)
        counts = [row_count(part, f"{name}[{i}]") for i, part in enumerate(data)]
        for i, count in enumerate(counts):
            if count != counts[0]:
                raise ValueError(
                    f"{name}[{i}] has {count} examples, {name}[0] has {counts[0]}; give every part"
                    f" of {name} one entry per example"
                )
        if not counts[0]:
            raise ValueError(f"{name} has no examples; give it at least one")
        arguments = Arguments(data, {}, tuple(range(len(data))), called=f"{name}[{{}}]")
        if arguments.scalars:
            raise TypeError(f"{name} holds Values instead of numbers; write their .data")
        self.name = name
        self.rows: NDArray[np.float64] = arguments.rows.T.copy()
        first = [row_of(part, 0) for part in data]
        self._inputs = len(Pytree(first[0], name).leaves) if len(first) > 1 else 0
        self.structure = _structure(first)
        self._tree: Pytree = Pytree(first, name)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> NDArray[np.float64]:
        """The columns of `rows` after the first part of the data; all columns of a single part.

        >>> Dataset(([[1.0, 2.0]], [0]), "data").labels
        array([[0.]])
        """
        return self.rows[:, self._inputs :]

    @property
    def first(self) -> Sequence[object]:
        """The parts of the first example."""
        return self.example(self.rows[0])

    def example(self, row: list[Number] | NDArray[Any]) -> Sequence[object]:
        """The parts of an example, from its numbers, of any kind, in a list or an array.

        >>> Dataset(([[1.0, 2.0]], [0]), "data").example([5.0, 6.0, 1.0])
        [[5.0, 6.0], 1.0]
        """
        numbers = row if isinstance(row, list) else row.tolist()
        parts: Sequence[object] = self._tree.as_argument(numbers)
        return parts


def _with_bools_as_numbers(x: Any, depth: int) -> Any:
    """The part of data with 0.0 and 1.0 for bools, which are no numbers to the engine."""
    if type(x).__name__ in ("bool", "bool_"):
        return float(x)
    if is_array(x) and x.dtype == bool:
        return x.astype(float)
    if is_array(x) and x.dtype == object:
        same = x.copy()
        for i, cell in enumerate(x.flat):
            if type(cell).__name__ in ("bool", "bool_"):
                same.flat[i] = float(cell)
        return same
    if depth and type(x) in (list, tuple):
        return type(x)(_with_bools_as_numbers(part, depth - 1) for part in x)
    if depth and type(x) is dict:
        return {key: _with_bools_as_numbers(part, depth - 1) for key, part in x.items()}
    return x


def _structure(x: Any) -> object:
    """The nested lists and dicts without their numbers; a tuple or an array counts as a list."""
    if is_array(x):
        x = x.tolist()
    if isinstance(x, (list, tuple)):
        return [_structure(part) for part in x]
    if isinstance(x, dict):
        return {key: _structure(part) for key, part in x.items()}
    return "number"
