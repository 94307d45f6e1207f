"""Pytree: a nested argument as a flat list of numbers, and back."""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeGuard

from microgradlike._validate import refuse_mask, shown
from microgradlike.arrays import number_array
from microgradlike.coerce import as_float
from microgradlike.op import Number
from microgradlike.scalar import Scalar

if TYPE_CHECKING:
    import numpy as np

    Array: TypeAlias = np.ndarray[Any, Any]  # arrays of doubles or of objects

# Numbers, or arrays, lists, tuples, dicts and Modules of them, to any depth. It is Any because a
# type cannot tell how an argument is nested.
Nested: TypeAlias = Any

MAX_DEPTH = 50  # levels of nesting


class HasParameters:
    """The base of Module: an object with parameters by name, which can be copied with others."""

    __slots__ = ()

    def named_parameters(self) -> Sequence[tuple[str, Number]]:
        """Pairs of name and parameter."""
        raise NotImplementedError(f"{type(self).__name__} has no named_parameters()")

    def with_parameters(self, parameters: Sequence[Number]) -> HasParameters:
        """A copy with these parameters, in the order of `named_parameters`."""
        raise NotImplementedError(f"{type(self).__name__} has no with_parameters(parameters)")


CONTAINERS = (list, tuple, dict, HasParameters)  # nested arguments consist of these, and of arrays


class LeafSpec(NamedTuple):
    """The place of a number, or of an array of `shape`, among the leaves of a Pytree.

    `start` is the index of its first number; `shape` is None for a number.

    >>> LeafSpec(2, (2, 3)).size
    6
    """

    start: int
    shape: tuple[int, ...] | None = None

    @property
    def size(self) -> int:
        """The count of its numbers."""
        size = 1
        for n in self.shape or ():
            size *= n
        return size

    def take(self, leaves: Sequence[Number] | Array) -> Number | Array:
        """Its number or array from a list of leaves; an array of objects unless all are floats."""
        if self.shape is None:
            return leaves[self.start]
        return array(leaves[self.start : self.start + self.size], self.shape)

    def take_floats(self, leaves: Array) -> float | Array:
        """Its float or array from an array of leaves that are floats."""
        if self.shape is None:
            number: float = leaves.item(self.start)
            return number
        return leaves[self.start : self.start + self.size].reshape(self.shape).copy()


class _ContainerSpec(NamedTuple):
    prototype: Nested
    children: tuple[tuple[object, LeafSpec | _ContainerSpec], ...]  # containers with keys


class Pytree:
    """Numbers in nested lists, tuples, dicts and arrays: `leaves` in order, and `unflatten`.

    A Module counts as a dict of its parameters by name. `name` stands for `x` in messages.
    Raises TypeError where `x` holds anything but numbers, and ValueError where it is nested too
    deep or contains itself.

    >>> tree = Pytree({"w": [1, 2.0], "b": 3}, "argument 0")
    >>> tree.leaves, tree.unflatten([10.0, 20.0, 30.0])
    ([1.0, 2.0, 3.0], {'w': [10.0, 20.0], 'b': 30.0})
    """

    def __init__(self, x: Nested, name: str) -> None:
        self.leaves: list[Number] = []
        self.name = name
        self._root = self._flatten(x, name, MAX_DEPTH)

    def unflatten(self, leaves: Sequence[Number] | Array) -> Nested:
        """The same structure with other numbers; a dict for a Module."""
        if is_array(leaves):
            return self.map(lambda leaf: leaf.take_floats(leaves))
        return self.map(lambda leaf: leaf.take(leaves))

    def as_argument(self, leaves: Sequence[Number]) -> Nested:
        """The same structure with other numbers, to call a function with.

        A Module stays one, and arrays are of objects, so that a function gets the same in any mode.
        """
        return _rebuild(self._root, lambda leaf: _as_objects(leaf.take(leaves)), modules=True)

    def map(self, visit: Callable[[LeafSpec], Nested]) -> Nested:
        """The same structure with `visit(leaf)` in the place of every number and array."""
        return _rebuild(self._root, visit, modules=False)

    def stacked(self, columns: Sequence[Number]) -> Nested:
        """The same structure with arrays of a leading axis of rows, given a column per leaf.

        Without NumPy there are lists in place of arrays.
        """
        from microgradlike._numpy import HAS_NUMPY  # here, to keep `import microgradlike` light

        def stack(leaf: LeafSpec) -> Array | list[Number]:
            if leaf.shape is None and not HAS_NUMPY:
                return list(columns[leaf.start])
            import numpy as np  # it may have been imported since

            numbers = [np.asarray(c) for c in columns[leaf.start : leaf.start + leaf.size]]
            if leaf.shape is None:
                return numbers[0]
            return np.stack(numbers, axis=-1).reshape(-1, *leaf.shape)

        return self.map(stack)

    def structure(self) -> Hashable:
        """A key that is equal for two arguments if only their numbers differ."""
        return _structure(self._root)

    @property
    def single(self) -> bool:
        """True for one number, or an array of no dimensions."""
        return isinstance(self._root, LeafSpec) and not self._root.shape

    def describe(self) -> str:
        """Its kind and size, for a message."""
        if isinstance(self._root, LeafSpec):
            return _describe_shape(self._root.shape or ())
        return f"a {type(self._root.prototype).__name__} of {len(self.leaves)} number(s)"

    def names(self, start: str) -> list[str]:
        """A Python expression for each number, if the whole is called `start`.

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

    def leaves_of(self, x: Nested, name: str) -> list[Number]:
        """The leaves of `x`, in this tree's order; ValueError unless the structures are equal."""
        other = Pytree(x, name)
        mine, its = dict(_leaves(self._root, ())), dict(_leaves(other._root, ()))
        shapes = {path: leaf.shape or () for path, leaf in mine.items()}
        others = {path: leaf.shape or () for path, leaf in its.items()}
        if shapes != others:
            path = next(p for p in {**shapes, **others} if shapes.get(p) != others.get(p))
            place = name + "".join(f"[{key!r}]" for key in path)
            raise ValueError(
                f"{name} must have the structure of {self.name}: at {place}, expected"
                f" {_describe_shape(shapes.get(path))}, got {_describe_shape(others.get(path))}"
            )
        return [x for path in mine for x in other.leaves[its[path].start :][: its[path].size]]

    def _flatten(self, x: Nested, name: str, depth: int) -> LeafSpec | _ContainerSpec:
        if isinstance(x, Scalar):
            x._require_usable()
            return self._leaf([x], None)
        if isinstance(x, CONTAINERS):
            if not depth:
                raise ValueError(
                    f"{name:.60} is nested more than {MAX_DEPTH} deep; does it contain itself?"
                )
            below = [
                (key, self._flatten(v, place, depth - 1)) for key, place, v in children(x, name)
            ]
            # the spec outlives the numbers: it holds none, unless only a copy keeps what x is
            prototype = type(x)() if type(x) in (list, tuple, dict) else x
            return _ContainerSpec(prototype, tuple(below))
        if is_array(x):
            refuse_mask(name, x)
            return self._leaf([_number(v, f"an element of {name}") for v in x.flat], x.shape)
        return self._leaf([_number(x, name)], None)

    def _leaf(self, numbers: list[Number], shape: tuple[int, ...] | None) -> LeafSpec:
        leaf = LeafSpec(len(self.leaves), shape)
        self.leaves += numbers
        return leaf


def array(numbers: Sequence[Number] | Array, shape: tuple[int, ...]) -> Array:
    """An array of float64, or a NumberArray unless all numbers are floats.

    >>> array([1.0, 2.0], (2, 1)).tolist()
    [[1.0], [2.0]]
    """
    import numpy as np

    result: Array = np.empty(len(numbers), object)
    result[:] = numbers
    if all(type(x) is float for x in numbers):
        return result.astype(float).reshape(shape)
    return number_array(result.reshape(shape))


def children(x: Nested, name: str) -> Iterator[tuple[object, str, Nested]]:
    """Key, name and child for every child of a container called `name`, in order.

    >>> list(children({"w": 3.0}, "x"))
    [('w', "x['w']", 3.0)]
    """
    if isinstance(x, HasParameters):
        yield from ((path, f"{name}.{path}", p) for path, p in x.named_parameters())
    else:
        items = x.items() if isinstance(x, dict) else enumerate(x)
        yield from ((key, f"{name}[{key!r}]", part) for key, part in items)


def is_array(x: object) -> TypeGuard[Array]:
    """True for a NumPy array; does not import NumPy."""
    numpy = sys.modules.get("numpy")  # imported, if an array exists
    return numpy is not None and isinstance(x, numpy.ndarray)


def _as_objects(x: Number | Array) -> Number | Array:
    return number_array(x.astype(object)) if is_array(x) else x


def _number(x: object, name: str) -> Number:
    if isinstance(x, Scalar):
        x._require_usable()
        return x
    found = as_float(x)
    if found is None:
        raise TypeError(
            f"{name} is {shown(x)} of type {type(x).__name__}; expected numbers, Values, or arrays,"
            " lists, tuples and dicts of them"
        )
    return found


def _rebuild(
    part: LeafSpec | _ContainerSpec, visit: Callable[[LeafSpec], Nested], *, modules: bool
) -> Nested:
    if isinstance(part, LeafSpec):
        return visit(part)
    x = part.prototype
    if type(x) is tuple or type(x) is list:
        return type(x)([_rebuild(p, visit, modules=modules) for _, p in part.children])
    items = [(key, _rebuild(p, visit, modules=modules)) for key, p in part.children]
    values = [value for _, value in items]
    if isinstance(x, HasParameters):
        return x.with_parameters(values) if modules else dict(items)
    if isinstance(x, tuple):
        return getattr(type(x), "_make", tuple)(values)  # a named tuple stays one
    same = copy.copy(x)  # keeps an OrderedDict, a defaultdict, a subclass of list
    if isinstance(x, dict):
        for key, value in items:  # a Counter's update would add
            same[key] = value
    else:
        same[:] = values
    return same


def _structure(part: LeafSpec | _ContainerSpec) -> Hashable:
    if isinstance(part, LeafSpec):
        return part.shape
    x = part.prototype
    # two Modules of one class may compute different things
    kind = x if isinstance(x, HasParameters) else type(x)
    return (kind, *((key, _structure(below)) for key, below in part.children))


def _leaves(
    part: LeafSpec | _ContainerSpec, path: tuple[object, ...]
) -> Iterator[tuple[tuple[object, ...], LeafSpec]]:
    if isinstance(part, LeafSpec):
        yield path, part
    else:
        for key, below in part.children:
            yield from _leaves(below, (*path, key))


def _describe_shape(shape: tuple[int, ...] | None) -> str:
    if shape is None:
        return "nothing"
    return f"an array of shape {shape}" if shape else "a number"
