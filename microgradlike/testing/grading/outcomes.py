"""Outcomes: the results of a learner's class by trial, from child processes with a time limit."""

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
from dataclasses import dataclass, field
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


@dataclass(frozen=True, eq=False)
class Outcome:
    """A trial at a point: the learner's numbers or an error, beside ours, and a verdict.

    `numbers` are the value and the gradients; `changed` is the data of leaves that an operation
    changed. The verdict is "right", "wrong", "not there" or "not run".
    """

    trial: Trial
    point: Point
    graph: Graph
    verdict: str
    right: dict[str, float]
    numbers: dict[str, float | None] = field(default_factory=dict)
    changed: dict[str, float] = field(default_factory=dict)
    error: str = ""


def outcomes_of(path: Path, class_name: str) -> list[Outcome]:
    """The outcome of each run; without an operation, others that need it do not run.

    Raises a ValueError for a file without a class that can be graded.
    """
    runs = [(trial, point) for trial in TRIALS for point in trial.points]
    missing: set[str] = set()
    outcomes = []
    for (trial, point), answer in zip(runs, _answers(path, class_name, runs)):
        y, leaves = trial.graph(point)
        right = numbers(y, {name: x.grad for name, x in leaves.items()})
        primitives = {v.op.name for v in topological(y) if v.op}
        verdict = _verdict(trial, answer, right, lacks=bool(primitives & missing))
        if verdict == "not there" and not trial.optional:
            missing |= primitives
        fields = {key: x for key, x in answer.items() if key in ("numbers", "changed", "error")}
        outcomes.append(Outcome(trial, point, (y, leaves), verdict, right, **fields))
    return outcomes


def _verdict(trial: Trial, answer: Answer, right: dict[str, float], *, lacks: bool) -> str:
    if "error" not in answer:
        is_right = not answer["changed"] and same(answer["numbers"], right)
        return "right" if is_right else "wrong"
    kind = answer["kind"]
    if lacks or kind == "NotRun":
        return "not run"
    absent = kind in ABSENT and (answer["outside"] or trial.optional)
    return "not there" if absent or kind == "NotImplementedError" else "wrong"


def same(mine: Mapping[str, float | None], others: Mapping[str, float]) -> bool:
    """True if my numbers differ from the others by rounding alone; None counts as 0."""
    pairs = [(x or 0.0, others[name]) for name, x in mine.items()]
    return all(math.isclose(x, z, rel_tol=1e-5, abs_tol=1e-7) for x, z in pairs)


def _answers(path: Path, class_name: str, runs: list[Run]) -> list[Answer]:
    """The answers to all runs, with a new process after each run that did not end."""
    deadline = time.monotonic() + SECONDS
    answers: dict[int, Answer] = {}
    stuck: set[str] = set()  # operations that ended a process
    while left := [i for i in range(len(runs)) if i not in answers]:
        seconds = deadline - time.monotonic()
        over = seconds < 0.1 or len(stuck) >= ENDS
        if skipped := [i for i in left if over or runs[i][0].uses(stuck)]:
            answers |= {i: {"error": "not run", "kind": "NotRun"} for i in skipped}
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
    end = "it does not end"
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results")
        results.touch()
        job = {
            "path": str(path),
            "class": class_name,
            "functions": WORDS,
            "results": str(results),
            "seconds": RUN_SECONDS,
            "import_seconds": IMPORT_SECONDS,
            "runs": [{"text": t.text, "at": dict(p), "passes": t.passes} for t, p in runs],
        }
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
        text = results.read_text(errors="replace")
    answers, *traceback = re.split(r"^Timeout \(", text, maxsplit=1, flags=re.MULTILINE)
    if traceback:
        line = re.search(rf'"{re.escape(str(path))}", line (\d+)', traceback[0])
        end = f"it does not end{f'; line {line[1]}' if line else ''}"
    lines = answers.splitlines() or [json.dumps({"problem": f"the import: {end}"})]
    first, *found = map(json.loads, lines)
    return first["problem"], found, end
