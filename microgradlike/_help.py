"""Docstring and signature of a primitive, made from its line in the table."""

from __future__ import annotations

import builtins
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import inspect

    from microgradlike.op import Domain, Op

COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(6)  # from loose to tight


class Described:
    """A computed attribute of each Op; read on the class, it is `of_class`."""

    def __init__(self, describe: Callable[[Op], object], of_class: object = None) -> None:
        self.describe, self.of_class = describe, of_class

    def __get__(self, op: Op | None, kind: type[Op]) -> Any:
        return self.of_class if op is None else self.describe(op)


class Text:
    """A number that is written instead of computed: a partial of such numbers prints itself.

    >>> str(2 * (Text("x") + 1) ** 2)
    '2 * (x + 1) ** 2'
    """

    def __init__(self, text: str, rank: int = ATOM) -> None:
        self.text, self.rank = text, rank

    @classmethod
    def apply(cls, op: Op, *operands: object) -> Text:
        """The call of `op`; a choice whose other branch is `y` guards a domain, and is left out."""
        texts = [str(_text(x)) for x in operands]
        if op.chooses and texts[2] == "y":
            return _text(operands[1])
        return cls(f"{op.name}({', '.join(texts)})")

    def within(self, rank: int) -> str:
        """The text as an operand of an operator of that rank, in brackets if it needs them."""
        return self.text if self.rank >= rank else f"({self.text})"

    def __neg__(self) -> Text:
        return Text(f"-{self.within(SIGN)}", SIGN)

    def __abs__(self) -> Text:
        return Text(f"abs({self})")

    def __str__(self) -> str:
        return self.text


def _text(x: object) -> Text:
    if isinstance(x, Text):
        return x
    return Text(f"{x:g}", SIGN if x < 0 else ATOM) if isinstance(x, float | int) else Text(str(x))


def _infix(sign: str, rank: int, a: Text, b: Text) -> Text:
    if sign == "*" and "0" in (a.text, b.text):
        return Text("0")
    if sign == "+" and "0" in (a.text, b.text):
        return b if a.text == "0" else a
    left, right = (rank + 1, rank) if sign == "**" else (rank, rank + 1)
    return Text(f"{a.within(left)} {sign} {b.within(right)}", rank)


def _operator(sign: str, rank: int, name: str, reverse: str) -> None:
    setattr(Text, name, lambda a, b: _infix(sign, rank, a, _text(b)))
    setattr(Text, reverse, lambda b, a: _infix(sign, rank, _text(a), b))


for _sign, _rank, _name in (
    ("+", SUM, "add"), ("-", SUM, "sub"), ("*", PRODUCT, "mul"), ("/", PRODUCT, "truediv"),
    ("//", PRODUCT, "floordiv"), ("%", PRODUCT, "mod"), ("**", POWER, "pow"),
):  # fmt: skip
    _operator(_sign, _rank, f"__{_name}__", f"__r{_name}__")
for _sign, _name in ("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge"):
    setattr(Text, f"__{_name}__", lambda a, b, sign=_sign: _infix(sign, COMPARE, a, _text(b)))


def operand_names(op: Op) -> tuple[str, ...]:
    """The operands' names: the parameters of the first partial, after `y`."""
    import inspect  # here: it takes an eighth of the time of `import microgradlike`

    try:
        found = tuple(inspect.signature(op.partials[0]).parameters)[1:]
    except (TypeError, ValueError):  # a partial that Python cannot look into
        found = ()
    if len(found) == op.arity:
        return found
    return ("x",) if op.arity == 1 else tuple("abcdefgh"[: op.arity])


def signature(op: Op) -> inspect.Signature:
    """The signature of a primitive: as many positional operands as it has partials."""
    import inspect

    kind = inspect.Parameter.POSITIONAL_ONLY
    return inspect.Signature([inspect.Parameter(name, kind) for name in operand_names(op)])


def called_name(op: Op) -> str:
    """The name to call a primitive by: its own, or an alias where Python's builtin has that one."""
    return op.aliases[0] if op.aliases and hasattr(builtins, op.name) else op.name


def describe(op: Op) -> str:
    """The docstring of a primitive: meaning, derivatives, domain, kinks and an example."""
    call, partials = written_call(op), derivatives(op)
    lines = [f"{call}: {op.doc or 'a primitive'}.", ""]
    lines.append("A float for floats, a Value for Values; TypeError for anything but numbers.")
    lines.append("")
    if partials:
        lines.append(f"With y = {call}:")
        lines += [f"    dy/d{x} = {p}" for x, p in partials]
    if limits := domain(op):
        lines.append(f"Domain: {limits}.")
    if op.kink is not None:
        place, distance = kinks(op), f"`.kink({', '.join(operand_names(op))})` is the distance"
        lines.append(f"Kinks: {place + '; ' if place else ''}{distance} to the nearest one.")
    if others := other_names(op):
        lines.append(f"Other names: {', '.join(others)}.")
    return "\n".join([*lines, *_example(op)])


def written_call(op: Op) -> str:
    """The call of a primitive: `tanh(x)`."""
    return f"{called_name(op)}({', '.join(operand_names(op))})"


def derivatives(op: Op) -> list[tuple[str, str]]:
    """Each operand, and the derivative by it as text; empty if a partial takes floats only."""
    operands = operand_names(op)
    partials = [_derivative(op, i, operands) for i in range(op.arity)]
    return list(zip(operands, partials)) if all(partials) else []


def domain(op: Op) -> str:
    """The limits of the operands: "x > 0"; empty if all real numbers will do."""
    return ", ".join(filter(None, map(_interval, operand_names(op), op.domain)))


def other_names(op: Op) -> list[str]:
    """The names of a primitive besides the one that it is called by."""
    return [name for name in (op.name, *op.aliases) if name != called_name(op)]


# Conditions on operands at which a primitive may have its kinks, by the number of operands.
_PLACES: dict[int, dict[str, Callable[..., bool]]] = {
    1: {
        "{0} = 0": lambda x: x == 0,
        "{0} a whole number": lambda x: x % 1 == 0,
        "{0} a whole number other than 0": lambda x: x % 1 == 0 != x,
        "{0} halfway between two whole numbers": lambda x: x % 1 == 0.5,
    },
    2: {
        "{0} = {1}": lambda a, b: a == b,
        "{0} = {1} = 0": lambda a, b: a == b == 0,
        "{0} a multiple of {1}": lambda a, b: a % b == 0,
        "{0} a multiple of {1} other than 0": lambda a, b: a % b == 0 != a,
    },
    3: {"{0} = {1}, {0} = {2} or {1} = {2}": lambda x, lo, hi: x in (lo, hi) or lo == hi},
}


def kinks(op: Op) -> str:
    """The place of the kinks: the condition that holds where `kink` is 0, tried at some points.

    Empty for a primitive without kinks, or with kinks at none of the places that are known here.
    """
    kink = op.kink
    if kink is None:
        return ""
    grid = [k / 2 for k in range(-6, 7)]
    inside = [[x for x in grid if _is_inside(x, limits)] for limits in op.domain]
    for place, holds in _PLACES.get(op.arity, {}).items():
        try:
            if all((kink(*xs) == 0) == holds(*xs) for xs in itertools.product(*inside)):
                return place.format(*operand_names(op))
        except Exception:  # a user's function may not take that point
            return ""
    return ""


def _derivative(op: Op, index: int, operands: tuple[str, ...]) -> str:
    if op.textbook:
        return op.textbook[index]
    try:
        return str(_text(op.partials[index](Text("y"), *map(Text, operands))))
    except Exception:  # a user's partial may be written over floats only
        return ""


def _interval(name: str, domain: Domain) -> str:
    if domain == ((-float("inf"), 0.0), (0.0, float("inf"))):
        return f"{name} ≠ 0"
    return " or ".join(
        f"{name} > {low:g}" if high == float("inf") else f"{low:g} < {name} < {high:g}"
        for low, high in domain
        if low > -float("inf") or high < float("inf")
    )


def _example(op: Op) -> list[str]:
    """A call at a point inside the domain."""
    at = [_inside(domain, 0.5 + i, 1.5) for i, domain in enumerate(op.domain)]
    try:
        y = op.forward(*at)
    except Exception:  # a user's function may not take that point
        return []
    return ["", f">>> {called_name(op)}({', '.join(map(str, at))})", repr(y)]


def _inside(domain: Domain, *candidates: float) -> float:
    """The first candidate in the domain, or the first one if there is none."""
    return next((x for x in candidates if _is_inside(x, domain)), candidates[0])


def _is_inside(x: float, domain: Domain) -> bool:
    return any(low < x < high for low, high in domain)
