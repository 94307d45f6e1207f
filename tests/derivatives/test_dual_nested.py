"""Dual over Dual and over Value: tags, higher derivatives, primitives of the user's."""

import itertools
import math

import pytest
from hypothesis import given

from microgradlike import Dual, Value, binary, derivative, grad, jvp, unary
from microgradlike.derivatives.dual import base, fresh_tag, split
from tests.derivatives.test_dual import FINITE, OPERATORS, OPS, data
from tests.derivatives.test_linear_map import polynomials


@given(polynomials(inputs=1))
def test_a_dual_of_duals_has_the_second_derivative(program):
    (x,) = program.point
    y = program(Dual(Dual(x, 1.0, tag=1), 1.0, tag=2))
    second = y.tangent.tangent if isinstance(y.tangent, Dual) else 0.0
    assert second == grad(grad(program))(x)


@given(FINITE, FINITE)
def test_two_tags_are_two_directions(a, b):
    x, y = Dual(a, 1.0, tag=1), Dual(b, 1.0, tag=2)
    for product in (x * y, y * x):
        by_y = split(product, 2)[1]
        assert (split(product, 1), base(product)) == ((product, None), a * b)
        assert (base(by_y), split(by_y, 1)[1]) == (a, 1.0)  # d/dy is x, and d/dx of that is 1
        assert split(split(product, 2)[0], 1) == (a * b, b)


def test_the_later_derivative_is_outermost():
    Dual(Dual(1.0, 1.0, tag=1), Dual(0.0, 1.0, tag=1), tag=2)
    for parts in ((Dual(1.0, tag=2), 0.0), (0.0, Dual(1.0, tag=2))):
        for tag in (1, 2):
            with pytest.raises(ValueError, match=f"a Dual of tag {tag} cannot hold one of tag 2"):
                Dual(*parts, tag)


def test_tags_are_fresh():
    tags = [fresh_tag() for _ in range(3)]
    assert tags == sorted(set(tags))
    assert tags[0] > 0  # 0 is for one's own Duals


SECOND = [(derivative, derivative), (derivative, grad), (grad, derivative), (grad, grad)]


@pytest.mark.parametrize("outer_and_inner", SECOND, ids=lambda ds: "_".join(d.__name__ for d in ds))
@pytest.mark.parametrize("op", [op for op in OPS if op.arity > 1], ids=lambda op: op.name)
def test_no_constant_of_an_inner_derivative_comes_out_as_a_dual(op, outer_and_inner):
    outer, inner = outer_and_inner
    for point in itertools.product([0.0, 1.0, -2.0], repeat=op.arity):
        for k in range(op.arity):

            def f(x, k=k, point=point):
                return op(*[x if i == k else c for i, c in enumerate(point)])

            assert type(outer(inner(f))(point[k])) is float
            assert type(jvp(inner(f), (point[k],), (1.0,))[0]) is float


@pytest.mark.parametrize("outer_and_inner", SECOND, ids=lambda ds: "_".join(d.__name__ for d in ds))
def test_a_constant_at_a_pole_does_not_move(outer_and_inner):
    outer, inner = outer_and_inner
    slope = inner(lambda x: x / 0.0)  # 1 / 0.0, whatever x is
    assert (slope(2.0), outer(slope)(2.0), jvp(slope, (2.0,), (1.0,))) == (
        math.inf,
        0.0,
        (math.inf, 0.0),
    )


# other kinds of numbers inside


def test_over_values_it_is_forward_over_reverse():
    x = Value(2.0)
    y = Dual(x, 1.0) ** 3
    assert (y.primal.data, y.tangent.data) == (8.0, 12.0)
    y.tangent.backward()
    assert x.grad == 12.0


@pytest.mark.parametrize("sign", OPERATORS, ids=lambda f: f.__name__)
def test_a_value_beside_a_dual_is_a_constant(sign):
    for left, right in [(Value(2.0), Dual(3.0, 1.0)), (Dual(3.0, 1.0), Value(2.0))]:
        got = sign(left, right)
        want = sign(*[Dual(2.0, 0.0) if type(x) is Value else x for x in (left, right)])
        assert (got.primal.data, data(got.tangent)) == (want.primal, want.tangent)


def test_a_primitive_of_the_users_takes_it():
    cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    area = binary("area", lambda a, b: a * b / 2, lambda y, a, b: b / 2, lambda y, a, b: a / 2)
    assert repr(cube(Dual(2.0, 1.0))) == "Dual(8.0, 12.0)"
    assert repr(area(Dual(2.0, 1.0), Dual(3.0, 10.0))) == "Dual(3.0, 11.5)"
    assert (derivative(derivative(cube))(2.0), derivative(grad(cube))(2.0)) == (12.0, 12.0)
