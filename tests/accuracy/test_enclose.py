"""enclose: every value and gradient in the box is in it, and it is narrow."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import microgradlike as m
from microgradlike import Value, enclose, jit, nn, unary, value_and_grad
from microgradlike.accuracy.intervals.enclosure import Kink, inside
from microgradlike.accuracy.intervals.interval import Interval
from microgradlike.testing import programs

FUNCTIONS = {
    "quadratic": (1, lambda x: x * x - 2 * x + 3),
    "logistic map": (1, lambda x: 3.7 * x * (1 - x)),
    "damped wave": (1, lambda x: m.exp(-0.3 * x) * m.sin(2 * x)),
    "gelu": (1, m.gelu),
    "rational": (1, lambda x: (x * x - 1) / (x * x + 1)),
    "root with kinks": (1, lambda x: m.leaky_relu(x - 0.5) + m.sqrt(abs(x))),
    "Rosenbrock": (2, lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2),
    "norm": (2, lambda x, y: m.hypot(x, y) * m.maximum(x, y)),
    "neuron": (2, lambda x, y: m.tanh(1.5 * x - 0.7 * y + 0.2) + m.softplus(x * y)),
    "cross-entropy": (3, lambda x, y, z: m.cross_entropy([x, y, z], 1)),
}


def measured(name, width, places, samples):
    """Per box: the width against that of the samples, and counts of monotone arguments."""
    count, f = FUNCTIONS[name]
    rng, draw = random.Random(f"{name} {width}"), np.random.default_rng(0)
    both = value_and_grad(f, argnums=tuple(range(count)))
    at_samples = jit(both, batch=tuple(range(count)), reduce=None)
    ratios, says, found = [], 0, 0
    for _ in range(places):
        box = [(x - width / 2, x + width / 2) for x in (rng.uniform(-3, 3) for _ in range(count))]
        columns = [np.append(draw.uniform(*x, samples - 2), x) for x in box]
        values, gradients = at_samples(*columns)
        over = enclose(f, *box)
        assert over.value.lo <= values.min() <= values.max() <= over.value.hi, box
        for g, slope, word in zip(gradients, over.gradient, over.monotone):
            assert slope.lo <= g.min() <= g.max() <= slope.hi, box
            is_monotone = (g >= 0).all() or (g <= 0).all()
            says += is_monotone
            found += is_monotone and word != "undecided"
        ratios.append((over.value.hi - over.value.lo) / np.ptp(values))
    return ratios, says, found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_boxes_hold_their_samples_and_are_narrow(name):
    ratios, says, found = measured(name, 0.1, places=3, samples=300)
    assert max(ratios) <= 1.4
    assert found == says


@pytest.mark.long
def test_boxes_of_all_widths_hold_ten_thousand_samples_each():
    results = {w: [measured(f, w, 20, 10_000) for f in FUNCTIONS] for w in (0.01, 0.1, 1.0)}
    assert max(ratio for ratios, *_ in results[0.1] for ratio in ratios) <= 1.4
    assert sum(found for *_, found in results[0.1]) >= 0.95 * sum(n for _, n, _ in results[0.1])


@settings(max_examples=60)
@given(st.data())
def test_random_programs_are_in_their_enclosures(data):
    program = data.draw(programs(inputs=2))
    numbers = [data.draw(st.floats(-2, 2).map(lambda x: round(x, 3))) for _ in range(2)]
    width = data.draw(st.sampled_from([0.0, 0.01, 0.3, 2.0]))
    box = [(x - width, x + width) for x in numbers]
    over = enclose(program, *box, pieces=8)
    if over.leaves_domain:
        return
    for share in ((0.0, 0.0), (1.0, 1.0), (0.3, 0.9), (1.0, 0.5)):
        point = [min(lo + (hi - lo) * s, hi) for (lo, hi), s in zip(box, share)]
        value, gradient = value_and_grad(program, argnums=(0, 1))(*point)
        for x, y in [(over.value, value), *zip(over.gradient, gradient)]:
            slack = 1e-13 * (1 + abs(y))  # rounding of the whole program, without an interval
            assert not math.isfinite(y) or x.lo - slack <= y <= x.hi + slack


# what an enclosure tells


def test_kinks_jumps_and_poles_are_located():
    over = enclose(lambda x: abs(x - 0.3) + m.tan(x) + m.floor(x / 2), (-1, 2.5))
    assert over.leaves_domain == ("tan",)
    assert [(k.name, k.kind, (k.lo + k.hi) / 2) for k in over.kinks] == [
        ("floor", "jump", pytest.approx(0, abs=1e-10)),
        ("abs", "kink", pytest.approx(0.3)),
        ("tan", "domain", pytest.approx(math.pi / 2)),
        ("floor", "jump", pytest.approx(2)),
    ]
    assert all(0 <= k.hi - k.lo < 1e-10 for k in over.kinks)


def test_a_kink_along_a_diagonal_has_no_place_in_one_argument():
    first, second = enclose(m.maximum, (0, 1), (0.5, 2)).kinks
    assert (first.lo, first.hi) == (pytest.approx(0.5, abs=0.1), 1)
    assert (second.lo, second.hi) == (0.5, pytest.approx(1, abs=0.1))
    assert [k.argument for k in enclose(m.maximum, (0, 1), (0, 1)).kinks] == [0, 1]


def test_many_kinks_share_wide_places():
    over = enclose(lambda x: m.floor(100 * x), (0, 1))
    assert over.kinks == (Kink("floor", "jump", 0, 0.0, 1.0),)
    assert over.monotone == ("undecided",)


def test_the_part_outside_a_domain_is_one_place():
    over = enclose(m.log, (-3, 1))
    assert over.leaves_domain == ("log",)
    (kink,) = over.kinks
    assert (kink.lo, kink.hi) == (-3, pytest.approx(0, abs=1e-10))


@pytest.mark.parametrize(
    ("f", "box", "kinds"),
    [
        (m.sqrt, (0, 1), ["kink"]),
        (m.cbrt, (-1, 1), ["kink"]),
        (m.acos, (-1, 0.5), ["kink"]),
        (m.atanh, (0, 1), ["domain"]),
        (m.asin, (0, 2), ["domain"]),
        (lambda x: x**0.5, (0, 1), ["kink"]),
        (lambda x: x**-0.5, (0, 1), ["domain"]),
        (lambda x: x**0.5, (-1, 1), ["domain"]),
        (lambda x: x**-2, (-1, 1), ["domain"]),
        (lambda x: x**-2, (1, 2), []),
        (lambda x: 1 / x, (-1, 1), ["domain"]),
        (lambda x: m.atan2(0.0, x), (-1, 1), ["jump"]),
        (lambda x: m.atan2(x, 1.0), (-1, 1), []),
        (lambda x: m.where(x < 0.5, x, x * x), (0, 1), ["jump"]),
        (lambda x: m.where(x < 5, x, x * x), (0, 1), []),
        (m.tan, (-1, 1), []),
    ],
)  # fmt: skip
def test_each_kind_of_break_is_told(f, box, kinds):
    assert [k.kind for k in enclose(f, box, pieces=4).kinks] == kinds


def test_directions_and_shapes():
    def words(f, *box):
        over = enclose(f, *box)
        return over.monotone[0], over.shape

    assert words(lambda x: m.exp(x), (-1, 1)) == ("increasing", "convex")
    assert words(lambda x: m.log(x), (1, 2)) == ("increasing", "concave")
    assert words(lambda x: 3 - 2 * x, (-1, 1)) == ("decreasing", "linear")
    assert words(lambda x: m.cos(x), (0, 3)) == ("decreasing", "undecided")
    assert words(abs, (-1, 1)) == ("undecided", "undecided")
    assert words(lambda x: 7, (-1, 1)) == ("constant", "linear")
    assert words(lambda x: Value(7.0), (-1, 1)) == ("constant", "linear")
    assert words(m.floor, (0.2, 1.5)) == ("undecided", "undecided")
    assert enclose(lambda x, y: x * x + y * y + x * y, (-1, 1), (-1, 1)).shape == "convex"
    assert enclose(lambda x, y: x * y, (-1, 1), (-1, 1)).shape == "undecided"


@pytest.mark.parametrize("box", [0.0, (0, 0), (-0.25, 0.25)], ids=str)
def test_second_derivatives_at_a_removable_singularity_are_those_of_the_series(box):
    assert enclose(m.sinc, box).shape == "concave"
    assert enclose(m.exprel, box).shape == "convex"


def test_a_point_at_an_inflection_is_not_called_linear():
    """Rounding leaves the second derivative undecided, and a point cannot be cut."""
    assert enclose(lambda x: x**3 - x * x / 10, 1 / 30).shape == "undecided"
    assert enclose(lambda x: abs(x), 0.0).kinks == (Kink("abs", "kink", 0, 0.0, 0.0),)


def test_a_condition_that_is_a_number_tells_of_its_own_breaks():
    over = enclose(lambda x: m.where(m.log(x), m.log(x), x), (-1, 0.5))
    assert over.leaves_domain == ("log",)


def test_a_detached_number_gives_no_narrow_range():
    """The derivative leaves it out, so the mean value theorem does not hold."""
    over = enclose(lambda x: x.detach() * x, (1, 2))
    assert over.value.lo <= 1
    assert over.value.hi >= 4
    assert over.monotone == ("undecided",)


def test_exact_arithmetic_is_proven_and_other_primitives_are_measured():
    assert enclose(lambda x: m.maximum(x * x, m.sqrt(2 - x)) / 3, (0, 1)).proven
    assert not enclose(m.exp, (0, 1)).proven


def test_one_point_is_a_box():
    over = enclose(lambda x, n: (x - 1) * (x - 1) ** n, 3.0, 2.0)
    assert 8 in over.value
    assert over.value.hi - over.value.lo < 1e-13


def test_a_function_without_a_value_may_be_anything():
    over = enclose(m.log, (-2, -1))
    assert (over.value.lo, over.value.hi, over.leaves_domain) == (-math.inf, math.inf, ("log",))


def test_a_branch_outside_its_domain_does_not_count_where_it_is_not_taken():
    over = enclose(lambda x, y: m.where(y > 0, m.log(x), -x), (-2, -1), (-1, 1))
    assert (over.gradient[0].lo, over.gradient[0].hi) == (-1, 0)


def test_second_derivatives_come_from_the_graph_of_the_first():
    over = enclose(m.derivative(lambda x: m.sin(x) * x), (0, 0.5))
    assert over.monotone == ("increasing",)
    assert 2.0 in over.gradient[0]


# arguments


def test_boxes_may_be_nested_and_the_gradient_has_their_structure():
    over = enclose(
        lambda p, k: p["w"][0] * p["w"][1] ** k + p["b"], {"w": [(1, 2), (3, 4)], "b": 5}, 1
    )
    assert over.gradient[0]["w"][0].lo == pytest.approx(3)
    assert over.monotone[0] == {"w": ["increasing", "increasing"], "b": "increasing"}
    assert enclose(lambda x: x[0] + x[1], ((0, 1), (1, 2))).value.hi == pytest.approx(3)


def test_a_network_is_a_function_of_boxes():
    model = nn.MLP(2, [4, 1], rng=random.Random(0))
    over = enclose(lambda x: model(x), [(-0.1, 0.1), (0.2, 0.3)])
    for x in ([-0.1, 0.2], [0.1, 0.3], [0.0, 0.25]):
        assert model(x).data in over.value
    assert 2.0 in enclose(lambda x, w: x * w, (0.5, 1.5), Value(2.0)).value


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([(2, 1)], r"\(2, 1\) is not an interval; give two finite numbers, the lower first"),
        ([(0, math.inf)], "not an interval"),
        ([(math.nan, 1)], "not an interval"),
        ([], r"got no number; write enclose\(f, \(0.0, 1.0\)\)"),
    ],
)
def test_bad_boxes_are_errors(boxes, message):
    with pytest.raises(ValueError, match=message):
        enclose(lambda *x: x[0], *boxes)


def test_bad_functions_and_options_are_errors():
    with pytest.raises(TypeError, match=r"returns one number, got .* of type list; enclose each"):
        enclose(lambda x: [x, x], (0, 1))
    with pytest.raises(TypeError, match="of functions, got 3"):
        enclose(3, (0, 1))
    with pytest.raises(TypeError, match=r"boxes\[0\] is 'a' of type str; expected numbers"):
        enclose(abs, "a")
    with pytest.raises(ValueError, match="a condition is undecided"):
        enclose(lambda x: x if x > 0.5 else -x, (0, 1))
    with pytest.raises(ValueError, match="pieces must be at least 1"):
        enclose(abs, (0, 1), pieces=0)


def test_a_decided_condition_takes_its_branch():
    assert enclose(lambda x: x if x > 0.5 else -x, (1, 2)).monotone == ("increasing",)


def test_more_pieces_make_the_range_narrower():
    wide, narrow = (enclose(lambda x: x**3 - 3 * x, (-2, 2), pieces=n).value for n in (1, 64))
    assert narrow.hi - narrow.lo < wide.hi - wide.lo
    assert 2 in narrow


def test_ends_without_a_value_are_cut_off():
    x, y = inside(lambda x, y: m.sqrt(1 - x * x) + y, ((-10, 10), (3, 4)))
    assert (x, y) == ((pytest.approx(-1), pytest.approx(1)), (3, 4))
    assert x[0] <= -1 < 1 <= x[1]
    assert inside(m.log, ((-2, -1),)) == ((-2, -1),)


# a primitive of one's own

half = unary("half", lambda x: x / 2, lambda y, x: 0.5)


def test_a_primitive_of_ones_own_is_enclosed():
    over = enclose(lambda x: half(x) * x, (1, 2))
    assert 0.5 in over.value
    assert over.value.hi < 2.2
    assert isinstance(over.value, Interval)
