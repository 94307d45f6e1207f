"""Arrays of floats as lists: the few functions of NumPy that programs need where it is missing.

Names and arguments are NumPy's. An array has one or two dimensions.
"""

from __future__ import annotations

from array import array as doubles
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import chain
from operator import add, mul
from typing import Any, TypeAlias

float64 = float
number = ()  # no numbers but Python's
Key: TypeAlias = Any  # None, an int, a slice or a list, or a pair of these


class ndarray:  # noqa: N801  (as in NumPy)
    """A line of floats, or lines of equal length.

    >>> x = array([[1.0, 2.0], [3.0, 4.0]])
    >>> x.shape, x.T.tolist(), x[:, 1].tolist(), (x[0] + x[1]).tolist()
    ((2, 2), [[1.0, 3.0], [2.0, 4.0]], [2.0, 4.0], [4.0, 6.0])
    """

    def __init__(self, items: list[Any], *lengths: int) -> None:
        self._items = items
        self.shape = (len(items), *lengths)  # `lengths` has that of the lines

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Key) -> Any:
        lengths = self.shape[1:]
        if type(key) is tuple:
            return self[key[0]]._columns(key[1])
        if key is None:
            return ndarray([self._items], len(self))
        if type(key) is list:
            return ndarray([self._items[i] for i in key], *lengths)
        found = self._items[key]
        return ndarray(found, *lengths[type(key) is int :]) if type(found) is list else found

    def _columns(self, key: int | slice) -> ndarray:
        found = [line[key] for line in self._items]
        if isinstance(key, int):
            return ndarray(found)
        return ndarray(found, len(range(self.shape[1])[key]))

    def __add__(self, other: ndarray) -> ndarray:
        return ndarray(list(map(add, self._items, other._items)))

    def __truediv__(self, x: float) -> ndarray:
        if len(self.shape) == 1:
            return ndarray([y / x for y in self._items])
        return ndarray([[y / x for y in line] for line in self._items], self.shape[1])

    @property
    def T(self) -> ndarray:  # noqa: N802
        """Columns as lines."""
        if not self._items:
            return ndarray([[] for _ in range(self.shape[1])], 0)
        return ndarray(list(map(list, zip(*self._items))), len(self))

    def tolist(self) -> list[Any]:
        """The floats, as a list or as lists."""
        return list(map(list, self._items)) if self.shape[1:] else self._items.copy()

    def copy(self) -> ndarray:
        """Another array of the same floats."""
        return ndarray(self.tolist(), *self.shape[1:])

    def ravel(self) -> ndarray:
        """All floats in one line."""
        return ndarray(list(chain.from_iterable(self._items))) if self.shape[1:] else self

    def reshape(self, _: int, size: int) -> ndarray:
        """Lines of this size, from a single one."""
        items = self._items
        return ndarray([items[i : i + size] for i in range(0, len(items), size)], size)

    def item(self, i: int) -> float:
        """The float at a place."""
        x: float = self._items[i]
        return x

    def any(self) -> bool:
        """Return True if a number of a line is not 0."""
        return any(self._items)

    def argmax(self) -> int:
        """The place of the greatest of a line."""
        return self._items.index(max(self._items))


def array(x: Iterable[Any], dtype: type = float) -> ndarray:
    """Numbers, or lines of them, as an array of floats.

    >>> array([1, 2.0]).tolist()
    [1.0, 2.0]
    """
    lines = list(x)
    if lines and isinstance(lines[0], Iterable):
        found = [list(map(float, line)) for line in lines]
        return ndarray(found, len(found[0]))
    return ndarray(list(map(float, lines)))


def asarray(x: Iterable[Any], dtype: type = float) -> ndarray:
    """`array`, but an array as it is.

    >>> x = array([1.0])
    >>> asarray(x) is x
    True
    """
    return x if type(x) is ndarray else array(x)


def empty(shape: tuple[int, int]) -> ndarray:
    """An array of no lines.

    >>> empty((0, 1)).shape
    (0, 1)
    """
    return ndarray([], *shape[1:])


def concatenate(parts: Sequence[Any], axis: int = 0, dtype: type = float) -> ndarray:
    """Arrays one after the other, or with `axis=1` side by side.

    >>> concatenate([array([[1.0], [2.0]]), array([[3.0], [4.0]])], axis=1).tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    found = list(map(asarray, parts))
    if axis:
        lines = [list(chain.from_iterable(line)) for line in zip(*[x.tolist() for x in found])]
        return ndarray(lines, sum(x.shape[1] for x in found))
    return ndarray([item for x in found for item in x._items], *found[0].shape[1:])


def reshape(x: Sequence[Iterable[float]], shape: tuple[int, int]) -> ndarray:
    """Lines as an array of this shape.

    >>> reshape([], (0, 2)).T.tolist()
    [[], []]
    """
    return ndarray(list(map(list, x)), shape[1])


def frombuffer(x: bytes) -> ndarray:
    """The doubles in these bytes.

    >>> frombuffer(bytes(8)).tolist()
    [0.0]
    """
    return ndarray(doubles("d", x).tolist())


def vdot(x: ndarray, y: ndarray) -> float:
    """The sum of products.

    >>> vdot(array([3.0, 4.0]), array([3.0, 4.0]))
    25.0
    """
    return float(sum(map(mul, x.ravel()._items, y.ravel()._items)))


def errstate(**_: str) -> nullcontext[None]:
    """A context in which nothing changes: floats do not warn."""
    return nullcontext()


def dtype(x: type) -> type:
    """The type itself.

    >>> dtype(float)
    <class 'float'>
    """
    return x
