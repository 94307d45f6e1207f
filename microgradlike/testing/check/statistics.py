"""CheckStatistics: the verdicts of many checks of one function, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from microgradlike.testing.check.report import Report, Verdict

_COUNTED: tuple[tuple[Verdict, str], ...] = (
    ("kink", "at a kink"),
    ("indeterminate", "indeterminate"),
    ("undecided", "could not be checked"),
)


@dataclass(slots=True)
class CheckStatistics:
    """Counts over many reports.

    - `points`: the number of points checked.
    - `skipped`: a message for each point that could not be checked, with the reason.
    - `missing`: as in a Report, the reason if derivatives of some order could not be taken.
    - `verdicts`: the number of derivatives by notation, order and verdict.
    - `largest`: the largest |analytic - numeric| that agrees, by order.

    >>> from microgradlike.testing import check_gradients
    >>> statistics = CheckStatistics()
    >>> for x in (-1.0, 0.0, 1.0):
    ...     statistics.add(check_gradients(abs, x))
    >>> statistics.count("agrees"), statistics.count("kink"), statistics.points
    (4, 1, 3)
    """

    points: int = 0
    skipped: list[str] = field(default_factory=list)
    missing: str = ""
    verdicts: Counter[tuple[str, int, Verdict]] = field(default_factory=Counter)
    largest: dict[int, float] = field(default_factory=dict)

    def add(self, report: Report) -> None:
        """Count the derivatives of a report."""
        self.points += 1
        self.missing = self.missing or report.missing
        for entry in (*report.partials, *report.higher):
            order = len(entry.by)
            self.verdicts[entry.of(report.name), order, entry.verdict] += 1
            if entry.verdict == "agrees":
                self.largest[order] = max(self.largest.get(order, 0.0), entry.difference)

    def count(self, verdict: Verdict, order: int = 0) -> int:
        """The number of derivatives with a verdict, of one order or, for 0, of all orders."""
        return sum(n for (_, o, v), n in self.verdicts.items() if v == verdict and order in (0, o))

    def warning_messages(self) -> Iterator[str]:
        """A message for each derivative that most points could not decide.

        >>> from microgradlike.testing import check_gradients
        >>> statistics = CheckStatistics()
        >>> statistics.add(check_gradients(lambda x: x * x, 3.0))
        >>> list(statistics.warning_messages())
        []
        """
        counts: dict[str, list[int]] = {}  # decided, undecided
        for (name, _, verdict), n in self.verdicts.items():
            counts.setdefault(name, [0, 0])[verdict == "undecided"] += n
        for name, (decided, undecided) in counts.items():
            if decided < undecided:
                points = f"only {decided} of {decided + undecided}" if decided else "none of"
                points += "" if decided else f" {self.points}"
                yield f"{name} could be checked at {points} points; try other points"
        if self.missing:
            yield self.missing

    def summary(self, wanted: int) -> str:
        """The counts as text, a line per kind; `wanted` is the number of points asked for.

        >>> from microgradlike.testing import check_gradients
        >>> statistics = CheckStatistics()
        >>> statistics.add(check_gradients(abs, 0.0))
        >>> print(statistics.summary(2))
        0 first derivatives at only 1 of 2 points agree with differences
        1 at a kink
        """
        points = f"{self.points}" if self.points >= wanted else f"only {self.points} of {wanted}"
        agreed = self.count("agrees", 1)
        first = f"{agreed} first derivatives at {points} points agree with differences"
        if 1 in self.largest:
            first += f" of values, within {self.largest[1]:.1g}"
        for order in sorted(self.largest.keys() - {1}):
            lower = "gradients" if order == 2 else f"those of order {order - 1}"
            first += f"; {self.count('agrees', order)} derivatives of order {order} with"
            first += f" differences of {lower}, within {self.largest[order]:.1g}"
        lines = [first]
        counts = ((self.count(verdict), what) for verdict, what in _COUNTED)
        lines += [f"{count} {what}" for count, what in counts if count]
        if self.skipped:
            lines.append(f"{len(self.skipped)} points skipped, the first {self.skipped[0]}")
        return "\n".join([*lines, self.missing] if self.missing else lines)
