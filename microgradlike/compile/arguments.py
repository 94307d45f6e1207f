"""Arguments of a call: their structure, which is the key of a recording, and their numbers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NoReturn

from microgradlike._numpy import HAS_NUMPY, np
from microgradlike._validate import refuse_mask, shown
from microgradlike.compile.arrays import NO_ROWS, FloatArray, joined
from microgradlike.compile.plain_numbers import plain_numbers, plain_rows, structure_of
from microgradlike.derivatives.pytree import Pytree, is_array
from microgradlike.engine import Value
from microgradlike.op import Number
from microgradlike.scalar import Scalar

STATIC = (str, bytes, bool, type(None))  # not numbers; they are part of the structure
_REAL = "fiu"  # dtype.kind of arrays of real numbers


class Arguments:
    """The arguments of one call, in the order in which a program takes them.

    `key` is their structure. `rows` is an array with a line for each number that differs over the
    batch and a column for each of the `count` rows; `parts` are arrays with some of the lines each.
    `shared` holds the numbers that all rows share.
    `values` maps places in `shared` to Values. `scalars` is True if Values, Duals or Tracers are
    among the arguments, `foreign` if some of them are not in `values`. Raises TypeError
    for arguments that are not numbers, ValueError for a batch that is empty or has parts of
    different lengths. `called` is the pattern of an argument's name in a message.

    >>> a = Arguments((np.zeros((5, 2)), 3.0), {}, batch=(0,))
    >>> a.count, a.rows.shape, a.shared
    (5, (2, 5), array([3.]))
    """

    def __init__(
        self,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        batch: tuple[int, ...],
        *,
        called: str = "argument {}",
    ) -> None:
        self.args, self.kwargs, self.batch = tuple(args), dict(kwargs), batch
        if not HAS_NUMPY:
            self.args = tuple(x.tolist() if type(x) is np.ndarray else x for x in args)
        self._called = called
        self.count: int | None = None
        self.values: dict[int, Value] = {}
        self.scalars = self.foreign = False
        self.parts: list[FloatArray] = []
        self._shared: list[FloatArray | list[Number]] = []
        self._size = 0
        if batch and batch[-1] >= len(self.args):
            _refuse_missing(batch, len(self.args))
        keys: list[object] = []
        for i, x in enumerate(self.args):
            if type(x) is np.ndarray and x.dtype.kind in _REAL and x.ndim:
                keys.append(self._array(i, x))  # the common case, made fast
            else:
                keys.append(
                    self._batch_argument(i, x) if i in batch else self._shared_argument(i, x)
                )
        if kwargs:
            keys += [(k, self._shared_argument(k, self.kwargs[k])) for k in sorted(self.kwargs)]
        self.key = tuple(keys)
        self.shared = joined(self._shared, NO_ROWS[:, 0])

    @cached_property
    def rows(self) -> FloatArray:
        """The `parts` as one array."""
        return joined(self.parts)

    def tracers(self, new: Callable[[], Number]) -> tuple[list[Any], dict[str, Any], list[Number]]:
        """Return arguments for one row, `new()` in place of each number, and these new numbers.

        The numbers are in the order in which a program takes them.
        """
        varying: list[Number] = []
        shared: list[Number] = []

        def filled(x: object, made: list[Number]) -> object:
            if isinstance(x, STATIC):
                return x
            tree = Pytree(x, "argument")
            numbers = [new() for _ in tree.leaves]
            made += numbers
            return tree.as_argument(numbers)

        args = [
            filled(row_of(x, 0), varying) if i in self.batch else filled(x, shared)
            for i, x in enumerate(self.args)
        ]
        kwargs = {name: filled(self.kwargs[name], shared) for name in sorted(self.kwargs)}
        return args, kwargs, varying + shared

    def names(self, f: Callable[..., object]) -> list[str]:
        """Return a name for each number, in the order of a program, from the parameters of f.

        >>> Arguments(([[1.0, 2.0]], 3.0), {}, batch=(0,)).names(lambda x, w: x[0] * w)
        ['x[0]', 'x[1]', 'w']
        """
        varying: list[str] = []
        shared: list[str] = []
        for i, (name, x) in enumerate(zip(_parameters(f, len(self.args)), self.args)):
            if not isinstance(x, STATIC):
                batched = i in self.batch
                row = row_of(x, 0) if batched else x
                (varying if batched else shared).extend(Pytree(row, name).names(name))
        for name in sorted(self.kwargs):
            if not isinstance(self.kwargs[name], STATIC):
                shared += Pytree(self.kwargs[name], name).names(name)
        return varying + shared

    def static_notes(self, *kinds: type[object]) -> list[str]:
        """Return a note on each argument that is text, bytes, a bool or None, or of these kinds."""
        named = {str(i): x for i, x in enumerate(self.args)} | self.kwargs
        return [
            f"argument {name} is {shown(x)} of type {type(x).__name__}, which the function gets as"
            " it is; pass a number for an argument that it computes with"
            for name, x in named.items()
            if isinstance(x, kinds or STATIC)
        ]

    def row(self, i: int) -> list[Any]:
        """Return the positional arguments of one row of the batch."""
        return [row_of(x, i) if k in self.batch else x for k, x in enumerate(self.args)]

    def _array(self, i: int, x: Any) -> object:
        """Take an array of numbers and return the structure of it, or of a row of it."""
        if i not in self.batch:
            self._shared.append(x.ravel())
            self._size += x.size
            return x.shape
        count = len(x)
        if count != self.count or not count:
            self._check_count(i, count)
        self.parts.append(x.reshape(count, -1).T)
        return x.shape[1:]

    def _shared_argument(self, place: int | str, x: Any) -> object:
        """Take an argument that all rows share and return its structure."""
        if type(x) is float:
            self._take([x])
            return None
        if isinstance(x, STATIC):
            return (type(x), x)
        if is_array(x) and x.dtype.kind in _REAL:
            refuse_mask(f"argument {place!r}", x)
            self._take(x.ravel())
            return x.shape
        numbers = plain_numbers(x)
        if numbers is not None:
            self._take(numbers)
            return structure_of(len(x), is_list=type(x) is list)
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

    def _take(self, numbers: FloatArray | list[Number]) -> None:
        self._shared.append(numbers)
        self._size += len(numbers)

    def _batch_argument(self, i: int, x: Any) -> object:
        """Take an argument with a leading axis of rows and return the structure of one row."""
        name = self._called.format(i)
        count = row_count(x, name)
        self._check_count(i, count)
        return self._columns(name, x, count)

    def _check_count(self, i: int, count: int) -> None:
        if self.count is None:
            self.count = count
        elif count != self.count:
            raise ValueError(
                f"argument {i} has {count} row(s), argument {self.batch[0]} has {self.count}; pass"
                " as many rows for each argument in batch"
            )
        if not count:
            raise ValueError(f"argument {i} has no rows: the batch is empty; pass at least one row")

    def _columns(self, name: str, x: Any, count: int) -> object:
        if isinstance(x, dict):
            return ("dict", *((k, self._columns(f"{name}[{k!r}]", v, count)) for k, v in x.items()))
        if isinstance(x, np.ndarray) and x.dtype.kind in _REAL:
            refuse_mask(name, x)
            self.parts.append(x.reshape(count, -1).T)
            return x.shape[1:]
        flat = plain_numbers(x)
        if flat is not None:
            self.parts.append(flat[None])
            return None
        matrix = plain_rows(x)
        if matrix is not None:
            self.parts.append(matrix.T)
            return structure_of(len(x[0]), is_list=type(x[0]) is list)
        trees = [Pytree(row, f"{name}[{i}]") for i, row in enumerate(x)]
        structure = trees[0].structure()
        for i, tree in enumerate(trees):
            if tree.structure() != structure:
                raise ValueError(
                    f"{name}[{i}] is {tree.describe()}, {name}[0] is {trees[0].describe()}; give"
                    " all rows of a batch one structure"
                )
        if any(isinstance(x, Scalar) for tree in trees for x in tree.leaves):
            self.scalars = self.foreign = True  # a Value of one row is not in the others
        else:
            columns = np.array([tree.leaves for tree in trees], dtype=float)
            self.parts.append(columns.T)
        return structure


def _parameters(f: Callable[..., object], count: int) -> list[str]:
    """Return the names of the first `count` parameters of f."""
    try:
        found = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # f is not written in Python
        found = []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in found if p.kind in positional][:count]
    return names + [f"argument {i}" for i in range(len(names), count)]


def row_of(x: Any, i: int) -> Any:
    """Return row `i` of an argument with a leading axis of rows.

    >>> row_of({"x": np.array([[1.0, 2.0], [3.0, 4.0]]), "y": [5.0, 6.0]}, 1)
    {'x': array([3., 4.]), 'y': 6.0}
    """
    if isinstance(x, dict):
        return {key: row_of(part, i) for key, part in x.items()}
    row = x[i]
    return row.item() if isinstance(row, np.number) else row  # NumPy's numbers warn on overflow


def row_count(x: Any, name: str) -> int:
    """Return the number of rows of an argument."""
    if isinstance(x, dict) and x:
        counts = {key: row_count(part, f"{name}[{key!r}]") for key, part in x.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(
                f"the parts of {name} have different numbers of rows: {counts}; pass as many rows"
                " for each part"
            )
        return next(iter(counts.values()))
    if isinstance(x, (list, tuple)) or (is_array(x) and x.ndim):
        return len(x)
    raise TypeError(
        f"{name} is {shown(x)} of type {type(x).__name__}, which has no rows for a batch; pass an"
        " array, a list, or a dict of these, with a row for each example"
    )


def _refuse_missing(batch: tuple[int, ...], count: int) -> NoReturn:
    missing = next(i for i in batch if i >= count)
    raise ValueError(
        f"batch={batch!r} names argument {missing}, but there are {count} positional argument(s);"
        " count from 0, and pass it by position"
    )
