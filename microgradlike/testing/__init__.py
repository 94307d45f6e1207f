"""Gradient checks for your functions, your primitives, and the primitives of the table.

`check_gradients(f, *point)` needs this package alone. `gradient_property`, `points`, `programs` and
`check_primitive` draw examples with Hypothesis, from the extra "testing".
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from microgradlike.testing.check.api import check_gradients as check_gradients
from microgradlike.testing.check.report import (
    GivenEntry as GivenEntry,
    GradientError as GradientError,
    GradientWarning as GradientWarning,
    Report as Report,
    ReportEntry as ReportEntry,
)
from microgradlike.testing.check.statistics import CheckStatistics as CheckStatistics
from microgradlike.testing.grading.api import grade as grade
from microgradlike.testing.grading.report import GradeReport as GradeReport
from microgradlike.testing.stages import grade_stages as grade_stages
from microgradlike.testing.strategies.straight_line import (
    Instruction as Instruction,
    StraightLine as StraightLine,
)

if TYPE_CHECKING:
    from microgradlike.testing.primitive import check_primitive as check_primitive
    from microgradlike.testing.property import gradient_property as gradient_property
    from microgradlike.testing.strategies.points import points as points
    from microgradlike.testing.strategies.programs import programs as programs

__all__ = [
    "CheckStatistics",
    "GivenEntry",
    "GradeReport",
    "GradientError",
    "GradientWarning",
    "Instruction",
    "Report",
    "ReportEntry",
    "StraightLine",
    "check_gradients",
    "grade",
    "grade_stages",
]
if find_spec("hypothesis") is not None:  # without it, import * must not fail
    __all__ += ["check_primitive", "gradient_property", "points", "programs"]

_WITH_HYPOTHESIS = {
    "check_primitive": "primitive",
    "gradient_property": "property",
    "points": "strategies.points",
    "programs": "strategies.programs",
}


def __getattr__(name: str) -> object:
    if name not in _WITH_HYPOTHESIS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(f"{__name__}.{_WITH_HYPOTHESIS[name]}"), name)
    except ModuleNotFoundError as missing:
        raise ImportError(
            f"microgradlike.testing.{name} draws examples with Hypothesis;"
            ' python -m pip install "microgradlike[testing]"'
        ) from missing


def __dir__() -> list[str]:
    return sorted({*__all__, *_WITH_HYPOTHESIS})
