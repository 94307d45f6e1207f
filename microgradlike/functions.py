"""What follows exactly from primitives: activations, softmax, sums. Over floats and Values alike.

Written in the dialect of the table's partials, a choice as `where(x > 0, a, b)`, so that one text
serves every kind of number. Nothing here has a derivative rule of its own.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from numbers import Real

from microgradlike.op import Number
from microgradlike.ops import (
    erfc,
    exp,
    expm1,
    floor,
    log,
    maximum,
    sigmoid,
    sign,
    softplus,
    to_float,
    where,
)
from microgradlike.scalar import Scalar

inf, nan = math.inf, math.nan
ROOT_2 = math.sqrt(2)


def leaky_relu(x: Number, *, slope: float = 0.01) -> Number:
    """x where it is positive, slope × x elsewhere; at the kink the derivative is `slope`.

    >>> leaky_relu(3.0), leaky_relu(-3.0)
    (3.0, -0.03)
    """
    return x * where(x > 0, 1.0, where(x <= 0, float(slope), nan))


def elu(x: Number, *, alpha: float = 1.0) -> Number:
    """x where it is positive, alpha × (exp(x) - 1) elsewhere (Clevert et al., arXiv:1511.07289).

    >>> elu(3.0), elu(-inf)
    (3.0, -1.0)
    """
    return where(x > 0, x, alpha * expm1(x))


def gelu(x: Number) -> Number:
    """x Φ(x) in its exact form, Φ the normal distribution (Hendrycks & Gimpel, arXiv:1606.08415).

    >>> round(gelu(1.0), 6)
    0.841345
    """
    return x * 0.5 * erfc(x / -ROOT_2)  # 1 + erf(x / √2) has no digits left in the lower tail


def silu(x: Number) -> Number:
    """x σ(x), also called swish (Elfwing et al., arXiv:1702.03118).

    >>> silu(0.0), round(silu(1.0), 6)
    (0.0, 0.731059)
    """
    return x * sigmoid(x)


def sum(xs: Iterable[Number], start: Number = None) -> Number:  # noqa: A001  (NumPy and torch call it so)
    """The sum, as a balanced tree of additions of depth log₂ n; 0.0 for no numbers at all.

    `start`, if any, is one more term and the first, as for `builtins.sum`.

    The tree keeps rounding errors at log n and paths short, where `builtins.sum` makes a chain.
    Raises TypeError where an element is not a number.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    """
    return _total(_numbers("sum", xs if start is None else [start, *xs]))


def mean(xs: Iterable[Number]) -> Number:
    """The arithmetic mean, by `sum`. Raises ValueError for no numbers, TypeError for what is none.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    terms = _numbers("mean", xs)
    if not terms:
        raise ValueError("mean of no numbers is undefined; give it at least one")
    return _total(terms) / float(len(terms))


def dot(a: Iterable[Number], b: Iterable[Number]) -> Number:
    """The sum of products aᵢ bᵢ, by `sum`; 0.0 for two empty sequences.

    Raises ValueError where the lengths differ, TypeError where an element is not a number.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = _numbers("dot", a), _numbers("dot", b)
    if len(left) != len(right):
        raise ValueError(f"dot takes two sequences of one length, got {len(left)} and {len(right)}")
    return _total([x * y for x, y in zip(left, right)])


def logsumexp(xs: Iterable[Number]) -> Number:
    """log Σ exp(xᵢ) without overflow; its gradient is `softmax(xs)`; -inf for no numbers.

    Where the largest is infinite, of either sign, the gradient is shared equally among the largest.
    Raises TypeError where an element is not a number.

    >>> logsumexp([1000.0, 1000.0]) == 1000.0 + log(2.0)
    True
    """
    terms = _numbers("logsumexp", xs)
    if len(terms) < 2:
        return terms[0] if terms else -inf
    top = _tree(_larger, terms)
    return _either(
        abs(top) >= inf,
        lambda: _mean_of_largest(terms, top),
        lambda: _log_of_sum(terms, floor(top)),
    )


def softmax(xs: Iterable[Number]) -> list[Number]:
    """exp(xᵢ) / Σ exp(xⱼ) without overflow: positive shares that sum to 1, a list as long as `xs`.

    Where the largest is infinite, of either sign, the largest have equal shares and the rest none.
    Raises TypeError where an element is not a number.

    >>> softmax([1000.0, 1000.0, -inf])
    [0.5, 0.5, 0.0]
    """
    terms = _numbers("softmax", xs)
    if not terms:
        return []
    top = _tree(_larger, terms)
    shift, endless = floor(top), abs(top) >= inf

    def weight(x: Number) -> Number:
        return _either(
            endless,
            lambda: where(x < top, 0.0, sign(x) * sign(x)),  # 1, but nan where x is
            lambda: exp(x - shift),
        )

    weights = [weight(x) for x in terms]
    total = _total(weights)
    return [w / total for w in weights]


def cross_entropy(logits: Iterable[Number], target: int) -> Number:
    """-log softmax(logits)[target], accurate also where the target is all but certain.

    Raises ValueError where `target` is no index of a logit, TypeError where it is no whole number.
    Where it is not known yet, as in a function that `jit` records, any target is provided for, and
    the loss is nan where it turns out to be no index.

    >>> cross_entropy([2.0, 2.0], 0) == log(2.0)
    True
    >>> cross_entropy([100.0, 0.0], 0)
    3.720075976020836e-44
    """
    terms = _numbers("cross_entropy", logits)
    if isinstance(target, Scalar):
        return _of_any_target(terms, target)
    index = _index(target, len(terms))
    others = terms[:index] + terms[index + 1 :]
    # the textbook's logsumexp(logits) - logits[target] is 0 for every loss below 1e-16
    return softplus(logsumexp(others) - terms[index])


def _of_any_target(terms: list[Number], target: Number) -> Number:
    """The cross-entropy by choices: of the target's logit, and of all but that."""
    is_it = [abs(target - k) < 0.5 for k in range(len(terms))]
    chosen = _total([where(c, x, 0.0) for c, x in zip(is_it, terms)])
    others = [where(c, -inf, x) for c, x in zip(is_it, terms)]
    loss = softplus(logsumexp(others) - chosen)
    return where(target > -0.5, where(target < len(terms) - 0.5, loss, nan), nan)


def binary_cross_entropy(logit: Number, target: Number) -> Number:
    """-target log σ(logit) - (1 - target) log σ(-logit), accurate in both tails.

    `target` is the probability of "yes", usually 0 or 1; ValueError where it is not in [0, 1].

    >>> binary_cross_entropy(100.0, 1)
    3.720075976020836e-44
    >>> binary_cross_entropy(0.0, 0.5) == log(2.0)
    True
    """
    if isinstance(target, Real):
        target = to_float(target)
        if not 0 <= target <= 1:
            raise ValueError(
                f"a target is a probability between 0 and 1, got {target!r}; for labels -1 and 1"
                " write (label + 1) / 2"
            )
        if target == 0 or target == 1:  # the other term would be 0 × softplus, nan at infinity
            return softplus(-logit if target else logit)
    return target * softplus(-logit) + (1.0 - target) * softplus(logit)


def _numbers(caller: str, xs: Iterable[Number]) -> list[Number]:
    """The elements as a list: plain numbers as floats, and what a primitive can be applied to."""
    try:
        elements = iter(xs)
    except TypeError:
        raise TypeError(
            f"{caller} takes a sequence of numbers or Values, got {xs!r:.60} of type"
            f" {type(xs).__name__}; write [x] for a single one"
        ) from None
    numbers = list(elements)
    kinds = set(map(type, numbers))  # usually one or two: cheaper than to ask each element
    if all(kind is float or _applies(kind) for kind in kinds):
        return numbers
    return [x if _applies(type(x)) else _plain(caller, i, x) for i, x in enumerate(numbers)]


def _applies(kind: type) -> bool:
    return getattr(kind, "apply", None) is not None  # the protocol of Op.__call__


def _plain(caller: str, i: int, x: object) -> float:
    if not isinstance(x, Real) or isinstance(x, bool):
        raise TypeError(
            f"{caller} takes numbers or Values, but element {i} is {x!r:.60} of type"
            f" {type(x).__name__}"
        )
    return to_float(x)


def _index(target: Number, n: int) -> int:
    try:
        whole = isinstance(target, float) and target.is_integer()
        index = int(target) if whole else operator.index(target)
    except TypeError:
        raise TypeError(
            f"a target is the index of a class, got {target!r:.60} of type {type(target).__name__};"
            " classes are counted 0, 1, 2 and so on"
        ) from None
    if not 0 <= index < n:
        raise ValueError(f"target {index} is no index of {n} logit(s); classes count from 0")
    return index


def _total(terms: list[Number]) -> Number:
    return _tree(operator.add, terms) if terms else 0.0


def _tree(join: Callable[[Number, Number], Number], terms: list[Number]) -> Number:
    """The terms joined pairwise, level by level."""
    while len(terms) > 1:
        pairs = [join(a, b) for a, b in zip(terms[::2], terms[1::2])]
        terms = pairs + terms[len(pairs) * 2 :]
    return terms[0]


def _log_of_sum(terms: list[Number], shift: Number) -> Number:
    # the shift is a floor: near enough to the largest, and without a derivative in any mode
    return shift + log(_total([exp(x - shift) for x in terms]))


def _mean_of_largest(terms: list[Number], top: Number) -> Number:
    count = _total([where(x < top, 0.0, 1.0) for x in terms])
    return _total([where(x < top, 0.0, x) for x in terms]) / count


def _larger(a: Number, b: Number) -> Number:
    """The larger operand itself where the comparison can tell, so that it costs no node."""
    over = a >= b
    if over is True:
        return a
    return b if over is False and a < b else maximum(a, b)  # nan is for `maximum` to decide


def _either(condition: Number, yes: Callable[[], Number], no: Callable[[], Number]) -> Number:
    """`where`, but without building the branch that is not taken, if that can be known already."""
    if type(condition) is bool:
        return yes() if condition else no()
    return where(condition, yes(), no())
