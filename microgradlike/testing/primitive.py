"""check_primitive: the derivative of one primitive, hunted over its whole domain."""

from __future__ import annotations

import warnings

from hypothesis import HealthCheck, Phase, given, settings

from microgradlike.op import Op
from microgradlike.testing.check.api import check_gradients
from microgradlike.testing.check.report import GradientWarning, Report
from microgradlike.testing.check.statistics import Tally
from microgradlike.testing.strategies.points import points

_HUNT = settings(
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def check_primitive(
    op: Op, *, examples: int = 100, bound: float = 100.0, margin: float = 1e-3, order: int = 2
) -> None:
    """Check the derivatives of a primitive, yours or ours, at points drawn from its domain.

    The points are `points(op, bound=bound, margin=margin)`, the same ones at every call; each is
    checked as by `check_gradients`. What fails is shrunk: the error is about the simplest point
    found. A derivative that no point could decide gives a GradientWarning, and so do partials that
    take numbers only: `order=1` is for them.
    Raises GradientError where a derivative is wrong, TypeError where `op` is no primitive or gives
    something other than a float, ValueError where its domain has no point to draw.

    >>> from microgradlike.ops import tanh, unary
    >>> check_primitive(tanh)
    >>> cube = unary("cube", lambda x: x ** 3, lambda y, x: 2 * x ** 2)
    >>> check_primitive(cube)
    Traceback (most recent call last):
    ...
    microgradlike.testing.check.report.GradientError: gradient of cube where its value is ...
    """
    if not isinstance(op, Op):
        raise TypeError(
            f"check_primitive takes a primitive, made by unary or binary, got {op!r:.60}"
        )
    tally = Tally()

    @settings(_HUNT, max_examples=examples)
    @given(points(op, bound=bound, margin=margin))
    def derivatives_are_right(point: tuple[float, ...]) -> None:
        tally.add(_checked(op, point, order))

    derivatives_are_right()
    for doubt in tally.doubts():
        warnings.warn(doubt, GradientWarning, stacklevel=2)


def _checked(op: Op, point: tuple[float, ...], order: int) -> Report:
    y = op.forward(*point)
    if type(y) is not float:
        raise TypeError(
            f"{op.name}{point} gives {y!r:.60} of type {type(y).__name__}; the forward function of"
            " a primitive gives a float: write float(...) around it"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradientWarning)  # at a jump, such as that of where
        return check_gradients(op, *point, order=order)
