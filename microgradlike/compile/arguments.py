"""Arguments of a call: their structure, which a recording is kept for, and their numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from microgradlike.derivatives.pytree import Pytree, is_array
from microgradlike.engine import Value
from microgradlike.scalar import Scalar

STATIC = (str, bytes, bool, type(None))  # taken as they are, and part of the structure
NO_ROWS = np.empty((0, 1))
_REAL = "fiu"  # kinds of NumPy's numbers


class Arguments:
    """The arguments of one call, in the order in which a program takes them.

    `key` is their structure. `rows` has a row for each number that differs over the batch, and a
    column for each of its `count` rows; `shared` the numbers that are the same for all. `values`
    are the Values among those, by place; `scalars` says whether there are numbers of any kind that
    another computation is made of, `foreign` whether there are others than those. Raises TypeError
    for what is no number, and ValueError for batches of no rows or of different lengths.

    >>> a = Arguments((np.zeros((5, 2)), 3.0), {}, batch=(0,))
    >>> a.count, a.rows.shape, a.shared
    (5, (2, 5), array([3.]))
    """

    def __init__(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], batch: tuple[int, ...]
    ) -> None:
        self.args, self.kwargs, self.batch = tuple(args), dict(kwargs), batch
        self.count: int | None = None
        self.values: dict[int, Value] = {}
        self.scalars = self.foreign = False
        self._rows: list[Any] = []
        self._shared: list[Any] = []
        self._size = 0
        if batch and batch[-1] >= len(self.args):
            _refuse_no_argument(batch, len(self.args))
        keys: list[Any] = []
        for i, x in enumerate(self.args):
            if type(x) is np.ndarray and x.dtype.kind in _REAL and x.ndim:
                keys.append(self._array(i, x))  # the usual case, which takes least
            else:
                keys.append(self._batched(i, x) if i in batch else self._one(i, x))
        if kwargs:
            keys += [(name, self._one(name, self.kwargs[name])) for name in sorted(self.kwargs)]
        self.key = tuple(keys)
        self.rows = _joined(self._rows, NO_ROWS)
        self.shared = _joined(self._shared, NO_ROWS[:, 0])

    def stand_ins(self, new: Any) -> tuple[list[Any], dict[str, Any], list[Any]]:
        """Arguments to call the function with, for one row: `new()` in the place of each number.

        The third is what `new` gave, in the order in which a program takes it.
        """
        varying: list[Any] = []
        fixed: list[Any] = []

        def filled(x: Any, made: list[Any]) -> Any:
            if isinstance(x, STATIC):
                return x
            tree = Pytree(x, "argument")
            numbers = [new() for _ in tree.leaves]
            made += numbers
            return tree.as_argument(numbers)

        args = [
            filled(row_of(x, 0), varying) if i in self.batch else filled(x, fixed)
            for i, x in enumerate(self.args)
        ]
        kwargs = {name: filled(self.kwargs[name], fixed) for name in sorted(self.kwargs)}
        return args, kwargs, varying + fixed

    def names(self, f: Callable[..., Any]) -> list[str]:
        """What the numbers are called that a program takes, in its order, by the parameters of f.

        >>> Arguments(([[1.0, 2.0]], 3.0), {}, batch=(0,)).names(lambda x, w: x[0] * w)
        ['x[0]', 'x[1]', 'w']
        """
        varying: list[str] = []
        fixed: list[str] = []
        called = _parameters(f, len(self.args))
        numbers = [(name, i in self.batch) for i, name in enumerate(called)]
        for (name, batched), x in zip(numbers, self.args):
            if not isinstance(x, STATIC):
                row = row_of(x, 0) if batched else x
                (varying if batched else fixed).extend(Pytree(row, name).names(name))
        for name in sorted(self.kwargs):
            if not isinstance(self.kwargs[name], STATIC):
                fixed += Pytree(self.kwargs[name], name).names(name)
        return varying + fixed

    def row(self, i: int) -> list[Any]:
        """The positional arguments of one row of the batch."""
        return [row_of(x, i) if k in self.batch else x for k, x in enumerate(self.args)]

    def _array(self, i: int, x: Any) -> Any:
        """Take an array of numbers; the structure of it, or of a row of it."""
        if i not in self.batch:
            self._shared.append(x.ravel())
            self._size += x.size
            return x.shape
        count = len(x)
        if count != self.count or not count:
            self._check_count(i, count)
        self._rows.append(x.reshape(count, -1).T)
        return x.shape[1:]

    def _one(self, place: int | str, x: Any) -> Any:
        """Take an argument that is the same for all rows; its structure."""
        if type(x) is float:
            self._take([x])
            return None
        if isinstance(x, STATIC):
            return (type(x), x)
        if is_array(x) and x.dtype.kind in _REAL:
            self._take(x.ravel())
            return x.shape
        tree = Pytree(x, f"argument {place!r}")
        for i, number in enumerate(tree.leaves):
            if isinstance(number, Scalar):
                self.scalars = True
                if isinstance(number, Value):
                    self.values[self._size + i] = number
                else:
                    self.foreign = True
        if not self.foreign:
            self._take([x.data if isinstance(x, Value) else x for x in tree.leaves])
        return tree.structure()

    def _take(self, numbers: Any) -> None:
        self._shared.append(numbers)
        self._size += len(numbers)

    def _batched(self, i: int, x: Any) -> Any:
        """Take an argument that has a number for each row; the structure of one row of it."""
        name = f"argument {i}"
        count = _count(x, name)
        self._check_count(i, count)
        return self._columns(name, x, count)

    def _check_count(self, i: int, count: int) -> None:
        if self.count is None:
            self.count = count
        elif count != self.count:
            raise ValueError(
                f"argument {i} has {count} row(s), argument {self.batch[0]} has {self.count}: a"
                " batch has one length"
            )
        if not count:
            raise ValueError(
                f"argument {i} has no rows: there is no mean, and no structure, of nothing"
            )

    def _columns(self, name: str, x: Any, count: int) -> Any:
        if isinstance(x, dict):
            return ("dict", *((k, self._columns(f"{name}[{k!r}]", v, count)) for k, v in x.items()))
        if isinstance(x, np.ndarray) and x.dtype.kind in _REAL:
            self._rows.append(x.reshape(count, -1).T)
            return x.shape[1:]
        trees = [Pytree(row, f"{name}[{i}]") for i, row in enumerate(x)]
        structure = trees[0].structure()
        for i, tree in enumerate(trees):
            if tree.structure() != structure:
                raise ValueError(
                    f"{name}[{i}] is {tree.describe()}, {name}[0] is {trees[0].describe()}: the"
                    " rows of a batch are alike"
                )
        if any(isinstance(x, Scalar) for tree in trees for x in tree.leaves):
            self.scalars = self.foreign = True  # a Value in one row is none in the others
        else:
            columns = np.array([tree.leaves for tree in trees], dtype=float).reshape(count, -1)
            self._rows.append(columns.T)
        return structure


def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first parameters of f."""
    try:
        found = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # of a function that is not Python's
        found = []
    usual = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in found if p.kind in usual][:count]
    return names + [f"argument {i}" for i in range(len(names), count)]


def _joined(parts: list[Any], nothing: Any) -> Any:
    """The parts as one array of floats; not a copy, if there is one part that is such an array."""
    if len(parts) > 1:
        return np.concatenate(parts, dtype=float)
    return np.asarray(parts[0], dtype=float) if parts else nothing


def row_of(x: Any, i: int) -> Any:
    """Row `i` of an argument that has a number for each row.

    >>> row_of({"x": np.array([[1.0, 2.0], [3.0, 4.0]]), "y": [5.0, 6.0]}, 1)
    {'x': array([3., 4.]), 'y': 6.0}
    """
    if isinstance(x, dict):
        return {key: row_of(part, i) for key, part in x.items()}
    row = x[i]
    return row.item() if isinstance(row, np.number) else row  # NumPy's numbers warn


def _count(x: Any, name: str) -> int:
    """The number of rows of an argument."""
    if isinstance(x, dict) and x:
        counts = {key: _count(part, f"{name}[{key!r}]") for key, part in x.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(f"the parts of {name} have different numbers of rows: {counts}")
        return next(iter(counts.values()))
    if isinstance(x, (list, tuple)) or (is_array(x) and x.ndim):
        return len(x)
    raise TypeError(
        f"{name} is in batch=, so it has a row for each example: an array, a list, or a dict of"
        f" them; got {x!r:.60} of type {type(x).__name__}"
    )


def _refuse_no_argument(batch: tuple[int, ...], count: int) -> NoReturn:
    missing = next(i for i in batch if i >= count)
    raise ValueError(
        f"batch={batch!r} names argument {missing}, but there are {count} positional argument(s),"
        " counted from 0"
    )
