"""Scene: a snapshot of a graph."""

import math
import sys

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, ops, unary
from microgradlike.engine import local_derivatives
from microgradlike.graph import topological
from microgradlike.testing.strategies.programs import programs
from tests.bits import same_bits
from viz.scene.scene import id_of, scene


def built(program):
    """The program's result as a Value, even if it is a number."""
    return program(*map(Value, program.point)) + 0.0


@given(programs())
def test_every_value_is_a_node_and_every_operand_an_edge(program):
    y = built(program)
    order = topological(y)
    shot = scene(y)
    values = [n for n in shot.nodes if n.role != "constant"]
    assert [n.id for n in values] == [f"n{i}" for i in range(1, len(order) + 1)]
    assert [n.data for n in values] == [v.data for v in order]
    assert shot.root == values[-1].id
    constants = sum(isinstance(x, float) for v in order for x in v.operands)
    assert len(shot.nodes) == len(order) + constants
    assert len(shot.edges) == sum(len(v.operands) for v in order)
    assert {e.source for e in shot.edges} | {shot.root} == {n.id for n in shot.nodes}


@given(programs())
def test_an_edge_carries_its_local_derivative_and_a_constant_has_none(program):
    y = built(program)
    shot = scene(y)
    numbered = {id_of(y, v): v for v in topological(y)}
    data = {n.id: n.data for n in shot.nodes}
    for e in shot.edges:
        v = numbered[e.target]
        operand = v.operands[e.position]
        assert same_bits(e.local, local_derivatives(v)[e.position])
        assert same_bits(data[e.source], operand if e.local is None else operand.data)


@given(programs())
def test_operands_stand_before_their_users(program):
    shot = scene(built(program))
    place = {n.id: i for i, n in enumerate(shot.nodes)}
    assert all(place[e.source] < place[e.target] for e in shot.edges)


@pytest.mark.parametrize("op", [ops.mul, ops.add])
def test_one_node_used_twice_has_two_edges(op):
    x = Value(3.0, "x")
    assert [(e.source, e.position) for e in scene(op(x, x)).edges] == [("n1", 0), ("n1", 1)]


def test_a_number_is_a_constant_of_its_own_for_each_use():
    x = Value(3.0)
    shot = scene(2 * x + 2 * x)
    twos = [n for n in shot.nodes if n.role == "constant"]
    assert [(n.name, n.data, n.grad) for n in twos] == [("2", 2.0, None)] * 2
    assert len({n.id for n in twos}) == 2


def test_roles():
    x = Value(3.0, "x")
    shot = scene((x * 2).tanh())
    assert [n.role for n in shot.nodes] == ["input", "constant", "operation", "result"]
    assert [n.role for n in scene(x).nodes] == ["input"]


def test_a_node_is_named_by_its_label_or_its_number():
    x = Value(3.0, "x")
    y = x.exp()
    z = y.sin()
    z.label = "z"
    assert [(n.name, n.op, n.symbol) for n in scene(z).nodes] == [
        ("x", "", ""),
        ("v2", "exp", "exp"),
        ("z", "sin", "sin"),
    ]


def test_the_gradient_is_none_before_a_backward_pass():
    x = Value(0.0, "x")
    y = x * x
    before = scene(y)
    assert [n.grad for n in before.nodes] == [None, None]
    assert before.notes == ("no backward pass yet: call .backward() on the result",)
    y.backward()
    assert [n.grad for n in scene(y).nodes] == [0.0, 1.0]
    assert scene(y).notes == ()
    assert [n.grad for n in scene(y + 1).nodes] == [0.0, 1.0, None, None]
    assert [n.grad for n in before.nodes] == [None, None]  # a snapshot


@pytest.mark.parametrize(
    ("make", "flags"),
    [
        (lambda x: x.log(), ("nan",)),
        (lambda x: (x + 1).log(), ("inf",)),
        (lambda x: x * -math.inf, ("inf",)),
        (lambda x: x.relu(), ("off here",)),
        (lambda x: (x + 1).relu(), ("off here",)),
        (lambda x: (x + 2).relu(), ()),
        (lambda x: x * 0, ()),
        (lambda x: (x * math.nan).relu(), ("nan",)),
    ],
)
def test_a_suspect_result_is_flagged(make, flags):
    shot = scene(make(Value(-1.0)))
    assert shot.nodes[-1].flags == flags


@pytest.mark.parametrize(("upstream", "flag"), [(math.nan, "nan grad"), (math.inf, "inf grad")])
def test_a_gradient_that_is_not_finite_is_flagged(upstream, flag):
    y = Value(1.0).exp()
    y.backward(upstream)
    assert {n.flags for n in scene(y).nodes} == {(flag,)}


def test_a_constant_that_is_not_finite_is_flagged():
    assert [n.flags for n in scene(Value(1.0) * math.inf).nodes][1] == ("inf",)


def test_a_primitive_of_the_users_is_drawn_like_any_other():
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x, symbol="³")
    shot = scene(cube(Value(2.0)))
    assert (shot.nodes[-1].op, shot.nodes[-1].symbol) == ("cube", "³")
    assert shot.edges[0].local == 12.0


def test_a_long_chain_needs_no_recursion():
    x = y = Value(1.0)
    for _ in range(5_000):
        y = y * x
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(150)
    try:
        assert len(scene(y).nodes) == 5_001
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    ("stranger", "message"),
    [
        (3.0, "got 3.0 of type float; pass the Value"),
        ([Value(1.0)], "of type list; pass one of its elements, or their sum"),
        (None, "got None of type NoneType"),
    ],
)
def test_only_a_value_has_a_scene(stranger, message):
    with pytest.raises(TypeError) as caught:
        scene(stranger)
    assert message in str(caught.value)


def test_a_node_of_another_graph_has_no_id():
    with pytest.raises(ValueError, match=r"1\.0.* is not in this graph.*choose a node"):
        id_of(Value(1.0) + 1, Value(1.0))


@given(programs(), st.data())
def test_an_id_leads_back_to_its_node(program, data):
    y = built(program)
    v = data.draw(st.sampled_from(topological(y)))
    node = next(n for n in scene(y).nodes if n.id == id_of(y, v))
    assert same_bits(node.data, v.data)
