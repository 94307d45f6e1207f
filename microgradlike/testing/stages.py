"""Stages of an engine for a class, as tests for pytest with the marks stage1 to stage8.

`pytest_plugins = ["microgradlike.testing.stages"]` in conftest.py registers the marks.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from microgradlike.testing.grading.api import grade
from microgradlike.testing.grading.trials import STAGES, TRIALS

if TYPE_CHECKING:
    import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks of the stages."""
    for stage, title in enumerate(STAGES, 1):
        config.addinivalue_line("markers", f"stage{stage}: {title}")


def grade_stages(
    path: str | os.PathLike[str], *, class_name: str = "Value"
) -> Callable[[str], None]:
    """Make a test of an engine in eight stages: a case per expression, with the mark of its stage.

    `path` is the Python file with the class `class_name`, as for `grade`, which runs once, with the
    first case. `pytest -m stage4` runs a stage: 1 construction and data, 2 values of + and *,
    3 backward along one path, 4 several paths, 5 order, 6 other operators, 7 functions, 8 a neuron.
    A case fails with the numbers and the mistake; one whose operation is not there fails, too. It
    needs pytest: without it, it raises an ImportError.

    >>> test_engine = grade_stages("my_engine.py")
    """
    import pytest

    cases = {f"{t.stage}: {t.text}": t for t in TRIALS if not t.note and not t.optional}
    report = functools.cache(lambda: grade(path, class_name=class_name))

    @pytest.mark.parametrize(
        "case",
        [pytest.param(name, marks=getattr(pytest.mark, f"stage{t.stage}")) for name, t in cases.items()],
    )
    def test(case: str) -> None:
        __tracebackhide__ = True
        problem = report().problem(cases[case])
        if problem:
            pytest.fail(problem, pytrace=False)

    return test
