"""GradeReport: the grade of a class, as text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from microgradlike.testing.grading.diagnosis import Finding
from microgradlike.testing.grading.outcomes import Outcome
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
    answers: tuple[Outcome, ...]
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
        operations = dict.fromkeys(o.trial.operation for o in self.answers if not o.trial.note)
        lines += [self._operation(name) for name in operations]
        if any(o.verdict == "not there" for o in self.answers):
            lines += ["", "Operations that are not there do not count."]
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
        by: dict[str, list[str]] = {}
        for o in self.answers:
            if o.trial.operation == name and o.trial.text not in by.setdefault(o.verdict, []):
                by[o.verdict].append(o.trial.text)
        verdict = next(v for v in ("wrong", "right", "not there", "not run") if v in by)
        line = f"  {name:<8} {verdict:<9}"
        if verdict == "wrong":
            line += f"  {by['wrong'][0]}"
        elif verdict == "right":
            line += "".join(
                f"  {v}: {', '.join(by[v])}" for v in ("not there", "not run") if v in by
            )
        return line.rstrip()


def problem(report: GradeReport, trial: Trial) -> str:
    """The text on a trial that is not right, or an empty text."""
    mine = [o for o in report.answers if o.trial is trial and o.verdict != "right"]
    found = [Finding(f.mistake, (o,)) for o in mine for f in report.findings if o in f.explains]
    found += [Finding(None, (o,)) for o in mine]
    return "\n".join(_described(found[0], trial.operation)) if found else ""


def _described(finding: Finding, opening: str) -> list[str]:
    """The lines on a mistake: its smallest expression, the numbers, the name and the way out."""
    o, mistake = finding.explains[0], finding.mistake
    at = {n: x for n, x in o.point.items() if re.search(rf"\b{n}\b", o.trial.text)}
    lines = [f"{opening}: {o.trial.text}    for {', '.join(f'{n} = {x:g}' for n, x in at.items())}"]
    if o.error:
        absent = o.verdict == "not there" and not mistake
        lines.append(f"  {f'{o.trial.operation} is not there' if absent else o.error}")
    else:
        rows = [(name, x, o.right[name]) for name, x in o.numbers.items()]
        rows += [(name, x, o.point[name[0]]) for name, x in o.changed.items()]
        table = [("", "yours", "right"), *((name, _text(x), _text(z)) for name, x, z in rows)]
        used = ("", "value", *at)
        lines += [f"  {n:<8} {x:>10} {z:>10}" for n, x, z in table if n.split(".")[0] in used]
    count = len({k.trial.text for k in finding.explains})
    if mistake:
        lines += [f"This looks like a known mistake: {mistake.name}.", mistake.advice]
        tail = f"  It explains {count} expressions that fail." if count > 1 else ""
    elif o.error:
        tail = f"{count} expressions end like this." if count > 1 else ""
    else:
        tail = f"No known mistake explains {f'{count} expressions' if count > 1 else 'this'}."
    return [*lines, *filter(None, [tail])]


def _text(x: float | None) -> str:
    return "None" if x is None else f"{x:.4g}"
