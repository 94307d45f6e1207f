"""Plain products: where one may stand for a product of the chain rule, since its nan is seen."""

import math

import numpy as np
import pytest

from microgradlike import jit, ops, unary
from microgradlike.compile.build import build_program
from microgradlike.compile.passes.zero_absorption import absorbs_nan, with_plain_products
from microgradlike.compile.trace import Trace

# every other primitive of a nan is nan
HIDING = {"pow": {0, 1}, "hypot": {0, 1}, "where": {0}, "less": {0, 1}, "less_equal": {0, 1}}


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=ops.TABLE.keys())
def test_a_nan_is_hidden_by_the_primitives_that_may_do_without_the_operand(op):
    assert {i for i in range(op.arity) if absorbs_nan(op, i)} == HIDING.get(op.name, set())


def strict(x):
    if x != x:
        raise ValueError("nan")
    return x


def test_a_primitive_of_the_users_that_raises_or_ignores_nan_hides_it():
    own = {
        strict: True,
        lambda x: 1.0 if math.isnan(x) else x: True,
        lambda x: x + 1: False,
    }
    assert [absorbs_nan(unary("own", f, lambda y, x: 1.0), 0) for f in own] == list(own.values())


def chains(f):
    """Count the absorbing products that remain in the program of a function of one input."""
    x = Trace().input()
    return str(with_plain_products(build_program([x], f(x)))).count("mul_no_nan(")


def test_a_nan_that_is_hidden_anywhere_above_keeps_the_product():
    def product(x):
        return ops.mul_no_nan(x, 2.0 + x)

    assert chains(lambda x: [product(x).sin().exp()]) == 0
    assert chains(lambda x: [product(x).sin().exp() < 1.0]) == 1
    assert chains(lambda x: [ops.where(product(x).sin() < 1.0, x, 2.0)]) == 1
    assert chains(lambda x: [ops.where(x < 1.0, product(x).sin(), 2.0)]) == 0
    assert chains(lambda x: [product(x), product(x) < 1.0]) == 1  # one use is enough to hide it


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_branch_by_a_product_of_zero_and_infinity_takes_it_for_zero(backend):
    @jit(batch=0, reduce=None, backend=backend)
    def f(x, u):
        return ops.where(ops.mul_no_nan(x, u).exp() <= 1.0, 10.0, 20.0)

    assert f(np.array([0.0, 1.0]), math.inf).tolist() == [10.0, 20.0]
