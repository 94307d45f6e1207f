"""Functions that follow from primitives."""

import builtins
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import functions, jit
from microgradlike.engine import Value
from microgradlike.graph import topological
from tests.bits import same_bits
from tests.ulps import ulps

mp = mpmath.mp.clone()
mp.dps = 60

EPS = 2.0**-52
inf, nan = math.inf, math.nan
LOGIT = st.floats(-50, 50)
LOGITS = st.lists(LOGIT, min_size=1, max_size=9)
ACTIVATIONS = [functions.leaky_relu, functions.elu, functions.gelu, functions.silu]


def value_and_gradient(f, xs):
    leaves = [Value(x) for x in xs]
    y = f(leaves)
    y.backward()
    return y.data, [v.grad for v in leaves]


def shares(xs):
    """Softmax to 60 digits."""
    weights = [mp.exp(mp.mpf(x)) for x in xs]
    return [w / mp.fsum(weights) for w in weights]


# floats and Values alike


@given(st.sampled_from(ACTIVATIONS), st.floats())
def test_an_activation_gives_the_same_bits_for_a_value(f, x):
    assert same_bits(f(Value(x)).data, f(x))


@given(LOGITS)
def test_softmax_gives_the_same_bits_for_values(xs):
    assert [p.data for p in functions.softmax([Value(x) for x in xs])] == functions.softmax(xs)


# activations


@pytest.mark.parametrize("f", ACTIVATIONS)
@given(st.floats(-6, 6))
def test_the_derivative_of_an_activation_is_its_slope(f, x):
    leaf = Value(x)
    f(leaf).backward()
    h = 1e-5
    if abs(x) > h:  # the kink of leaky_relu is at 0
        # a central difference errs by h² f'''/6, f''' < 2.1 for all four, and by rounding over h
        assert abs(leaf.grad - (f(x + h) - f(x - h)) / (2 * h)) <= h * h + 32 * EPS * 6 / h


@given(st.floats(-37, 37))
def test_gelu_keeps_its_digits_in_the_tail(x):
    exact = mp.mpf(x) * mp.erfc(-mp.mpf(x) / mp.sqrt(2)) / 2
    # the argument x/√2 of erfc is rounded, which its condition number x² magnifies; near 0 the
    # two products may each round to a multiple of the least double
    assert abs(functions.gelu(x) - exact) <= (6 + x * x) * EPS * abs(exact) + 2 * 5e-324


@pytest.mark.parametrize(("f", "slope"), [(functions.leaky_relu, 0.01), (functions.elu, 1.0)])
def test_at_the_kink_the_derivative_is_that_of_the_negative_side(f, slope):
    leaf = Value(0.0)
    f(leaf).backward()
    assert leaf.grad == slope


def test_the_negative_side_can_be_chosen():
    assert functions.leaky_relu(-2.0, slope=0.5) == -1.0
    assert functions.elu(-inf, alpha=0.5) == -0.5


# sums


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_sum_errs_by_the_depth_of_its_tree_only(xs):
    exact = builtins.sum(map(Fraction, xs), Fraction(0))
    depth = math.ceil(math.log2(max(len(xs), 1)))
    scale = builtins.sum(map(abs, map(Fraction, xs)), Fraction(0))
    assert abs(Fraction(functions.sum(xs)) - exact) <= depth * Fraction(EPS) * scale


@given(st.integers(1, 300))
def test_the_tree_of_a_sum_is_balanced(n):
    leaves = [Value(1.0) for _ in range(n)]
    depth = {}
    for v in topological(functions.sum(leaves)):
        depth[v] = max((depth[x] + 1 for x in v.operands), default=0)
    assert max(depth.values()) == math.ceil(math.log2(n))
    assert len(depth) == 2 * n - 1


@given(st.lists(st.tuples(LOGIT, LOGIT), min_size=1, max_size=9))
def test_the_gradient_of_dot_is_the_other_side(pairs):
    a, b = zip(*pairs)
    left, right = [Value(x) for x in a], [Value(x) for x in b]
    functions.dot(left, right).backward()
    assert [v.grad for v in left] == list(b)
    assert [v.grad for v in right] == list(a)


@given(st.integers(1, 50))
def test_mean_shares_its_gradient(n):
    assert value_and_gradient(functions.mean, [3.0] * n) == (3.0, [1.0 / n] * n)


def test_no_numbers_have_a_sum_but_no_mean():
    assert functions.sum([]) == 0.0
    assert functions.dot([], []) == 0.0
    assert functions.logsumexp([]) == -inf
    assert functions.softmax([]) == []
    with pytest.raises(ValueError, match=r"mean of an empty sequence.*at least one"):
        functions.mean([])


def test_plain_numbers_of_any_kind_are_summed_as_doubles():
    total = functions.sum([1, Fraction(1, 2), np.float64(2), np.int64(3)])
    assert type(total) is float
    assert total == 6.5
    assert functions.sum(x for x in np.array([Value(1.0), Value(2.0)])).data == 3.0


def test_a_sum_of_a_hundred_thousand_is_differentiated():
    value, gradient = value_and_gradient(functions.sum, [1.0] * 100_000)
    assert value == 100_000
    assert set(gradient) == {1.0}


# softmax and logsumexp


@given(LOGITS, st.sampled_from([0.0, 1e3, -1e3, 1e15]))
def test_softmax_keeps_its_digits_whatever_the_level(xs, level):
    logits = [x + level for x in xs]
    for p, exact in zip(functions.softmax(logits), shares(logits)):
        # rounding x - floor(max) moves exp by at most half an ulp of 100
        assert abs(p - exact) <= (8 + 100) * EPS * exact


@given(LOGITS, st.sampled_from([0.0, 1e3, -1e3, 1e15]))
def test_the_gradient_of_logsumexp_is_softmax(xs, level):
    logits = [x + level for x in xs]
    value, gradient = value_and_gradient(functions.logsumexp, logits)
    exact = mp.log(mp.fsum(mp.exp(mp.mpf(x)) for x in logits))
    assert abs(value - exact) <= 4 * EPS * (abs(exact) + 1 + max(map(abs, logits)))
    for g, p in zip(gradient, shares(logits)):
        assert abs(g - p) <= (8 + 100) * EPS * p


@pytest.mark.parametrize(
    ("xs", "value", "gradient"),
    [
        ([-inf] * 3, -inf, [1 / 3] * 3),
        ([-inf], -inf, [1.0]),
        ([-inf, 0.0], 0.0, [0.0, 1.0]),
        ([inf, 1.0, inf], inf, [0.5, 0.0, 0.5]),
        ([inf, -inf], inf, [1.0, 0.0]),
        ([1.0, nan], nan, [nan, nan]),
        ([inf, nan], nan, [nan, nan]),
        ([nan, -inf], nan, [nan, nan]),
    ],
)
def test_infinities_share_and_nan_spreads(xs, value, gradient):
    assert same_bits(functions.logsumexp(xs), value)
    got, gradients = value_and_gradient(functions.logsumexp, xs)
    assert same_bits(got, value)
    if not math.isnan(value):
        assert gradients == gradient
    assert same_bits(functions.softmax(xs), gradient)


# cross-entropies


@given(st.lists(st.floats(-300, 300), min_size=2, max_size=6), st.data())
def test_cross_entropy_keeps_its_digits_where_the_target_is_certain(xs, data):
    i = data.draw(st.integers(0, len(xs) - 1))
    others = mp.fsum(mp.exp(mp.mpf(x)) for x in xs[:i] + xs[i + 1 :])
    exact = mp.log1p(others / mp.exp(mp.mpf(xs[i])))
    value, gradient = value_and_gradient(lambda v: functions.cross_entropy(v, i), xs)
    # two roundings of numbers up to 600 stand in the exponent
    bound = (8 + 2 * 600) * EPS
    assert abs(value - exact) <= bound * exact
    for j, p in enumerate(shares(xs)):
        wanted = p if j != i else -mp.fsum(q for k, q in enumerate(shares(xs)) if k != i)
        assert abs(gradient[j] - wanted) <= bound * abs(wanted)


@given(st.floats(-700, 700), st.sampled_from([0, 1, 0.25, 0.75]))
def test_binary_cross_entropy_with_logits_keeps_its_digits_in_both_tails(logit, target):
    x = mp.mpf(logit)
    exact = target * mp.log1p(mp.exp(-x)) + (1 - mp.mpf(target)) * mp.log1p(mp.exp(x))
    assert ulps(functions.binary_cross_entropy_with_logits(logit, target), exact) <= 6
    value, (gradient,) = value_and_gradient(
        lambda v: functions.binary_cross_entropy_with_logits(v[0], target), [logit]
    )
    assert value == functions.binary_cross_entropy_with_logits(logit, target)
    slope = (1 - mp.mpf(target)) / (1 + mp.exp(-x)) - target / (1 + mp.exp(x))
    assert abs(gradient - slope) <= 6 * EPS * (abs(slope) if target in (0, 1) else 1)


@pytest.mark.parametrize(
    ("logit", "target", "loss"), [(inf, 1, 0.0), (inf, 0, inf), (-inf, 1, inf)]
)
def test_the_loss_of_an_infinite_score_is_no_nan(logit, target, loss):
    assert functions.binary_cross_entropy_with_logits(logit, target) == loss


@given(st.floats(0, 1, allow_subnormal=False), st.sampled_from([0, 1, 0.25, 0.75]))
def test_binary_cross_entropy_keeps_its_digits_of_a_probability(p, target):
    value, (gradient,) = value_and_gradient(
        lambda v: functions.binary_cross_entropy(v[0], target), [p]
    )
    if p in (0, 1):
        certain = target in (0, 1)
        assert value == (0.0 if certain and p == target else inf)
        return
    exact = -target * mp.log(p) - (1 - mp.mpf(target)) * mp.log1p(-mp.mpf(p))
    assert ulps(value, exact) <= 6
    slope = (1 - mp.mpf(target)) / (1 - mp.mpf(p)) - target / mp.mpf(p)
    scale = abs(slope) if target in (0, 1) else 1 / mp.mpf(p) + 1 / (1 - mp.mpf(p))
    assert abs(gradient - slope) <= 6 * EPS * scale


@pytest.mark.parametrize(("p", "target"), [(0.0, 0.0), (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)])
def test_a_certain_prediction_costs_nothing_or_inf_whatever_is_known_of_its_target(p, target):
    loss = 0.0 if p == target else inf
    assert functions.binary_cross_entropy(p, target) == loss
    assert functions.binary_cross_entropy(Value(p), Value(target)).data == loss
    recorded = jit(functions.binary_cross_entropy, backend="python")
    assert recorded(p, target) == loss


@pytest.mark.parametrize("p", [-0.5, 1.5, Value(2.0)])
def test_a_prediction_that_is_no_probability_is_a_value_error(p):
    with pytest.raises(ValueError, match="use binary_cross_entropy_with_logits"):
        functions.binary_cross_entropy(p, 1)


def test_the_only_class_is_certain():
    assert functions.cross_entropy([3.0], 0) == 0.0


def test_a_target_may_be_a_value():
    target = Value(0.25)
    functions.binary_cross_entropy_with_logits(Value(2.0), target).backward()
    assert math.isclose(target.grad, -2.0, rel_tol=8 * EPS)


# errors


@pytest.mark.parametrize("name", ["sum", "mean", "softmax", "logsumexp"])
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Value(1.0), "takes a sequence of numbers or Values, got Value.*write \\[x\\]"),
        (["a", "b"], "element 0 is 'a' of type str"),
        ([1.0, True], "element 1 is True of type bool"),
        ([Value(1.0), None], "element 1 is None of type NoneType"),
    ],
)
def test_what_is_no_sequence_of_numbers_is_a_type_error(name, wrong, says):
    with pytest.raises(TypeError, match=f"^{name} takes|{says}") as caught:
        getattr(functions, name)(wrong)
    caught.match(says)


def test_an_error_inside_a_generator_is_its_own():
    def broken():
        yield 1.0
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        functions.sum(broken())


def test_dot_of_two_lengths_is_a_value_error():
    with pytest.raises(ValueError, match="sequences of the same length, got 1 and 2; pass as many"):
        functions.dot([1.0], [1.0, 2.0])


@pytest.mark.parametrize("target", [-1, 2])
def test_a_target_out_of_range_is_a_value_error(target):
    with pytest.raises(ValueError, match=f"target {target} .* 2 logit.*count from 0"):
        functions.cross_entropy([0.0, 0.0], target)


def test_a_target_that_is_no_integer_is_a_type_error():
    with pytest.raises(TypeError, match=r"index of a class, got 0\.5 of type float; classes are"):
        functions.cross_entropy([0.0, 0.0], 0.5)
    assert functions.cross_entropy([0.0, 0.0], 1.0) == functions.cross_entropy([0.0, 0.0], 1)


@pytest.mark.parametrize("target", [-1, 1.5, nan])
def test_a_target_that_is_no_probability_is_a_value_error(target):
    with pytest.raises(ValueError, match=r"between 0 and 1.*\(label \+ 1\) / 2"):
        functions.binary_cross_entropy_with_logits(0.0, target)


def test_sum_takes_a_start_as_the_built_in_does():
    x = Value(2.0)
    assert functions.sum([1.0, x], 4).data == 7.0
    assert functions.sum([], x) is x
