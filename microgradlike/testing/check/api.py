"""check_gradients: reverse mode, forward mode and differences, compared at one point.

Derivatives of order 2 come from the gradient as a graph and are compared with differences of the
gradient. This finds a partial that is right but reads `.data` or uses `abs`. The check covers all
pairs of at most 10 numbers; of more numbers, the derivatives of the gradient in 10 random
directions, which bounds the cost; from order 3 on, derivatives in one random direction. Numbers
whose first derivative is at a kink are left out of the second derivatives, with a note.

A primitive whose partials take numbers only, such as `math.cos(x)`, has first derivatives, and
these are checked. The missing second derivatives are a warning and not an error, because nothing is
wrong until somebody asks for them; `order=1` says that nobody will.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType

from microgradlike import ops
from microgradlike._validate import shown, whole_number
from microgradlike.indeterminate_form import indeterminate
from microgradlike.op import Op
from microgradlike.testing.check.directional import DirectionalDifferences
from microgradlike.testing.check.function_under_test import FunctionUnderTest, unit_direction
from microgradlike.testing.check.given import Given, GivenDerivatives
from microgradlike.testing.check.higher import HigherDerivatives, higher_derivatives
from microgradlike.testing.check.modes import AnalyticDerivatives
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.report import (
    GradientError,
    GradientWarning,
    Report,
    ReportEntry,
    merged,
)
from microgradlike.testing.check.verdict import judge
from microgradlike.testing.strategies.straight_line import StraightLine

_UNKNOWN = ("undecided", "indeterminate")  # verdicts that are a warning


def check_gradients(
    f: Callable[..., object],
    *point: object,
    order: int = 2,
    gradient: Given = None,
    jacobian: Given = None,
    hessian: Given = None,
) -> Report:
    """Compare the derivatives of a function at a point: reverse mode, forward mode, differences.

    - `f`: a function that takes a Value for every number of the point and returns one Value.
    - `point`: its arguments. They are made of numbers, of lists, tuples, dicts and arrays of them,
      and of Modules, which contribute their parameters.
    - `order`: the highest order of derivatives to check. Order 1 takes about 25 runs of `f` per
      number; order 2 adds about 40 per direction, each with a backward pass. Compared with order 1
      it takes three times as long for 2 numbers, six times for 10.
    - `gradient`, `hessian`: derivatives from elsewhere, to be checked as well. They are numbers
      nested as the argument, or as the tuple of arguments if there are several (a Hessian twice),
      or a function of the same arguments that returns them. Arrays may be NumPy's, PyTorch's or
      JAX's. A Module counts as a dict by name.
    - `jacobian`: the same for an `f` that returns a list, tuple, dict or array of Values: numbers
      nested as its result, and within each of its places as the point.

    Returns a Report, which prints as a table. The numeric derivative carries an estimate of its
    own error and the analytic one of its rounding, of under- and overflow too; together they are
    the tolerance. The two modes must agree within rounding. At a kink or at the edge of the domain,
    a derivative must lie between the one-sided ones that exist. A derivative that cannot be decided
    gives a GradientWarning. Values that `f` closes over keep their gradients.

    With mpmath, from the extra "digits", numbers of `gradient` are held against the exact
    derivatives of `f`, point and constants taken as exact. They may have as few digits as the
    formula allows; with fewer, they are in `report.given_lost`, or wrong if rounding does not
    explain it. Without mpmath, and in `jacobian` and `hessian`, half of the digits may differ.

    Raises GradientError, an AssertionError, if a derivative is wrong; TypeError if `f` is not a
    function, does not return a Value, or if the point has something other than numbers; ValueError
    if the point or `f` is not finite, if `f` returns another number at each call, or if a
    derivative of yours has another structure.

    >>> report = check_gradients(lambda x, w: (x * w[0] + w[1]).tanh(), 0.5, [1.0, -2.0])
    >>> [entry.name for entry in report.partials], report.wrong
    (['x', 'w[0]', 'w[1]'], ())
    >>> report.higher[1].of("f"), round(report.higher[1].analytic, 9)
    ('d²f/dw[0] dx', 0.344272938)
    >>> mine = lambda a, b: (b * b, 2 * a)
    >>> report = check_gradients(lambda a, b: a * b * b, 3.0, 2.0, gradient=mine)
    Traceback (most recent call last):
    ...
    microgradlike.testing.GradientError: gradient of f, value 12: 1 of 2 given derivatives wrong
    gradient[1]: df/db is given as 6; the engine says 12, differences 12 ± ...
    """
    order = whole_number("order", order, at_least=1 if hessian is None else 2)
    if not callable(f):
        raise TypeError(f"check_gradients(f, *point) needs a function first, got {shown(f)}")
    given = GivenDerivatives(gradient, jacobian, hessian)
    start = Point(f, point)
    reports = {}
    for output in given.outputs(f, start):
        function = FunctionUnderTest(f, start, output=output)
        with indeterminate("zero"):  # the report has them
            reports[output] = given.beside(_report(function, order), function, point)
    report = merged(reports)
    if report.wrong or report.given_wrong:
        raise GradientError(report)
    for message in _warning_messages(report):
        warnings.warn(message, GradientWarning, stacklevel=2)
    return report


def _report(function: FunctionUnderTest, order: int) -> Report:
    analytic = AnalyticDerivatives(function)
    first = _first(function, analytic)
    higher = HigherDerivatives()
    if order > 1 and not any(entry.verdict == "differs" for entry in first):
        higher = higher_derivatives(function, first, order)
    refusal = analytic.forward.refusal
    note = f"f does not accept Duals, so forward mode replayed its graph: {refusal:.200}"
    return Report(
        name_of(function.f),
        function.root.data,
        first,
        higher.entries,
        higher.missing,
        ((note,) if refusal else ()) + higher.notes,
        _drawing(function),
    )


def _first(function: FunctionUnderTest, analytic: AnalyticDerivatives) -> tuple[ReportEntry, ...]:
    both = analytic.first()
    names, numbers = function.point.names, function.point.numbers
    found = []
    for k, (name, x) in enumerate(zip(names, numbers)):
        differences = DirectionalDifferences(
            function, unit_direction(k, len(names)), x, gradient=False
        )
        edge = partial(function.evaluation.domain_edge, k)
        found.append(judge(both.derivative(k, (name,), x, edge), differences, 0))
    return tuple(found)


def _warning_messages(report: Report) -> Iterator[str]:
    """A message for each unknown first derivative, and one for all higher ones."""
    for entry in report.partials:
        if entry.verdict in _UNKNOWN:
            place = f"the derivative with respect to {entry.name} at {entry.at!r}"
            yield f"{place} could not be checked: {entry.note}"
    undecided = [entry for entry in report.higher if entry.verdict in _UNKNOWN]
    if undecided:
        first = undecided[0]
        count = f"{len(undecided)} of {len(report.higher)} higher derivatives"
        yield f"{count} could not be checked, the first {first.of(report.name)}: {first.note}"
    for given in report.given:
        if given.verdict in _UNKNOWN:
            yield f"a given derivative could not be checked: {given.text(report.name)}"
    if report.missing:
        yield report.missing


def name_of(f: Callable[..., object]) -> str:
    """The name of a function in a report; "f" for a function without one.

    >>> name_of(ops.tanh), name_of(lambda x: x)
    ('tanh', 'f')
    """
    if isinstance(f, Op):
        return f.name
    return f.__name__ if isinstance(f, FunctionType) and f.__name__.isidentifier() else "f"


def _drawing(function: FunctionUnderTest) -> str:
    """Python code that draws the graph, to be pasted where f is defined."""
    f, lines = function.f, ["to draw the graph:"]
    name, arguments = name_of(f), function.point.code()
    if isinstance(f, StraightLine):
        lines += [f"    {line}" for line in str(f).splitlines()]
    if isinstance(f, Op) and ops.TABLE.get(f.name) is f:
        name = f'ops.TABLE["{f.name}"]'
        lines.append("    from microgradlike import ops")
    if "np.array(" in arguments:
        lines.append("    import numpy as np")
    return "\n".join(
        [
            *lines,
            "    from microgradlike import Value",
            "    from viz import draw",
            f"    y = {name}({arguments}){function.output}",
            "    y.backward()",
            f'    draw(y).save("{name_of(f)}.svg")',
        ]
    )
