"""Op, the record of a primitive, and the constructors that make one."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, NoReturn, Protocol, Self, TypeAlias, TypeVar, overload

from microgradlike._help import Described, describe, operand_names, signature
from microgradlike.floats import ieee as ieee, inf as inf, nan as nan, to_float as to_float

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
        """The number `op(*operands)`, or NotImplemented if an operand is a stranger."""


K = TypeVar("K", bound=Kind)

REAL: Domain = ((-inf, inf),)
POSITIVE: Domain = ((0.0, inf),)
NONZERO: Domain = ((-inf, 0.0), (0.0, inf))


class Op:
    """A primitive: one step of a computation with its partials, and its own public function.

    `forward` maps floats to a float under IEEE-754 (no Python exception); `partials[i](y,
    *operands)` is dy/d(operand i). `domain` holds, per operand, the open intervals on which the
    primitive is smooth; `kink(*operands)` is the distance to the nearest kink, None for a primitive
    without kinks. `textbook` has the partials as people write them, if that differs; `aliases` are
    its other names, NumPy's among them. `neutral` has, per operand, the number that leaves the
    other operand as it is, to the bit. `chooses` marks a first operand that is a condition, which
    may be a bool. `flat` marks partials that are 0 only on constant pieces and at kinks.
    `absorbing` marks, per operand, that the output depends on no other operand where this one is
    the constant 0. `name` is an identifier, `doc` a phrase, `infix` the operator's sign and
    `symbol` the one in pictures. `unary`, `binary` and `primitive` make one; errors, ValueError and
    TypeError, are theirs.

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
    textbook: tuple[str, ...]
    aliases: tuple[str, ...]
    chooses: bool
    neutral: tuple[float | None, ...]
    flat: bool
    absorbing: tuple[bool, ...]

    __doc__ = Described(describe, __doc__)
    __signature__ = Described(signature)

    def __init__(  # noqa: PLR0917  (no dataclass: its module takes a fifth of the time of an import)
        self,
        name: str,
        forward: Forward,
        partials: tuple[Partial, ...],
        doc: str,
        infix: str,
        symbol: str,
        domain: tuple[Domain, ...],
        kink: Forward | None,
        textbook: tuple[str, ...] = (),
        aliases: tuple[str, ...] = (),
        chooses: bool = False,
        neutral: tuple[float | None, ...] = (),
        flat: bool = False,
        absorbing: tuple[bool, ...] = (),
    ) -> None:
        fields = (name, forward, partials, doc, infix, symbol, domain, kink, textbook, aliases)
        vars(self).update(zip(FIELDS, (*fields, chooses, neutral, flat, absorbing), strict=True))
        self._check()

    def _check(self) -> None:
        name, textbook, kink = self.name, self.textbook, self.kink
        if not (isinstance(name, str) and name.isidentifier()):
            raise ValueError(f"a primitive's name must be a Python identifier, got {name!r}")
        if not self.partials:
            raise ValueError(f"{name}: a primitive has a partial per operand, got none")
        for f in (self.forward, *self.partials, *([] if kink is None else [kink])):
            if not callable(f):
                raise TypeError(
                    f"{name}: forward, partials and kink must be functions, got {f!r:.60}"
                )
        for text in (self.doc, self.infix, self.symbol, *textbook, *self.aliases):
            if not isinstance(text, str):
                raise TypeError(
                    f"{name}: doc, symbol, textbook and aliases must be text, got {text!r:.60}"
                )
        if len(self.domain) != self.arity or len(textbook) not in (0, self.arity):
            raise ValueError(
                f"{name}: {self.arity} operand(s) but {len(self.domain)} domain(s) and"
                f" {len(textbook)} textbook form(s)"
            )
        module = getattr(self.partials[0], "__module__", None) or __name__
        for attribute, x in ("__name__", name), ("__qualname__", name), ("__module__", module):
            vars(self)[attribute] = x

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.partials)

    @property
    def operand_names(self) -> tuple[str, ...]:
        """Names of the operands, those of the first partial; "x", or "a", "b" ... without any."""
        return operand_names(self)

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
        if self.chooses and type(operands[0]) is bool:  # a `where` in a partial over floats
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
                f"{self.name} has no meaning for ({kinds}): none accepts the others; convert one"
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

    def __setattr__(self, name: str, x: object) -> NoReturn:
        raise AttributeError(f"cannot assign to field {name!r}: a primitive does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"cannot delete field {name!r}: a primitive does not change")

    def __replace__(self, **changes: Any) -> Self:
        return type(self)(**({name: getattr(self, name) for name in FIELDS} | changes))

    def __copy__(self) -> Op:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Op:
        return self

    def __reduce__(self) -> str | tuple[object, ...]:
        if TABLE.get(self.name) is self:  # unpickled by name, as the same object
            return _of_table, (self.name,)
        return Op, tuple(getattr(self, name) for name in FIELDS)


FIELDS = tuple(Op.__annotations__)
TABLE: dict[str, Op] = {}  # by name; `ops` fills it


def _of_table(name: str) -> Op:
    return TABLE[name]


def partial_hint(error: Exception) -> str:
    """The end of a note on an error in a partial: the way out, if its form may be at fault."""
    if not isinstance(error, TypeError):
        return ""
    if "math.sin" in str(error):  # a Value, Dual or Tracer that would become a float
        return "; this partial takes numbers only: microgradlike.cos(x) in place of math.cos(x)"
    return "; a partial takes the output y first, then the operands: lambda y, x: …"


def primitive(
    name: str,
    forward: Forward,
    *partials: Partial,
    doc: str = "",
    symbol: str = "",
    domain: tuple[Domain, ...] | None = None,
    kink: Forward | None = None,
    textbook: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    flat: bool = False,
) -> Op:
    """A primitive of as many operands as it has partials.

    `name` is an identifier. `forward(*operands)` maps floats to a float. `partials`, one per
    operand, are functions (y, *operands) that give dy/d(operand), y being the output; they use
    ordinary operators and other primitives, and so serve floats and Values alike. The first one
    names the operands.

    `doc` is a phrase for `help`, `symbol` stands in pictures. `domain` holds per operand the open
    intervals on which the primitive is smooth; `kink(*operands)` is the distance to the nearest
    kink. `textbook` has the partials as people write them; `aliases` are other names. `flat` says
    that partials are 0 only on constant pieces and at kinks, as for relu: 0·∞ is 0 there without a
    warning.
    Raises ValueError for a name that is not an identifier or lengths that differ, TypeError for
    a function or text that is not one.

    >>> from microgradlike import Value
    >>> fma = primitive(
    ...     "fma", lambda a, b, c: a * b + c,
    ...     lambda y, a, b, c: b, lambda y, a, b, c: a, lambda y, a, b, c: 1.0,
    ... )
    >>> a = Value(3.0)
    >>> y = fma(a, 2.0, 1.0); y.backward()
    >>> y.data, a.grad
    (7.0, 2.0)
    """
    domain = (REAL,) * len(partials) if domain is None else domain
    rest = (textbook, aliases, False, (), flat)
    return Op(name, forward, partials, doc, "", symbol or name, domain, kink, *rest)


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
    flat: bool = False,
) -> Op:
    """A primitive of one operand: its value over floats and its derivative `partial(y, x)`.

    `name`, `forward`, `doc`, `symbol`, `domain`, `kink`, `aliases` and `flat`, and the errors,
    ValueError and TypeError, are those of `primitive`; `textbook` is one text.

    >>> cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    >>> cube(2.0)
    8.0
    """
    rest = ((textbook,) if textbook else (), aliases, False, (), flat)
    return Op(name, forward, (partial,), doc, "", symbol or name, domain, kink, *rest)


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
    flat: bool = False,
    absorbing: tuple[bool, bool] | tuple[()] = (),
) -> Op:
    """A primitive of two operands: its value over floats and its partials, each of (y, a, b).

    `partial_a` and `partial_b` are the partials by either operand. `name`, `forward`, `doc`,
    `symbol`, `domain`, `kink`, `textbook`, `aliases` and `flat`, and the errors, ValueError and
    TypeError, are those of `primitive`. `infix` is the operator's sign, if it has one; `neutral`
    has per operand the number that leaves the other operand as it is, to the bit; `absorbing` marks
    per operand that a constant 0 there makes the output constant.

    >>> area = binary("area", lambda a, b: a * b / 2, lambda y, a, b: b / 2, lambda y, a, b: a / 2)
    >>> area(3.0, 4.0)
    6.0
    """
    symbol = symbol or infix or name
    partials, rest = (partial_a, partial_b), (textbook, aliases, False, neutral, flat, absorbing)
    return Op(name, forward, partials, doc, infix, symbol, domain, kink, *rest)
