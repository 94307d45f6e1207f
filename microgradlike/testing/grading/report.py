"""GradeReport: the grade of a class, as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from microgradlike.testing.grading.diagnosis import Finding, Judged
from microgradlike.testing.grading.trials import Trial


@dataclass(frozen=True)
class GradeReport:
    """The grade of a class: a verdict per operation, and the mistakes that explain wrong numbers.

    `title` names the file and the class. `answers` are the outcomes beside the right numbers,
    `findings` the mistakes, `notes` remarks that do not count. `str(report)` is the text of
    `microgradlike grade`.
    """

    title: str
    answers: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """True if no mistake was found; operations that are not there do not count."""
        return not self.findings

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the mistakes; "unknown" for numbers that no known mistake explains."""
        return tuple(f.mistake.name if f.mistake else "unknown" for f in self.findings)

    def problem(self, trial: Trial) -> str:
        """The text on a trial that is wrong or absent, or an empty text."""
        mine = [j for j in self.answers if j.trial is trial and j.verdict != "right"]
        found = [Finding(f.mistake, (j,)) for j in mine for f in self.findings if j in f.explains]
        found += [Finding(None, (j,)) for j in mine]
        return "\n".join(_described(found[0], trial.operation)) if found else ""

    def __str__(self) -> str:
        lines = [self.title, ""]
        operations = dict.fromkeys(j.trial.operation for j in self.answers if not j.trial.note)
        lines += [self._operation(name) for name in operations]
        for i, finding in enumerate(self.findings):
            lines += [
                "",
                *_described(finding, "Also" if i else "The smallest expression that fails"),
            ]
        if self.is_right:
            lines += ["", "All that is there is right."]
            lines += [f"\nNote: {note}" for note in self.notes]
        return "\n".join(lines)

    def _operation(self, name: str) -> str:
        """A line on an operation."""
        by: dict[str, dict[str, None]] = {}  # a set with an order
        for j in self.answers:
            if j.trial.operation == name and not j.trial.note:
                by.setdefault(j.verdict, {})[j.trial.text] = None
        verdict = next(v for v in ("wrong", "right", "not there", "not run") if v in by)
        line = f"  {name:<8} {verdict:<9}"
        if verdict == "wrong":
            line += f"  {next(iter(by['wrong']))}"
        elif verdict == "right":
            for other in ("not there", "not run"):
                line += f"  {other}: {', '.join(by[other])}" if other in by else ""
        return line.rstrip()


def _described(finding: Finding, opening: str) -> list[str]:
    """The lines on a mistake: its smallest expression, the numbers, the name and the way out."""
    j = finding.explains[0]
    outcome, mistake = j.outcome, finding.mistake
    used = {n: x for n, x in outcome.point.items() if n in expression_names(j.trial.text)}
    at = ", ".join(f"{name} = {x:g}" for name, x in used.items())
    lines = [f"{opening}: {j.trial.text}    for {at}"]
    if j.verdict == "not there":
        lines.append(f"  {j.trial.operation} is not there")
    elif outcome.error:
        lines.append(f"  {outcome.error}")
    else:
        lines.append(f"  {'':<8} {'yours':>10} {'right':>10}")
        rows = [("value", outcome.value, j.y.data)]
        rows += [
            (f"{n}.grad", x, j.leaves[n].grad) for n, x in outcome.gradients.items() if n in used
        ]
        rows += [(f"{n}.data", x, outcome.point[n]) for n, x in outcome.changed.items()]
        for name, yours, right in rows:
            lines.append(f"  {name:<8} {_text(yours):>10} {_text(right):>10}")
    count = len({k.trial.text for k in finding.explains})
    more = f"{count} expression{'s' * (count > 1)}"
    if outcome.error:
        return [*lines, *([f"{more} end like this."] if count > 1 else [])]
    if mistake is None:
        return [*lines, f"No known mistake explains {'these numbers' if count == 1 else more}."]
    lines.append(f"This looks like a known mistake: {mistake.name}.")
    lines += [f"  Why: {mistake.why}.", f"  Way out: {mistake.way_out}."]
    return [*lines, *([f"  It explains {more} that fail."] if count > 1 else [])]


def expression_names(text: str) -> set[str]:
    """The leaves that occur in an expression."""
    return {name for name in re.findall(r"\w+", text) if name in ("a", "b", "c")}


def _text(x: float | None) -> str:
    return "None" if x is None else f"{x:.4g}"
