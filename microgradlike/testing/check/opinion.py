"""SecondOpinion: a given gradient against the exact one, digit by digit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import cycle

from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.report import Accuracy
from microgradlike.testing.check.foreign import DOUBLE, Precision
from microgradlike.testing.check.function_under_test import FunctionUnderTest
from microgradlike.testing.check.report import GivenEntry

_ROUNDING = 4  # bits: the primitives of other libraries are off by up to 8 ulp
_ORDER = 4.0  # times our own error: another order of operations rounds otherwise
_NEARBY = 5  # bits: a point that is 16 ulp off
_FACTORS = {"twice the derivative": 2.0, "half the derivative": 0.5, "of the wrong sign": -1.0}
_DIFFERENCES = "the given gradient was held against differences, which see 8 digits at most"


class SecondOpinion:
    """The exact gradient at the point of a check, and the verdicts by it on a given one.

    A formula in doubles does not always allow 16 digits. Our own gradient of it shows how many it
    does: those that are right, but no more than its bound promises. The point and constants count
    as exact; numbers of less precision may come from a point that is rounded to it, too.
    """

    def __init__(self, function: FunctionUnderTest, precision: Precision) -> None:
        self._function, self._precision = function, precision
        self.notes: tuple[str, ...] = ()  # remarks on the exact gradient
        numbers = function.point.numbers
        self._ours = self._gradient(numbers)
        near = [precision.rounded(x) for x in numbers]
        self._theirs = self._ours if near == numbers else self._gradient(near)

    def judged(self, k: int, given: GivenEntry, slack: float) -> GivenEntry:
        """The entry with a verdict on derivative k; unchanged if the exact one does not decide.

        An error within `slack`, or one that a point nearby explains, is a loss of digits.
        """
        x, ours, theirs = given.given, self._ours[k], self._theirs[k]
        known = ours.exact is not None and theirs.exact is not None
        if not known or given.entry.verdict not in ("agrees", "undecided"):
            return given
        from microgradlike.accuracy.truth.multiprecision import right_digits  # it needs mpmath

        exact = min(ours.exact, theirs.exact, key=lambda e: abs(e - x))
        fewer = math.log10(2) * (DOUBLE.bits - self._precision.bits)
        allowed = min(ours.bound, ours.right or 0.0) - fewer
        found = replace(given, exact=float(exact), allowed=max(allowed, 0.0))
        found = replace(found, right=right_digits(x, exact._mpf_), precision=self._precision.name)
        error = float(abs(exact - x))
        if x == found.exact or error <= 2.0**self._precision.least:  # all but an underflow
            return replace(found, verdict="agrees")
        if error <= self._explained(ours, float(abs(exact))):
            known = max(found.right, found.allowed) >= 1
            return replace(found, verdict="agrees" if known else "undecided")
        if not math.isfinite(x):
            return replace(found, verdict="differs", note="0·∞ or ∞ - ∞ on the way gives that")
        if error <= max(slack, self._nearby[k]):
            return replace(found, verdict="digits lost")
        return replace(found, verdict="differs", note=self._mistake(k, x))

    def _explained(self, ours: Accuracy, size: float) -> float:
        """The error that rounding explains, given that of our own gradient."""
        own = float(abs(ours.exact - ours.computed))
        off = max(_ORDER * own, abs(ours.computed) * 10**-ours.bound)
        units = max(2.0**_ROUNDING * size, off * 2.0**DOUBLE.bits)
        return units * 2.0**-self._precision.bits

    @cached_property
    def _nearby(self) -> list[float]:
        """The largest changes of the exact gradient to points nearby; inf at an edge."""
        at, unit = self._function.point.numbers, 2.0 ** (_NEARBY - self._precision.bits)
        changes = [0.0] * len(at)
        for signs in ((1, 1), (-1, 1), (-1, -1)):
            moved = self._gradient([x + s * unit * abs(x) for x, s in zip(at, cycle(signs))])
            changes = [max(c, _distance(a, b)) for c, a, b in zip(changes, self._ours, moved)]
        return changes

    def _gradient(self, numbers: Sequence[float]) -> list[Accuracy]:
        root, leaves = self._function.run(numbers)
        found = digits(root)
        self.notes = found.notes if found.exact else (_DIFFERENCES, *found.notes)
        by_node = {id(n.node): n.gradient for n in found.nodes}
        y = found.value.exact
        no_path = Accuracy(0.0, None if y is None else 0 * y, 16.0, 16.0)
        return [by_node.get(id(x)) or no_path for x in leaves]

    def _mistake(self, k: int, x: float) -> str:
        """The familiar mistake that x shows, or ""."""
        exact, names = [a.exact for a in self._ours], self._function.point.names
        wrong = {text: factor * exact[k] for text, factor in _FACTORS.items()}
        wrong |= {f"the derivative by {n}": e for n, e in zip(names, exact) if e is not None}
        near = 2.0 ** -(self._precision.bits // 2)
        return next((text for text, e in wrong.items() if e and abs(x - e) <= near * abs(e)), "")


def _distance(a: Accuracy, b: Accuracy) -> float:
    return math.inf if a.exact is None or b.exact is None else float(abs(a.exact - b.exact))
