"""Linearization: a function called once on fresh nodes, and the derivatives of what came out."""

import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given

from microgradlike import Dual, Value, engine, grad, jacobian, nn, ops, unary, vjp
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.linearize import Linearization, forward_results
from microgradlike.derivatives.pytree import Pytree
from microgradlike.derivatives.traversal import traverse_run
from microgradlike.engine import begin_run
from microgradlike.graph import topological
from tests.bits import same_bits
from tests.derivatives.test_linear_map import polynomials


def test_a_value_from_before_the_first_run_of_all_is_older():
    code = "from microgradlike import *; w = Value(2.0); print(grad(lambda x: x * w)(3.0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr(Value(2.0))


def run(f, *point):
    return Linearization(lambda arguments: f(*arguments), Pytree(point, "x"))


def first(f, *point):
    """The first row of derivatives."""
    r = run(f, *point)
    return r.jacobian(r.outputs.leaves)[0]


# fresh nodes


def test_the_function_is_called_once():
    calls = []
    r = run(lambda x: calls.append(x) or x * x, 3.0)
    r.values(), r.jacobian(r.outputs.leaves), r.graph_gradient(r.outputs.leaves[0])
    assert len(calls) == 1


@pytest.mark.parametrize("x", [3.0, Value(3.0), Dual(3.0, 1.0), Dual(Value(3.0), 1.0)], ids=repr)
def test_the_function_gets_a_node_of_its_own(x):
    seen = []
    r = run(lambda stand_in: seen.append(stand_in) or stand_in, x)
    assert seen[0] is not x
    assert type(seen[0]) is (Dual if isinstance(x, Dual) else Value)
    assert len(r.inputs) == 1
    assert float(f"{seen[0]:.1f}") == 3.0
    if isinstance(x, Value):
        assert (r.inputs[0].op, r.inputs[0].operands) == (ops.mul, (x, 1.0))


def test_one_object_given_twice_is_two_arguments():
    v = Value(3.0)
    assert [g.data for g in first(lambda x, y: x * x * y, v, v)] == [18.0, 9.0]


# plain or not


def test_numbers_give_numbers():
    r = run(lambda x: x * x, 3.0)
    assert r.values() == [9.0]
    assert r.jacobian(r.outputs.leaves) == [[6.0]]
    assert type(r.values()[0]) is type(r.jacobian(r.outputs.leaves)[0][0]) is float


def made_inside(x):
    return Value(2.0) * x + ops.where(x > 0, x, 0.0) + nn.Neuron(1).b


def test_values_made_by_the_function_itself_are_constants():
    for f, want in [(made_inside, 3.0), (lambda x: Value(5.0), 0.0)]:
        (g,) = first(f, 3.0)
        assert type(g) is float
        assert g == want
        assert type(run(f, 3.0).values()[0]) is float


OLDER = Value(2.0)
OLDER_RESULT = OLDER * 3.0


@pytest.mark.parametrize(
    ("f", "x", "want"),
    [
        (lambda x: x * OLDER, 3.0, 2.0),
        (lambda x: x * OLDER_RESULT, 3.0, 6.0),
        (lambda x: x + OLDER, 3.0, 1.0),
        (lambda x: OLDER, 3.0, 0.0),
        (lambda x: x * x, Value(3.0), 6.0),
        (lambda x: Value(7.0), Value(3.0), 0.0),
        (lambda x: 7.0, Value(3.0), 0.0),
    ],
)
def test_where_a_value_came_in_the_derivative_is_a_value(f, x, want):
    r = run(f, x)
    for found in (*r.values(), *r.jacobian(r.outputs.leaves)[0]):
        assert type(found) is Value
    assert r.jacobian(r.outputs.leaves)[0][0].data == want


def test_the_derivative_reaches_what_the_function_used():
    w = Value(2.0)
    (g,) = first(lambda x: x * x * w * w, 3.0)
    assert (w.grad, w.reached) == (0.0, False)
    g.backward()
    assert (g.data, w.grad) == (24.0, 24.0)


def test_a_dual_of_numbers_gives_a_dual_of_numbers():
    (g,) = first(lambda x: x * x * x, Dual(2.0, 1.0))
    assert repr(g) == "Dual(12.0, 12.0)"


def test_a_dual_that_the_function_does_not_use_gives_zero():
    assert first(lambda x: 5.0, Dual(2.0, 1.0)) == [0.0]


def test_a_dual_of_values_gives_values():
    v = Value(2.0)
    (g,) = first(lambda x: x * x * x, Dual(v, 1.0))
    assert (type(g.primal), type(g.tangent)) == (Value, Value)
    g.tangent.backward()
    assert (g.tangent.data, v.grad) == (12.0, 6.0)


# actions of f during its run


def test_a_backward_pass_inside_leaves_the_derivative_right():
    def f(x):
        y = x * x
        y.backward()
        (y * OLDER).backward()
        return y * y

    assert first(f, 3.0) == [108.0]


class Refusal(Exception):
    pass


def refuse(y, x):
    raise Refusal


def test_what_an_unfinished_backward_pass_left_in_a_node_is_not_added():
    def f(x):
        y = x * x
        y.grad = x.grad = 100.0
        return y * x

    assert grad(f)(3.0) == 27


def test_the_order_of_a_run_is_that_of_its_graph():
    run = begin_run()
    x = Value(2.0)
    a, b = x.sin() * x, x.exp() + x.cos()
    found, older = traverse_run([a, b], [x], run)
    assert found == [v for v in topological(a, b) if v is not x]
    assert not older
    assert traverse_run([b, a], [x], run)[0] == [v for v in topological(b, a) if v is not x]


def test_the_order_of_a_run_leaves_no_stamp():
    run = begin_run()
    x = Value(2.0)
    y = x.sin() * x
    stamps = [v._stamp for v in topological(y)]
    traverse_run([y], [x], run)
    assert [v._stamp for v in topological(y)] == stamps


def test_a_backward_pass_that_fails_inside_leaves_the_derivative_right():
    failing = unary("failing", lambda x: x, refuse)

    def f(x):
        y = x * x
        with pytest.raises(Refusal):
            failing(y).backward()
        return y * 3.0

    assert first(f, 2.0) == [12.0]


def test_a_node_kept_from_an_earlier_run_is_a_constant():
    kept = []

    def f(x):
        kept.append(x * x)
        return kept[0] * x

    assert first(f, 3.0) == [27.0]
    (g,) = first(f, 5.0)  # the x of the first run is another one
    assert g.data == 9.0


def test_what_the_function_changes_in_its_argument_stays_there():
    x = np.array([1.0, 2.0])

    def f(stand_in):
        stand_in[0] = 5.0
        return stand_in[0] * stand_in[1]

    assert first(f, x) == [0.0, 5.0]
    assert x.tolist() == [1.0, 2.0]


# two at once


def test_two_runs_that_begin_at_the_same_time_stay_apart(monkeypatch):
    """A switch of threads just after the first has drawn its number, and before the second is done.

    What is made in the second run must not look as if it had been there before.
    """
    drawn = engine.next_stamp
    second_is_inside, first_has_begun = threading.Event(), threading.Event()
    found = []

    def inside(x):
        second_is_inside.set()
        first_has_begun.wait(5.0)
        return x * x

    other = threading.Thread(target=lambda: found.extend(first(inside, 3.0)))

    def draw_and_let_the_other_in():
        number = drawn()
        monkeypatch.setattr(engine, "next_stamp", drawn)
        other.start()
        second_is_inside.wait(0.2)
        return number

    monkeypatch.setattr(engine, "next_stamp", draw_and_let_the_other_in)
    assert first(lambda x: first_has_begun.set() or x * x, 2.0) == [4.0]
    other.join()
    assert found == [6.0]
    assert type(found[0]) is float


# in either direction


@given(polynomials())
def test_reverse_and_forward_give_the_same_matrix(program):
    def f(*x):
        return [program(*x), x[0] * x[1], program(*x) - x[2], x[1]]

    forward = run(f, *program.point)  # four rows by three numbers; one row alone is in reverse
    rows = [first(lambda *x, i=i: f(*x)[i], *program.point) for i in range(4)]
    assert forward.jacobian(forward.outputs.leaves) == rows


@pytest.mark.parametrize(
    ("rows", "columns", "other"),
    [
        (1, 1, "jvp"),
        (1, 5, "jvp"),
        (2, 5, "jvp"),
        (2, 2, "vjp"),
        (5, 2, "vjp"),
        (5, 1, "vjp"),
    ],
)
def test_columns_are_made_forward_and_fewer_rows_in_reverse(rows, columns, other, monkeypatch):
    def refuse(*_):
        raise Refusal

    monkeypatch.setattr(LinearMap, other, refuse)
    found = jacobian(lambda x: [i * x[0] for i in range(rows)])([1.0] * columns)
    assert found == [[i, *[0.0] * (columns - 1)] for i in range(rows)]


def test_reachability_is_tracked_only_in_graphs_with_where():
    x = Value(2.0)
    assert not LinearMap(topological(x * x), [x]).has_branches


def test_a_gradient_is_a_sum_from_zero_on():
    for f in (lambda x, y: -0.0 * x, lambda x, y: [-0.0 * x], lambda x, y: [-0.0 * x] * 3):
        assert same_bits(list(first(f, 1.0, 1.0)), [0.0, 0.0])


def test_results_that_are_no_nodes_have_rows_of_zeros():
    r = run(lambda x, y: [1.0, x, 2], 3.0, 4.0)
    assert r.jacobian(r.outputs.leaves) == [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    assert r.values() == [1.0, 3.0, 2.0]
    assert r.graph_gradient(1.0) == [0.0, 0.0]


def test_no_arguments_and_no_results():
    nothing = run(lambda x: np.zeros(0), [])
    assert nothing.jacobian(nothing.outputs.leaves) == []
    assert run(lambda x: 3.0, []).jacobian([3.0]) == [[]]


# forward_results


def test_what_forward_mode_found_is_of_values_where_values_went_in():
    born = begin_run()
    v = Value(1.0)
    assert forward_results([1.0, v], born, [2.0, Dual(3.0, 1.0)]) == [1.0, 1.0]
    for like in (v, Dual(v, 1.0), Dual(Dual(1.0, v, tag=1), 1.0, tag=2)):
        found = forward_results([1.0, v], born, [2.0, like])
        assert (found[0].data, found[1]) == (1.0, v)


def test_what_forward_mode_found_is_of_values_where_it_depends_on_an_older_one():
    v = Value(1.0)
    born = begin_run()
    found = forward_results([1.0, v * 2], born, [2.0])
    assert [type(x) for x in found] == [Value, Value]


# results for an outer derivative


def test_pulling_a_value_made_after_the_run_loses_no_derivative():
    _, pull = vjp(lambda x: x * x, 2.0)
    u = Value(3.0)
    (g,) = pull(u)
    assert type(g) is Value
    g.backward()
    assert (g.data, u.grad) == (12.0, 4.0)
    assert grad(lambda u: pull(u)[0])(3.0) == 4.0
    _, pull = vjp(lambda x, y: x * x, 2.0, 5.0)
    assert [type(g) for g in pull(u)] == [Value, Value]  # also where there is no path


def test_pulling_the_result_itself_does_not_differentiate_it_twice():
    w = Value(3.0)
    y, pull = vjp(lambda x: x * w, 2.0)  # y is a Value, as w came in
    (g,) = pull(y)
    assert g.data == 6.0 * 3.0
    g.backward()
    assert w.grad == 2 * 2.0 * 3.0  # d(w² x)/dw
    assert grad(lambda x: half_square_by_pull(x))(3.0) == 54.0


def half_square_by_pull(x):
    """The gradient of y²/2 with y = x², which is 2x³."""
    y, pull = vjp(lambda x: x * x, x)
    return pull(y)[0]
