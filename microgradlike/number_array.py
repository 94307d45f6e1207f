"""NumberArray: an array of Values, floats and other numbers, on which NumPy's functions work."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from microgradlike.op import TABLE, Number
from microgradlike.ufuncs import WAY_OUT, Ufunc, of_numbers, rule

INDEXED = ("at", "reduceat")  # methods of ufuncs whose second argument is a mask or an index


class NumberArray(np.ndarray[Any, Any]):
    """An object array of numbers of any kind, Values and plain numbers mixed.

    A ufunc with the name of a primitive is that primitive, element by element: `np.exp` takes
    floats among the Values, and `np.maximum` shares a tie. A mask counts as 0.0 and 1.0 in
    arithmetic. Derivatives and `jit` call a function with arrays of this type; `array` makes one.

    >>> from microgradlike import Value, array
    >>> [float(y.data) for y in np.exp(array([Value(1.0), 0.0]) * Value(0.0))]
    [1.0, 1.0]
    """

    def __array_ufunc__(self, ufunc: Ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        try:
            own = FUNCTIONS.get(func)
            if own is not None and (func not in OF_CONDITIONS or _is_recorded(args)):
                return own(*args, **kwargs)
            return _as_numbers(super().__array_function__(func, types, args, kwargs))
        except (TypeError, AttributeError, ValueError) as error:
            error.add_note(f"NumPy's {func.__name__} may need floats; {WAY_OUT}")
            raise

    # By the numbers, where NumPy compares objects and puts nan anywhere.

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        """The place of the largest number, as for floats."""
        return _floats(self).argmax(*args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        """The place of the smallest number, as for floats."""
        return _floats(self).argmin(*args, **kwargs)

    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        """The places in the order of the numbers, as for floats."""
        return _floats(self).argsort(*args, **kwargs)

    def argpartition(self, *args: Any, **kwargs: Any) -> Any:
        """The places in the order of the numbers up to the k-th, as for floats."""
        return _floats(self).argpartition(*args, **kwargs)

    def sort(self, axis: Any = -1, **kwargs: Any) -> None:  # type: ignore[override]
        """Sort in place, nan last."""
        order = _floats(self).argsort(axis, **kwargs)
        self[...] = np.take_along_axis(self.view(np.ndarray), order, axis)

    def partition(self, kth: Any, axis: Any = -1, **kwargs: Any) -> None:  # type: ignore[override]
        """Sort in place, nan last, which is a partition at every place."""
        self.sort(axis)


def apply_ufunc(ufunc: Ufunc, method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The ufunc, or a method of it such as `reduce`, over numbers and arrays of any kind.

    Raises TypeError for a ufunc that has no meaning for Values, and for an `out` of floats.

    >>> from microgradlike import Value
    >>> apply_ufunc(np.hypot, "__call__", (3.0, Value(4.0)), {})
    Value(data=5.0, grad=0.0)
    """
    if not isinstance(inputs[0], np.ndarray) and not kwargs and all(map(_is_number, inputs)):
        f = of_numbers(ufunc)
        if f is not None:  # a third of the time that arrays of no dimensions take
            return f(*[_plain(x) for x in inputs])
    operands = [_operand(x) for x in inputs]
    if method in INDEXED:
        operands[1] = inputs[1]
    options = dict(kwargs)
    out = options.pop("out", None)
    if out is not None:
        for array in out:
            _require_objects(ufunc, array)
        options["out"] = tuple([array.view(np.ndarray) for array in out])
    if any(isinstance(x, np.ndarray) and x.dtype.char == "O" for x in operands):
        with np.errstate(all="ignore"):  # numbers of the engine keep the silence of IEEE-754
            result = rule(ufunc)(ufunc, method, operands, options)
    else:
        result = getattr(ufunc, method)(*operands, **options)
    return _as_numbers(result) if out is None else out[0]


def _is_number(x: Any) -> bool:
    return isinstance(x, (float, int, np.generic)) or hasattr(type(x), "apply")


def _plain(x: Any) -> Number:
    if isinstance(x, (bool, np.bool_)):
        return float(x)
    return x.item() if isinstance(x, np.generic) else x


def _operand(x: Any) -> Any:
    """The operand without our types: masks as floats, a Value in an array of no dimensions."""
    if isinstance(x, np.ndarray):
        plain = x.view(np.ndarray) if type(x) is NumberArray else x
        return plain.astype(float) if plain.dtype.char == "?" else plain
    if not hasattr(type(x), "apply"):
        return _plain(x)
    box = np.empty((), object)
    box[()] = x
    return box


def _require_objects(ufunc: Ufunc, out: Any) -> None:
    if out.dtype.kind in "fiu":
        raise TypeError(
            f"np.{ufunc.__name__} gives Values, which an array of {out.dtype} cannot hold; write"
            " a = a + b in place of a += b, or make the array with dtype=object"
        )


def _floats(x: Any) -> Any:
    """The numbers of a NumberArray as floats; TraceError while `jit` records them."""
    if not isinstance(x, NumberArray):
        return x
    numbers = [_float(y) for y in x.flat]
    return np.array(numbers, float if x.dtype.char == "O" else x.dtype).reshape(x.shape)


def _float(x: Number) -> float:
    while hasattr(type(x), "apply"):
        x = x.primal if hasattr(x, "primal") else x.data
    return float(x)


def _by_floats(func: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the numbers that has no derivative: an index, a count, a comparison."""
    return lambda *args, **kwargs: func(*map(_floats, args), **kwargs)


def _is_recorded(args: Sequence[Any]) -> bool:
    """True if the first argument is a condition, or conditions, that `jit` records as numbers."""
    conditions = args[0] if isinstance(args[0], (list, tuple)) else [args[0]]
    return len(args) > 1 and any(np.asarray(c).dtype == object for c in conditions)


def _where(*args: Any) -> Any:
    return _as_numbers(np.frompyfunc(TABLE["where"], 3, 1)(*map(_operand, args)))


def _select(conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0.0) -> Any:
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    return result


def _unique(a: Any) -> Any:
    return np.ravel(a)[np.unique(_floats(a), return_index=True)[1]]


def _median(a: Any, axis: Any = None, *, keepdims: bool = False, **options: Any) -> Any:
    options |= {"axis": axis, "keepdims": keepdims}
    middle = np.ndarray.__array_function__(a, np.median, (NumberArray,), (a,), options)
    return _nan_if_any(a, axis, middle, keepdims)


def _quantile(a: Any, q: Any, axis: int | None = None, *, method: Any = "linear") -> Any:
    """The sorted numbers joined by lines, at the place that is the quantile of all places."""
    ordered = np.sort(np.ravel(a) if axis is None else np.moveaxis(a, axis, 0), axis=0)
    place = np.quantile(np.arange(float(len(ordered))), q, method=method)
    low = np.floor(place).astype(int)
    high = np.minimum(low + 1, len(ordered) - 1)
    between = np.reshape(place - low, np.shape(place) + (1,) * (ordered.ndim - 1))
    lines = ordered[low] + (ordered[high] - ordered[low]) * between
    return _nan_if_any(a, axis, np.where(between > 0, lines, ordered[low]))


def _percentile(a: Any, q: Any, axis: int | None = None, *, method: Any = "linear") -> Any:
    return _quantile(a, np.true_divide(q, 100), axis, method=method)


def _nan_if_any(a: Any, axis: Any, result: Any, keepdims: bool = False) -> Any:
    found = np.where(np.isnan(_floats(a)).any(axis, keepdims=keepdims), np.nan, result)
    return _as_numbers(found) if found.ndim else found[()]


OF_CONDITIONS = (np.where, np.select)  # NumPy wants bools, which `jit` knows only as numbers
FUNCTIONS: Mapping[Any, Callable[..., Any]] = {
    np.where: _where,
    np.select: _select,
    np.unique: _unique,
    np.median: _median,
    np.quantile: _quantile,
    np.percentile: _percentile,
} | {
    func: _by_floats(func)
    for func in (np.allclose, np.isclose, np.array_equal, np.array_equiv, np.isin, np.digitize,
                 np.searchsorted, np.count_nonzero)
}  # fmt: skip


def _as_numbers(result: Any) -> Any:
    if isinstance(result, np.ndarray):
        kind = NumberArray if result.dtype == object else np.ndarray
        swap = type(result) in (np.ndarray, NumberArray) and type(result) is not kind
        return result.view(kind) if swap else result
    if type(result) in (tuple, list):
        return type(result)([_as_numbers(x) for x in result])
    return result
