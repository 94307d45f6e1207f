"""Tally: what came of the checks of one function at many points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from microgradlike.testing.check.report import Report, Verdict

_COUNTED: tuple[tuple[Verdict, str], ...] = (
    ("kink", "at a kink"),
    ("undecided", "could not be checked"),
)


@dataclass(slots=True)
class Tally:
    """Counts over many reports: `points` checked, and `verdicts` by derivative, order and verdict.

    `passed` are the reasons why points were passed over; `missing`, as in a Report, is why there
    are no higher derivatives; `largest` the largest difference of each order.

    >>> from microgradlike.testing import check_gradients
    >>> tally = Tally()
    >>> for x in (-1.0, 0.0, 1.0):
    ...     tally.add(check_gradients(abs, x))
    >>> tally.count("agrees"), tally.count("kink"), tally.points
    (4, 1, 3)
    """

    points: int = 0
    passed: list[str] = field(default_factory=list)
    missing: str = ""
    verdicts: Counter[tuple[str, int, Verdict]] = field(default_factory=Counter)
    largest: dict[int, float] = field(default_factory=dict)

    def add(self, report: Report) -> None:
        """Count a report in."""
        self.points += 1
        self.missing = self.missing or report.missing
        for p in (*report.partials, *report.higher):
            order = len(p.by)
            self.verdicts[p.of(report.name), order, p.verdict] += 1
            if p.verdict == "agrees":
                self.largest[order] = max(self.largest.get(order, 0.0), p.difference)

    def count(self, verdict: Verdict, order: int = 0) -> int:
        """How many derivatives have the verdict, of that order or of any."""
        return sum(n for (_, o, v), n in self.verdicts.items() if v == verdict and order in (0, o))

    def doubts(self) -> Iterator[str]:
        """What no point could decide."""
        seen = {name: order for name, order, _ in self.verdicts}
        decided = {name for name, _, verdict in self.verdicts if verdict != "undecided"}
        for name in seen:
            if name not in decided:
                yield f"{name} could be checked at none of {self.points} points"
        if self.missing:
            yield self.missing

    def summary(self, wanted: int) -> str:
        """The counts in words, a line for each kind; `wanted` points were asked for.

        >>> from microgradlike.testing import check_gradients
        >>> tally = Tally()
        >>> tally.add(check_gradients(abs, 0.0))
        >>> print(tally.summary(2))
        0 partials at only 1 of 2 points agree with differences
        1 at a kink
        """
        points = f"{self.points}" if self.points >= wanted else f"only {self.points} of {wanted}"
        first = f"{self.count('agrees', 1)} partials at {points} points agree with differences"
        if 1 in self.largest:
            first += f" of values, up to {self.largest[1]:.1g}"
        for order in sorted(self.largest.keys() - {1}):
            of = "gradients" if order == 2 else f"those of order {order - 1}"
            first += f"; {self.count('agrees', order)} derivatives of order {order} with"
            first += f" differences of {of}, up to {self.largest[order]:.1g}"
        lines = [first]
        counts = ((self.count(verdict), what) for verdict, what in _COUNTED)
        lines += [f"{count} {what}" for count, what in counts if count]
        if self.passed:
            lines.append(f"{len(self.passed)} points passed over, the first {self.passed[0]}")
        return "\n".join([*lines, self.missing] if self.missing else lines)
