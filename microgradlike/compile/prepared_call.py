"""PreparedCall: a call for one structure of arguments, with its checks made beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from microgradlike._numpy import np
from microgradlike.compile.arguments import STATIC, Arguments
from microgradlike.compile.arrays import DOUBLE, NO_ROWS, FloatArray, joined
from microgradlike.compile.bound_call import bound_call
from microgradlike.compile.executable import Executable
from microgradlike.compile.plain_numbers import PLAIN, plain_numbers, plain_rows
from microgradlike.compile.recording import Recording
from microgradlike.derivatives.pytree import LeafSpec, Pytree

Reader: TypeAlias = Callable[[Any], Any]  # numbers of an argument; None if it has another structure
BIG = 1 << 63  # ints up to here are doubles to NumPy as to Python


class PreparedCall:
    """The way from arguments of one structure to the inputs of a program, and back to a result.

    It takes positional arguments that are floats, flat lists or tuples of floats and ints, or
    arrays of doubles; in the batch, also rows that are such lists. `inputs` knows them by exact
    types and shapes, and returns None for anything else, which goes the long way by `Arguments`.

    >>> from microgradlike import jit
    >>> f, arguments = jit(lambda x: x[0] * x[1]), Arguments(([2.0, 3.0],), {}, ())
    >>> f(*arguments.args)
    6.0
    >>> call = f._recordings.calls[False][0]
    >>> call.inputs(([4, 5.0],))[1], call.inputs(([4, 5.0, 6.0],)), call.inputs((4.0,))
    (array([4., 5.]), None, None)
    """

    def __init__(self, arguments: Arguments, recording: Recording, executable: Executable) -> None:
        self.recording, self.executable = recording, executable
        self.uses, self.native = 0, None  # the native call for the same arguments, if any
        batch = arguments.batch
        self._readers = [
            (i in batch, _row_reader(x) if i in batch else _reader(x))
            for i, x in enumerate(arguments.args)
        ]
        self.nest = _nesting(recording.outputs)
        self.bound = bound_call(arguments, recording, executable)

    def inputs(self, args: tuple[Any, ...]) -> tuple[list[FloatArray], FloatArray] | None:
        """Return the numbers that differ over the rows, in parts, and those that all rows share."""
        if len(args) != len(self._readers):
            return None
        rows: list[Any] = []
        shared: list[Any] = []
        for (batched, read), x in zip(self._readers, args):
            numbers = read(x)
            if numbers is None:
                return None
            (rows if batched else shared).append(numbers)
        for part in rows:
            if part.shape[1] != rows[0].shape[1]:
                return None
        return rows, joined(shared, NO_ROWS[:, 0])


def _reader(like: Any) -> Reader:
    """Return the reader of an argument that all rows share."""
    kind = type(like)
    if kind in PLAIN:
        return lambda x: (x,) if type(x) is float or (type(x) is int and -BIG < x < BIG) else None
    if kind in STATIC:
        return lambda x: () if type(x) is kind and x == like else None
    if kind is np.ndarray:
        shape = like.shape

        def read_array(x: Any) -> Any:
            if type(x) is np.ndarray and x.dtype is DOUBLE and x.shape == shape:
                return x.ravel()
            return None

        return read_array
    if kind is not list and kind is not tuple:
        return lambda x: None
    size: int = len(like)
    return lambda x: plain_numbers(x) if type(x) is kind and len(x) == size else None


def _row_reader(like: Any) -> Reader:
    """Return the reader of an argument in the batch."""
    kind = type(like)
    if kind is np.ndarray:
        shape, dimensions = like.shape[1:], like.ndim

        def read_array(x: Any) -> Any:
            if type(x) is not np.ndarray or x.dtype is not DOUBLE or x.ndim != dimensions:
                return None
            if dimensions == 1:
                return x[None] if len(x) else None
            return x.reshape(len(x), -1).T if x.shape[1:] == shape and len(x) else None

        return read_array
    first: Any = like[0] if kind in (list, tuple) else None
    inner, of_rows = type(first), type(first) in (list, tuple)
    size = len(first) if of_rows else 0

    def read_list(x: Any) -> Any:
        if type(x) is not list and type(x) is not tuple:
            return None
        numbers = plain_rows(x) if of_rows else plain_numbers(x)
        if numbers is None or (of_rows and (type(x[0]) is not inner or len(x[0]) != size)):
            return None
        return numbers.T if of_rows else numbers[None]

    return read_list


def _nesting(outputs: Pytree) -> Callable[[FloatArray], Any]:
    """Return `outputs.unflatten` for arrays of floats, with the way through a tuple known."""
    places = outputs.map(lambda leaf: leaf)
    if type(places) is tuple and all(type(leaf) is LeafSpec for leaf in places):
        takers = [_taker(leaf) for leaf in places]
        return lambda row: tuple([take(row) for take in takers])
    return outputs.unflatten


def _taker(leaf: LeafSpec) -> Callable[[FloatArray], Any]:
    """Return `leaf.take_floats`, with the place of a vector known."""
    if leaf.shape is None or len(leaf.shape) != 1:
        return leaf.take_floats
    place = slice(leaf.start, leaf.start + leaf.size)
    return lambda row: row[place].copy()
