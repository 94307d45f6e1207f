"""gradient_property: a function as a test that checks its derivatives at drawn points.

Every point is checked by `check_gradients`. A failure is shrunk: the GradientError is about the
simplest point, with the table and the code that draws it. A point is skipped, and another drawn in
its place, if the function is not finite there or raises a ValueError or ArithmeticError. The points
are the same at every run; with `seed=None` they are new, and Hypothesis remembers failures.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast, overload

from hypothesis import HealthCheck, Phase, given, reject, seed as seeded, settings, strategies as st
from hypothesis.errors import Unsatisfiable

from microgradlike._validate import is_real, shown, whole_number
from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.engine import Value
from microgradlike.expressions.lexer import listed
from microgradlike.op import Op, to_float
from microgradlike.testing.check.api import check_gradients, name_of
from microgradlike.testing.check.point import Point, parameter_names
from microgradlike.testing.check.report import GradientError, GradientWarning
from microgradlike.testing.check.statistics import CheckStatistics

_NONE = inspect.Parameter.empty
RANGE = (-10.0, 10.0)  # for an argument without a range

Function = Callable[..., object]
Strategy = st.SearchStrategy[object]


class PropertyTest(Protocol):
    """A test without arguments; `statistics` are those of its last run."""

    statistics: CheckStatistics

    def __call__(self) -> None:
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
      argument without a range keeps its default, or is drawn from -10 to 10.
    - `target`: the function, or a dict of ranges for arguments named like an option.
    - `examples`: the number of points; `order`: the highest order of derivatives to check.
    - `seed`: the points are the same at every run; for None they are new ones.

    Returns a test without arguments, which pytest collects if its name is `test_...`. It raises
    GradientError about the simplest point that fails, ValueError if no point can be checked, and
    warns of derivatives that no point could decide. Its attribute `statistics` counts the verdicts.
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
        return _property(f, _strategies(f, ranges), options)

    return decorate if target is None else decorate(target)


@dataclass(frozen=True, slots=True)
class _Options:
    examples: int
    order: int
    seed: int | None

    def configure(self, test: Callable[..., None]) -> Callable[..., None]:
        """The Hypothesis test with these settings, and the user's profile for the others."""
        wanted = settings(
            max_examples=self.examples,
            deadline=None,
            report_multiple_bugs=False,
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        if self.seed is None:
            return settings(wanted, derandomize=False)(test)  # new points in CI as well
        return seeded(self.seed)(settings(wanted, database=None)(test))


def _property(f: Function, drawn: Mapping[str, Strategy], options: _Options) -> PropertyTest:
    def run() -> None:
        __tracebackhide__ = True  # pytest leaves these lines out
        test.statistics = statistics = CheckStatistics()
        try:
            _check_points(f, drawn, options, statistics)
        except GradientError as error:
            raise error.with_traceback(None) from None  # the message has the place and the drawing
        except Unsatisfiable:
            skipped = statistics.skipped
            raise ValueError(
                f"none of {len(skipped)} drawn points could be checked; give other ranges (the"
                f" first was {skipped[0]})"
            ) from None
        for message in statistics.warning_messages():
            warnings.warn(message, GradientWarning, stacklevel=2)

    test: Any = functools.update_wrapper(run, f)  # copies the name and the marks of pytest
    del test.__wrapped__  # pytest would look for arguments there
    return cast(PropertyTest, test)


def _check_points(
    f: Function,
    drawn: Mapping[str, Strategy],
    options: _Options,
    statistics: CheckStatistics,
) -> None:
    def derivatives(**arguments: object) -> None:
        _check_one(f, [arguments[name] for name in drawn], options.order, statistics)

    derivatives.__name__ = derivatives.__qualname__ = name_of(f)  # shown by Hypothesis
    options.configure(given(**drawn)(derivatives))()


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


def _strategies(f: Function, ranges: Mapping[str, object]) -> dict[str, Strategy]:
    """A strategy for each argument of f, up to the last one that needs one."""
    defaults = _defaults(f)
    for name in ranges:
        if name not in defaults:
            close = difflib.get_close_matches(name, defaults, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(
                f"there is a range for {name!r:.40}, but f takes {listed(list(defaults))}{hint}"
            )
    needed = [name for name, default in defaults.items() if name in ranges or default is _NONE]
    if not needed:
        raise TypeError(
            "f has no argument without a default, so there is nothing to draw; give a range, as in"
            " gradient_property(x=(-1, 1))"
        )
    drawn = list(defaults)[: list(defaults).index(needed[-1]) + 1]
    return {
        name: _strategy(name, ranges.get(name, RANGE))
        if name in needed
        else st.just(defaults[name])
        for name in drawn
    }


def _defaults(f: Function) -> dict[str, object]:
    """The arguments of f that may be given by position, with their defaults."""
    if not callable(f):
        raise TypeError(f"gradient_property takes a function, got {shown(f)}")
    if isinstance(f, Op):
        return dict.fromkeys(parameter_names(f, f.arity), _NONE)
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        raise TypeError(f"{shown(f)} has no signature to read; wrap it in a def") from None
    found: dict[str, object] = {}
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL or (p.kind is p.KEYWORD_ONLY and p.default is p.empty):
            raise TypeError(
                f"f takes {p}, which cannot be drawn; wrap it in a function with named arguments"
            )
        if p.name == "self" and not found:
            raise TypeError("cannot test an unbound method, got self; decorate a plain function")
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found[p.name] = _NONE if p.default is p.empty else p.default
    return found


def _strategy(name: str, drawn: object) -> Strategy:
    """The strategy for a range."""
    if isinstance(drawn, st.SearchStrategy):
        return drawn
    if isinstance(drawn, tuple) and len(drawn) == 2 and all(map(is_real, drawn)):
        return _interval(name, *map(to_float, drawn))
    if isinstance(drawn, dict):
        items = {key: _strategy(f"{name}[{key!r}]", item) for key, item in drawn.items()}
        return st.fixed_dictionaries(items)
    if isinstance(drawn, (list, tuple)):
        parts = st.tuples(*[_strategy(f"{name}[{i}]", x) for i, x in enumerate(drawn)])
        return parts.map(list) if isinstance(drawn, list) else parts
    if is_real(drawn) or isinstance(drawn, HasParameters) or is_array(drawn):
        return st.just(drawn)
    raise TypeError(
        f"{name}={shown(drawn)} is not a range; give an interval such as (-1, 1), a Hypothesis"
        " strategy, a number, an array, a Module, or a list, tuple or dict of ranges"
    )


def _interval(name: str, low: float, high: float) -> st.SearchStrategy[float]:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(
            f"{name}=({low}, {high}) is not an interval; give two finite numbers, the lower first"
        )
    return st.floats(low, high, allow_subnormal=False)
