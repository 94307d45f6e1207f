"""The table, its constructors, and the primitive as a public function."""

import copy
import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from microgradlike import Value, binary, ieee, ops, unary
from microgradlike.expressions.parser import parse
from microgradlike.ieee_float import IeeeFloat, partial_at
from microgradlike.scalar import Scalar
from tests.bits import same_bits

UNARY = [op for op in ops.TABLE.values() if op.arity == 1]


def name(op):
    return op.name


def test_the_table_knows_every_primitive_by_its_name():
    assert {x.name: x for x in vars(ops).values() if isinstance(x, ops.Op)} == ops.TABLE


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=name)
def test_a_row_is_whole(op):
    assert op.doc
    assert op.symbol
    assert len(op.domain) == op.arity
    assert all(lo < hi for domain in op.domain for lo, hi in domain)
    assert repr(op) == f"<primitive {op.name}>"


@pytest.mark.parametrize("op", UNARY, ids=name)
def test_an_int_or_numpy_scalar_is_a_number(op):
    assert same_bits([op(2), op(np.float64(2)), op(np.int64(2))], [op(2.0)] * 3)
    assert type(op(np.float32(2))) is float


def test_a_fraction_is_a_real_number():
    assert ops.sqrt(Fraction(1, 4)) == 0.5


@pytest.mark.parametrize("stranger", ["1", 1j, None, [1.0], np.array([1.0]), True, np.True_])
def test_a_stranger_is_a_type_error_that_shows_it(stranger):
    with pytest.raises(TypeError, match=r"tanh takes numbers or Values, got .* of type"):
        ops.tanh(stranger)
    with pytest.raises(TypeError, match="maximum takes numbers or Values"):
        ops.maximum(Value(1.0), stranger)


@pytest.mark.parametrize("operands", [(), (1.0, 2.0), (Value(1.0), 2.0)])
def test_a_wrong_number_of_operands_is_a_type_error(operands):
    with pytest.raises(TypeError, match=rf"tanh takes 1 operand\(s\), got {len(operands)}"):
        ops.tanh(*operands)


def test_an_integer_beyond_every_double_says_how_long_it_is():
    with pytest.raises(ValueError, match="a number of 401 digits is beyond the largest double"):
        ops.sqrt(10**400)


@pytest.mark.parametrize("condition", [True, np.True_, 1.0, 1, Value(3.0)])
def test_where_takes_a_condition_of_any_kind(condition):
    assert ops.where(condition, 2.0, 3.0) in (2.0,) or ops.where(condition, 2.0, 3.0).data == 2.0


@pytest.mark.parametrize("condition", ["yes", None, np.array([1, 2])])
def test_where_refuses_a_condition_that_is_none(condition):
    for a in (1.0, Value(1.0)):
        with pytest.raises(TypeError, match="where takes numbers or Values, got"):
            ops.where(condition, a, 2.0)


@pytest.mark.parametrize(("condition", "partials"), [(1.0, (0, 1, 0)), (0.0, (0, 0, 1))])
def test_the_partials_of_where_are_those_of_a_choice(condition, partials):
    y = ops.where(condition, 5.0, 7.0)
    found = [partial_at(ops.where, i, y, condition, 5.0, 7.0) for i in range(3)]
    assert tuple(found) == partials


def test_a_bool_is_a_condition_and_nothing_else():
    assert ops.where(True, 5.0, 7.0) == 5
    with pytest.raises(TypeError, match="clip takes numbers or Values, got True"):
        ops.clip(True, 0.0, 1.0)


UNARY = [op for op in ops.TABLE.values() if op.arity == 1]
ENDS = [(op, end) for op in UNARY for part in op.domain[0] for end in part if not math.isinf(end)]


@pytest.mark.parametrize(("op", "end"), ENDS, ids=str)
def test_a_domain_ends_where_the_derivative_does(op, end):
    slope = partial_at(op, 0, op(end), end)
    assert not abs(slope) < 1e30


def test_where_of_a_condition_and_strangers_is_a_type_error():
    with pytest.raises(TypeError, match="where takes numbers or Values"):
        ops.where(True, "a", 1.0)
    with pytest.raises(TypeError, match="where takes numbers or Values"):
        ops.where(True, "a", Value(1.0))


def test_a_type_that_declines_leaves_the_operation_to_the_next():
    class Outer(Scalar):
        @classmethod
        def apply(cls, op, *operands):
            return ("outer", op.name)

    assert ops.maximum(Value(1.0), Outer()) == ("outer", "maximum")


def test_types_that_all_decline_are_a_type_error_that_names_them():
    class Sulking(Scalar):
        @classmethod
        def apply(cls, op, *operands):
            return NotImplemented

    with pytest.raises(TypeError, match=r"maximum has no meaning for \(Value, Sulking\)"):
        ops.maximum(Value(1.0), Sulking())


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=name)
def test_a_primitive_of_the_table_stays_itself_through_copies(op):
    assert copy.copy(op) is copy.deepcopy(op) is pickle.loads(pickle.dumps(op)) is op


def test_a_users_primitive_of_module_functions_pickles():
    loud = unary("loud", math.fabs, ops.sign, symbol="!")
    again = pickle.loads(pickle.dumps(loud))
    assert copy.deepcopy(loud) is loud
    assert (again.name, again.symbol, again(-2.0)) == ("loud", "!", 2.0)


def test_ieee_turns_exceptions_into_numbers():
    assert ieee(math.log, {0.0: -math.inf})(0.0) == -math.inf
    assert math.isnan(ieee(math.log)(-1.0))
    assert ieee(math.sinh)(-1000.0) == -math.inf
    assert ieee(lambda x: 1 / x, {0.0: math.inf})(0.0) == math.inf


cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x, "third power", symbol="³")
mean2 = binary("mean2", lambda a, b: (a + b) / 2, lambda y, a, b: 0.5, lambda y, a, b: 0.5)


@given(st.floats(-100, 100))
def test_a_users_primitive_differentiates(x):
    v = Value(x)
    (2 * cube(v)).backward()
    assert v.grad == 2 * (3 * x * x)


def test_a_users_primitive_of_two_operands_takes_numbers_and_values():
    a, b = Value(1.0), Value(4.0)
    mean2(a, mean2(b, 2)).backward()
    assert (a.grad, b.grad) == (0.5, 0.25)
    assert mean2(1, 2) == 1.5


def test_a_users_primitive_stays_out_of_the_table():
    assert "cube" not in ops.TABLE


def test_a_users_partial_that_divides_by_zero_is_evaluated_as_ieee():
    inverse = unary("inverse", ops.div.forward.__get__(1.0), lambda y, x: -1 / (x * x))
    x = Value(0.0)
    inverse(x).backward()
    assert x.grad == -math.inf


@pytest.mark.parametrize("bad", ["", "two words", "1st", None])
def test_a_name_is_an_identifier(bad):
    with pytest.raises(ValueError, match=rf"must be a Python identifier, got {bad!r}"):
        unary(bad, math.sin, lambda y, x: 1.0)


def test_forward_and_partials_are_functions():
    with pytest.raises(TypeError, match="f: forward, partials and kink must be functions, got 3"):
        unary("f", 3, lambda y, x: 1.0)
    with pytest.raises(TypeError, match="partials and kink must be functions, got None"):
        binary("f", math.hypot, None, lambda y, a, b: 1.0)


def test_a_domain_per_operand():
    with pytest.raises(ValueError, match=r"f: 2 operand\(s\) but 1 domain"):
        binary("f", math.hypot, max, max, domain=(ops.REAL,))


def test_what_else_a_primitive_is_told_is_looked_at():
    with pytest.raises(TypeError, match="kink must be functions, got 3"):
        unary("f", math.sin, max, kink=3)
    with pytest.raises(TypeError, match="symbol, textbook and aliases must be text, got 7"):
        unary("f", math.sin, max, symbol=7)
    with pytest.raises(ValueError, match=r"2 operand\(s\) but 2 domain\(s\) and 1 textbook"):
        binary("f", math.hypot, max, max, textbook=("b",))


@pytest.mark.parametrize(
    ("x", "lo", "hi", "distance"),
    [(0.5, 0.25, 3.0, 0.25), (2.5, 0.25, 3.0, 0.5), (-2.5, -3.0, -0.25, 0.5), (7.0, 1.0, 1.5, 0.5)],
)
def test_the_kinks_of_clip_are_its_bounds_and_where_these_meet(x, lo, hi, distance):
    assert ops.clip.kink(x, lo, hi) == distance


def test_the_kinks_of_steps_and_bounds_are_where_they_jump():
    assert ops.ceil.kink(2.25) == ops.floor.kink(2.25) == 0.25
    assert ops.ceil.kink(3.0) == 0.0
    assert ops.clip.kink(-1.0, 2.0, 2.0) == 0.0
    assert ops.clip.kink(0.5, 0.0, 2.0) == 0.5
    assert ops.less.kink(1.0, 2.5) == ops.less_equal.kink(2.5, 1.0) == 1.5


@given(st.floats(), st.floats())
def test_ieee_arithmetic_agrees_with_the_table(a, b):
    for got, op in [
        (IeeeFloat(a) + b, ops.add),
        (IeeeFloat(a) - IeeeFloat(b), ops.sub),
        (a * IeeeFloat(b), ops.mul),
        (IeeeFloat(a) / b, ops.div),
        (a / IeeeFloat(b), ops.div),
        (IeeeFloat(a) ** b, ops.power),
    ]:
        assert same_bits(got.data, op(a, b))


@pytest.mark.parametrize("op", [op for op in ops.TABLE.values() if op.kink], ids=name)
@given(data=st.data())
def test_the_kink_is_a_distance(op, data):
    """Within it, the primitive is smooth: a step of half of it changes no partial by a jump."""
    point = data.draw(st.tuples(*[st.floats(-8, 8).filter(lambda x: abs(x) > 1e-3)] * op.arity))
    margin = op.kink(*point)
    assert margin >= 0
    if margin > 1e-3:
        step = margin / 2 / op.arity
        for moved in ([x + step for x in point], [x - step for x in point]):
            for partial in op.partials:
                here, there = partial(op(*point), *point), partial(op(*moved), *moved)
                assert abs(here - there) <= 0.75


TEXTBOOK = [(op, i) for op in ops.TABLE.values() for i in range(len(op.textbook))]


@pytest.mark.parametrize(("op", "i"), TEXTBOOK, ids=str)
@given(data=st.data())
def test_the_textbooks_derivative_is_the_partial_but_for_rounding(op, i, data):
    point = [
        data.draw(st.floats(max(lo, -2) + 0.25, min(hi, 3) - 0.25)) for ((lo, hi), *_) in op.domain
    ]
    assume(op.kink is None or op.kink(*point) > 0.1)
    assume(op not in (ops.sinc, ops.exprel) or abs(point[0]) > 1e-2)  # no digits near 0
    y = op(*point)
    names = dict(zip("xab" if op.arity == 1 else "ab", point)) | {"y": y}
    partial = partial_at(op, i, y, *point)
    assert parse(op.textbook[i])(names) == pytest.approx(partial, rel=1e-9, abs=1e-12)
