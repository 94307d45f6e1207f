"""check_gradients: derivatives in reverse and forward mode, and differences, held together.

Derivatives of order 2 come from the gradient as a graph and are compared with differences of the
gradient: this finds a partial that is right but detaches (`.data` in it) or has `abs` in it. Looked
at are all pairs of at most 10 numbers; of more, the derivatives of the gradient in 10 random
directions, so the cost stays in bounds; of orders from 3 on, those in one random direction. Numbers
at a kink are left out of the second derivatives, and the report says so.

A primitive whose partials take numbers only, as with `math.cos(x)` in them, has first derivatives,
and these are checked. That the second ones are missing is a warning and no error, for nothing is
wrong as long as nobody asks for them; `order=1` is the way to say that nobody will.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from types import FunctionType
from typing import Any

from microgradlike import ops
from microgradlike.op import Op
from microgradlike.testing.check.arguments import Arguments
from microgradlike.testing.check.directional import Line
from microgradlike.testing.check.function_under_test import Subject
from microgradlike.testing.check.higher import Higher, higher_derivatives
from microgradlike.testing.check.modes import Modes, unit
from microgradlike.testing.check.report import GradientError, GradientWarning, Partial, Report
from microgradlike.testing.check.verdict import judged
from microgradlike.testing.strategies.programs import StraightLine


def check_gradients(f: Callable[..., Any], *point: Any, order: int = 2) -> Report:
    """Compare the derivatives of `f` at a point: in reverse mode, in forward mode, by differences.

    `f` takes a Value for every number of the point, which is made of numbers, of lists, tuples,
    dicts and arrays of them, and of Modules, which count with their parameters; it gives one Value.
    The numeric derivative carries an estimate of its own error, and the analytic one of its
    rounding: these are the tolerance. The two modes must agree within what rounding can do. At a
    kink, or at the edge of the domain, a derivative must lie between the one-sided ones that exist.
    What could not be decided gives a GradientWarning. Gradients of Values that `f` closes over are
    left as they were.

    `order` is the highest of the derivatives that are looked at: of order 2 all pairs of up to 10
    numbers, and random directions beyond (`microgradlike.testing.check.higher`). It costs about 25
    runs of `f` for each number, and for order 2 about 40 for each direction, with a
    backward pass each: for 2 numbers three times as much as `order=1`, for 10 numbers six times.

    Raises GradientError, an AssertionError, where a derivative is wrong; TypeError and ValueError
    where there is nothing to compare, such as an f that gives a float, nan, or another number at
    each call.

    >>> report = check_gradients(lambda x, w: (x * w[0] + w[1]).tanh(), 0.5, [1.0, -2.0])
    >>> [p.name for p in report.partials], report.wrong
    (['x', 'w[0]', 'w[1]'], ())
    >>> report.higher[1].of("f"), round(report.higher[1].analytic, 9)
    ('d²f/dw[0] dx', 0.344272938)
    """
    if type(order) is not int or order < 1:
        raise ValueError(f"order={order!r} is not available: it is a whole number from 1 on")
    if not callable(f):
        raise TypeError(f"check_gradients(f, *point) takes a function first, got {f!r:.60}")
    report = _report(Subject(f, Arguments(f, point)), order)
    if report.wrong:
        raise GradientError(report)
    for message in _doubts(report):
        warnings.warn(message, GradientWarning, stacklevel=2)
    return report


def _report(subject: Subject, order: int) -> Report:
    modes = Modes(subject)
    partials = _first(subject, modes)
    higher = Higher()
    if order > 1 and not any(p.verdict == "differs" for p in partials):
        higher = higher_derivatives(subject, partials, order)
    refusal = modes.forward.refusal
    why = f"f does not take Duals, so forward mode ran its graph: {refusal:.200}"
    return Report(
        name_of(subject.f),
        subject.root.data,
        partials,
        higher.partials,
        higher.missing,
        ((why,) if refusal else ()) + higher.notes,
        _drawing(subject),
    )


def _first(subject: Subject, modes: Modes) -> tuple[Partial, ...]:
    both = modes.first()
    names, numbers = subject.arguments.names, subject.arguments.numbers
    found = []
    for k, (name, x) in enumerate(zip(names, numbers)):
        line = Line(subject, unit(k, len(names)), x, gradient=False)
        claim = both.claim(k, (name,), x, partial(subject.here.edge, k))
        found.append(judged(claim, line, 0))
    return tuple(found)


def _doubts(report: Report) -> Iterator[str]:
    """What could not be checked: each first derivative, and the higher ones together."""
    for p in report.partials:
        if p.verdict == "undecided":
            yield f"the derivative by {p.name} at {p.at!r} could not be checked: {p.note}"
    doubtful = [p for p in report.higher if p.verdict == "undecided"]
    if doubtful:
        first = doubtful[0]
        count = f"{len(doubtful)} of {len(report.higher)} higher derivatives"
        yield f"{count} could not be checked, the first {first.of(report.name)}: {first.note}"
    if report.missing:
        yield report.missing


def name_of(f: Callable[..., Any]) -> str:
    """What a function is called in a report: "f" where it has no name.

    >>> name_of(ops.tanh), name_of(lambda x: x)
    ('tanh', 'f')
    """
    if isinstance(f, Op):
        return f.name
    return f.__name__ if isinstance(f, FunctionType) and f.__name__.isidentifier() else "f"


def _drawing(subject: Subject) -> str:
    """Python that draws the graph, to be pasted where f is defined."""
    f, lines = subject.f, ["to draw it:"]
    name, arguments = name_of(f), subject.arguments.code()
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
            f"    y = {name}({arguments})",
            "    y.backward()",
            f'    draw(y).save("{name_of(f)}.svg")',
        ]
    )
