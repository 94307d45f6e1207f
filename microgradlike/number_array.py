"""NumberArray: an array of Values, floats and other numbers, on which NumPy's functions work."""

from __future__ import annotations

import contextlib
import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

import numpy as np

from microgradlike.op import TABLE, Number, Op

Ufunc: TypeAlias = Any  # np.ufunc, or one made by np.frompyfunc
Rule: TypeAlias = Callable[[Ufunc, str, list[Any], dict[str, Any]], Any]

# NumPy's loops over objects use these; of numbers they are the ufunc itself
OPERATORS: Mapping[str, Callable[..., Number]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "negative": operator.neg,
}
INDEXED = ("at", "reduceat")  # methods whose second argument is a mask or an index
ORDER = ("less", "less_equal", "greater", "greater_equal")
LOGICAL = ("logical_and", "logical_or", "logical_xor", "logical_not")
OTHER_NAMES = {"divide": "div", "float_power": "pow"}
# by comparisons, which know numbers of every kind, and refuse those that jit does not know yet
PREDICATES: Mapping[str, Callable[..., bool]] = {
    "isnan": lambda x: not x <= np.inf,
    "isinf": lambda x: bool(x >= np.inf or x <= -np.inf),
    "isfinite": lambda x: bool(-np.inf < x < np.inf),
    "equal": lambda a, b: bool(a == b and a <= np.inf),  # a nan equals nothing, not even itself
    "not_equal": lambda a, b: not (a == b and a <= np.inf),
}
FORMULAS: Mapping[str, Callable[[Number, Number], Number]] = {
    "fmax": lambda a, b: _unless_nan("maximum", a, b),
    "fmin": lambda a, b: _unless_nan("minimum", a, b),
}
OF_MASKS = {"bitwise_and": "a * b", "bitwise_or": "maximum(a, b)", "invert": "1 - a"}
_WAY_OUT = "write it with functions of microgradlike, or take the numbers, [v.data for v in a]"


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
            if func in RECORDED and len(args) > 1 and any(map(_holds_objects, args[0])):
                return RECORDED[func](*args, **kwargs)
            if func in QUANTILES:
                return _as_numbers(func(*map(_operand, args), **kwargs))
            return _as_numbers(super().__array_function__(func, types, args, kwargs))
        except (TypeError, AttributeError, ValueError) as error:
            error.add_note(f"in {func.__name__} of NumPy; if it needs floats, {_WAY_OUT}")
            raise


def apply_ufunc(ufunc: Ufunc, method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """The ufunc, or a method of it such as `reduce`, over numbers and arrays of any kind.

    Raises TypeError for a ufunc that has no meaning for Values, and for an `out` of floats.

    >>> from microgradlike import Value
    >>> apply_ufunc(np.hypot, "__call__", (3.0, Value(4.0)), {})
    Value(data=5.0, grad=0.0)
    """
    if method == "__call__" and not kwargs and all(map(_is_number, inputs)):
        f = _of_numbers(ufunc)
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
        result = _rule(ufunc)(ufunc, method, operands, options)
    else:
        result = getattr(ufunc, method)(*operands, **options)
    return _as_numbers(result) if out is None else out[0]


@functools.cache
def _rule(ufunc: Ufunc) -> Rule:
    """The function that applies a ufunc to object arrays; one for each kind of ufunc."""
    name = ufunc.__name__
    if name in OF_MASKS:
        return _refuse_masks
    if name in LOGICAL:
        return _of_truths
    if name in ORDER or name in PREDICATES:
        return _compare
    if name in FORMULAS:
        return functools.partial(_elementwise, np.frompyfunc(FORMULAS[name], 2, 1, identity=None))
    op = _primitive(ufunc)
    if op is None:
        return _by_numpy if any("O" in types for types in ufunc.types) else _refuse
    # reducible over several axes, in any order
    by_op = functools.partial(_elementwise, np.frompyfunc(op, op.arity, 1, identity=None))
    has_method = op.arity == 1 and op.kink is None and "O->O" in ufunc.types
    return functools.partial(_by_method, by_op) if has_method else by_op


def _primitive(ufunc: Ufunc) -> Op | None:
    """The primitive that the ufunc is, apart from those that Python's operators compute."""
    name = OTHER_NAMES.get(ufunc.__name__, ufunc.__name__)
    if name in OPERATORS:
        return None
    return next((op for op in TABLE.values() if name in (op.name, *op.aliases)), None)


@functools.cache
def _of_numbers(ufunc: Ufunc) -> Callable[..., Number] | None:
    return OPERATORS.get(ufunc.__name__) or FORMULAS.get(ufunc.__name__) or _primitive(ufunc)


def _elementwise(
    f: Ufunc, ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]
) -> Any:
    if method == "reduce" and ufunc.identity is not None:
        options.setdefault("initial", float(ufunc.identity))  # hypot of one number is its size
    return getattr(f, method)(*operands, **options)


def _by_method(
    by_op: Rule, ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]
) -> Any:
    """By the elements' methods, half the time, unless there are plain numbers among them."""
    if method == "__call__":
        with contextlib.suppress(TypeError, AttributeError):
            return ufunc(*operands, **options)
    return by_op(ufunc, method, operands, options)


def _by_numpy(ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]) -> Any:
    """By NumPy's loop over objects: Python's operators, or a method of the ufunc's name."""
    if method == "reduce" and options.get("where", True) is not True:
        options.setdefault("initial", ufunc.identity)
    try:
        return getattr(ufunc, method)(*operands, **options)
    except (TypeError, AttributeError) as error:
        error.add_note(f"in np.{ufunc.__name__}; {_WAY_OUT}")
        raise


def _compare(ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]) -> Any:
    """The comparisons as bools, or as numbers if `jit` records them."""
    f = PREDICATES.get(ufunc.__name__)
    compare = ufunc if f is None else np.frompyfunc(f, ufunc.nin, 1)
    compared = getattr(compare, method)(*operands, **options | {"dtype": object})
    if not isinstance(compared, np.ndarray):
        return compared
    known = all(isinstance(x, (bool, np.bool_)) for x in compared.flat)
    return compared.astype(bool) if known else compared


def _of_truths(ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]) -> Any:
    return getattr(ufunc, method)(*[np.asarray(x).astype(bool) for x in operands], **options)


def _refuse_masks(ufunc: Ufunc, *_: Any) -> NoReturn:
    raise TypeError(
        f"np.{ufunc.__name__} has no meaning for Values; masks that jit records are numbers 0 and"
        f" 1, for which it is {OF_MASKS[ufunc.__name__]}"
    )


def _refuse(ufunc: Ufunc, *_: Any) -> NoReturn:
    raise TypeError(f"np.{ufunc.__name__} has no meaning for Values; {_WAY_OUT}")


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


def _unless_nan(name: str, a: Number, b: Number) -> Number:
    """The maximum or minimum of two numbers; the other one if one is nan."""
    where = TABLE["where"]
    return where(a <= np.inf, where(b <= np.inf, TABLE[name](a, b), a), b)


def _holds_objects(x: Any) -> bool:
    return np.asarray(x).dtype == object


def _where(*args: Any) -> Any:
    return _as_numbers(np.frompyfunc(TABLE["where"], 3, 1)(*map(_operand, args)))


def _select(conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0.0) -> Any:
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    return result


# NumPy asks for arrays of no dimensions here, by out=..., of which __array_ufunc__ learns nothing
QUANTILES = (np.quantile, np.percentile, np.nanquantile, np.nanpercentile)
# functions of conditions, which NumPy wants as bools and `jit` knows only as numbers
RECORDED: Mapping[Any, Callable[..., Any]] = {np.where: _where, np.select: _select}


def _as_numbers(result: Any) -> Any:
    if isinstance(result, np.ndarray):
        kind = NumberArray if result.dtype == object else np.ndarray
        swap = type(result) in (np.ndarray, NumberArray) and type(result) is not kind
        return result.view(kind) if swap else result
    if type(result) in (tuple, list):
        return type(result)([_as_numbers(x) for x in result])
    return result
