"""The chain rule's two steps: a partial and a product, over floats, Values and Duals."""

import itertools
import math

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, ops, unary
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.derivatives.dual import Dual, base
from microgradlike.ieee_float import partial_at
from microgradlike.testing import points

OPS = list(ops.TABLE.values())
EXTREMES = (0.0, -0.0, 1.0, -2.5, 5e-324, 1.7e308, math.inf, -math.inf, math.nan)


def same(a, b):
    """Equal to the last bit; nan to nan."""
    return repr(a) == repr(b)


# partial


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_over_floats_it_is_the_tables_partial_at_any_point(op):
    for at in itertools.product(EXTREMES, repeat=op.arity):
        y = op(*at)
        for i in range(op.arity):
            p = partial(op, i, y, at)
            assert type(p) is float
            assert same(p, partial_at(op, i, y, *at))


KINDS = {"Value": Value, "Dual": lambda x: Dual(x, 1.0, tag=1)}


def data(x):
    x = base(x)
    return x.data if isinstance(x, Value) else x


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
@settings(max_examples=15)
@given(drawn=st.data())
def test_over_any_kind_it_has_the_same_number(op, kind, drawn):
    at = drawn.draw(points(op))
    lifted = tuple(KINDS[kind](x) for x in at)
    for i in range(op.arity):
        got = data(partial(op, i, op(*lifted), lifted))
        want = partial(op, i, op(*at), at)
        assert got == want or math.isclose(got, want, rel_tol=1e-14)  # power chooses another form


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("op", [op for op in OPS if op.arity > 1], ids=lambda op: op.name)
def test_a_plain_number_at_a_pole_beside_a_scalar_raises_nothing(op, kind):
    for at in itertools.product(EXTREMES, repeat=op.arity):
        for k in range(op.arity):  # operand k is a Scalar, the others are plain numbers
            mixed = tuple(KINDS[kind](x) if i == k else x for i, x in enumerate(at))
            got = data(partial(op, k, op(*mixed), mixed))
            want = partial(op, k, op(*at), at)
            assert got == want or (got != got and want != want)


def test_a_partial_over_values_can_be_differentiated():
    x = Value(3.0)
    p = partial(ops.log, 0, ops.log(x), (x,))
    p.backward()
    assert (p.data, x.grad) == (1 / 3, -1 / 9)


def test_a_rule_that_gives_an_int_gives_a_double():
    twice = unary("twice", lambda x: 2 * x, lambda y, x: 2)
    x = Value(3.0)
    for p in (partial(twice, 0, 6.0, (3.0,)), partial(twice, 0, twice(x), (x,))):
        assert type(p) is float
        assert p == 2.0


def test_what_a_rule_raises_comes_out():
    def broken(y, x):
        raise LookupError("no table here")

    op = unary("broken", lambda x: x, broken)
    for x in (2.0, Value(2.0), Dual(2.0, 1.0)):
        with pytest.raises(LookupError, match="no table here"):
            partial(op, 0, x, (x,))


def test_a_rule_that_divides_by_zero_itself_is_evaluated_again_over_scalars():
    op = unary("pole", lambda x: math.inf, lambda y, x: 1.0 / 0.0 if type(x) is float else 1 / x)
    assert partial(op, 0, math.inf, (0.0,)) == math.inf


# product


ZERO_TIMES_INFINITY = [
    (zero, infinite) for zero in (0.0, -0.0) for infinite in (math.inf, -math.inf)
]


@pytest.mark.parametrize("pair", [*ZERO_TIMES_INFINITY, *[p[::-1] for p in ZERO_TIMES_INFINITY]])
def test_zero_times_infinity_is_zero_whatever_the_kinds(pair):
    kinds = [lambda x: x, *KINDS.values()]
    for left, right in itertools.product(kinds, repeat=2):
        assert data(product(left(pair[0]), right(pair[1]))) == 0.0


@pytest.mark.parametrize("pair", [(0.0, math.nan), (math.nan, 0.0), (math.inf, math.nan)])
def test_nan_stays_nan_whatever_the_kinds(pair):
    kinds = [lambda x: x, *KINDS.values()]
    for left, right in itertools.product(kinds, repeat=2):
        assert math.isnan(data(product(left(pair[0]), right(pair[1]))))


@given(st.floats(), st.floats())
def test_over_floats_any_other_product_is_the_plain_one(g, p):
    zero_times_infinity = {abs(g), abs(p)} == {0.0, math.inf}
    assert zero_times_infinity or same(product(g, p), g * p)


def test_a_one_makes_no_node():
    x = Value(3.0)
    assert product(1.0, x) is x
    assert product(x, 1.0) is x
    for negated in (product(-1.0, x), product(x, -1.0)):
        assert negated.op is ops.neg
        assert negated.operands == (x,)


def test_a_product_of_nodes_is_the_one_people_know_unless_something_is_absorbed():
    assert product(Value(2.0), Value(3.0)).op is ops.mul
    assert product(Value(0.0), Value(math.inf)).op is ops.mul_no_nan


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_product_is_differentiated_by_both(g, p):
    a, b = Value(g), Value(p)
    product(a, b).backward()
    assert (a.grad, b.grad) == (p, g)
    dual = product(Dual(g, 1.0), Dual(p, 10.0))
    assert dual.tangent == p + 10.0 * g
