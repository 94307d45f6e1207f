"""Rewrite: a function that keeps more digits of the value and the gradient than the one given."""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.accuracy.rewriting.candidates import (
    Judge,
    Point,
    Score,
    agree_everywhere,
    between,
    drawn,
)
from microgradlike.accuracy.rewriting.python_text import expression, function
from microgradlike.accuracy.rewriting.rules import formula
from microgradlike.accuracy.rewriting.search import ENOUGH, Candidate, Search
from microgradlike.accuracy.rewriting.terms import Term, substituted, term
from microgradlike.accuracy.truth.truth import working_precision
from microgradlike.compile.arguments import STATIC, Arguments
from microgradlike.compile.jit import jit
from microgradlike.derivatives.pytree import is_array
from microgradlike.indeterminate_form import indeterminate
from microgradlike.op import Number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Rewrite"]

POINTS = 24  # of a range
SEARCHED = 4  # of these, in the search
CHECKED = 12  # candidates compared with the formula
GAIN = 0.5  # digits; less is chance
KEPT = f"nothing to improve: at least {ENOUGH:.0f} digits are right"
NOTHING_BETTER = "nothing better found; another formula may exist"
Range = tuple[float, float]


@dataclass(frozen=True)
class Rewrite:
    """The result of `improve`: a function with more right digits, or the same one.

    `text` is the Python text of the function `f`, which takes what the given one takes. `found` is
    False if nothing better was found; then `f` is the given function. `before` and `after` have the
    right digits of the value and of the gradients by name, 0 to 16, at the point or the fewest over
    the ranges. `rules` are the equations used, in order. They hold under the `conditions`. `ranges`
    are those of the call.

    >>> from microgradlike import improve, sqrt
    >>> better = improve(lambda x: sqrt(x + 1) - sqrt(x), 1e15)
    >>> better.found, better.before.worst < 1, better.after.worst, better.f(1e15)
    (True, True, 16.0, 1.5811388300841893e-08)
    """

    text: str
    f: Callable[..., Number]
    found: bool
    before: Score
    after: Score
    rules: tuple[str, ...]
    conditions: tuple[str, ...]
    ranges: dict[str, Range]
    _formulas: tuple[Term, Term] = field(repr=False)
    _point: Point = field(repr=False)

    def __str__(self) -> str:
        pairs = [("value", self.before.value, self.after.value)]
        pairs += [(f"∂/∂{x}", d, self.after.gradients[x]) for x, d in self.before.gradients.items()]
        width = max(len(name) for name, _, _ in pairs)
        lines = [f"{name:<{width}}  {self._change(old, new)}" for name, old, new in pairs]
        if not self.found:
            kept = all(old >= ENOUGH for _, old, _ in pairs)
            return "\n".join([KEPT if kept else NOTHING_BETTER, *lines])
        lines += [f"by {rule}" for rule in self.rules]
        lines += [f"holds if {condition}" for condition in self.conditions]
        return "\n".join([self.text, "", *lines])

    def _change(self, old: float, new: float) -> str:
        if old != old:
            return "undecided"
        return f"{old:.1f} → {new:.1f} digits" if self.found else f"{old:.1f} of 16 digits right"

    def plot(self) -> Figure:
        """The right digits over the range, before and after, by matplotlib.

        Each plot is along one range, the others at their middle; it has the fewest digits of value
        and gradient. Returns a Figure. Raises ValueError without a range, ImportError without
        matplotlib (the extra `plot`).
        """
        if not self.ranges:
            raise ValueError("a plot needs a range; call improve(f, x=(1e-9, 1)) with a pair")
        from microgradlike.accuracy.rewriting.plot import figure

        return figure(self._formulas, self._point, self.ranges)


def improved(f: Callable[..., Number], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Rewrite:
    """The best rewrite of a function that is found; see `microgradlike.improve`."""
    if not callable(f):
        raise TypeError(f"improve takes a function, got {shown(f)}; pass the function itself")
    call = _Call(f, args, kwargs)
    root, point = call.recorded()
    with working_precision(60), indeterminate("zero"):
        points = islice(drawn(point, call.ranges), POINTS) if call.ranges else [point]
        judges = [judge for judge in (Judge(root, p) for p in points) if judge.decided]
        if not judges:
            raise ValueError(
                "the exact value or gradient is not known there: it is undefined, 0 by"
                " cancellation, or at a kink; choose another point"
            )
        before = _worst(judges, root)
        best, conditions = _best(root, judges, before, call.ranges)
        new = root if best is None else best.term
        after = _worst(judges, new)
    text, made = function(new, call.parameters)
    rules = dict.fromkeys(rule for rule, _, _ in best.steps) if best else ()
    holds = dict.fromkeys([*call.fixed, *conditions]) if best else ()
    return Rewrite(
        text, made if best else f, best is not None, before, after, tuple(rules), tuple(holds),
        call.ranges, (root, new), point,
    )  # fmt: skip


class _Call:
    """A call of a function: the names of its arguments, and the ranges among them by name."""

    def __init__(
        self, f: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> None:
        self.f = f
        signature = inspect.signature(f)
        signature.bind(*args, **kwargs)
        self.names: list[str] = []  # of args
        self.parameters: list[str] = []
        for p in signature.parameters.values():
            if p.kind is p.VAR_POSITIONAL:
                self.parameters.append(f"*{p.name}")
                self.names += [f"{p.name}[{i}]" for i in range(len(args) - len(self.names))]
            elif p.kind is p.VAR_KEYWORD:
                self.parameters += [name for name in kwargs if name not in self.parameters]
            elif len(self.names) < len(args):
                self.parameters.append(p.name)
                self.names.append(p.name)
            elif p.name in kwargs:
                self.parameters.append(p.name)
        self.ranges: dict[str, Range] = {}
        given = {**dict(zip(self.names, args)), **kwargs}
        self.fixed = [f"{name} == {x!r}" for name, x in given.items() if isinstance(x, STATIC)]
        self.args = [self._number(name, x) for name, x in zip(self.names, args)]
        self.kwargs = {name: self._number(name, x) for name, x in kwargs.items()}

    def _number(self, name: str, x: Any) -> Any:
        """The argument, or the middle of the range that it is."""
        if not (isinstance(x, tuple) and len(x) == 2):
            return x
        lo, hi = float(x[0]), float(x[1])
        if not -math.inf < lo < hi < math.inf:
            raise ValueError(f"the range of {name} needs two numbers lo < hi, got {x!r}")
        self.ranges[name] = lo, hi
        return between(0.5, lo, hi)

    def recorded(self) -> tuple[Term, Point]:
        """The formula of the function as a term, and its arguments by name."""

        @functools.wraps(self.f)
        def checked(*args: Any, **kwargs: Any) -> Number:
            y = self.f(*args, **kwargs)
            if isinstance(y, (list, tuple, dict)) or is_array(y):
                raise TypeError(f"improve needs one number, got a {type(y).__name__}; sum it first")
            return y

        program = jit(checked, backend="python").program(*self.args, **self.kwargs)
        numbers = list(Arguments(tuple(self.args), self.kwargs, ()).shared)
        if program.inputs > len(numbers):
            raise TypeError(
                f"the function uses {program.names[len(numbers)]}, a Value that is no argument;"
                " pass it as one, or its number"
            )
        names = [
            re.sub(r"argument (\d+)", lambda m: self.names[int(m[1])], x) for x in program.names
        ]
        terms = {i: term(name) for i, name in enumerate(names)}
        terms |= {-1 - i: term(x) for i, x in enumerate(program.constants)}
        for slot, op, operands in program.equations():
            terms[slot] = Term.apply(op, *[terms[r] for r in operands])
        return terms[program.outputs[0]], dict(zip(names, map(float, numbers)))


def _worst(judges: list[Judge], t: Term) -> Score:
    """The fewest right digits of each number over the points."""
    scores = [judge.score(t) for judge in judges]
    gradients = {x: _least(s.gradients[x] for s in scores) for x in scores[0].gradients}
    return Score(_least(s.value for s in scores), gradients)


def _least(digits: Iterable[float]) -> float:
    return min((x for x in digits if x == x), default=math.nan)


def _best(
    root: Term, judges: list[Judge], before: Score, ranges: dict[str, Range]
) -> tuple[Candidate | None, list[str]]:
    """The best candidate that agrees with the formula, with its conditions."""
    hardest = sorted(judges, key=lambda judge: judge.score(root).worst)[:SEARCHED]
    point = hardest[0].point
    for c in Search(root, hardest).run()[:CHECKED]:
        if _worst(judges, c.term).worst < before.worst + GAIN:
            continue
        found = [condition_of(text, bindings) for _, text, bindings in c.steps if text]
        holds = [t for _, t in found]
        if agree_everywhere(root, c.term, holds, point, drawn(point, ranges)):
            return c, [text for text, _ in found]
    return None, []


def condition_of(text: str, bindings: dict[Term, Term]) -> tuple[str, Term]:
    """A condition of a rule for its terms, as text and as a term that has to be positive."""
    sign = next(sign for sign in (" >= ", " > ", " != ") if sign in text)
    left, right = [substituted(formula(x), bindings, id) for x in text.split(sign)]
    difference = ops.absolute(left - right) if sign == " != " else left - right
    return f"{expression(left)}{sign}{expression(right)}", difference
