"""check_primitive: the derivatives of one primitive, at points drawn from its domain."""

from __future__ import annotations

import warnings

from hypothesis import HealthCheck, Phase, given, settings

from microgradlike._validate import shown
from microgradlike.op import Op
from microgradlike.testing.check.api import check_gradients
from microgradlike.testing.check.report import GradientWarning, Report
from microgradlike.testing.check.statistics import CheckStatistics
from microgradlike.testing.strategies.points import points

_SETTINGS = settings(
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
    """Check the derivatives of a primitive at points drawn from its domain.

    - `op`: a primitive of the table or of your own.
    - `examples`: the number of points. They are the same at every call.
    - `bound`, `margin`: the limits of the points, as in `points`.
    - `order`: the highest order of derivatives. `order=1` suits partials that take numbers only.

    Each point is checked by `check_gradients`; a failure is shrunk to the simplest point. A
    derivative that no point could decide, or that is missing, gives a GradientWarning.
    Raises GradientError if a derivative is wrong, TypeError if `op` is not a primitive or returns
    something other than a float, ValueError if its domain has no point to draw.

    >>> from microgradlike.ops import tanh, unary
    >>> check_primitive(tanh)
    >>> cube = unary("cube", lambda x: x ** 3, lambda y, x: 2 * x ** 2)
    >>> try:
    ...     check_primitive(cube)
    ... except AssertionError as error:
    ...     print(str(error).splitlines()[0])
    gradient of cube, value 1: 1 of 1 first derivatives wrong
    """
    if not isinstance(op, Op):
        raise TypeError(
            f"check_primitive takes a primitive, got {shown(op)}; make one with unary, binary or"
            " primitive"
        )
    statistics = CheckStatistics()

    @settings(_SETTINGS, max_examples=examples)
    @given(points(op, bound=bound, margin=margin))
    def derivatives_are_right(point: tuple[float, ...]) -> None:
        statistics.add(_checked(op, point, order))

    derivatives_are_right()
    for message in statistics.warning_messages():
        warnings.warn(message, GradientWarning, stacklevel=2)


def _checked(op: Op, point: tuple[float, ...], order: int) -> Report:
    y = op.forward(*point)
    if type(y) is not float:
        raise TypeError(
            f"{op.name}{point} gives {shown(y)} of type {type(y).__name__}; the forward function of"
            " a primitive gives a float: write float(...) around it"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradientWarning)  # the statistics collect them
        return check_gradients(op, *point, order=order)
