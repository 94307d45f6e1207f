"""gradient_property: a function as a test that checks its derivatives at drawn points.

Every point is checked by `check_gradients`. A failure is shrunk: the GradientError is about the
simplest point, with the table and the code that draws it. A point is skipped, and another drawn in
its place, if the function is not finite there or raises a ValueError or ArithmeticError. If few are
left, more are drawn from intervals without the ends at which the function certainly has no value,
as `enclose` finds them. The points are the same at every run; with `seed=None` they are new, and
Hypothesis remembers failures.
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Protocol, cast, overload

from hypothesis import HealthCheck, Phase, given, reject, seed as seeded, settings
from hypothesis.errors import Unsatisfiable

from microgradlike._validate import whole_number
from microgradlike.engine import Value
from microgradlike.expressions.lexer import listed
from microgradlike.testing.check.api import check_gradients, name_of
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.report import GradientError, GradientWarning
from microgradlike.testing.check.statistics import CheckStatistics
from microgradlike.testing.provided import ProvidedSignature, with_arguments
from microgradlike.testing.ranges import Arguments, Function, Strategy, arguments_of

# Hypothesis keeps these on a test; its plugin for pytest reads them there as well
_SETTINGS, _SEED = "_hypothesis_internal_use_settings", "_hypothesis_internal_use_seed"


class PropertyTest(Protocol):
    """A test of the arguments that pytest provides; `statistics` are those of its last run."""

    statistics: CheckStatistics

    def __call__(self, *receiver: object, **provided: object) -> None:
        """Run the test: check the derivatives at the drawn points."""


@overload
def gradient_property(
    target: Function, /, *, examples: int = ..., order: int = ..., seed: int | None = ...
) -> PropertyTest: ...


@overload
def gradient_property(
    target: Mapping[str, object] | None = ...,
    /,
    *,
    examples: int = ...,
    order: int = ...,
    seed: int | None = ...,
    **ranges: object,
) -> Callable[[Function], PropertyTest]: ...


def gradient_property(
    target: Function | Mapping[str, object] | None = None,
    /,
    *,
    examples: int = 100,
    order: int = 2,
    seed: int | None = 0,
    **ranges: object,
) -> PropertyTest | Callable[[Function], PropertyTest]:
    """Make a function a test, for pytest, that checks its derivatives at drawn points.

    - `**ranges`: a range per argument: an interval `(low, high)`, a Hypothesis strategy, a list,
      tuple or dict of ranges, or a Module, an array or a number, which stay as they are. An
      argument without a range keeps its default, or is drawn from -10 to 10. The range `...` is for
      an argument that pytest provides: a fixture, or a parameter of the whole class. Parameters
      of `pytest.mark.parametrize` on the function need no range.
    - `target`: the function, or a dict of ranges for arguments named like an option.
    - `examples`: the number of points; `order`: the highest order of derivatives to check.
    - `seed`: the points are the same at every run; for None they are new ones.

    Returns a test, which pytest collects if its name is `test_...`; a method stays one. It raises
    GradientError about the simplest point that fails, ValueError if no point can be checked, and
    warns of derivatives that could not be checked at most of the points. Its attribute `statistics`
    counts the verdicts. The decorators `settings`, `seed` and `example` of Hypothesis apply to it.
    Raises TypeError for a range of another type or a function whose arguments cannot be drawn,
    ValueError for an empty interval or a range for an argument that the function does not have.

    >>> @gradient_property(x=(-3, 3), w=[(-1, 1)] * 2, examples=20)
    ... def test_line(x, w):
    ...     return w[0] * x + w[1]
    >>> test_line()
    >>> test_line.statistics.points
    20
    """
    if isinstance(target, Mapping):
        ranges, target = {**target, **ranges}, None
    examples = whole_number("examples", examples, at_least=1)
    options = _Options(examples, whole_number("order", order, at_least=1), seed)

    def decorate(f: Function) -> PropertyTest:
        if isinstance(f, staticmethod):
            return cast(PropertyTest, staticmethod(decorate(f.__func__)))
        return _property(f, arguments_of(f, ranges), options)

    return decorate if target is None else decorate(target)


@dataclass(frozen=True, slots=True)
class _Options:
    examples: int
    order: int
    seed: int | None

    def defaults(self) -> settings:
        """The settings without any of the user's but those of a profile."""
        found = settings(
            max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck)
        )
        if self.seed is None:
            return settings(found, derandomize=False)  # new points in CI as well
        return settings(found, database=None)

    def configure(self, test: Callable[..., None], user: settings) -> Callable[..., None]:
        """The Hypothesis test with the user's settings and seed, or else these."""
        phases = [phase for phase in user.phases if phase not in (Phase.target, Phase.explain)]
        wanted = settings(
            user,
            deadline=None,
            report_multiple_bugs=False,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )
        fixed = self.seed is not None and getattr(test, _SEED, None) is None
        return seeded(self.seed)(wanted(test)) if fixed else wanted(test)


def _property(f: Function, arguments: Arguments, options: _Options) -> PropertyTest:
    def run(*receiver: object, **provided: object) -> None:
        __tracebackhide__ = True  # pytest leaves these lines out
        _require(f, arguments, receiver, provided)
        test.statistics = statistics = CheckStatistics()
        try:
            names = [name for name in arguments.drawn if name not in provided]
            of_drawn = with_arguments(f, names, receiver, provided)
            derivatives = _derivatives(of_drawn, names, options.order, statistics)
            derivatives.__dict__.update(_of_hypothesis(test))
            user = getattr(test, _SETTINGS)
            _check_points(
                derivatives, arguments.attempts(of_drawn, names), options, user, statistics
            )
        except GradientError as error:
            raise error.with_traceback(None) from None  # the message has the place and the drawing
        for message in statistics.warning_messages():
            warnings.warn(message, GradientWarning, stacklevel=2)

    test: Any = functools.update_wrapper(run, f)  # copies the name and the marks of pytest
    del test.__wrapped__  # pytest would look for arguments there
    test.__signature__ = ProvidedSignature(test, arguments)
    test.is_hypothesis_test = True  # its plugin refuses @settings, @seed and @example on others
    test.hypothesis = SimpleNamespace(inner_test=test)
    vars(test).setdefault(_SETTINGS, options.defaults())
    return cast(PropertyTest, test)


def _check_points(
    derivatives: Callable[..., None],
    attempts: Iterator[dict[str, Strategy]],
    options: _Options,
    user: settings,
    statistics: CheckStatistics,
) -> None:
    """Check drawn points; a further attempt follows where many were skipped."""
    unsatisfied = False
    for drawn in attempts:
        try:
            options.configure(given(**drawn)(derivatives), user)()
        except Unsatisfiable:
            unsatisfied = True
        if not statistics.skipped or statistics.points >= user.max_examples:
            break
    if unsatisfied and not statistics.points:
        skipped = statistics.skipped
        raise ValueError(
            f"none of {len(skipped)} drawn points could be checked; give other ranges (the first"
            f" was {skipped[0]})"
        )


def _require(
    f: Function, arguments: Arguments, receiver: Sequence[object], provided: Mapping[str, object]
) -> None:
    missing = [name for name in arguments.provided if name not in provided]
    if missing:
        raise TypeError(
            f"{name_of(f)} takes {listed(missing)} from pytest; pass {listed(missing)} by name to"
            " call it yourself"
        )
    unknown = [name for name in provided if name not in arguments.names]
    if unknown or len(receiver) != bool(arguments.receiver):
        raise TypeError(
            f"{name_of(f)} draws its arguments, got {[*receiver, *unknown]!r:.80}; call"
            f" {name_of(f)}({arguments.receiver}), or set one of {listed(arguments.names)} by name"
        )


def _derivatives(
    f: Function, drawn: Sequence[str], order: int, statistics: CheckStatistics
) -> Callable[..., None]:
    """A test of f at one point, for Hypothesis."""

    def derivatives(**arguments: object) -> None:
        _check_one(f, [arguments[name] for name in drawn], order, statistics)

    derivatives.__name__ = derivatives.__qualname__ = name_of(f)  # shown by Hypothesis
    return derivatives


def _of_hypothesis(test: PropertyTest) -> dict[str, object]:
    """The seed and the examples that decorators of Hypothesis have set on a test."""
    return {
        name: value
        for name, value in vars(test).items()
        if name.startswith(("hypothesis_", "_hypothesis_")) and "settings" not in name
    }


def _check_one(
    f: Function, arguments: list[object], order: int, statistics: CheckStatistics
) -> None:
    """Check one drawn point, or skip it if f is not finite there or refuses it."""
    try:
        point = Point(f, arguments)
        values, _ = point.values(point.numbers)
        y = f(*values)
        reason = f"f is {y.data}" if isinstance(y, Value) and not math.isfinite(y.data) else ""
    except (ArithmeticError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
    if reason:
        statistics.skipped.append(f"{arguments!r:.200}: {reason:.200}")
        reject()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradientWarning)  # the statistics collect them
        statistics.add(check_gradients(f, *arguments, order=order))
