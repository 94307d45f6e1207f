"""Pytree: a nested argument as a row of numbers, and back."""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from microgradlike.coerce import as_float
from microgradlike.scalar import Scalar

DEEPEST = 50  # lists within lists


class Parametric:
    """Something that holds parameters by name, such as a Module, and can be had with others."""

    __slots__ = ()

    def named_parameters(self) -> Sequence[tuple[str, Any]]:
        """The parameters with their names."""
        raise NotImplementedError(f"{type(self).__name__} has no named_parameters()")

    def with_parameters(self, parameters: Sequence[Any]) -> Any:
        """A copy with others in the place of its parameters, in the order of `named_parameters`."""
        raise NotImplementedError(f"{type(self).__name__} has no with_parameters(parameters)")


NESTS = (list, tuple, dict, Parametric)  # what holds numbers, besides arrays


@dataclass(frozen=True, slots=True)
class Leaf:
    """Where a number, or an array of that shape, stands in the row; `shape` is None for a number.

    >>> Leaf(2, (2, 3)).size
    6
    """

    start: int
    shape: tuple[int, ...] | None = None

    @property
    def size(self) -> int:
        """How many numbers it is."""
        size = 1
        for n in self.shape or ():
            size *= n
        return size

    def of(self, row: Any) -> Any:
        """Its part of a list: a number, or an array (of objects, unless all are numbers)."""
        if self.shape is None:
            return row[self.start]
        return array(row[self.start : self.start + self.size], self.shape)

    def of_floats(self, row: Any) -> Any:
        """Its part of a row that is an array of floats: a float, or an array."""
        if self.shape is None:
            return row.item(self.start)
        return row[self.start : self.start + self.size].reshape(self.shape).copy()


@dataclass(frozen=True, slots=True)
class _Branch:
    prototype: Any
    parts: tuple[tuple[Any, Leaf | _Branch], ...]  # key and part


class Pytree:
    """Numbers in nested lists, tuples, dicts and arrays: `leaves` in order, and `map` to rebuild.

    A Module counts as a dict of its parameters by name. `what` is its name in messages.
    Raises TypeError for what is no number, ValueError for a list nested too deep or in itself.

    >>> tree = Pytree({"w": [1, 2.0], "b": 3}, "argument 0")
    >>> tree.leaves, tree.unflatten([10.0, 20.0, 30.0])
    ([1.0, 2.0, 3.0], {'w': [10.0, 20.0], 'b': 30.0})
    """

    def __init__(self, x: Any, what: str) -> None:
        self.leaves: list[Any] = []
        self.what = what
        self._root = self._part(x, what, DEEPEST)

    def unflatten(self, row: Sequence[Any]) -> Any:
        """The same nest with other numbers; a dict for a Module."""
        if is_array(row):
            return self.map(lambda leaf: leaf.of_floats(row))
        return self.map(lambda leaf: leaf.of(row))

    def argument(self, row: Sequence[Any]) -> Any:
        """The same nest with other numbers, for a function to take: a Module for a Module."""
        return _rebuilt(self._root, lambda leaf: _opened(leaf.of(row)), modules=True)

    def map(self, visit: Callable[[Leaf], Any]) -> Any:
        """The nest with `visit(leaf)` in the place of every number and array."""
        return _rebuilt(self._root, visit, modules=False)

    def stacked(self, columns: Sequence[Any]) -> Any:
        """The nest with an array in the place of each number or array, with a leading axis of rows.

        Of each number of the row there is a column.
        """
        import numpy as np

        def stack(leaf: Leaf) -> Any:
            numbers = [np.asarray(c) for c in columns[leaf.start : leaf.start + leaf.size]]
            if leaf.shape is None:
                return numbers[0]
            return np.stack(numbers, axis=-1).reshape(-1, *leaf.shape)

        return self.map(stack)

    def structure(self) -> Any:
        """What two nests have in common where only the numbers differ; it can be a key."""
        return _structure(self._root)

    @property
    def single(self) -> bool:
        """Whether it is one number, or an array of no dimensions."""
        return isinstance(self._root, Leaf) and not self._root.shape

    def described(self) -> str:
        """What it is, for a message."""
        if isinstance(self._root, Leaf):
            return _shown(self._root.shape or ())
        return f"a {type(self._root.prototype).__name__} of {len(self.leaves)} number(s)"

    def names(self, start: str) -> list[str]:
        """What its numbers are called, as one would write them, if it is called `start`.

        >>> Pytree({"w": [1, 2.0], "b": 3}, "argument 0").names("p")
        ["p['w'][0]", "p['w'][1]", "p['b']"]
        """
        found = []
        for path, leaf in _leaves(self._root, ()):
            name = start + "".join(f"[{key!r}]" for key in path)
            if leaf.shape is None:
                found.append(name)
            else:
                places = itertools.product(*map(range, leaf.shape))
                found += [f"{name}[{', '.join(map(str, place))}]" for place in places]
        return found

    def matching(self, x: Any, what: str) -> list[Any]:
        """The numbers of another nest; ValueError where it is not of this one's structure."""
        other = Pytree(x, what)
        mine, its = dict(_leaves(self._root, ())), dict(_leaves(other._root, ()))
        shapes = {path: leaf.shape or () for path, leaf in mine.items()}
        others = {path: leaf.shape or () for path, leaf in its.items()}
        if shapes != others:
            path = next(p for p in {**shapes, **others} if shapes.get(p) != others.get(p))
            place = what + "".join(f"[{key!r}]" for key in path)
            raise ValueError(
                f"{what} has the structure of {self.what}, number for number; at {place} it has"
                f" {_shown(others.get(path))}, not {_shown(shapes.get(path))}"
            )
        return [x for path in mine for x in other.leaves[its[path].start :][: its[path].size]]

    def _part(self, x: Any, name: str, depth: int) -> Leaf | _Branch:
        if isinstance(x, Scalar):
            return self._leaf([x], None)
        if isinstance(x, NESTS):
            if not depth:
                raise ValueError(
                    f"{name:.60} is nested more than {DEEPEST} deep; does it contain itself?"
                )
            below = [(key, self._part(v, place, depth - 1)) for key, place, v in parts(x, name)]
            return _Branch(x, tuple(below))
        if is_array(x):
            return self._leaf([_number(v, f"an element of {name}") for v in x.flat], x.shape)
        return self._leaf([_number(x, name)], None)

    def _leaf(self, numbers: list[Any], shape: tuple[int, ...] | None) -> Leaf:
        leaf = Leaf(len(self.leaves), shape)
        self.leaves += numbers
        return leaf


def array(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """An array of float64, or of objects where not all are plain numbers.

    >>> array([1.0, 2.0], (2, 1)).tolist()
    [[1.0], [2.0]]
    """
    import numpy as np

    result = np.empty(len(numbers), object)
    result[:] = numbers
    if all(type(x) is float for x in numbers):
        result = result.astype(float)
    return result.reshape(shape)


def parts(x: Any, name: str) -> Iterator[tuple[Any, str, Any]]:
    """The key, the name and the part, for all that a nest called `name` holds, in order.

    >>> list(parts({"w": 3.0}, "x"))
    [('w', "x['w']", 3.0)]
    """
    if isinstance(x, Parametric):
        yield from ((path, f"{name}.{path}", p) for path, p in x.named_parameters())
    else:
        items = x.items() if isinstance(x, dict) else enumerate(x)
        yield from ((key, f"{name}[{key!r}]", part) for key, part in items)


def is_array(x: object) -> bool:
    """Whether `x` is a NumPy array, without importing NumPy for that."""
    numpy = sys.modules.get("numpy")  # who has an array has imported numpy
    return numpy is not None and isinstance(x, numpy.ndarray)


def _opened(x: Any) -> Any:
    """An array of floats as one of objects: a function gets the same kind in every mode."""
    return x.astype(object) if is_array(x) else x


def _number(x: Any, name: str) -> Any:
    found = x if isinstance(x, Scalar) else as_float(x)
    if found is None:
        raise TypeError(
            f"{name} is {x!r:.60} of type {type(x).__name__}; derivatives go by numbers, Values,"
            " and arrays, lists, tuples and dicts of them"
        )
    return found


def _rebuilt(part: Leaf | _Branch, visit: Callable[[Leaf], Any], *, modules: bool) -> Any:
    if isinstance(part, Leaf):
        return visit(part)
    x = part.prototype
    if type(x) is tuple or type(x) is list:
        return type(x)([_rebuilt(p, visit, modules=modules) for _, p in part.parts])
    items = [(key, _rebuilt(p, visit, modules=modules)) for key, p in part.parts]
    values = [value for _, value in items]
    if isinstance(x, Parametric):
        return x.with_parameters(values) if modules else dict(items)
    if isinstance(x, tuple):
        return getattr(type(x), "_make", tuple)(values)  # a named tuple stays one
    same = copy.copy(x)  # an OrderedDict, a defaultdict, a list of somebody's: the same again
    if isinstance(x, dict):
        for key, value in items:  # a Counter's update would add
            same[key] = value
    else:
        same[:] = values
    return same


def _structure(part: Leaf | _Branch) -> Any:
    if isinstance(part, Leaf):
        return part.shape
    x = part.prototype
    # of two Modules not even the code has to be the same
    kind = x if isinstance(x, Parametric) else type(x)
    return (kind, *((key, _structure(below)) for key, below in part.parts))


def _leaves(part: Leaf | _Branch, path: tuple[Any, ...]) -> Iterator[tuple[Any, Leaf]]:
    if isinstance(part, Leaf):
        yield path, part
    else:
        for key, below in part.parts:
            yield from _leaves(below, (*path, key))


def _shown(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "nothing"
    return f"an array of shape {shape}" if shape else "a number"
