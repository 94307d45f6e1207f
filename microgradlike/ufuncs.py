"""Rules by which a ufunc applies to numbers of any kind, and to plain object arrays of them."""

from __future__ import annotations

import contextlib
import functools
import operator
from collections.abc import Callable, Container, Mapping
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
LARGER: Mapping[str, Ufunc] = {
    name: np.frompyfunc(f, 2, 1, identity=None)
    for name, f in {
        "maximum": lambda a, b: _larger("maximum", a > b, a < b, a, b),
        "minimum": lambda a, b: _larger("minimum", a < b, a > b, a, b),
    }.items()
}
OF_MASKS = {"bitwise_and": "a * b", "bitwise_or": "maximum(a, b)", "invert": "1 - a"}
WAY_OUT = "use functions of microgradlike, or apply it to the numbers: [v.data for v in a]"


@functools.cache
def rule(ufunc: Ufunc) -> Rule:
    """The function that applies a ufunc to object arrays; one for each kind of ufunc."""
    name = ufunc.__name__
    known = next((kind for names, kind in KINDS if name in names), None)
    if known is not None:
        return known
    f = FORMULAS.get(name) or _primitive(ufunc)
    if f is None:
        return _by_numpy if any("O" in types for types in ufunc.types) else _refuse
    # reducible over several axes, in any order
    by_op = functools.partial(_elementwise, np.frompyfunc(f, ufunc.nin, 1, identity=None))
    smooth = isinstance(f, Op) and f.arity == 1 and f.kink is None and "O->O" in ufunc.types
    if smooth or name == "divide":
        return functools.partial(_by_elements, by_op)
    return _picking(LARGER[name], by_op) if name in LARGER else by_op


def _primitive(ufunc: Ufunc) -> Op | None:
    """The primitive that the ufunc is, unless Python's operators compute it or it compares."""
    name = OTHER_NAMES.get(ufunc.__name__, ufunc.__name__)
    if name in OPERATORS or name in ORDER:
        return None
    return next((op for op in TABLE.values() if name in (op.name, *op.aliases)), None)


@functools.cache
def of_numbers(ufunc: Ufunc) -> Callable[..., Number] | None:
    """The function that a ufunc is of numbers alone, if it is an operator or a primitive."""
    return OPERATORS.get(ufunc.__name__) or FORMULAS.get(ufunc.__name__) or _primitive(ufunc)


def _elementwise(
    f: Ufunc, ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]
) -> Any:
    if method == "reduce" and ufunc.identity is not None:
        options.setdefault("initial", float(ufunc.identity))  # hypot of one number is its size
    return getattr(f, method)(*operands, **options)


def _by_elements(
    by_op: Rule, ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]
) -> Any:
    """By the elements' methods and `/`, a third of the time; plain numbers may refuse."""
    if method == "__call__":
        with contextlib.suppress(TypeError, AttributeError, ArithmeticError):
            return ufunc(*operands, **options)
    return by_op(ufunc, method, operands, options)


def _picking(larger: Ufunc, by_op: Rule) -> Rule:
    """By the primitive; of a whole array the largest element itself, a third of the time."""

    def rule_of_extremes(ufunc: Ufunc, method: str, operands: Any, options: Any) -> Any:
        if method == "reduce":
            return larger.reduce(*operands, **options)
        return by_op(ufunc, method, operands, options)

    return rule_of_extremes


def _by_numpy(ufunc: Ufunc, method: str, operands: list[Any], options: dict[str, Any]) -> Any:
    """By NumPy's loop over objects: Python's operators, or a method of the ufunc's name."""
    if method == "reduce" and options.get("where", True) is not True:
        options.setdefault("initial", ufunc.identity)
    try:
        return getattr(ufunc, method)(*operands, **options)
    except (TypeError, AttributeError) as error:
        error.add_note(f"in np.{ufunc.__name__}; {WAY_OUT}")
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
        f"np.{ufunc.__name__} does not take Values; for masks under jit, which are numbers 0.0 and"
        f" 1.0, write {OF_MASKS[ufunc.__name__]}"
    )


def _refuse(ufunc: Ufunc, *_: Any) -> NoReturn:
    raise TypeError(f"np.{ufunc.__name__} does not take Values; {WAY_OUT}")


KINDS: tuple[tuple[Container[str], Rule], ...] = (
    (OF_MASKS, _refuse_masks),
    (LOGICAL, _of_truths),
    (ORDER, _compare),
    (PREDICATES, _compare),
)


def _larger(name: str, over: Number, under: Number, a: Number, b: Number) -> Number:
    """The operand that is over the other; the primitive at ties, for nan, and while recorded."""
    return a if over is True else b if under is True else TABLE[name](a, b)


def _unless_nan(name: str, a: Number, b: Number) -> Number:
    """The maximum or minimum of two numbers; the other one if one is nan."""
    where = TABLE["where"]
    return where(a <= np.inf, where(b <= np.inf, TABLE[name](a, b), a), b)
