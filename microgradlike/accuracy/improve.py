"""improve: a formula that keeps more digits. It imports no more, so imports stay fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from microgradlike.accuracy.rewriting.rewrite import Rewrite

__all__ = ["improve"]


def improve(f: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Rewrite:
    """A function equal to `f` on paper, with more right digits of value and gradient at a point.

    `args` and `kwargs` are arguments of `f`, as for a function that `jit` records: numbers, and
    lists and dicts of them. A tuple of two numbers in place of an argument is a range: then the
    digits are the fewest over points drawn from it, by their logarithm where it spans decades.
    `f` returns one number and does not branch on numbers; other arguments, such as strings, are
    conditions of the result.

    Rules such as `1 - cos(x) = 2*sin(x/2)**2` are tried where digits are lost. A result is accepted
    if the fewest digits of value and gradient rise and both functions agree to 1e-30 at the point
    and at 100 drawn points, or 20 if few are in the domain. It does not find everything: if nothing
    is found, `Rewrite.found` is False and `Rewrite.f` is `f`. Inputs and constants count as exact.
    Needs mpmath, from the extra `digits`.

    Raises TypeError if `f` is not a function of its arguments alone with one number as its result,
    TraceError if it needs a number to decide what to do, ValueError if a range is none or the exact
    digits are not known at the point, ImportError without mpmath.

    >>> from microgradlike import cos, improve
    >>> print(improve(lambda x: (1 - cos(x)) / (x * x), 1e-8))
    from microgradlike import sinc
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        return sinc(x/2)**2/2
    <BLANKLINE>
    value  0.0 → 16.0 digits
    ∂/∂x   0.0 → 16.0 digits
    by 1 - cos(x) = x**2/2*sinc(x/2)**2
    """
    try:
        from microgradlike.accuracy.rewriting.rewrite import improved
    except ModuleNotFoundError as error:
        if error.name != "mpmath":
            raise
        raise ImportError("improve needs mpmath: pip install 'microgradlike[digits]'") from None
    return improved(f, args, kwargs)
