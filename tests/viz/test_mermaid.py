"""Mermaid: the text has the scene's nodes and edges, and no label can add any."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, nn, ops
from microgradlike.testing.strategies.points import programs
from viz.fold.fold import fit
from viz.label import printable
from viz.numbers import short
from viz.scene.scene import scene
from viz.text.mermaid import DIRECTIONS, to_mermaid

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
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", inside[1])).split("<br/>")


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
    with pytest.raises(TypeError, match="expected a Value, got 3"):
        to_mermaid(3)
