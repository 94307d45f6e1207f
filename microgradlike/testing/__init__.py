"""Checks of derivatives: your own function's, your own primitive's, and ours.

`check_gradients(f, *point)` needs nothing but this package. `gradient_property`, `points`,
`programs` and `check_primitive` draw their examples with Hypothesis, which is the extra "testing".
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from microgradlike.testing.check.api import check_gradients as check_gradients
from microgradlike.testing.check.report import (
    GradientError as GradientError,
    GradientWarning as GradientWarning,
    Partial as Partial,
    Report as Report,
)
from microgradlike.testing.check.statistics import Tally as Tally
from microgradlike.testing.strategies.programs import (
    Instruction as Instruction,
    StraightLine as StraightLine,
)

if TYPE_CHECKING:
    from microgradlike.testing.primitive import check_primitive as check_primitive
    from microgradlike.testing.property import gradient_property as gradient_property
    from microgradlike.testing.strategies.points import points as points, programs as programs

__all__ = [
    "GradientError",
    "GradientWarning",
    "Instruction",
    "Partial",
    "Report",
    "StraightLine",
    "Tally",
    "check_gradients",
]
if find_spec("hypothesis") is not None:  # without it, import * gives what there is
    __all__ += ["check_primitive", "gradient_property", "points", "programs"]

_DRAWN = {
    "check_primitive": "primitive",
    "gradient_property": "property",
    "points": "strategies.points",
    "programs": "strategies.points",
}


def __getattr__(name: str) -> Any:
    if name not in _DRAWN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(f"{__name__}.{_DRAWN[name]}"), name)
    except ModuleNotFoundError as missing:
        raise ImportError(
            f"microgradlike.testing.{name} draws examples with Hypothesis;"
            ' python -m pip install "microgradlike[testing]"'
        ) from missing


def __dir__() -> list[str]:
    return sorted({*globals(), *_DRAWN})
