"""No label can change the graph or the SVG."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pygraphviz
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from microgradlike import Value, unary
from microgradlike.scope import Scope, current
from viz.dot.dot import TITLE
from viz.dot.drawing import Drawing, draw
from viz.dot.svg import KEPT
from viz.label import SPACE, printable

HOSTILE = [
    "{a|b}|<p>c",
    "<b>bold</b><script>alert(1)</script>",
    "&lt;&amp;&#0;&#xD800;&nbsp;",
    "\0",
    "".join(map(chr, range(32))) + "\x7f\x85",
    "\ud800\udfff",
    "\ufffe\uffff",
    '"; evil [label="',
    "'",
    "\\N \\G \\L \\l \\r \\E \\\\ \\",
    "]> evil -> node; } subgraph cluster_c1 { }",
    "]]>",
    "]",
    "<!-- -->",
    "/* */ // #",
    "x" * 10_000,
    "<" * 10_000,
    "\u202egnirts\u200b",
    " \t\r\n",
    "重み🧠é̂",
]
LABELS = st.text(st.characters(exclude_categories=())) | st.sampled_from(HOSTILE)
ALLOWED = {"id", "style", "role", "aria-label", "textLength", "lengthAdjust"}


class Owner:
    """The owner of a scope; its class and its child have the label."""

    def __init__(self, name):
        self.name = name
        self.__class__ = type(printable(name), (Owner,), {})

    def name_of(self, child):
        return self.name


def graph(labels):
    """A graph in which every text that a user can choose is hostile."""
    x, y, z, frame, symbol = labels
    outer = Scope(Owner(frame), None)
    token = current.set(Scope(Owner(frame), outer))
    try:
        op = unary("f", lambda v: v * v, lambda y, v: 2 * v, symbol=symbol)
        result = op(Value(1.0, x) * Value(2.0, y)) * 3.0
        result.label = z
    finally:
        current.reset(token)
    result.backward()
    return result


FIVE = st.tuples(LABELS, LABELS, LABELS, LABELS, LABELS)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(FIVE)
@example(tuple(HOSTILE[:5]))
@example(tuple(HOSTILE[5:10]))
@example(tuple(HOSTILE[10:15]))
@example(tuple(HOSTILE[15:20]))
def test_the_text_parses_back_to_the_same_nodes_edges_and_frames(labels):
    picture = draw(graph(labels))
    read = pygraphviz.AGraph(string=picture.source)
    assert [str(n) for n in read.nodes()] == [n.id for n in by_frame(picture)]
    assert sorted((str(a), str(b)) for a, b in read.edges()) == sorted(
        (e.source, e.target) for e in picture.scene.edges
    )
    assert [g.name for g in read.subgraphs()] == ["cluster_c1"]
    assert [g.name for g in read.subgraphs()[0].subgraphs()] == ["cluster_c2"]
    for n in picture.scene.nodes:
        inside = ET.fromstring(read.get_node(n.id).attr["label"]).itertext()
        texts = [text.lstrip(SPACE) for text in inside]
        assert printable(n.name).replace("\\", "\\\\") in texts
    read.close()


def by_frame(picture):
    """The nodes in the order of the text: those in frames first."""
    return sorted(picture.scene.nodes, key=lambda n: n.cluster is None)


def check(picture):
    root = ET.fromstring(picture.svg())
    shown = [(e.text or "").split() for e in root.iter() if e.tag.endswith("}text")]
    for n in picture.scene.nodes:
        assert printable(n.name).split() in shown
        assert not n.symbol or printable(n.symbol).split() in shown
    for c in picture.scene.clusters:
        assert printable(c.title, TITLE).split() in shown
    groups = [e.get("class") for e in root.iter() if e.tag.endswith("}g")]
    assert groups.count("node") == len(picture.scene.nodes)
    assert groups.count("edge") == len(picture.scene.edges)
    assert groups.count("cluster") == 2
    for element in root.iter():
        name = element.tag.removeprefix("{http://www.w3.org/2000/svg}")
        assert set(element.attrib) <= KEPT[name] | ALLOWED
        for key, value in element.attrib.items():
            assert "alert" not in value, (key, value)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(FIVE)
@example(tuple(HOSTILE[:5]))
@example(tuple(HOSTILE[5:10]))
@example(tuple(HOSTILE[10:15]))
@example(tuple(HOSTILE[15:20]))
def test_the_svg_is_well_formed_and_has_nothing_but_the_picture(labels):
    check(draw(graph(labels)))


@pytest.mark.parametrize("five", [HOSTILE[i : i + 5] for i in range(0, 20, 5)])
def test_the_wheel_draws_the_same_hostile_labels(five, monkeypatch):
    monkeypatch.setenv("PATH", "")
    check(draw(graph(five)))


LAYOUT = """
import json, sys, pygraphviz
read = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.write(read.draw(format="json0", prog="dot").decode())
"""


def test_graphviz_lays_out_every_node_and_edge_of_hostile_labels():
    picture = draw(graph(HOSTILE[7:12]))
    done = subprocess.run(
        [sys.executable, "-c", LAYOUT], input=picture.source.encode(), capture_output=True
    )
    read = json.loads(done.stdout)
    names = {x["_gvid"]: x["name"] for x in read["objects"]}
    assert set(names.values()) == {n.id for n in picture.scene.nodes} | {"cluster_c1", "cluster_c2"}
    assert sorted((names[e["tail"]], names[e["head"]]) for e in read["edges"]) == sorted(
        (e.source, e.target) for e in picture.scene.edges
    )


def test_a_drawing_holds_no_surrogate_in_any_text():
    picture = draw(graph(("\ud800",) * 5))
    for text in (picture.source, picture.svg(), Drawing(picture.scene).source):
        text.encode()
