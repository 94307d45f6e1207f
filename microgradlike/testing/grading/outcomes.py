"""Outcomes: what a learner's class gives for each trial, from child processes with a time limit."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from microgradlike.graph import topological
from microgradlike.testing.grading import child
from microgradlike.testing.grading.simulation import Graph, numbers
from microgradlike.testing.grading.trials import TRIALS, WORDS, Point, Trial

SECONDS, IMPORT_SECONDS, RUN_SECONDS = 8.5, 7.0, 2.0
ENDS = 3  # processes that may end early
ABSENT = ("TypeError", "AttributeError", "AssertionError")  # of an operation that is not there

Run = tuple[Trial, Point]
Answer = dict[str, Any]  # of the child process
EMPTY: Answer = {"numbers": {}, "changed": {}, "error": ""}


@dataclass(frozen=True, eq=False)
class Outcome:
    """A trial at a point: the learner's numbers or an error, our graph, and a verdict.

    `numbers` are the value and the gradients, `changed` the data of leaves that an operation
    changed. The verdict is "right", "wrong", "not there" or "not run".
    """

    trial: Trial
    point: Point
    graph: Graph
    verdict: str
    numbers: dict[str, float | None]
    changed: dict[str, float]
    error: str

    @property
    def right(self) -> dict[str, float]:
        """The right numbers."""
        y, leaves = self.graph
        return numbers(y, {name: x.grad for name, x in leaves.items()})


def outcomes_of(path: Path, class_name: str) -> list[Outcome]:
    """The outcome of each run; without an operation, others that need it do not run.

    Raises a ValueError for a file without a class that can be graded.
    """
    runs = [(trial, point) for trial in TRIALS for point in trial.points]
    missing: set[str] = set()
    outcomes = []
    for (trial, point), answer in zip(runs, _answers(path, class_name, runs)):
        y, leaves = trial.graph(point)
        primitives = {v.op.name for v in topological(y) if v.op}
        verdict = _verdict(trial, answer, numbers(y, {n: x.grad for n, x in leaves.items()}))
        if verdict != "right" and "error" in answer and primitives & missing:
            verdict = "not run"
        if verdict == "not there" and not trial.optional:
            missing |= primitives
        fields = [answer.get(key, empty) for key, empty in EMPTY.items()]
        outcomes.append(Outcome(trial, point, (y, leaves), verdict, *fields))
    return outcomes


def _verdict(trial: Trial, answer: Answer, right: dict[str, float]) -> str:
    kind = answer.get("kind", "")
    if kind == "NotRun":
        return "not run"
    if kind in ABSENT and (answer["outside"] or trial.optional) or kind == "NotImplementedError":
        return "not there"
    is_right = not kind and not answer["changed"] and same(answer["numbers"], right)
    return "right" if is_right else "wrong"


def same(mine: Mapping[str, float | None], others: Mapping[str, float]) -> bool:
    """True if my numbers are close to the others; None counts as 0."""
    return all(close(x or 0.0, others[name]) for name, x in mine.items())


def close(x: float, y: float) -> bool:
    """True if two numbers differ by rounding alone."""
    return math.isclose(x, y, rel_tol=1e-5, abs_tol=1e-7)


def _answers(path: Path, class_name: str, runs: list[Run]) -> list[Answer]:
    """The answers to all runs, with a new process after each run that did not end."""
    deadline = time.monotonic() + SECONDS
    answers: dict[int, Answer] = {}
    stuck: set[str] = set()  # operations that ended a process
    while left := [i for i in range(len(runs)) if i not in answers]:
        seconds = deadline - time.monotonic()
        over = seconds < 0.1 or len(stuck) >= ENDS
        if skipped := [i for i in left if over or runs[i][0].uses(stuck)]:
            answers |= dict.fromkeys(skipped, {"error": "not run", "kind": "NotRun"})
            continue
        problem, found, end = _process(path, class_name, [runs[i] for i in left], seconds)
        if problem and not answers:
            raise ValueError(f"{path.name}: {problem}")
        answers |= zip(left, found)
        if len(found) < len(left):
            answers[left[len(found)]] = {"error": problem or end, "kind": "End"}
            stuck.add(runs[left[len(found)]][0].operation)
    return [answers[i] for i in range(len(runs))]


def _process(
    path: Path, class_name: str, runs: list[Run], seconds: float
) -> tuple[str, list[Answer], str]:
    """A child process: the problem of the class, its answers, and the end of the run after them."""
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
        end = "it does not end"
        with suppress(subprocess.TimeoutExpired):
            status = subprocess.run(
                [sys.executable, "-P", child.__file__],
                input=json.dumps(job).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=seconds,
                check=False,
            ).returncode
            end = f"the process ends, with status {status}"
        if traceback := hang.read_text(errors="replace") if hang.exists() else "":
            line = re.search(rf'"{re.escape(str(path))}", line (\d+)', traceback)
            end = f"it does not end{f'; line {line[1]}' if line else ''}"
        lines = results.read_text().splitlines() if results.exists() else []
    first, *found = map(json.loads, lines or [json.dumps({"problem": f"the import: {end}"})])
    return first["problem"], found, end
