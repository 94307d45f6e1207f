"""Stages of an engine for a class, as tests for pytest with the marks stage1 to stage8.

`pytest_plugins = ["microgradlike.testing.stages"]` in conftest.py registers the marks.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from microgradlike.testing.grading.api import grade
from microgradlike.testing.grading.report import GradeReport, problem
from microgradlike.testing.grading.trials import STAGES, TRIALS, Trial

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the stages."""
    for stage, title in enumerate(STAGES, 1):
        config.addinivalue_line("markers", f"stage{stage}: {title}")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a case the mark of its stage."""
    trial = getattr(item, "callspec", None) and item.callspec.params.get("trial")  # type: ignore[attr-defined]
    if isinstance(trial, Trial):
        item.add_marker(f"stage{trial.stage}")


def grade_stages(
    path: str | os.PathLike[str], *, class_name: str = "Value"
) -> Callable[[Trial], None]:
    """Make a test of an engine in eight stages, a case per expression.

    `path` is the Python file with the class `class_name`, as for `grade`. The stages are:
    1 construction and data, 2 values of + and *, 3 backward along one path, 4 several paths,
    5 the order, 6 other operators, 7 functions, 8 a neuron. `pytest -m stage4` runs one of them if
    conftest.py has `pytest_plugins = ["microgradlike.testing.stages"]`, `pytest -k stage4` without.
    A case fails with the numbers and the mistake, or because its operation is not there. Without
    pytest it raises an ImportError.

    >>> test_engine = grade_stages("my_engine.py")
    """
    import pytest

    @functools.cache  # an error, too: an import that hangs takes its time once
    def report() -> GradeReport | str:
        try:
            return grade(path, class_name=class_name)
        except ValueError as error:
            return str(error)

    trials = [t for t in TRIALS if not t.note and not t.optional]

    @pytest.mark.parametrize("trial", trials, ids=lambda t: f"stage{t.stage}: {t.text}")
    def test(trial: Trial) -> None:
        __tracebackhide__ = True
        found = report()
        if text := found if isinstance(found, str) else problem(found, trial):
            pytest.fail(text, pytrace=False)

    return test
