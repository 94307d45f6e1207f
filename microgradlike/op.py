"""Op: what a primitive is, and the constructors that make one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Protocol, TypeAlias, TypeVar, overload

inf, nan = math.inf, math.nan

# A number of any kind: a float, a Value, a Dual, a Tracer and so on. It is Any because the types of
# Python cannot say that these kinds mix. Any by its own name means something else.
Number: TypeAlias = Any

Forward: TypeAlias = Callable[..., float]
Partial: TypeAlias = Callable[..., Number]
Interval: TypeAlias = tuple[float, float]
Domain: TypeAlias = tuple[Interval, ...]


class Kind(Protocol):
    """A kind of number: its class says how a primitive is applied to it."""

    @classmethod
    def apply(cls, op: Op, /, *operands: Number) -> Number:
        """The number `op(*operands)`, or NotImplemented where an operand is a stranger."""


K = TypeVar("K", bound=Kind)

REAL: Domain = ((-inf, inf),)
POSITIVE: Domain = ((0.0, inf),)
NONZERO: Domain = ((-inf, 0.0), (0.0, inf))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Op:
    """A primitive: one smooth step of a computation, and its own public function.

    `forward` maps floats to a float under IEEE-754 (no Python exception);
    `partials[i](y, *operands)` is dy/d(operand i). `domain` holds, per operand, the open intervals
    on which the primitive is smooth; `kink(*operands)` is the distance to the nearest kink, None
    where there is none. `textbook` has the partials as people write them, where that differs;
    `aliases` are its other names, NumPy's among them.

    >>> square = unary("square", lambda x: x * x, lambda y, x: 2 * x)
    >>> square(3.0), square.partials[0](9.0, 3.0)
    (9.0, 6.0)
    """

    name: str
    forward: Forward
    partials: tuple[Partial, ...]
    doc: str
    infix: str
    symbol: str
    domain: tuple[Domain, ...]
    kink: Forward | None
    textbook: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    chooses: bool = False  # the first operand is a condition, which may be a bool
    neutral: tuple[
        float | None, ...
    ] = ()  # per operand, what leaves the other one as it is, to the bit

    def __post_init__(self) -> None:
        name, textbook, kink = self.name, self.textbook, self.kink
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"a primitive's name is a Python identifier, got {name!r}")
        for f in (self.forward, *self.partials, *([] if kink is None else [kink])):
            if not callable(f):
                raise TypeError(f"{name}: forward, partials and kink are functions, got {f!r:.60}")
        for text in (self.doc, self.infix, self.symbol, *textbook, *self.aliases):
            if not isinstance(text, str):
                raise TypeError(
                    f"{name}: doc, symbol, textbook and aliases are text, got {text!r:.60}"
                )
        if len(self.domain) != self.arity or len(textbook) not in (0, self.arity):
            raise ValueError(
                f"{name}: {self.arity} operand(s) but {len(self.domain)} domain(s) and"
                f" {len(textbook)} textbook form(s)"
            )

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.partials)

    @overload
    def __call__(self, *operands: float) -> float: ...
    @overload
    def __call__(self, a: K, /, *others: Kind | float) -> K: ...
    @overload
    def __call__(self, a: float, b: K, /, *others: Kind | float) -> K: ...
    @overload
    def __call__(self, a: float, b: float, c: K, /) -> K: ...
    def __call__(self, *operands: Number) -> Number:
        """The primitive of numbers, or of anything whose type has `apply(op, *operands)`."""
        if len(operands) == 1 == len(self.partials):  # a third less time than the loop
            x = operands[0]
            return self.forward(x) if type(x) is float else self._apply(operands)
        for x in operands:
            if type(x) is not float:
                return self._apply(operands)
        if len(operands) != len(self.partials):
            return self._apply(operands)
        return self.forward(*operands)

    def _apply(self, operands: tuple[Number, ...]) -> Number:
        if len(operands) != len(self.partials):
            raise TypeError(f"{self.name} takes {self.arity} operand(s), got {len(operands)}")
        if self.chooses and type(operands[0]) is bool:  # a partial's case distinction, over floats
            c, a, b = operands
            if type(a) is float and type(b) is float:
                return a if c else b
        for x in operands:
            apply = getattr(type(x), "apply", None)
            if apply is not None:
                result = apply(self, *operands)
                if result is not NotImplemented:
                    return result
        numbers = [
            self._float(i, x) for i, x in enumerate(operands) if not getattr(type(x), "apply", None)
        ]
        if len(numbers) < len(operands):
            kinds = ", ".join(type(x).__name__ for x in operands)
            raise TypeError(
                f"{self.name} has no meaning for ({kinds}): none of them takes the others"
            )
        return self.forward(*numbers)

    def _float(self, index: int, x: object) -> float:
        if isinstance(x, Real) and not isinstance(x, bool):
            return to_float(x)
        if self.chooses and index == 0 and type(x).__name__ in ("bool", "bool_"):
            return float(bool(x))
        raise TypeError(
            f"{self.name} takes numbers or Values, got {x!r:.60} of type {type(x).__name__};"
            " for an array use NumPy's function on an object array of Values"
        )

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Op:
        return self

    def __reduce__(self) -> str | tuple[object, ...]:
        if TABLE.get(self.name) is self:  # one of the table stays itself, in any process
            return _of_table, (self.name,)
        return Op, tuple(getattr(self, field) for field in self.__slots__)


TABLE: dict[str, Op] = {}  # by name; `ops` fills it


def _of_table(name: str) -> Op:
    return TABLE[name]


def to_float(x: Number) -> float:
    """The double nearest to a real number; ValueError where an int is beyond every double.

    >>> to_float(3)
    3.0
    """
    try:
        return float(x)
    except OverflowError:
        raise ValueError(
            f"a number of {len(str(abs(int(x))))} digits is beyond the largest double, 1.8e308;"
            " scale the problem, or write math.inf if that is what you mean"
        ) from None


def ieee(f: Forward, poles: Mapping[float, float] | None = None) -> Forward:
    """`f` of one float under IEEE-754: nan or the pole's value, or ±inf, in place of an exception.

    >>> ieee(math.log, {0.0: -inf})(0), ieee(math.log)(-1), ieee(math.exp)(1000)
    (-inf, nan, inf)
    """
    at_pole = dict(poles or {})

    def forward(x: float) -> float:
        try:
            return f(x)
        except (ValueError, ZeroDivisionError):
            return at_pole.get(x, nan)
        except OverflowError:
            return math.copysign(inf, x)

    return forward


def unary(
    name: str,
    forward: Forward,
    partial: Partial,
    doc: str = "",
    *,
    symbol: str = "",
    domain: tuple[Domain] = (REAL,),
    kink: Forward | None = None,
    textbook: str = "",
    aliases: tuple[str, ...] = (),
) -> Op:
    """A primitive of one operand: its value over floats and its derivative `partial(y, x)`.

    >>> cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    >>> cube(2.0)
    8.0
    """
    symbol = name if symbol == "" else symbol
    rules = (textbook,) if textbook else ()
    return Op(name, forward, (partial,), doc, "", symbol, domain, kink, rules, aliases)


def binary(
    name: str,
    forward: Forward,
    partial_a: Partial,
    partial_b: Partial,
    doc: str = "",
    *,
    infix: str = "",
    symbol: str = "",
    domain: tuple[Domain, Domain] = (REAL, REAL),
    kink: Forward | None = None,
    textbook: tuple[str, str] | tuple[()] = (),
    aliases: tuple[str, ...] = (),
    neutral: tuple[float | None, float | None] | tuple[()] = (),
) -> Op:
    """A primitive of two operands: its value over floats and its partials, each of (y, a, b).

    >>> area = binary("area", lambda a, b: a * b / 2, lambda y, a, b: b / 2, lambda y, a, b: a / 2)
    >>> area(3.0, 4.0)
    6.0
    """
    symbol = (infix or name) if symbol == "" else symbol
    partials, rest = (partial_a, partial_b), (textbook, aliases, False, neutral)
    return Op(name, forward, partials, doc, infix, symbol, domain, kink, *rest)
