"""Functions that follow exactly from primitives: activations, softmax, losses of one example.

They are written like the partials of the table, a choice as `where(x > 0, a, b)`, so that one text
serves every kind of number. None has a derivative rule of its own.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from numbers import Real
from typing import overload

from microgradlike._validate import shown
from microgradlike.op import K, Kind, Number
from microgradlike.ops import (
    erfc,
    exp,
    expm1,
    floor,
    log,
    log1p,
    maximum,
    mul_no_nan,
    sigmoid,
    sign,
    softplus,
    to_float,
    where,
)
from microgradlike.scalar import Scalar
from microgradlike.slopes import either
from microgradlike.sums import dot as dot, mean as mean, numbers, sum as sum, total, tree  # noqa: A004

inf, nan = math.inf, math.nan
ROOT_2 = math.sqrt(2)


@overload
def leaky_relu(x: float, *, slope: float = 0.01) -> float: ...
@overload
def leaky_relu(x: K, *, slope: float = 0.01) -> K: ...
def leaky_relu(x: Number, *, slope: float = 0.01) -> Number:
    """Leaky ReLU: x for positive x, slope × x otherwise; at the kink the derivative is `slope`.

    Raises TypeError for anything but a number.

    >>> leaky_relu(3.0), leaky_relu(-3.0)
    (3.0, -0.03)
    """
    return x * where(x > 0, 1.0, where(x <= 0, float(slope), nan))


@overload
def elu(x: float, *, alpha: float = 1.0) -> float: ...
@overload
def elu(x: K, *, alpha: float = 1.0) -> K: ...
def elu(x: Number, *, alpha: float = 1.0) -> Number:
    """Exponential linear unit: x for positive x, alpha × (exp(x) - 1) otherwise.

    Raises TypeError for anything but a number.
    Source: Clevert et al., arXiv:1511.07289.

    >>> elu(3.0), elu(float("-inf"))
    (3.0, -1.0)
    """
    return where(x > 0, x, alpha * expm1(x))


@overload
def gelu(x: float) -> float: ...
@overload
def gelu(x: K) -> K: ...
def gelu(x: Number) -> Number:
    """Gaussian error linear unit in its exact form: x Φ(x), Φ the normal distribution function.

    Raises TypeError for anything but a number.
    Source: Hendrycks & Gimpel, arXiv:1606.08415.

    >>> round(gelu(1.0), 6)
    0.841345
    """
    return x * 0.5 * erfc(x / -ROOT_2)  # 1 + erf(x / √2) has no digits left in the lower tail


@overload
def silu(x: float) -> float: ...
@overload
def silu(x: K) -> K: ...
def silu(x: Number) -> Number:
    """Sigmoid linear unit, also called swish: x σ(x).

    Raises TypeError for anything but a number.
    Source: Elfwing et al., arXiv:1702.03118.

    >>> silu(0.0), round(silu(1.0), 6)
    (0.0, 0.731059)
    """
    return x * sigmoid(x)


@overload
def logsumexp(xs: Iterable[float]) -> float: ...  # type: ignore[overload-overlap]
@overload
def logsumexp(xs: Iterable[K | float]) -> K: ...
def logsumexp(xs: Iterable[Number]) -> Number:
    """The logarithm of Σ exp(xᵢ), without overflow; -inf for an empty sequence.

    Its gradient is `softmax(xs)`.

    If the largest number is infinite, of either sign, the gradient is shared equally among the
    largest. Raises TypeError for an element that is not a number.

    >>> logsumexp([1000.0, 1000.0]) == 1000.0 + log(2.0)
    True
    """
    terms = numbers("logsumexp", xs)
    if len(terms) < 2:
        return terms[0] if terms else -inf
    top = tree(_larger, terms)
    return either(
        abs(top) >= inf,
        lambda: _mean_of_largest(terms, top),
        lambda: _log_of_sum(terms, _nearby(top)),
    )


@overload
def softmax(xs: Iterable[float]) -> list[float]: ...  # type: ignore[overload-overlap]
@overload
def softmax(xs: Iterable[K | float]) -> list[K]: ...
def softmax(xs: Iterable[Number]) -> list[Number]:
    """exp(xᵢ) / Σ exp(xⱼ) without overflow: positive shares that sum to 1, a list as long as `xs`.

    If the largest number is infinite, of either sign, the largest have equal shares and the others
    0. Raises TypeError for an element that is not a number.

    >>> softmax([1000.0, 1000.0, float("-inf")])
    [0.5, 0.5, 0.0]
    """
    terms = numbers("softmax", xs)
    if not terms:
        return []
    top = tree(_larger, terms)
    shift, endless = _nearby(top), abs(top) >= inf

    def weight(x: Number) -> Number:
        return either(
            endless,
            lambda: where(x < top, 0.0, sign(x) * sign(x)),  # 1, but nan where x is
            lambda: exp(x - shift),
        )

    weights = [weight(x) for x in terms]
    whole = total(weights)
    return [w / whole for w in weights]


@overload
def cross_entropy(logits: Iterable[float], target: int) -> float: ...  # type: ignore[overload-overlap]
@overload
def cross_entropy(logits: Iterable[K | float], target: Kind | int) -> K: ...
def cross_entropy(logits: Iterable[Number], target: Number) -> Number:
    """-log softmax(logits)[target], accurate also for a target that is all but certain.

    `logits` are scores before the softmax, as in PyTorch, one per class; `target` is the index of a
    class. Raises ValueError for a target beyond the logits, TypeError for one that is not a whole
    number. In a function that `jit` records the target may be an input: then the loss is nan for a
    wrong index.

    >>> cross_entropy([2.0, 2.0], 0) == log(2.0)
    True
    >>> cross_entropy([100.0, 0.0], 0)
    3.720075976020836e-44
    """
    terms = numbers("cross_entropy", logits)
    if isinstance(target, Scalar):
        return _cross_entropy_of_input(terms, target)
    index = _index(target, len(terms))
    others = terms[:index] + terms[index + 1 :]
    # the textbook's logsumexp(logits) - logits[target] is 0 for every loss below 1e-16
    return softplus(logsumexp(others) - terms[index])


def _cross_entropy_of_input(terms: list[Number], target: Number) -> Number:
    """The cross-entropy for a target that is not known yet, by a `where` per class."""
    is_target = [abs(target - k) < 0.5 for k in range(len(terms))]
    chosen = total([where(c, x, 0.0) for c, x in zip(is_target, terms)])
    others = [where(c, -inf, x) for c, x in zip(is_target, terms)]
    loss = softplus(logsumexp(others) - chosen)
    return where(target > -0.5, where(target < len(terms) - 0.5, loss, nan), nan)


@overload
def binary_cross_entropy(probability: float, target: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def binary_cross_entropy(probability: K | float, target: K | float) -> K: ...
def binary_cross_entropy(probability: Number, target: Number) -> Number:
    """-target log(p) - (1 - target) log(1 - p) of a predicted probability p, as in PyTorch.

    `probability` and `target` are probabilities of "yes"; the target is usually 0 or 1. A certain
    and wrong prediction costs inf, where PyTorch stops at 100. For scores before the sigmoid use
    `binary_cross_entropy_with_logits`, which keeps its digits in both tails. Raises ValueError for
    a number outside [0, 1], TypeError for anything but a number.

    >>> binary_cross_entropy(0.5, 1) == log(2.0)
    True
    >>> binary_cross_entropy(1e-20, 0), binary_cross_entropy(0.0, 1)
    (1e-20, inf)
    """
    if isinstance(probability, Real):
        probability = to_float(probability)
    # a comparison of recorded numbers is a recorded number, neither True nor False
    if (probability < 0) is True or (probability > 1) is True:
        raise ValueError(
            f"a prediction must be a probability between 0 and 1, got {shown(probability)}; for a"
            " score before the sigmoid use binary_cross_entropy_with_logits"
        )
    if isinstance(target, Real):
        target = _probability(target)
        if target in (0, 1):  # the other term would be 0 × inf
            return -(log(probability) if target else log1p(-probability))
    yes = mul_no_nan(target, log(probability))
    return -(yes + mul_no_nan(1.0 - target, log1p(-probability)))


@overload
def binary_cross_entropy_with_logits(logit: float, target: float) -> float: ...  # type: ignore[overload-overlap]
@overload
def binary_cross_entropy_with_logits(logit: K | float, target: K | float) -> K: ...
def binary_cross_entropy_with_logits(logit: Number, target: Number) -> Number:
    """-target log σ(logit) - (1 - target) log σ(-logit), accurate in both tails.

    `logit` is the score before the sigmoid σ; `target` is the probability of "yes", usually 0 or 1.
    Raises ValueError for a target outside [0, 1], TypeError for anything but a number.

    >>> binary_cross_entropy_with_logits(100.0, 1)
    3.720075976020836e-44
    >>> binary_cross_entropy_with_logits(0.0, 0.5) == log(2.0)
    True
    """
    if isinstance(target, Real):
        target = _probability(target)
        if target in (0, 1):  # the other term would be 0 × softplus, nan at infinity
            return softplus(-logit if target else logit)
    return target * softplus(-logit) + (1.0 - target) * softplus(logit)


def _probability(target: Number) -> float:
    p = to_float(target)
    if not 0 <= p <= 1:
        raise ValueError(
            f"a target must be a probability between 0 and 1, got {p!r}; for labels -1 and 1 write"
            " (label + 1) / 2"
        )
    return p


def _index(target: Number, n: int) -> int:
    try:
        whole = isinstance(target, float) and target.is_integer()
        index = int(target) if whole else operator.index(target)
    except TypeError:
        raise TypeError(
            f"a target must be the index of a class, got {shown(target)} of type"
            f" {type(target).__name__}; classes are counted 0, 1, 2 and so on"
        ) from None
    if not 0 <= index < n:
        raise ValueError(f"target {index} is out of range for {n} logit(s); classes count from 0")
    return index


def _nearby(top: Number) -> Number:
    return top._nearby() if isinstance(top, Scalar) else floor(top)


def _log_of_sum(terms: list[Number], shift: Number) -> Number:
    return shift + log(total([exp(x - shift) for x in terms]))


def _mean_of_largest(terms: list[Number], top: Number) -> Number:
    count = total([where(x < top, 0.0, 1.0) for x in terms])
    return total([where(x < top, 0.0, x) for x in terms]) / count


def _larger(a: Number, b: Number) -> Number:
    """The larger operand; it makes no node if the comparison decides."""
    over = a >= b
    if over is True:
        return a
    return b if over is False and a < b else maximum(a, b)  # nan: `maximum` decides
