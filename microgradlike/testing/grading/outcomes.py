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

SECONDS, IMPORT_SECONDS, RUN_SECONDS = 8.5, 7.0, 2.0
ENDS = 3  # processes that may end early
ABSENT = ("TypeError", "AttributeError", "AssertionError")  # of an operation that is not there


@dataclass(frozen=True)
class Outcome:
    """A trial at a point: numbers, or an error, with its kind in `state`."""

    trial: Trial
    point: Point
    value: float | None = None
    gradients: dict[str, float | None] = field(default_factory=dict)
    changed: dict[str, float] = field(default_factory=dict)  # data of leaves, if it did
    error: str = ""
    state: str = ""


def outcomes_of(path: Path, class_name: str) -> list[Outcome]:
    """Run all trials, in a new process after each that did not end; ValueError without a class."""
    runs = [(trial, point) for trial in TRIALS for point in trial.points]
    deadline = time.monotonic() + SECONDS
    answers: dict[int, dict[str, Any]] = {}
    stuck: set[str] = set()  # operations that ended a process
    while left := [i for i in range(len(runs)) if i not in answers]:
        seconds = deadline - time.monotonic()
        over = seconds < 0.1 or len(stuck) >= ENDS
        skipped = [i for i in left if over or runs[i][0].uses(stuck)]
        answers.update({i: {"error": "not run", "kind": "NotRun"} for i in skipped})
        if skipped:
            continue
        problem, found, end = _process(path, class_name, [runs[i] for i in left], seconds)
        if problem and not answers:
            raise ValueError(f"{path.name}: {problem}")
        answers.update(zip(left, found))
        if len(found) < len(left):
            answers[left[len(found)]] = {"error": problem or end, "kind": "End"}
            stuck.add(runs[left[len(found)]][0].operation)
    return [_outcome(*run, answers[i]) for i, run in enumerate(runs)]


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
    """The answer of a child process as an outcome."""
    if "error" not in answer:
        return Outcome(trial, point, **answer)
    kind = answer["kind"]
    absent = kind == "NotImplementedError" or (
        kind in ABSENT and (answer["outside"] or trial.optional)
    )
    state = "not run" if kind == "NotRun" else "not there" if absent else "raises"
    return Outcome(trial, point, error=answer["error"], state=state)
