"""Outcomes: what a learner's class gives for each trial, from child processes with a time limit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from microgradlike.testing.grading import child
from microgradlike.testing.grading.trials import TRIALS, WORDS, Point, Trial

SECONDS, IMPORT_SECONDS, RUN_SECONDS = 9.5, 8.0, 1.0
ABSENT = ("TypeError", "AttributeError", "AssertionError")  # of an operation that is not there


@dataclass(frozen=True)
class Outcome:
    """A trial at a point: numbers, or an error. `absent` says that the operation is not there."""

    trial: Trial
    point: Point
    value: float | None = None
    gradients: dict[str, float | None] = field(default_factory=dict)
    data: dict[str, float] = field(default_factory=dict)  # of the leaves, afterwards
    error: str = ""
    absent: bool = False

    @property
    def changed(self) -> list[str]:
        """The leaves whose data the expression has changed."""
        return [name for name, x in self.data.items() if x != self.point[name]]


class Ungradable(ValueError):  # noqa: N818  (a state of the file, not of the program)
    """A file without a class that can be graded."""


def outcomes_of(path: Path, class_name: str) -> list[Outcome]:
    """Run all trials, in a new process after each that did not end; ValueError without a class."""
    runs = [(trial, point) for trial in TRIALS for point in trial.points]
    deadline = time.monotonic() + SECONDS
    answers: list[dict[str, Any]] = []
    while len(answers) < len(runs):
        left = deadline - time.monotonic()
        if left < IMPORT_SECONDS / 100:
            answers.append({"error": "not run, for want of time", "kind": "Time"})
            continue
        problem, found, end = _process(path, class_name, runs[len(answers) :], left)
        if problem and not answers:
            raise Ungradable(f"{path.name}: {problem}")
        answers += found
        if len(answers) < len(runs):
            answers.append({"error": problem or end, "kind": "End"})
    return [_outcome(trial, point, a) for (trial, point), a in zip(runs, answers)]


def _process(
    path: Path, class_name: str, runs: list[tuple[Trial, Point]], seconds: float
) -> tuple[str, list[dict[str, Any]], str]:
    """A child process: the problem of the class, the results, and the end of the run after them."""
    with tempfile.TemporaryDirectory() as folder:
        results, hang = Path(folder, "results"), Path(folder, "hang")
        job = {
            "path": str(path),
            "class": class_name,
            "functions": WORDS,
            "results": str(results),
            "hang": str(hang),
            "seconds": RUN_SECONDS,
            "import_seconds": IMPORT_SECONDS,
            "runs": [{"text": t.text, "at": dict(p), "passes": t.passes} for t, p in runs],
        }
        end = ""
        try:
            status = subprocess.run(
                [sys.executable, "-P", child.__file__],
                input=json.dumps(job).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            ).returncode
            end = f"the process ends, with status {status}"
        except subprocess.TimeoutExpired:
            end = "it does not end"
        traceback = hang.read_text(errors="replace") if hang.exists() else ""
        if traceback:
            line = re.search(rf'"{re.escape(str(path))}", line (\d+)', traceback)
            end = f"it does not end{f'; line {line[1]}' if line else ''}"
        lines = results.read_text().splitlines() if results.exists() else []
    first, *found = map(json.loads, lines or [json.dumps({"problem": f"the import: {end}"})])
    return first["problem"], found, end


def _outcome(trial: Trial, point: Point, answer: dict[str, Any]) -> Outcome:
    if "error" not in answer:
        return Outcome(trial, point, **answer)
    kind = answer["kind"]
    absent = kind in ("_AbsentError", "NotImplementedError") or (
        kind in ABSENT and (answer["outside"] or trial.optional)
    )
    return Outcome(trial, point, error=answer["error"], absent=absent)
