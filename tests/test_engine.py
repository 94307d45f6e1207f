"""Value: eager forward, float backward."""

import copy
import gc
import math
import pickle
import random
import sys
import threading
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, grad, gradients, graph, indeterminate, jit, ops, unary
from microgradlike.engine import __compiled__, local_derivatives
from tests.bits import same_bits

FINITE = st.floats(-1e3, 1e3)


# construction


@pytest.mark.parametrize(
    "number", [2, 2.0, np.float64(2), np.float32(2), np.int64(2), Fraction(2), -0.0, math.inf]
)
def test_a_real_number_becomes_a_double(number):
    v = Value(number)
    assert type(v.data) is float
    assert same_bits(v.data, float(number))


@pytest.mark.parametrize(
    ("stranger", "way_out"),
    [
        (True, r"write float\(x\)"),
        ("2", r"convert it with float\(x\)"),
        (2j, "the engine is real"),
        (Value(2.0), r"it is one already; x\.detach\(\) makes"),
        ([2.0], r"\[Value\(x\) for x in numbers\]"),
        (np.array([2.0]), r"\[Value\(x\) for x in numbers\]"),
        (np.array(2.0), r"\[Value\(x\) for x in numbers\]"),
        (None, r"pass a number, such as 0\.0"),
        (Decimal(2), r"write Value\(float\(x\)\) for one number"),
        (np.True_, r"write float\(x\)"),
    ],
)
def test_anything_else_is_a_type_error_with_the_way_out(stranger, way_out):
    with pytest.raises(TypeError, match=rf"Value takes a real number, got .*; .*{way_out}"):
        Value(stranger)


def test_a_label_is_text():
    assert Value(1.0, "x").label == "x"
    assert Value(1.0, label="x").label == "x"
    with pytest.raises(
        TypeError, match=r"a label must be a str, got 3|str object expected; got int"
    ):
        Value(1.0, 3)


def test_an_integer_beyond_every_double_is_a_value_error():
    with pytest.raises(ValueError, match="beyond the largest double"):
        Value(10**400)
    with pytest.raises(ValueError, match="beyond the largest double"):
        Value(1.0) + 10**400


def test_a_result_begins_without_a_gradient_too():
    x = Value(2.0)
    for y in (x * x, x + 1.0, -x, x.exp(), x**2, ops.clip(x, 0.0, 1.0)):
        assert (y.grad, y.reached) == (0.0, False)


def test_the_product_of_the_chain_rule_is_a_plain_one_where_there_is_nothing_to_absorb():
    x = Value(2.0)
    assert ops.mul_no_nan(x, 3.0).op is ops.mul
    assert ops.mul_no_nan(x, -3.0).op is ops.mul
    assert ops.mul_no_nan(x, 0.0).op is ops.mul
    assert ops.mul_no_nan(Value(0.0), math.inf).op is ops.mul_no_nan
    assert ops.mul_no_nan(Value(0.0), math.inf).data == 0


def test_a_leaf_begins_without_gradient_op_or_operands():
    v = Value(1.0)
    assert (v.grad, v.op, v.operands, v.reached, v.scope, v._prev, v._op) == (
        0.0, None, (), False, None, set(), "",
    )  # fmt: skip


def test_a_number_stays_a_number_and_makes_no_node():
    x = Value(2.0)
    y = 3 * x
    assert y.operands == (3.0, x)
    assert type(y.operands[0]) is float
    assert graph.topological(y) == [x, y]


def test_operands_keep_order_and_multiplicity():
    a, b = Value(2.0), Value(3.0)
    assert (a / b).operands == (a, b)
    assert (b / a).operands == (b, a)
    assert (a * a).operands == (a, a)
    assert (a * a)._prev == {a}
    assert a.clip(0, b).operands == (a, 0.0, b)


@pytest.mark.parametrize(
    ("make", "symbol"),
    [
        (lambda x: x + 1, "+"), (lambda x: x * x, "*"), (lambda x: x**2, "**2"),
        (lambda x: x**0.5, "**0.5"), (lambda x: x**x, "**"), (lambda x: x.relu(), "ReLU"),
        (lambda x: x.tanh(), "tanh"), (lambda x: x.exp(), "exp"), (lambda x: 2**x, "**"),
    ],
)  # fmt: skip
def test_the_symbol_is_micrograds(make, symbol):
    assert make(Value(2.0))._op == symbol


def test_there_is_no_room_for_a_misspelt_attribute():
    with pytest.raises(AttributeError):
        Value(1.0).gard = 0


# arithmetic


@given(FINITE, FINITE)
def test_arithmetic_is_that_of_doubles_on_either_side(a, b):
    for op, sign in [
        (ops.add, lambda x, y: x + y),
        (ops.sub, lambda x, y: x - y),
        (ops.mul, lambda x, y: x * y),
        (ops.div, lambda x, y: x / y),
        (ops.power, lambda x, y: x**y),
    ]:
        for x, y in ((Value(a), Value(b)), (Value(a), b), (a, Value(b))):
            got = sign(x, y)
            assert type(got) is Value
            assert got.op is op
            assert same_bits(got.data, op(a, b))


def refused(method, stranger):
    """True if the method returns NotImplemented; a compiled one asks the stranger and raises."""
    try:
        return method(stranger) is NotImplemented
    except TypeError:
        return __compiled__


@pytest.mark.parametrize("stranger", ["2", None, 2j, [1], True, Decimal(2), object()])
def test_arithmetic_and_order_with_a_stranger_are_the_strangers_business(stranger):
    v = Value(2.0)
    for name in ("add", "sub", "mul", "truediv", "pow"):
        for method in (getattr(v, f"__{name}__"), getattr(v, f"__r{name}__")):
            assert refused(method, stranger)
    for name in ("lt", "le", "gt", "ge"):
        assert getattr(v, f"__{name}__")(stranger) is NotImplemented
    with pytest.raises(TypeError, match="unsupported operand"):
        v + stranger


def test_a_reflected_operator_of_a_stranger_is_heard():
    class Stranger:
        def __rmul__(self, other):
            return "heard"

    assert Value(1.0) * Stranger() == "heard"


def test_signs_and_roundings_are_nodes():
    x = Value(-1.5)
    nodes = [-x, abs(x), math.floor(x), math.ceil(x), math.trunc(x), round(x)]
    assert [v.data for v in nodes] == [1.5, 1.5, -2.0, -1.0, -1.0, -2.0]
    assert +x is x
    assert [v.op for v in nodes] == [
        ops.neg, ops.absolute, ops.floor, ops.ceil, ops.trunc, ops.rint,
    ]  # fmt: skip


def test_the_built_in_sum_works():
    xs = [Value(1.0), Value(2.0), Value(3.0)]
    total = sum(xs)
    total.backward()
    assert (total.data, [x.grad for x in xs]) == (6.0, [1.0, 1.0, 1.0])


@given(st.floats(), st.floats())
def test_order_compares_data_and_equality_is_by_value_with_a_number_only(a, b):
    x, y = Value(a), Value(b)
    assert ((x < y), (x <= y), (x > y), (x >= y)) == (a < b, a <= b, a > b, a >= b)
    assert ((x < b), (x <= b), (x > b), (x >= b)) == (a < b, a <= b, a > b, a >= b)
    assert (x == x, x == y, x != y) == (True, False, True)
    assert ((x == b), (b == x), (x != b), (x == np.float64(b))) == (a == b, a == b, a != b, a == b)
    assert len({x, y, x}) == 2


@given(st.floats())
def test_truth_is_data_unequal_zero(a):
    assert bool(Value(a)) is (a != 0)


def test_where_returns_the_taken_branch_itself():
    x, y = Value(2.0), Value(3.0)
    assert ops.where(True, x, y) is x
    assert ops.where(x > y, x, y) is y
    assert ops.where(False, x, 7).data == 7.0


def test_format_formats_data():
    x = Value(math.pi, "x")
    assert f"{x:.3f}" == "3.142"
    assert f"{x}" == repr(x) == f"Value(data={math.pi}, grad=0.0, label='x')"
    assert repr(Value(1.0)) == "Value(data=1.0, grad=0.0)"


@pytest.mark.parametrize("taker", [float, math.sin, complex, np.float64, math.sqrt])
def test_a_value_refuses_to_detach_in_silence(taker):
    with pytest.raises(TypeError, match=r"read \.data.*microgradlike\.sin\(v\)"):
        taker(Value(1.0))


def test_a_value_has_no_length_and_does_not_iterate():
    for name in ("__len__", "__iter__", "__array__", "__index__"):
        assert name not in dir(Value)


# backward


@given(FINITE, FINITE)
def test_a_shared_operand_sums_over_its_paths(a, b):
    x, y = Value(a), Value(b)
    z = x * y + x * x + y
    z.backward()
    assert x.grad == pytest.approx(b + 2 * a, abs=1e-9)
    assert y.grad == pytest.approx(a + 1, abs=1e-9)


def test_a_second_backward_doubles_the_leaves_and_not_the_interior():
    rng = random.Random(0)
    x = [Value(rng.uniform(-1, 1)) for _ in range(20)]
    h = x[0] * x[1]
    y = sum((a * b).tanh() * h for a, b in pairwise(x))
    y.backward()
    leaves, interior = [v.grad for v in x], h.grad
    y.backward()
    assert [v.grad for v in x] == [2 * g for g in leaves]
    assert h.grad == interior


def test_gradients_of_two_results_add_up_in_the_leaves():
    x = Value(3.0)
    (x * x).backward()
    (2 * x).backward()
    assert x.grad == 8.0


def test_backward_of_a_leaf_accumulates_too():
    x = Value(3.0)
    x.backward()
    x.backward(2)
    assert x.grad == 3.0
    assert x.reached


@given(FINITE)
def test_upstream_scales(g):
    x = Value(3.0)
    y = x * x
    y.backward(g)
    assert x.grad == 2 * (3.0 * g)
    assert y.grad == g


@pytest.mark.parametrize("bad", ["1", None, [1.0], Value(1.0), True])
def test_upstream_is_a_number(bad):
    with pytest.raises(TypeError, match=r"backward\(upstream\) takes a number, got"):
        (Value(1.0) * 2).backward(bad)


def test_reached_tells_a_zero_from_no_gradient():
    x, y, z = Value(1.0), Value(0.0), Value(5.0)
    result = x * y + 0 * z
    other = x * z
    assert not result.reached
    result.backward()
    assert (result.reached, x.reached, z.reached, other.reached) == (True, True, True, False)
    assert (x.grad, z.grad) == (0.0, 0.0)


def test_a_primitive_that_raises_leaves_every_gradient_as_it_was():
    def refuse(y, x):
        raise RuntimeError("no derivative today")

    rough = unary("rough", math.fabs, refuse)
    x, w = Value(2.0), Value(3.0)
    (x * w).backward()
    h = w * x
    y = rough(h + x) + h
    with pytest.raises(RuntimeError, match="no derivative today"):
        y.backward()
    assert (x.grad, w.grad) == (3.0, 2.0)
    assert not y.reached
    h.backward()
    assert (x.grad, w.grad) == (6.0, 4.0)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interruption_leaves_every_gradient_as_it_was(error):
    calls = []

    def interrupted(y, x):
        calls.append(x)
        if len(calls) == 5:
            raise error
        return 1.0

    step = unary("step", lambda x: x, interrupted)
    x = Value(2.0)
    y = x
    for _ in range(10):
        y = step(y) + x
    with pytest.raises(error):
        y.backward()
    assert x.grad == 0.0
    y.backward()
    assert x.grad == 11.0


def test_a_failed_pass_reaches_nothing():
    def refuse(y, x):
        raise RuntimeError

    x = Value(2.0)
    y = unary("rough", math.fabs, refuse)(x * x)
    with pytest.raises(RuntimeError):
        y.backward()
    assert [v.reached for v in graph.topological(y)] == [False] * 3
    assert same_bits([v.grad for v in graph.topological(y)], [0.0] * 3)


def test_zero_times_infinity_is_zero_for_either_operand():
    for product in (lambda a, b: a * b, lambda a, b: b * a, lambda a, b: a / (1 / b)):
        a, b = Value(-math.inf), Value(1.0)
        product(a, b).relu().backward()
        assert (a.grad, b.grad) == (0.0, 0.0)
    b = Value(-1.0)
    (math.inf * b).relu().backward()
    assert b.grad == 0.0


def test_a_users_partial_that_overflows_is_evaluated_as_ieee():
    cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x**2)
    x = Value(1e200)
    cube(x).backward()
    assert x.grad == math.inf


def test_a_users_partial_that_is_no_number_is_refused_and_nothing_changes():
    odd = unary("odd", lambda x: x, lambda y, x: 1j)
    x = Value(2.0, "x")
    with pytest.raises(TypeError, match=r"a partial of 'odd' gave 1j of type complex"):
        odd(x).backward()
    assert x.grad == 0.0


def test_the_sign_of_a_zero_gradient_survives_inside_a_graph():
    h = Value(2.0) * 1.0
    (h * -0.0).backward()
    assert same_bits(h.grad, -0.0)


def test_a_leaf_knows_the_call_it_was_made_in():
    from microgradlike import nn

    class Maker(nn.Module):
        def __call__(self):
            return Value(1.0)

    maker = Maker()
    assert maker().scope.owner is maker


def test_a_users_forward_may_return_any_real_number_and_nothing_else():
    assert type(unary("one", lambda x: 1, lambda y, x: 0)(Value(2.0)).data) is float
    with pytest.raises(TypeError, match="the forward function of 'words' gave 'many'"):
        unary("words", lambda x: "many", lambda y, x: 0)(Value(2.0))


def test_an_error_in_a_users_primitive_names_it_and_its_operands():
    def refuse(x):
        raise ValueError("out of bounds")

    rough = unary("rough", lambda x: x if x > 0 else refuse(x), lambda y, x: refuse(x))
    with pytest.raises(ValueError, match="out of bounds") as caught:
        rough(Value(-1.0))
    assert caught.value.__notes__ == ["in the forward function of 'rough' at (-1.0); see ieee"]
    with pytest.raises(ValueError, match="out of bounds") as caught:
        (rough(Value(2.0)) * 3).backward()
    assert caught.value.__notes__ == ["in the derivative of 'rough' at (2.0)"]


def test_a_partial_with_too_few_parameters_is_told_which_it_gets():
    wrong = unary("cd", math.cosh, lambda x: 1)
    x = Value(1.0)
    for differentiate in (lambda: wrong(x).backward(), lambda: gradients(wrong(x), [x])):
        with pytest.raises(TypeError) as caught:
            differentiate()
        (note,) = caught.value.__notes__
        assert "in the derivative of 'cd' at (" in note
        assert "lambda y, x: …" in note


def test_a_partial_that_takes_numbers_only_is_named_with_the_way_out():
    wave = unary("wave", math.sin, lambda y, x: math.cos(x))
    for differentiate in (grad(grad(wave)), jit(grad(wave))):
        with pytest.raises(TypeError, match=r"math\.sin") as caught:
            differentiate(1.0)
        (note,) = caught.value.__notes__
        assert "in the derivative of 'wave' at (" in note
        assert "numbers only: microgradlike.cos(x) in place of math.cos(x)" in note


def test_a_value_does_not_turn_into_an_int():
    x = Value(2.5)
    with pytest.raises(TypeError, match=r"would lose its gradient; write int\(v\.data\)"):
        int(x)
    assert math.floor(x).data == 2


def test_a_users_partial_may_return_any_real_number():
    double = unary("double", lambda x: 2 * x, lambda y, x: np.float32(2))
    x = Value(3.0)
    double(x).backward()
    assert type(x.grad) is float
    assert x.grad == 2.0


def test_the_first_of_three_operands_may_be_a_number():
    lo, hi = Value(0.0), Value(1.0)
    ops.clip(2.0, lo, hi).backward()
    assert (lo.grad, hi.grad) == (0.0, 1.0)
    x = Value(1.0)
    ops.clip(0.0, x, x).backward()
    assert x.grad == 1.0


def test_zero_times_infinity_contributes_nothing():
    x = Value(0.0)
    with indeterminate("zero"):
        (x * x.sqrt()).backward()
    assert x.grad == 0.0


def test_local_derivatives_of_a_plain_number_are_refused():
    with pytest.raises(TypeError, match="Value"):
        local_derivatives(3.0)


def test_local_derivatives_are_those_of_the_edges():
    x, y = Value(3.0), Value(4.0)
    assert local_derivatives(x) == ()
    assert local_derivatives(x * y) == (4.0, 3.0)
    assert local_derivatives(2 / x) == (None, -(2 / 3.0) / 3.0)
    assert local_derivatives(x.clip(0, y)) == (1.0, None, 0.0)


# size, order, memory


def chain_of(n):
    x = Value(1.0)
    y = x
    for _ in range(n):
        y = y * 1.0000001
    return x, y


def test_a_million_chained_nodes_need_no_recursion():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100)
    try:
        x, y = chain_of(1_000_000)
        y.backward()
        assert len(graph.topological(y)) == 1_000_001
        assert x.grad == y.data
        del y
    finally:
        sys.setrecursionlimit(limit)


def test_without_the_collector_everything_is_freed():
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        x, y = chain_of(10_000)
        z = (y * y + y).tanh()
        z.backward()
        del x, y, z
        assert len(gc.get_objects()) - before < 100
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_the_order_of_backward_is_that_of_the_graph():
    """The hand-written order is `graph.topological` less its leaves: one order, in every mode."""
    from microgradlike.engine import _order_and_stamp

    rng = random.Random(1)
    for _ in range(50):
        nodes = [Value(rng.random()) for _ in range(3)]
        for _ in range(40):
            a, b, c = (rng.choice(nodes) for _ in range(3))
            nodes.append(rng.choice([a * b, a + 1.0, 2 - b, a.sin(), a.clip(b, c), a + b]))
        y = nodes[-1]
        order = []
        _order_and_stamp(y, order, [], [], [])
        assert order == [v for v in graph.topological(y) if v.op is not None]


# copies


@pytest.mark.parametrize("dup", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_leaf_can_be_copied(dup):
    v = Value(2.5, "w")
    v.grad = 3.0
    w = dup(v)
    assert w is not v
    assert (type(w), w.data, w.grad, w.label, w.op) == (Value, 2.5, 3.0, "w", None)


@pytest.mark.parametrize("dup", [copy.copy, copy.deepcopy, pickle.dumps])
def test_an_interior_node_refuses_to_be_copied(dup):
    with pytest.raises(TypeError, match=r"the result of 'mul'.*copy or pickle the leaves"):
        dup(Value(2.0) * 3)


class Tagged(Value):
    """A user's subclass, with an attribute of its own and another constructor."""

    def __init__(self, tag):
        super().__init__(len(tag), tag)
        self.tag = tag


def test_a_subclass_computes_differentiates_and_copies():
    t = Tagged("four")
    y = t * t + 1
    y.backward()
    assert (y.data, t.grad, type(y)) == (17.0, 8.0, Value)
    u = pickle.loads(pickle.dumps(t))
    assert (type(u), u.tag, u.data, u.grad, u.label) == (Tagged, "four", 4.0, 8.0, "four")


def test_threads_with_graphs_of_their_own_do_not_meet():
    results = {}

    def work(seed):
        rng = random.Random(seed)
        for _ in range(30):
            x = [Value(rng.uniform(-1, 1)) for _ in range(10)]
            y = sum((a * b).tanh() for a, b in pairwise(x))
            y.backward()
            results.setdefault(seed, []).append([v.grad for v in x])

    threads = [threading.Thread(target=work, args=(i,)) for i in (1, 2, 3, 4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    together = dict(results)
    results.clear()
    [work(i) for i in (1, 2, 3, 4)]
    assert together == results


def test_a_label_of_a_class_derived_from_str_becomes_plain_text():
    class Name(str):
        __slots__ = ()

    assert type(Value(1.0, Name("w")).label) is str
