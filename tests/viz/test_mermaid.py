"""Mermaid: the text has the scene's nodes and edges, and no label can add any."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, nn, ops
from microgradlike.testing.strategies.programs import programs
from viz.colors import WHITE, YELLOW, Scale
from viz.fold.fold import fit
from viz.label import printable
from viz.numbers import short
from viz.scene.scene import scene
from viz.text.mermaid import DIRECTIONS, escaped, to_mermaid

NODE = re.compile(r'(\w+)(?:\[".*"\]|\(".*"\))')
EDGE = re.compile(r'(\w+) -->(?:\|"([^"]*)"\|)? (\w+)')
OTHER = re.compile(
    r'flowchart (LR|TB|RL|BT)|subgraph c\d+\["[^"]*"\]|end|classDef \w+ [\w:,#-]+ ?[\w:,#-]*'
    r"|class [\w,]+ \w+|style \w+ fill:#[0-9a-f]{6}"
)


def parsed(text):
    """The ids of the nodes and the edges; every line must be of a kind that we write."""
    nodes, edges = [], []
    for line in text.splitlines():
        if match := NODE.fullmatch(line):
            nodes.append(match[1])
        elif match := EDGE.fullmatch(line):
            edges.append((match[1], match[3], match[2]))
        else:
            assert OTHER.fullmatch(line), line
    return nodes, edges


def shown(text, node):
    """The text in a node."""
    line = next(line for line in text.splitlines() if re.match(rf"{node}\W", line))
    inside = re.search(r'"(.*)"', line)
    assert inside
    decoded = html.unescape(re.sub(r"#(\d+);", r"&#\1;", inside[1]))
    return decoded.replace("\u200b", "").split("<br/>")


hostile = st.one_of(
    st.text(),
    st.text(
        st.sampled_from("\"'[](){}<>|#;&%`~\\/-=+*_\n\r\t\0\ud800\u2028:end graphclick"),
        max_size=40,
    ),
    st.sampled_from(
        ['"]; click n1 "javascript:alert(1)"', "%%{init: {}}%%", "end", "#quot;", "x" * 10_000]
    ),
)


@given(hostile, hostile)
def test_no_label_changes_the_graph(a, b):
    x, w = Value(2.0, a), Value(3.0, b)
    plain = Value(2.0, "x")
    nodes, edges = parsed(to_mermaid(x * w + x))
    assert (nodes, edges) == parsed(to_mermaid(plain * Value(3.0, "w") + plain))
    assert nodes == ["n1", "n2", "n3", "n4"]


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_a_label_is_read_as_it_was_given(label):
    assert shown(to_mermaid(Value(2.0, label)), "n1")[0].split() == printable(label).split()


@given(programs(max_size=10))
def test_nodes_edges_and_local_derivatives_are_those_of_the_scene(program):
    y = program(*[Value(x) for x in program.point])
    s = scene(y)
    nodes, edges = parsed(to_mermaid(y))
    assert nodes == [node.id for node in s.nodes]
    want = [None if e.local is None else short(e.local, 3) for e in s.edges]
    assert edges == [(e.source, e.target, label) for e, label in zip(s.edges, want)]


def test_a_node_shows_name_sign_data_and_grad():
    x = Value(3.0, "x")
    y = x * 2
    assert shown(to_mermaid(y), "n2") == ["v2 ×", "data 6", "grad –"]
    y.backward()
    assert shown(to_mermaid(y), "n2") == ["v2 ×", "data 6", "grad +1"]
    assert shown(to_mermaid(y), "n2_1") == ["2"]
    assert shown(to_mermaid(ops.log(Value(0.0))), "n2") == ["v2 log", "data −∞", "grad –", "inf"]


def test_calls_of_modules_are_subgraphs_that_nest():
    y = nn.MLP(2, [2, 1])([Value(1.0), Value(2.0)])
    text = to_mermaid(y)
    nodes, _ = parsed(text)
    depth, deepest = 0, 0
    for line in text.splitlines():
        depth += line.startswith("subgraph ") - (line == "end")
        assert depth >= 0
        deepest = max(deepest, depth)
    assert (depth, deepest) == (0, 3)
    assert sorted(nodes) == sorted(node.id for node in scene(y).nodes)


def test_a_big_graph_is_folded():
    y = nn.MLP(2, [16, 16, 1])([Value(1.0), Value(2.0)])
    text = to_mermaid(y)
    nodes, _ = parsed(text)
    assert len(nodes) <= 100
    assert " nodes" in text
    folded = fit(scene(y), depth=0)
    assert parsed(to_mermaid(folded))[0] == [node.id for node in folded.nodes]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_direction_is_in_the_first_line(direction):
    text = to_mermaid(Value(1.0), direction=direction)
    assert text.startswith(f"flowchart {direction}\n")


def test_other_directions_and_other_things_are_refused():
    with pytest.raises(ValueError, match=r"direction .*LR, TB, RL, BT, got 'up'"):
        to_mermaid(Value(1.0), direction="up")
    with pytest.raises(TypeError, match=r"y must be a Value, got 3 .*without \.data"):
        to_mermaid(3)


def fills(text):
    return dict(re.findall(r"^style (\w+) fill:(#\w+)$", text, re.MULTILINE))


def test_a_relu_that_is_off_keeps_the_color_of_its_gradient_and_nan_is_yellow():
    x = Value(-1.0, "x")
    y = x.relu() + x.log()
    y.backward()
    shot = scene(y)
    scale = Scale.of(n.grad for n in shot.nodes)
    found = fills(to_mermaid(shot))
    by_op = {n.op: n for n in shot.nodes}
    assert by_op["relu"].flags == ("off here",)
    assert found[by_op["relu"].id] == scale.color(1.0)
    assert found[by_op["log"].id] == YELLOW


def test_a_node_without_gradient_is_white():
    x = Value(2.0, "x")
    y = 3.0 * x
    assert set(fills(to_mermaid(y)).values()) == {WHITE}
    y.backward()
    found = fills(to_mermaid(y))
    assert [found[n.id] == WHITE for n in scene(y).nodes] == [False, True, False]


def test_subgraphs_stand_in_the_order_of_their_calls():
    pair = nn.MLP(1, [3, 2])([Value(1.0)]), nn.Neuron(1)([Value(1.0)])
    shot = scene(pair[0][0] + pair[0][1] + pair[1])
    opened = re.findall(r"^subgraph (c\d+)\[", to_mermaid(shot), re.MULTILINE)
    assert len(opened) == len(shot.clusters) > 6
    for parent in {c.parent for c in shot.clusters}:
        siblings = [c.id for c in shot.clusters if c.parent == parent]
        assert [c for c in opened if c in siblings] == siblings


def test_a_scene_is_drawn_as_it_is_however_large():
    y = Value(1.0)
    for _ in range(300):
        y = y.sin()
    assert len(parsed(to_mermaid(scene(y)))[0]) == 301
    assert len(parsed(to_mermaid(y))[0]) <= 100
    assert len(parsed(to_mermaid(y, max_nodes=400))[0]) == 301


def test_a_box_of_a_module_has_its_title_and_one_without_name_its_size():
    small = fit(scene(nn.Neuron(2)([Value(1.0), Value(2.0)])), depth=0)
    (box,) = [n for n in small.nodes if n.fold]
    assert shown(to_mermaid(small), box.id)[:2] == ["Neuron", f"{box.fold.size} nodes"]
    y = Value(1.0)
    for _ in range(9):
        y = y.sin()
    cut_off = fit(scene(y), focus="n10", hops=2)
    assert shown(to_mermaid(cut_off), "part1") == ["… 7 nodes folded"]


def test_the_sign_of_a_character_code_is_a_code_itself():
    assert escaped("#35;") == "#35;35#59;"


@pytest.mark.parametrize("label", [r"\nabla", r"a\nb", "$$x^2$$", "fa:fa-car", "fab:fa-x"])
def test_no_label_becomes_a_line_break_a_formula_or_an_icon(label):
    """Mermaid decodes a label first, and then looks for these."""
    decoded = html.unescape(re.sub(r"#(\d+);", r"&#\1;", escaped(label)))
    assert decoded.replace("\u200b", "") == label
    assert not re.search(r"\\n|\$\$|fa\w?:fa-", decoded)
