"""Dual: forward mode, from the same table."""

import copy
import itertools
import math
import operator
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Dual, Value, functions, ops
from microgradlike.ieee_float import partial_at
from microgradlike.testing import points
from tests.test_scalar import METHODS, UFUNCS, at

OPS = list(ops.TABLE.values())
FINITE = st.floats(-1e3, 1e3)
EPS = 2.0**-52


# the table


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
@settings(max_examples=25)
@given(drawn=st.data())
def test_the_tangent_is_the_sum_of_tangent_times_partial(op, drawn):
    point = drawn.draw(points(op))
    tangents = drawn.draw(st.tuples(*[FINITE] * op.arity))
    got = op(*map(Dual, point, tangents))
    y = op(*point)
    terms = [t * partial_at(op, i, y, *point) for i, t in enumerate(tangents)]
    assert got.primal == y
    # each product and each sum rounds once
    assert abs(got.tangent - math.fsum(terms)) <= 3 * EPS * math.fsum(map(abs, terms))


@pytest.mark.parametrize("op", [op for op in OPS if op.arity > 1], ids=lambda op: op.name)
@settings(max_examples=10)
@given(drawn=st.data())
def test_a_plain_operand_is_a_constant(op, drawn):
    point = drawn.draw(points(op))
    for i in range(op.arity):
        mixed = [Dual(x, 1.0) if k == i else x for k, x in enumerate(point)]
        got = op(*mixed)
        assert (got.primal, got.tangent) == (op(*point), partial_at(op, i, op(*point), *point))


@pytest.mark.parametrize("op", METHODS, ids=lambda op: op.name)
def test_every_primitive_is_a_method_under_both_names(op):
    first, *rest = at(op)
    numpys = {name for name in op.aliases if isinstance(getattr(np, name, None), np.ufunc)}
    for method in {op.name, *numpys} - {"abs"}:
        got = getattr(Dual(first, 1.0), method)(*rest)
        want = op(Dual(first, 1.0), *rest)
        assert (got.primal, got.tangent) == (want.primal, want.tangent)


OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
OPERATORS += [operator.mod, operator.floordiv]


@pytest.mark.parametrize("sign", OPERATORS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("number", [2, 2.0, Fraction(2), np.float64(2), np.float32(2), np.int8(2)],
                         ids=lambda x: type(x).__name__)  # fmt: skip
def test_a_number_on_either_side_is_a_constant(sign, number):
    x = Dual(3.0, 1.0)
    for got, f in [(sign(x, number), lambda v: sign(v, 2.0)),
                   (sign(number, x), lambda v: sign(2.0, v))]:  # fmt: skip
        v = Value(3.0)
        f(v).backward()
        assert type(got) is Dual
        assert (got.primal, got.tangent) == (f(3.0), v.grad)
        assert type(got.primal) is type(got.tangent) is float


def test_signs_and_roundings_are_operators_too():
    x = Dual(-2.5, 1.0)
    found = [(-x), abs(x), math.floor(x), math.ceil(x), math.trunc(x), round(x), +x]
    assert [(y.primal, y.tangent) for y in found] == [
        (2.5, -1.0), (2.5, -1.0), (-3.0, 0.0), (-2.0, 0.0), (-2.0, 0.0), (-2.0, 0.0), (-2.5, 1.0),
    ]  # fmt: skip


def test_an_int_of_a_dual_names_the_way_out():
    with pytest.raises(TypeError, match=r"use microgradlike\.trunc\(x\)"):
        int(Dual(2.5, 1.0))


def test_what_follows_from_primitives_takes_it():
    xs = [Dual(x, float(i == 0)) for i, x in enumerate([1.0, 2.0, 3.0])]
    shares = functions.softmax([1.0, 2.0, 3.0])
    assert functions.logsumexp(xs).tangent == pytest.approx(shares[0], rel=4 * EPS)
    assert [type(y) for y in functions.softmax(xs)] == [Dual] * 3
    assert (functions.sum(xs).tangent, functions.dot(xs, xs).tangent) == (1.0, 2.0)


# strangers


@pytest.mark.parametrize(
    "stranger",
    ["2", None, 2j, True, Decimal(2), object(), [1.0]],
    ids=lambda x: type(x).__name__,
)
def test_a_stranger_is_a_type_error_on_either_side(stranger):
    x = Dual(3.0, 1.0)
    for sign in [*OPERATORS, operator.lt, operator.le, operator.gt, operator.ge]:
        for pair in ((x, stranger), (stranger, x)):
            with pytest.raises(TypeError):
                sign(*pair)
    with pytest.raises(TypeError, match="hypot takes numbers or Values"):
        x.hypot(stranger)


@pytest.mark.parametrize(
    "stranger", ["2", None, 2j, True, np.array([1.0]), Decimal(2)], ids=lambda x: type(x).__name__
)
def test_it_is_made_of_real_numbers_only(stranger):
    for parts in ((stranger, 1.0), (1.0, stranger)):
        with pytest.raises(
            TypeError, match="a Dual takes real numbers, Values or other Duals, got"
        ):
            Dual(*parts)


def test_its_parts_are_doubles():
    for x in (Dual(3, Fraction(1, 2)), Dual(np.int64(3), np.float32(0.5))):
        assert (type(x.primal), type(x.tangent)) == (float, float)
        assert (x.primal, x.tangent, x.tag) == (3.0, 0.5, 0)
    assert Dual(3.0).tangent == 0.0


# comparisons, texts


@given(
    st.lists(st.sampled_from([-1.0, 0.0, -0.0, 2.0, math.inf, math.nan]), min_size=2, max_size=2)
)
def test_comparisons_are_those_of_the_numbers(pair):
    a, b = pair
    kinds = [lambda x: Dual(x, 1.0), lambda x: Dual(Dual(x, 1.0, tag=1), 2.0, tag=2), Value, float]
    for sign in (operator.lt, operator.le, operator.gt, operator.ge):
        for left, right in itertools.product(kinds, repeat=2):
            assert sign(left(a), right(b)) is sign(a, b)


def test_a_bool_is_a_condition_and_no_number():
    x = Dual(2.0, 1.0)
    assert ops.where(True, x, 5.0).tangent == 1
    for strange in (lambda: ops.where(x, True, 5.0), lambda: ops.atan2(True, x), lambda: x + True):
        with pytest.raises(TypeError):
            strange()


def test_comparisons_with_other_numbers_are_plain_bools():
    x = Dual(3.0, 1.0)
    for number in (2, Fraction(5, 2), np.float64(2), np.int8(2)):
        for answer in (x > number, number < x, x >= number, number <= x):
            assert answer is True


@pytest.mark.parametrize(
    ("x", "truth"), [(0.0, False), (-0.0, False), (2.0, True), (math.nan, True)]
)
def test_it_is_true_where_its_number_is_not_zero(x, truth):
    assert bool(Dual(x, 1.0)) is truth
    assert bool(Dual(Value(x), 1.0)) is truth


def test_equality_and_hash_are_identity():
    x = Dual(3.0, 1.0)
    assert x == x
    assert x != Dual(3.0, 1.0)
    assert len({x, Dual(3.0, 1.0)}) == 2


def test_it_prints_as_what_makes_it():
    nested = Dual(Dual(3.0, 1.0, tag=1), 0.5, tag=4)
    assert repr(Dual(3.0, 1.0)) == str(Dual(3.0, 1.0)) == "Dual(3.0, 1.0)"
    assert repr(nested) == "Dual(Dual(3.0, 1.0, tag=1), 0.5, tag=4)"
    assert repr(eval(repr(nested))) == repr(nested)


def test_a_format_is_that_of_its_number():
    assert f"{Dual(3.0, 1.0):.2f}" == f"{Dual(Dual(Value(3.0)), 1.0, 1):.2f}" == "3.00"
    assert f"{Dual(3.0, 1.0)}" == "Dual(3.0, 1.0)"


@pytest.mark.parametrize(
    "taker", [float, math.sin, complex, np.float64, lambda x: np.array([x], float)]
)
def test_it_does_not_turn_into_a_float_by_itself(taker):
    with pytest.raises(TypeError, match=r"read \.primal for the number"):
        taker(Dual(3.0, 1.0))


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_it_can_be_copied_and_pickled(copied):
    x = Dual(Dual(3.0, 1.0, tag=1), 0.5, tag=4)
    assert repr(copied(x)) == repr(x)


# NumPy


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_a_ufunc_over_an_object_array_gives_duals(ufunc):
    name = {"absolute": "abs", "fabs": "abs", "negative": "neg"}.get(ufunc.__name__)
    op = ops.TABLE.get(name or ufunc.__name__.replace("arc", "a"))
    for x, y in zip([0.25, 0.5], ufunc(np.array([Dual(0.25, 1.0), Dual(0.5, 1.0)]))):
        assert (y.primal, y.tangent) == (op(x), partial_at(op, 0, op(x), x))


def test_arrays_of_duals_multiply_and_add_up():
    x = np.array([Dual(1.0, 1.0), Dual(2.0, 0.0)])
    y = (np.array([[1.0, 2.0], [3.0, 4.0]]) @ x * x).sum()
    assert (y.primal, y.tangent) == (27.0, 2 * 1.0 + 5 * 2.0)
    assert [type(z) for z in Dual(3.0, 1.0) * np.array([1.0, 2.0])] == [Dual, Dual]


# the primitive where, and 0·∞


@pytest.mark.parametrize("condition", [False, np.False_, 0.0, Value(0.0), Dual(0.0, 1.0)], ids=repr)
def test_the_branch_that_is_not_taken_does_not_poison(condition):
    x = Dual(-1.0, 1.0)
    y = ops.where(condition, x.sqrt(), x * x)
    assert (data(y.primal), data(y.tangent)) == (1.0, -2.0)
    constant = ops.where(condition, x.sqrt(), 5.0)
    assert (data(constant.primal), data(constant.tangent)) == (5.0, 0.0)


def data(x):
    return x.data if isinstance(x, Value) else x


def test_a_zero_factor_absorbs_an_infinite_one():
    zero = Dual(0.0, 1.0)
    assert (zero * zero.sqrt()).tangent == 0.0
    assert ops.sqrt(ops.relu(Dual(-1.0, 1.0))).tangent == 0.0
    assert Dual(0.0, 0.0).sqrt().tangent == 0.0
    assert math.isnan((Dual(0.0, 1.0) * math.nan).tangent)
