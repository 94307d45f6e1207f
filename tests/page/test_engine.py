"""The engine of the page does what Python does, at every step, and after a leaf is set."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from microgradlike import Value, nn, ops, unary
from microgradlike.engine import local_derivatives
from microgradlike.expressions.parser import parse
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.compile.test_backends import EXACT, EXACT_OPS, SPECIAL, arguments, by_name
from tests.compile.test_export_javascript import allowed_in_gradient, difference
from tests.page.page_node import page_node as page_node  # a fixture
from tests.test_edge_points import ROWS, agrees, name
from viz.scene.scene import scene

# numbers are compared here, also where a leaf is set to 0
pytestmark = pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning")

TESTS = sorted(str(p) for p in Path(__file__).parent.glob("*.test.js"))
PROGRAMS = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
NODES = [op for op in TABLE.values() if op is not ops.where]  # a Value is the branch that is taken


@pytest.mark.parametrize("path", TESTS, ids=lambda path: Path(path).name)
def test_the_tests_in_javascript_pass(path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH")
    done = subprocess.run([node, "--test", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# Python's backward pass, step by step


def places(y):
    """By id of a Value: its place in the scene."""
    order = iter(topological(y))
    return {id(next(order)): i for i, n in enumerate(scene(y).nodes) if n.role != "constant"}


def steps_of(y):
    """Each push of `y.backward()`, as the page shows it."""
    place, grad, steps = places(y), {}, []
    grad[id(y)] = 1.0
    for v in reversed(topological(y)):
        for x, local in zip(v.operands, local_derivatives(v)):
            if local is None:
                continue
            upstream, before = grad[id(v)], grad.get(id(x))
            c = ops.mul_no_nan.forward(upstream, local)
            start = 0.0 if x.op is None else -0.0
            grad[id(x)] = (start if before is None else before) + c
            steps.append(
                {
                    "from": place[id(v)],
                    "operand": place[id(x)],
                    "isFirst": before is None,
                    "local": local,
                    "upstream": upstream,
                    "contribution": c,
                    "before": 0.0 if before is None else before,
                    "after": grad[id(x)],
                }
            )
    return steps


def without_edges(pushes):
    return [{k: x for k, x in push.items() if k != "edge"} for push in pushes]


def backward(y):
    """The gradients of a fresh pass, by place in the scene; None for constants."""
    for v in topological(y):
        v.grad = 0.0
    y.backward()
    return [n.grad for n in scene(y).nodes]


def assert_like_python(state, y):
    """All that the engine shows has the bits of Python's."""
    want = backward(y)
    assert same_bits(state["data"], [n.data for n in scene(y).nodes])
    assert same_bits([g for g, w in zip(state["grad"], want) if w is not None],
                     [w for w in want if w is not None])  # fmt: skip
    assert same_bits(sorted_keys(without_edges(state["pushes"])), sorted_keys(steps_of(y)))


def sorted_keys(steps):
    return [sorted(step.items()) for step in steps]


@PROGRAMS
@given(programs(ops=EXACT_OPS, max_size=40), st.sampled_from([1.0, 30.0, 1e200]), st.data())
def test_of_exact_primitives_every_step_has_the_same_bits(page_node, line, scale, data):
    leaves = [Value(x * scale) for x in line.point]
    y = line(*leaves)
    assume(isinstance(y, Value))
    place = places(y)
    other = [data.draw(st.floats(-5, 5)) * scale for _ in leaves]
    free = [(v, x) for v, x in zip(leaves, other) if id(v) in place]
    first, *rest = page_node.ask(y, leaves=[(place[id(v)], x) for v, x in free])
    assert_like_python(first, y)
    for (v, x), state in zip(free, rest):
        v.data = x
        recompute(y)
        assert_like_python(state, y)


def recompute(y):
    """The values of the graph as it is: a program that is run anew may take another branch."""
    for v in topological(y):
        if v.op is not None:
            v.data = v.op.forward(*[x.data if isinstance(x, Value) else x for x in v.operands])


@PROGRAMS
@given(programs(max_size=30), st.data())
def test_of_any_primitives_each_step_is_pythons_within_4_ulp(page_node, line, data):
    """Each from what was there before it: a program passes on what its primitives differ by."""
    leaves = [Value(x) for x in line.point]
    y = line(*leaves)
    place = places(y)
    free = [v for v in leaves if id(v) in place]
    sets = [(place[id(v)], v.data * data.draw(st.floats(0.9, 1.1))) for v in free]
    for state in page_node.ask(y, leaves=sets):
        assert_steps(state, y)


def assert_steps(state, y):
    place, values = places(y), state["data"]
    at = {id(v): [values[place[id(x)]] if isinstance(x, Value) else x for x in v.operands]
          for v in topological(y)}  # fmt: skip
    edges = [(v, i) for v in topological(y) for i in range(len(v.operands))]
    for v in topological(y):
        if v.op is not None:
            want = v.op.forward(*at[id(v)])
            bound = 0 if v.op.name in EXACT else 4
            assert difference(v.op, at[id(v)], values[place[id(v)]], want) <= bound, (v.op, at)
    grad = [0.0 if n.op == "" else -0.0 for n in scene(y).nodes]
    grad[place[id(y)]] = 1.0
    assert len(state["pushes"]) == sum(isinstance(v.operands[i], Value) for v, i in edges)
    for push in state["pushes"]:
        v, i = edges[push["edge"]]
        assert (push["from"], push["operand"]) == (place[id(v)], place[id(v.operands[i])])
        want = partial_at(v.op, i, values[place[id(v)]], *at[id(v)])
        assert difference(None, (), push["local"], want) <= allowed_in_gradient(v.op), (v.op, at)
        assert same_bits(push["upstream"], grad[push["from"]])
        c = ops.mul_no_nan.forward(push["upstream"], push["local"])
        assert same_bits(push["contribution"], c)
        grad[push["operand"]] += c
        assert same_bits(push["after"], grad[push["operand"]])
    assert same_bits(grad, state["grad"])


@pytest.mark.parametrize("op", NODES, ids=by_name)
def test_a_primitive_is_pythons_over_its_domain_and_at_special_numbers(page_node, op):
    points = arguments(op, 100).T.tolist() + [[x] * op.arity for x in SPECIAL]
    leaves = [Value(x) for x in points[0]]
    y = op(*leaves)
    place = places(y)
    for point in points[1:20]:
        assert_steps(page_node.ask(op(*map(Value, point)))[0], op(*map(Value, point)))
    sets = [(place[id(v)], x) for point in points for v, x in zip(leaves, point)]
    for state in page_node.ask(y, leaves=sets):
        assert_steps(state, y)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_of_the_edge_table_holds(page_node, row):
    leaves = {k: Value(v, k) for k, v in row["at"].items()}
    y = parse(row["expr"])(leaves)
    place = places(y)
    used = {k: place[id(v)] for k, v in leaves.items() if id(v) in place}
    # away and back again: the second state is all JavaScript's
    there = [(i, leaves[k].data) for k, i in used.items()]
    away = [(i, 0.25) for i in used.values()]
    states = page_node.ask(y, leaves=[*away, *there])
    for state in (states[0], states[-1]):
        assert agrees(state["data"][place[id(y)]], float(row["value"]), 4)
        for k, want in row["grad"].items():
            got = state["grad"][used[k]] if k in used else 0.0
            assert agrees(got, float(want), 4), (k, got)


# setting leaves, stepping, and what is locked


@PROGRAMS
@given(
    programs(ops=EXACT_OPS, max_size=20),
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["forward", "backward"])), max_size=12),
    st.booleans(),
)
def test_wherever_the_scrubber_jumps_the_state_is_that_of_so_many_steps(
    page_node, line, steps, wrong
):
    leaves = [Value(x) for x in line.point]
    y = line(*leaves)
    assume(isinstance(y, Value) and y.op is not None)
    (state,) = page_node.ask(y, steps=steps, wrong_order=wrong)
    place = places(y)
    order = [place[id(v)] for v in topological(y) if v.op is not None]
    root = place[id(y)]
    for at, (_, direction) in zip(state["states"], steps):
        known = set(range(len(state["data"]))) - set(order)
        grad = {root: 1.0} if direction == "backward" else {}
        known |= set(order[: at["k"]] if direction == "forward" else order)
        for push in state["pushes"][: at["k"]] if direction == "backward" else []:
            grad[push["operand"]] = push["after"]
        assert {i for i, x in enumerate(at["known"]) if x} == known
        assert {i for i, x in enumerate(at["reached"]) if x} == set(grad)
        assert all(same_bits(at["grad"][i], g) for i, g in grad.items())


def test_a_state_says_what_changed_since_the_last(page_node):
    a, b = Value(2.0), Value(3.0)
    y = a * b + a
    steps = [(0, "forward"), (1, "forward"), (0, "backward"), (1, "backward"), (4, "backward"),
             (3, "backward"), (0, "forward")]  # fmt: skip
    (state,) = page_node.ask(y, steps=steps)
    (ia, ib, ip, iy) = (places(y)[id(v)] for v in (a, b, y.operands[0], y))
    changed = [set(at["changed"]) for at in state["states"]]
    assert changed == [set(), {ip}, {iy}, {ip}, {ia, ib}, {ib}, {ip, iy, ia}]


def test_without_the_topological_order_a_node_hands_on_too_early(page_node):
    a = Value(1.0, "a")
    b = a + a
    c = b + b
    right, wrong = (page_node.ask(c, wrong_order=w)[0]["pushes"] for w in (False, True))
    assert [p["after"] for p in right] == [1, 2, 2, 4]
    assert [p["after"] for p in wrong] == [1, 1, 2, 2]
    assert [(p["from"], p["upstream"]) for p in wrong] == [(2, 1), (1, 1), (1, 1), (2, 1)]


cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)


def test_what_an_unknown_primitive_depends_on_stays_and_all_else_is_right(page_node):
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = cube(x) * w
    place = places(y)
    first, second = page_node.ask(y, leaves=[(place[id(w)], 5.0)])
    assert_like_python(first, y)
    w.data = 5.0
    y = cube(x) * w
    assert_like_python(second, y)
    with pytest.raises(AssertionError, match="node 1 cannot be set; choose a leaf"):
        page_node.ask(y, leaves=[(place[id(x)], 5.0)])


def test_with_a_spelling_it_is_like_any_other(page_node):
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = cube(x) * w
    spellings = {cube: "(x) => x * x * x"}
    *_, last = page_node.ask(y, leaves=[(places(y)[id(x)], 5.0)], spellings=spellings)
    x.data = 5.0
    assert_like_python(last, cube(x) * w)


def test_of_a_network_the_gradients_are_pythons(page_node):
    model = nn.MLP(2, [8, 8, 1], activation="tanh")
    x = [Value(0.5, "x0"), Value(-1.0, "x1")]
    y = model(x)
    i = places(y)[id(x[0])]
    for state in page_node.ask(y, leaves=[(i, 0.25), (i, 0.5)]):
        assert_steps(state, y)


def test_a_leaf_alone_is_a_graph(page_node):
    x = Value(3.0)
    first, second = page_node.ask(x, leaves=[(0, -0.0)], steps=[(0, "forward"), (0, "backward")])
    assert first["data"] == [3.0]
    assert same_bits(second["data"], [-0.0])
    assert second["grad"] == [1.0]
    assert [at["reached"] for at in second["states"]] == [[0], [1]]
