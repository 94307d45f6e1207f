"""A program is drawn as a graph: a node for each equation, and no numbers."""

import random

import pytest
from hypothesis import HealthCheck, given, settings

from microgradlike import Value, jit, ops
from microgradlike.compile.build import build_program
from microgradlike.compile.trace import Trace
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.compile.test_backends import recorded
from viz import draw, draw_dot, to_mermaid
from viz.dot.dot import to_dot
from viz.dot.render import render
from viz.scene.programs import MOST_OUTPUTS, program_scene

QUIET = settings(suppress_health_check=list(HealthCheck), deadline=None)


def ids(shot):
    return [node.id for node in shot.nodes]


@QUIET
@given(programs(max_size=20))
def test_every_equation_that_counts_is_a_node_and_every_operand_an_edge(line):
    built = recorded(line, len(line.point), gradient=True)
    shot = program_scene(built)
    by_id = {node.id: node for node in shot.nodes}
    assert len(by_id) == len(shot.nodes)
    for slot, op, operands in built.equations():
        node = by_id[f"n{slot}"]
        assert (node.name, node.op, node.symbol) == (f"v{slot}", op.name, op.symbol)
        arrivals = sorted((e for e in shot.edges if e.target == node.id), key=lambda e: e.position)
        constants = [by_id[e.source].data for e in arrivals]
        assert len(arrivals) == len(operands)
        for r, e, x in zip(operands, arrivals, constants):
            assert e.source == (f"n{r}" if r >= 0 else f"n{slot}_{e.position}")
            assert same_bits(x, built.constants[-1 - r] if r < 0 else None)


@QUIET
@given(programs(max_size=20))
def test_operands_stand_before_their_users_and_the_result_last(line):
    shot = program_scene(recorded(line, len(line.point), gradient=True))
    place = {name: i for i, name in enumerate(ids(shot))}
    assert all(place[e.source] < place[e.target] for e in shot.edges)
    assert shot.root == ids(shot)[-1]
    assert [node.id for node in shot.nodes if node.role == "result"] == [shot.root]


def test_names_are_those_that_the_program_prints_and_no_number_is_made_up():
    built = jit(lambda x, y: (2 * x - y).tanh()).program(1.0, 3.0)
    assert "v4 = tanh(v3)" in str(built)
    for text in (draw(built).source, to_mermaid(built)):
        assert all(name in text for name in ("x0", "x1", "v2", "v3", "v4", "tanh"))
        assert not any(word in text for word in (">data", "data ", ">grad", "grad ", "nan"))


def test_an_output_may_be_anything_and_several_arrive_in_their_order():
    shot = program_scene(jit(lambda x: (x.exp(), 7, x, x)).program(1.0))
    assert [(n.name, n.role) for n in shot.nodes] == [
        ("x0", "input"), ("v1", "operation"), ("7", "constant"), ("return", "result")
    ]  # fmt: skip
    arrivals = [(e.position, e.source) for e in shot.edges if e.target == shot.root]
    assert arrivals == [(0, "n1"), (1, "n2_1"), (2, "n0"), (3, "n0")]
    assert "arrows arrive at return in the order of the outputs" in shot.notes
    for f, names in [(lambda x: 7, ["7", "return"]), (lambda x: [], ["return"])]:
        assert [n.name for n in program_scene(jit(f).program(1.0)).nodes] == names
    (only,) = program_scene(jit(lambda x: x).program(1.0)).nodes
    assert (only.name, only.role) == ("x0", "input")


def test_a_note_tells_what_is_left_out():
    notes = program_scene(jit(lambda x, y, z: y).program(1.0, 2.0, 3.0)).notes
    assert "… 2 of 3 inputs left out: no output depends on them" in notes
    ws = [Value(float(i)) for i in range(40)]
    built = jit(lambda x: ops.relu(sum(w * x for w in ws))).program(2.0, gradient=True)
    shot = program_scene(built)
    assert sum(e.target == shot.root for e in shot.edges) == MOST_OUTPUTS
    assert f"… the first {MOST_OUTPUTS} of 41 outputs, and everything they depend on" in shot.notes


def test_the_product_of_the_chain_rule_is_explained_where_there_is_one():
    w = Value(2.0)
    f = jit(lambda x: (w * x).sqrt().exp())
    plain, gradient = f.program(1.0), f.program(1.0, gradient=True)
    assert ops.mul_no_nan in gradient.ops
    assert not any("chain rule" in note for note in program_scene(plain).notes)
    assert any("chain rule" in note for note in program_scene(gradient).notes)


@pytest.mark.parametrize("direction", ["LR", "TB"])
def test_graphviz_draws_it_with_a_box_of_its_own_for_every_node(direction):
    w, b = Value(2.0), Value(0.5)
    built = jit(lambda x: (w * x + b).tanh() ** 2).program(1.0, gradient=True)
    shot = program_scene(built)
    svg = render(to_dot(shot, direction=direction), "svg").decode()
    assert svg.count('class="node"') == len(shot.nodes)
    assert svg.count('class="edge"') == len(shot.edges)
    assert "data" not in svg
    assert draw(built, direction=direction).source == to_dot(shot, direction=direction)


def test_the_picture_tells_an_operations_name_to_the_pointer():
    svg = draw(jit(lambda x: x.exp() * 2).program(1.0)).svg()
    assert "v1 = exp" in svg
    assert "v2 = mul" in svg
    assert svg.count("data") == 1  # that of the constant


def test_draw_dot_draws_it_too():
    assert "v1" in draw_dot(jit(lambda x: x.exp()).program(1.0)).source


LARGE = pytest.param(100_000, 1, marks=pytest.mark.looks)


@pytest.mark.parametrize(("size", "outputs"), [LARGE, (3_000, 1), (3_000, 200)])
def test_a_large_program_is_cut_and_says_so(size, outputs):
    trace, rng = Trace(), random.Random(0)
    slots = [trace.input() for _ in range(3)]
    xs = slots[:]
    while len(trace.nodes) < size:
        a, b = rng.choice(slots[-9:]), rng.choice(slots[-9:])
        slots.append(a * 0.7 - b if rng.random() < 0.5 else ops.sin(a))
    built = build_program(xs, slots[-outputs:])
    drawing = draw(built)
    assert len(drawing.scene.nodes) <= 50
    assert "nodes folded: only the nodes nearest to the result are shown" in drawing.scene.notes[-1]
    assert "<svg" in drawing.svg()


def test_a_bound_on_the_nodes_is_kept():
    built = jit(lambda x: sum(ops.sin(x * k) for k in range(2, 40))).program(1.0)
    assert len(draw(built).scene.nodes) <= 60
    assert len(draw(built, max_nodes=200).scene.nodes) > 100
    assert len(draw(built, max_nodes=20).scene.nodes) <= 20


def test_what_belongs_to_values_is_refused():
    built, x = jit(lambda x: x.exp()).program(1.0), Value(1.0)
    with pytest.raises(TypeError, match=r"focus .*a program has none; got .*max_nodes="):
        draw(built, focus=x)
    with pytest.raises(TypeError, match="a program has its own names; leave out names="):
        draw(built, names={x: "x"})
    with pytest.raises(TypeError, match="y must be a Value, got"):
        draw(jit(lambda x: x))
