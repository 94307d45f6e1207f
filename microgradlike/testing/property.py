"""gradient_property: a function as a test that checks its derivatives at drawn points.

Every point is checked as by `check_gradients`. What fails is shrunk: the GradientError is about the
simplest point, with the table and how to draw it. Points at which the function is not finite, or
raises a ValueError or ArithmeticError, are passed over, and others drawn in their place. The points
are the same at every run; with `seed=None` they are new ones, and Hypothesis remembers those that
failed.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, seed as seeded, settings, strategies as st
from hypothesis.errors import Unsatisfiable

from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.engine import Value
from microgradlike.expressions.lexer import listed
from microgradlike.op import Op, to_float
from microgradlike.testing.check.api import check_gradients, name_of
from microgradlike.testing.check.arguments import Arguments, parameter_names
from microgradlike.testing.check.report import GradientError, GradientWarning
from microgradlike.testing.check.statistics import Tally

_NONE = inspect.Parameter.empty
RANGE = (-10.0, 10.0)  # of a number for which none is given


def gradient_property(
    target: Callable[..., Any] | Mapping[str, Any] | None = None,
    /,
    *,
    examples: int = 100,
    order: int = 2,
    seed: int | None = 0,
    **ranges: Any,
) -> Any:
    """Make a function a test, for pytest, that checks its derivatives at drawn points.

    The test has no arguments. For pytest to collect it, name the function `test_...`, or the
    result: `test_loss = gradient_property(x=(-3, 3))(loss)`. What is drawn for an argument may be
    an interval `(low, high)`, a Hypothesis strategy, a list, tuple or dict of such things, or a
    Module, an array or a number, which stay as they are. Without one it is a number from -10 to 10,
    or the argument's default. Arguments named `examples`, `order` or `seed` go into a dict:
    `gradient_property({"order": (0, 3)})`.

    It raises GradientError about the simplest point that fails. Points at which f is not finite, or
    raises a ValueError or ArithmeticError, are passed over. What no point could decide is a
    GradientWarning; the counts of the last run, kinks among them, are the test's attribute `tally`.
    The points are the same at every run; with `seed=None` they are new ones.

    Raises TypeError where a range is none or f wants what cannot be drawn, ValueError for a range
    of an argument that is not there; the test raises ValueError where no point can be checked.

    >>> @gradient_property(x=(-3, 3), w=[(-1, 1)] * 2, examples=20)
    ... def test_line(x, w):
    ...     return w[0] * x + w[1]
    >>> test_line()
    >>> test_line.tally.points
    20
    """
    if isinstance(target, Mapping):
        ranges, target = {**target, **ranges}, None
    options = _Options(_whole("examples", examples), _whole("order", order), seed)

    def decorate(f: Callable[..., Any]) -> Callable[[], None]:
        return _property(f, _strategies(f, ranges), options)

    return decorate if target is None else decorate(target)


@dataclass(frozen=True, slots=True)
class _Options:
    examples: int
    order: int
    seed: int | None

    def applied(self, test: Callable[..., Any]) -> Callable[..., Any]:
        """A Hypothesis test with these settings, and the user's profile for the others."""
        wanted = settings(
            max_examples=self.examples,
            deadline=None,
            report_multiple_bugs=False,
            phases=(Phase.reuse, Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        if self.seed is None:
            return settings(wanted, derandomize=False)(test)  # as asked for, also where CI is not
        return seeded(self.seed)(settings(wanted, database=None)(test))


def _property(
    f: Callable[..., Any], drawn: Mapping[str, st.SearchStrategy[Any]], options: _Options
) -> Callable[[], None]:
    def run() -> None:
        __tracebackhide__ = True  # pytest leaves these lines out
        test.tally = tally = Tally()
        try:
            _hunt(f, drawn, options, tally)
        except GradientError as error:
            raise error.with_traceback(None) from None  # it says where, and how to draw it
        except Unsatisfiable:
            raise ValueError(
                f"none of {len(tally.passed)} points drawn could be checked, give other ranges; the"
                f" first was {tally.passed[0]}"
            ) from None
        for doubt in tally.doubts():
            warnings.warn(doubt, GradientWarning, stacklevel=2)

    test: Any = functools.update_wrapper(run, f)  # its name, and the marks that pytest knows it by
    del test.__wrapped__  # where pytest would look for arguments
    return run


def _hunt(
    f: Callable[..., Any],
    drawn: Mapping[str, st.SearchStrategy[Any]],
    options: _Options,
    tally: Tally,
) -> None:
    def derivatives(**point: Any) -> None:
        _check_one(f, [point[name] for name in drawn], options.order, tally)

    derivatives.__name__ = derivatives.__qualname__ = name_of(f)  # as Hypothesis will show it
    options.applied(given(**drawn)(derivatives))()


def _check_one(f: Callable[..., Any], point: list[Any], order: int, tally: Tally) -> None:
    """One drawn point; where f is not finite there, or refuses, it is passed over."""
    try:
        arguments = Arguments(f, point)
        values, _ = arguments.values(arguments.numbers)
        y = f(*values)
        outside = f"f is {y.data}" if isinstance(y, Value) and not math.isfinite(y.data) else ""
    except (ArithmeticError, ValueError) as error:
        outside = f"{type(error).__name__}: {error}"
    if outside:
        tally.passed.append(f"{point!r:.200}: {outside:.200}")
        reject()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GradientWarning)  # at one point; the tally sees them all
        tally.add(check_gradients(f, *point, order=order))


def _strategies(
    f: Callable[..., Any], ranges: Mapping[str, Any]
) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each argument of f, up to the last one that needs one."""
    defaults = _arguments(f)
    for name in ranges:
        if name not in defaults:
            close = difflib.get_close_matches(name, defaults, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(
                f"there is a range for {name!r:.40}, but f takes {listed(list(defaults))}{hint}"
            )
    needed = [name for name, default in defaults.items() if name in ranges or default is _NONE]
    if not needed:
        raise TypeError("f takes no argument without a default, so there is nothing to draw")
    drawn = list(defaults)[: list(defaults).index(needed[-1]) + 1]
    return {
        name: _strategy(name, ranges.get(name, RANGE))
        if name in needed
        else st.just(defaults[name])
        for name in drawn
    }


def _arguments(f: Callable[..., Any]) -> dict[str, Any]:
    """The arguments of f that may be given by position, with their defaults."""
    if not callable(f):
        raise TypeError(f"gradient_property is for a function, got {f!r:.60}")
    if isinstance(f, Op):
        return dict.fromkeys(parameter_names(f, f.arity), _NONE)
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        raise TypeError(f"{f!r:.60} does not say what it takes; wrap it in a def") from None
    found: dict[str, Any] = {}
    for p in parameters:
        if p.kind is p.VAR_POSITIONAL or (p.kind is p.KEYWORD_ONLY and p.default is p.empty):
            raise TypeError(f"f takes {p}, which is not drawn; wrap it in a function of named ones")
        if p.name == "self" and not found:
            raise TypeError("a method has nobody to be called on; decorate a plain function")
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found[p.name] = _NONE if p.default is p.empty else p.default
    return found


def _strategy(name: str, drawn: Any) -> st.SearchStrategy[Any]:
    """What a range means."""
    if isinstance(drawn, st.SearchStrategy):
        return drawn
    if isinstance(drawn, tuple) and len(drawn) == 2 and all(map(_is_number, drawn)):
        return _interval(name, *map(to_float, drawn))
    if isinstance(drawn, dict):
        items = {key: _strategy(f"{name}[{key!r}]", item) for key, item in drawn.items()}
        return st.fixed_dictionaries(items)
    if isinstance(drawn, (list, tuple)):
        parts = st.tuples(*[_strategy(f"{name}[{i}]", x) for i, x in enumerate(drawn)])
        return parts.map(list) if isinstance(drawn, list) else parts
    if _is_number(drawn) or isinstance(drawn, HasParameters) or is_array(drawn):
        return st.just(drawn)
    raise TypeError(
        f"{name}={drawn!r:.60} is no range; give an interval such as (-1, 1), a Hypothesis"
        " strategy, a number, an array, a Module, or a list, tuple or dict of such things"
    )


def _interval(name: str, low: float, high: float) -> st.SearchStrategy[float]:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"{name}=({low}, {high}) is no interval (low, high) of finite numbers")
    return st.floats(low, high, allow_subnormal=False)


def _is_number(x: object) -> bool:
    return isinstance(x, Real) and not isinstance(x, bool)


def _whole(name: str, x: object) -> int:
    if type(x) is not int or x < 1:
        raise ValueError(f"{name}={x!r:.40} is not a whole number from 1 on")
    return x
