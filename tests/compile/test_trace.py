"""A trace: what the function does, no more than once, and to the bit."""

import copy
import functools
import math
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given

from microgradlike import (
    Dual,
    TraceError,
    Value,
    derivative,
    grad,
    gradients,
    hessian,
    jacobian,
    jit,
    jvp,
    nn,
    ops,
    unary,
    where,
)
from microgradlike.compile.trace import Trace, Tracer
from microgradlike.ops import TABLE
from microgradlike.testing import points, programs
from tests.bits import same_bits


@pytest.fixture
def trace():
    return Trace()


@pytest.fixture
def x(trace):
    return trace.input()


def by_name(op):
    return op.name


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity == 1], ids=by_name)
def test_a_primitive_of_an_input_is_recorded_once(op, x):
    assert op(x) is op(x)
    assert (op(x).op, op(x).operands) == (op, (x,))


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity == 2], ids=by_name)
def test_order_counts_and_so_do_numbers(op, trace, x):
    y = trace.input()
    assert op(x, y) is op(x, y)
    assert op(x, y) is not op(y, x)
    assert op(x, 7) is op(x, 7.0)
    assert op(x, 7.0) is not op(x, 8.0)


def test_minus_zero_is_another_number(x):
    assert (x + 0.0) is not (x + -0.0)
    assert (0.0 / x) is not (-0.0 / x)
    assert (x * 0.0).operands[1] == 0.0


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_of_plain_numbers_there_is_a_number(op, trace):
    at = (0.5,) * op.arity
    assert same_bits(trace.apply(op, at), op(*at))


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
@pytest.mark.parametrize("other", [0.0, -0.0, 1.5, -3.0, math.inf, -math.inf, math.nan, 5e-324])
def test_a_neutral_number_changes_no_bit(op, other):
    for i, neutral in enumerate(op.neutral):
        if neutral is not None:
            at = (neutral, other) if i == 0 else (other, neutral)
            assert same_bits(op.forward(*at), other)


@pytest.mark.parametrize(
    ("f", "simple"),
    [
        (lambda x: x * 1, True),
        (lambda x: 1.0 * x, True),
        (lambda x: x / 1, True),
        (lambda x: x**1, True),
        (lambda x: x - 0, True),
        (lambda x: x + -0.0, True),
        (lambda x: where(True, x, 5.0), True),
        (lambda x: where(0.0, 5.0, x), True),
        (lambda x: where(x > 0, x, x), True),
        (lambda x: x + 0.0, False),  # -0.0 + 0.0 is 0.0
        (lambda x: 0.0 + x, False),
        (lambda x: x - -0.0, False),
        (lambda x: x * 0.0, False),  # inf
        (lambda x: 1 / x, False),
        (lambda x: 1 - x, False),
        (lambda x: x**0.0 * x, False),
        (lambda x: x - x, False),  # inf
    ],
)
def test_what_changes_no_bit_is_left_out_and_nothing_else(f, simple, x):
    assert (f(x) is x) == simple


@given(programs(max_size=30))
def test_a_program_is_recorded_without_doing_a_thing_twice(program):
    trace = Trace()
    program(*[trace.input() for _ in program.point])
    done = [(v.op, tuple(map(repr, v.operands))) for v in trace.nodes if v.op]
    assert len(set(done)) == len(done)
    for v in trace.nodes:
        assert all(a.index < v.index for a in v.operands if isinstance(a, Tracer))


# Values


def test_a_value_that_was_there_is_an_input_and_one_that_is_made_a_constant():
    w = Value(2.0)
    interior = w * 3
    trace = Trace()
    x = trace.input()
    assert x * Value(5.0) is x * 5.0
    y = x * w + interior * x
    assert trace.values == [w, interior]
    assert y.operands[0].operands[1] is trace.inputs[0]


def test_what_values_alone_make_is_recorded_too():
    w = Value(2.0)
    f = jit(lambda x: x + (w * w + Value(1.0) * 2).tanh(), backend="python")
    assert f(1.0) == 1 + math.tanh(6)
    w.data = 0.5
    assert f(1.0) == 1 + math.tanh(2.25)


@pytest.mark.parametrize(
    "f",
    [
        lambda x, w: where(w > 1, x, 2 * x),
        lambda x, w: where(w <= 1, 2 * x, x),
        lambda x, w: where(w < 2, 2 * x, x),
        lambda x, w: where(w >= 2, x, 2 * x),
        lambda x, w: where(w - 1, x, 2 * x),
    ],
)
def test_a_choice_by_a_value_is_made_at_every_call(f):
    w = Value(2.0)
    compiled = jit(lambda x: f(x, w))
    assert compiled(3.0) == 3
    w.data = 1.0
    assert compiled(3.0) == 6


def test_a_choice_among_values_alone_is_made_at_every_call():
    w, a, b = Value(0.0), Value(3.0), Value(5.0)
    compiled = jit(lambda x: x * where(w, a, b))
    assert compiled(2.0) == 10
    w.data = 1.0
    assert compiled.backward(2.0) == 6
    assert (a.grad, b.grad, w.grad) == (2, 0, 0)


def test_a_value_decides_nothing_while_it_is_recorded():
    w = Value(2.0)
    for f in (lambda x: x if w else -x, lambda x: x if w > 1 else -x, lambda x: max(w, x)):
        with pytest.raises(TraceError, match="where"):
            jit(f)(1.0)
    assert w > 1  # as before


def test_a_value_that_the_function_makes_may_decide():
    def f(x):
        count = Value(0.0)
        while count < 3:
            count = count + 1
        return count * x

    assert jit(f)(2.0) == 6


# refusals


@pytest.mark.parametrize(
    ("f", "way_out"),
    [
        (lambda x: 1 if x else 2, "write where(x > 0, a, b), or use maximum"),
        (lambda x: 1 if x > 0 else 2, "write where(x > 0, a, b), or use maximum"),
        (lambda x: max(x, 0.0), "maximum"),
        (lambda x: 1 if x == 0 else 2, "where(abs(x - y) <= 0"),
        (lambda x: 1 if x != 0 else 2, "where(abs(x - y) <= 0"),
        (lambda x: x in [1.0, 2.0], "where(abs(x - y) <= 0"),
        (lambda x: sorted([x, 0.5]), "where"),
        (lambda x: x > 0 and 1, "where"),
        (lambda x: math.sin(x), "microgradlike.sin"),
        (lambda x: float(x), "microgradlike.sin"),
        (lambda x: int(x), "trunc"),
        (lambda x: complex(x), "one number for each part"),
        (lambda x: [1, 2][x], "where"),
        (lambda x: range(x), "pass the count as a plain number that the function closes over"),
        (lambda x: range(x), "bind it with functools.partial(f, n=3)"),
        (lambda x: x.data, "calculate with the Value"),
        (lambda x: x.primal, "calculate"),
        (lambda x: x.grad, "grad(f)"),
        (lambda x: x.backward(), "grad(f)"),
        (lambda x: setattr(x, "grad", 0.0), "move it out of the function"),
        (lambda x: setattr(x, "data", 0.0), "move it out of the function"),
        (lambda x: {1.0: 5.0}.get(x, 2.0), "where(abs(x - 1) <= 0, a, b)"),
        (lambda x: x in {1.0}, "where(abs(x - 1) <= 0, a, b)"),
        (lambda x: {x: 1.0}[x], "where(abs(x - 1) <= 0, a, b)"),
        (lambda x: functools.lru_cache(lambda y: y)(x), "where(abs(x - 1) <= 0, a, b)"),
        (lambda x: f"{x:.3f}", "format the result after the call"),
        (lambda x: np.isnan(x), "maximum"),
        (lambda x: np.float64(x), "microgradlike.sin"),
        (lambda x: __import__("pickle").dumps(x), "pickle what"),
    ],
)
def test_what_needs_the_number_names_the_line_and_the_way_out(f, way_out):
    with pytest.raises(TraceError) as caught:
        jit(f)(1.0)
    assert f"test_trace.py, line {f.__code__.co_firstlineno}" in str(caught.value)
    assert way_out in str(caught.value)
    assert "recorded" in str(caught.value)


def test_a_number_that_was_kept_from_an_earlier_recording_is_refused():
    kept = []

    def f(x):
        kept.append(x)
        return kept[0] * x

    assert jit(f)(3.0) == 9
    with pytest.raises(TraceError, match="earlier recording"):
        jit(f)(3.0)


def test_a_partial_with_a_value_that_the_function_does_not_use_is_refused():
    w, v = Value(2.0), Value(3.0)
    double = unary("double", lambda x: 2 * x, lambda y, x: w * x)
    f = jit(lambda x: double(v * x), backend="python")
    assert f(1.0) == 6.0
    with pytest.raises(TypeError, match="a partial uses a Value from outside"):
        f.backward(1.0)


@pytest.mark.parametrize("use", [lambda old: old, lambda old: old * 2, lambda old: 0.0 / old])
def test_a_number_that_was_kept_is_no_result_either(use):
    kept = []

    def f(x):
        kept.append(x[0])
        return use(kept[0])

    compiled = jit(f)
    compiled([5.0])
    with pytest.raises(TraceError, match="earlier recording"):
        compiled([5.0, 7.0])


KEPT_AND_USED = {
    "operator": lambda old: old * 2.0,
    "operator of a Value": lambda old: Value(2.0) * old,
    "primitive": lambda old: old.exp(),
    "comparison": lambda old: old < 1.0,
    "truth": bool,
    "format": lambda old: f"{old:.2f}",
    "data": lambda old: old.data,
    "grad": lambda old: grad(lambda x: x * old)(2.0),
    "grad of it alone": lambda old: grad(lambda x: old)(2.0),
    "grad at it": lambda old: grad(lambda x: x)(old),
    "jacobian": lambda old: jacobian(lambda x: [x, old])(2.0),
    "hessian": lambda old: hessian(lambda x: old)(2.0),
    "jvp": lambda old: jvp(lambda x: old, (2.0,), (1.0,)),
    "derivative": lambda old: derivative(lambda x: old)(2.0),
    "jit": lambda old: jit(lambda x: old)(2.0),
    "jit of grad": lambda old: jit(grad(lambda x: x * old))(2.0),
    "argument": lambda old: jit(lambda x: x)(old),
    "row": lambda old: jit(lambda x: x, batch=0)([old]),
    "eager argument": lambda old: jit(lambda x: x, backend="eager")(old),
}


@pytest.mark.parametrize("use", KEPT_AND_USED.values(), ids=KEPT_AND_USED)
@pytest.mark.parametrize("fails", [False, True])
def test_a_number_kept_from_a_recording_has_no_value_outside_it(use, fails):
    kept = []

    def f(x):
        kept.append(x * x)
        return x.data if fails else x

    with suppress(TraceError):
        jit(f)(3.0)
    with pytest.raises(TraceError, match="has no value outside that recording; return it"):
        use(kept[0])


def test_a_gradient_is_still_made_after_the_recording():
    x, f = Value(2.0), jit(lambda x: (x * x).sin() * x.exp())
    f(2.0)
    f.backward(x)
    assert x.grad == pytest.approx(grad(f.f)(2.0))


W = Value(2.0)
CHANGES = {
    "backward()": lambda: (W * W).backward(),
    "zero_grad()": lambda: MLP.zero_grad(),
    "load_state_dict()": lambda: MLP.load_state_dict(MLP.state_dict()),
    "a step of an optimizer": lambda: nn.SGD([W], lr=0.1).step(),
    "an assignment to .data": lambda: setattr(W, "data", 2.0),
    "an assignment to .grad": lambda: setattr(W, "grad", 0.0),
}
MLP = nn.MLP(1, [1])


@pytest.mark.parametrize(("change", "f"), CHANGES.items(), ids=CHANGES)
def test_a_change_that_calls_would_not_repeat_names_the_line_and_the_way_out(change, f):
    @jit
    def changing(x):
        f()
        return x * W

    for call in (changing, changing.backward):
        with pytest.raises(TraceError) as caught:
            call(3.0)
        assert f"test_trace.py, line {f.__code__.co_firstlineno}" in str(caught.value)
        assert f": {change} happens once" in str(caught.value)
        assert "move it out of the function" in str(caught.value)
    assert (W.data, W.grad) == (2.0, 0.0)
    assert jit(changing.f, backend="eager")(3.0) == 6.0
    W.data, W.grad = 2.0, 0.0


def test_a_value_of_the_recording_may_be_assigned_to():
    def f(x):
        w = Value(0.0)
        w.data, w.grad = 2.0, 1.0
        return w * x

    assert jit(f)(3.0) == 6.0


def test_what_needs_no_number_works():
    def f(x):
        array = np.array([x, 2 * x], dtype=object)
        assert str(x) == f"{x}" == repr(x)
        assert math.floor(x) is ops.floor(x)
        assert round(x) is np.rint(x) is ops.rint(x)
        assert x % 2 is ops.mod(x, 2.0)
        assert divmod(7, x) == (ops.floor_divide(7.0, x), ops.mod(7.0, x))
        assert -x is -x
        assert +x is x
        assert abs(x) is ops.absolute(x)
        return (np.exp(array) @ array + array.sum()) * np.float64(2)

    assert jit(f)(0.5) == pytest.approx(2 * (0.5 * math.exp(0.5) + math.e + 1.5))


def test_a_stranger_is_left_to_answer_for_itself(x):
    class Stranger:
        def __radd__(self, other):
            return "mine"

    assert x + Stranger() == "mine"
    assert Tracer.apply(ops.add, 1.0, 2.0) is NotImplemented
    with pytest.raises(TypeError, match="unsupported operand"):
        x + "text"


def test_a_copy_of_what_is_recorded_is_itself(x):
    assert copy.copy(x) is copy.deepcopy([x])[0] is x


def test_a_pole_among_plain_numbers_is_met_when_the_program_runs():
    f = jit(grad(lambda x: x / 0.0), backend="python")
    assert f(3.0) == math.inf
    assert "1.0 / " in str(f.program(3.0))


# derivatives inside


@given(programs(ops=[op for op in TABLE.values() if op.kink is None], smooth=True, max_size=8))
def test_a_gradient_is_recorded_as_it_is_computed(program):
    every = tuple(range(len(program.point)))
    assert jit(grad(program, every), backend="python")(*program.point) == pytest.approx(
        grad(program, every)(*program.point), rel=1e-9, abs=1e-300, nan_ok=True
    )


def test_derivatives_of_every_kind_inside():
    def f(x):
        return x[0] ** 3 * x[1].sin()

    def g(x):
        return (
            hessian(f)(x),
            jvp(f, (x,), ([1.0, 0.0],)),
            grad(lambda a: grad(f)([a, x[1]])[0])(x[0]),
        )

    second, (value, slope), nested = jit(g, backend="python")([2.0, 0.5])
    assert second == hessian(f)([2.0, 0.5])
    assert (value, slope) == jvp(f, ([2.0, 0.5],), ([1.0, 0.0],))
    assert nested == pytest.approx(second[0][0])


def test_gradients_as_a_graph_inside():
    f = jit(lambda x: gradients(gradients(x**3, [x])[0], [x])[0])
    assert f(2.0) == 12
    with pytest.raises(TypeError, match="takes Values"):
        gradients(Dual(1.0, 1.0), [Dual(1.0, 1.0)])


def test_forward_mode_inside_follows_the_branch_that_is_taken():
    def f(x):
        y = where(x > 1, x * x, -x)
        return [y, where(x > 1, x, 5.0 * x), y * x]

    for x in (0.5, 3.0):
        assert jit(jacobian(f), backend="python")(x) == jacobian(f)(x)


@pytest.mark.parametrize("w", [1.0, 7.0])
def test_what_two_choices_use_is_reached_by_either(w):
    def f(w):
        u = w.exp()
        return where(w > 5, u, 0.0) + where(w < 5, 3 * u, 1.0)

    a, b = Value(w), Value(w)
    f(a).backward()
    jit(f).backward(b)
    assert b.grad == pytest.approx(a.grad)
    assert jit(lambda w: f(w) * f(w)).backward(b) > 0


def test_the_derivative_by_a_plain_number_inside_reaches_what_is_recorded():
    f = jit(lambda w: grad(lambda x: x * x * w)(3.0))
    assert f(2.0) == 12
    assert jit(grad(f.f))(2.0) == 6


def test_a_jit_function_inside_another_is_part_of_it():
    inner = jit(lambda x: x * x)
    outer = jit(lambda x: inner(x) + 1)
    assert outer(3.0) == 10
    assert str(outer.program(3.0)).splitlines() == ["v1 = x0 * x0", "v2 = v1 + 1.0", "return v2"]


@given(points(ops.power))
def test_a_derivative_of_a_jit_function_is_the_functions(point):
    assert grad(jit(ops.power))(*point) == grad(ops.power)(*point)


def test_what_is_recorded_is_itself_and_no_other(x):
    other = x.trace.input()
    assert x == x
    assert x != other
    assert x != "x"
    assert [other, x].index(x) == 1


def test_a_text_in_the_place_of_a_number_is_named():
    with pytest.raises(TraceError) as caught:
        jit(lambda a, b: a * b)("a", 2.0)
    assert "argument 0 is 'a' of type str" in caught.value.__notes__[0]
