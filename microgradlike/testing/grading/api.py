"""`grade`: the grade of a learner's engine."""

from __future__ import annotations

import os
from pathlib import Path

from microgradlike.testing.grading.diagnosis import findings, notes
from microgradlike.testing.grading.outcomes import outcomes_of
from microgradlike.testing.grading.report import GradeReport


def grade(path: str | os.PathLike[str], *, class_name: str = "Value") -> GradeReport:
    """Grade a learner's engine: the operations that are right, and the mistake it looks like.

    `path` is a Python file with a class of that `class_name`, which makes a number by `Value(2.0)`
    and has `data`, `grad` and `backward()`. It runs in child processes, for ten seconds at most.
    An operation that is not there is not wrong, and neither is a gradient that adds up over
    backward passes.

    Returns a GradeReport. It raises a ValueError for a file that cannot be imported and for a class
    that cannot be graded, with the line at fault, and a TypeError for anything but a path.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "my_engine.py")
    ...     with open(path, "w") as file:
    ...         _ = file.write("from microgradlike import Value")
    ...     report = grade(path)
    >>> report.is_right, report.mistakes
    (True, ())
    """
    file = Path(path).resolve()
    if not file.is_file() or file.suffix != ".py":
        there = "" if file.exists() else ", which is not there"
        raise ValueError(
            f"grade takes a Python file such as my_engine.py, got {os.fspath(path)}{there}"
        )
    answers = outcomes_of(file, class_name)
    title = f"{file.name}, class {class_name}"
    return GradeReport(title, tuple(answers), tuple(findings(answers)), tuple(notes(answers)))
