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

    >>> report = GradeReport("my_engine.py, class Value", answers=(), findings=(), notes=())
    >>> report.is_right, report.mistakes
    (True, ())
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

    def __str__(self) -> str:
        lines = [self.title, ""]
        operations = dict.fromkeys(j.trial.operation for j in self.answers if not j.trial.note)
        lines += [self._operation(name) for name in operations]
        for i, finding in enumerate(self.findings):
            opening = "Also" if i else "The smallest expression that fails"
            lines += ["", *_described(finding, opening)]
        if self.is_right:
            some = any(j.verdict == "right" and j.trial.stage > 1 for j in self.answers)
            nothing = "No operation is there yet. Write `__add__` and `__mul__` first."
            lines += ["", "All that is there is right." if some else nothing]
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


def problem(report: GradeReport, trial: Trial) -> str:
    """The text on a trial that is not right, or an empty text."""
    mine = [j for j in report.answers if j.trial is trial and j.verdict != "right"]
    found = [Finding(f.mistake, (j,)) for j in mine for f in report.findings if j in f.explains]
    found += [Finding(None, (j,)) for j in mine]
    return "\n".join(_described(found[0], trial.operation)) if found else ""


def _described(finding: Finding, opening: str) -> list[str]:
    """The lines on a mistake: its smallest expression, the numbers, the name and the way out."""
    j = finding.explains[0]
    outcome, mistake = j.outcome, finding.mistake
    unused = set(outcome.point) - set(re.findall(r"\w+", j.trial.text))
    at = ", ".join(f"{name} = {x:g}" for name, x in outcome.point.items() if name not in unused)
    lines = [f"{opening}: {j.trial.text}    for {at}"]
    if outcome.error:
        absent = j.verdict == "not there" and not mistake
        lines.append(f"  {f'{j.trial.operation} is not there' if absent else outcome.error}")
    else:
        rows = [("value", outcome.value, j.y.data)]
        rows += [(f"{n}.grad", x, j.leaves[n].grad) for n, x in outcome.gradients.items()]
        rows += [(f"{n}.data", x, outcome.point[n]) for n, x in outcome.changed.items()]
        table = [("", "yours", "right"), *((name, _text(x), _text(z)) for name, x, z in rows)]
        lines += [f"  {name:<8} {x:>10} {z:>10}" for name, x, z in table if name[:1] not in unused]
    count = len({k.trial.text for k in finding.explains})
    more = f"{count} expressions" if count > 1 else "this"
    if mistake:
        lines.append(f"This looks like a known mistake: {mistake.name}.")
        lines += [f"  Why: {mistake.why}.", f"  Way out: {mistake.way_out}."]
        return [*lines, *([f"  It explains {more} that fail."] if count > 1 else [])]
    if outcome.error:
        return [*lines, *([f"{more} end like this."] if count > 1 else [])]
    return [*lines, f"No known mistake explains {more}."]


def _text(x: float | None) -> str:
    return "None" if x is None else f"{x:.4g}"
