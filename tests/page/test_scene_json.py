"""The JSON of a scene is complete, to the last bit, and safe in a script element."""

import doctest
import json
import math
import struct
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from microgradlike import Value, nn, ops, unary
from tests import ROOT
from tests.viz.test_hostile_labels import FIVE, HOSTILE, graph
from viz.page.scene_json import scene_json, spelled, to_json
from viz.scene.scene import scene

cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
NAMED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def number(x):
    return None if x is None else NAMED[x] if isinstance(x, str) else x


def bits(x):
    return None if x is None else struct.pack(">d", x) if x == x else "nan"


def columns(y, **options):
    return json.loads(scene_json(y, **options))


def network():
    y = nn.MLP(2, [3, 1])([1.0, 2.0])
    y.backward()
    return y


def test_every_column_is_that_of_the_scene():
    y = network()
    shot, got = scene(y), columns(y)
    nodes = got["nodes"]
    assert {len(column) for column in nodes.values()} == {len(shot.nodes)}
    assert nodes["name"] == [n.name for n in shot.nodes]
    assert [got["roles"][k] for k in nodes["role"]] == [n.role for n in shot.nodes]
    assert [got["ops"][k] if k >= 0 else "" for k in nodes["op"]] == [n.op for n in shot.nodes]
    assert [got["symbols"][k] if k >= 0 else "" for k in nodes["op"]] == [
        n.symbol for n in shot.nodes
    ]
    titles = [got["clusters"][k]["title"] if k >= 0 else None for k in nodes["cluster"]]
    by_id = {c.id: c.title for c in shot.clusters}
    assert titles == [by_id.get(n.cluster) for n in shot.nodes]
    assert shot.nodes[got["root"]].id == shot.root
    assert got["version"] == 2


def test_edges_are_the_operands_in_their_order():
    y = network()
    shot, got = scene(y), columns(y)
    place = {n.id: i for i, n in enumerate(shot.nodes)}
    edges = [(place[e.source], place[e.target], e.position) for e in shot.edges]
    operands = got["nodes"]["operands"]
    assert edges == [(k, i, p) for i, ks in enumerate(operands) for p, k in enumerate(ks)]
    assert all(k < i for i, ks in enumerate(operands) for k in ks)


@given(st.lists(st.floats(), min_size=1, max_size=8))
@example([0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.1])
def test_numbers_come_back_to_the_bit(numbers):
    y = Value(numbers[0])
    for x in numbers[1:]:
        y = y + Value(x)
    y.backward()
    shot, nodes = scene(y), columns(y)["nodes"]
    assert [bits(number(x)) for x in nodes["data"]] == [bits(n.data) for n in shot.nodes]
    assert [bits(number(x)) for x in nodes["grad"]] == [bits(n.grad) for n in shot.nodes]


def test_a_gradient_that_is_not_known_is_null():
    assert columns(Value(1.0) + 2)["nodes"]["grad"] == [None, None, None]


def test_the_same_graph_gives_the_same_text():
    y = network()
    assert scene_json(y) == scene_json(y)


def test_names_go_before_labels():
    x = Value(1.0, "x")
    assert columns(x, names={x: "weight"})["nodes"]["name"] == ["weight"]


def test_what_a_primitive_without_spelling_depends_on_is_locked():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = cube(x + 1) * w
    got = columns(y)
    nodes = got["nodes"]
    free = [n for n, locked in zip(nodes["name"], nodes["locked"]) if not locked]
    assert free == ["w", nodes["name"][got["root"]]]
    (i,) = got["opaque"]["node"]
    assert got["ops"][nodes["op"][i]] == "cube"
    assert got["opaque"]["local"] == [[27.0]]


def test_a_name_of_two_primitives_is_left_out():
    other = unary("exp", lambda x: x, lambda y, x: 1.0)
    x = Value(1.0)
    known = [ops.exp, other, ops.sin, ops.mul, ops.mul_no_nan]
    assert set(spelled(x.exp() * other(x).sin(), known)) == {"sin", "mul", "mul_no_nan"}
    assert columns(other(x))["nodes"]["locked"] == [1, 1]


@pytest.mark.parametrize("y", [1.0, "y", None, [Value(1.0)]])
def test_anything_but_a_value_is_refused(y):
    with pytest.raises(TypeError, match="y must be a Value, got"):
        scene_json(y)


def test_the_documentation_of_the_json_is_right():
    text = (ROOT / "docs/reference/scene.md").read_text(encoding="utf-8")
    test = doctest.DocTestParser().get_doctest(text, {}, "scene.md", "scene.md", 0)
    assert doctest.DocTestRunner().run(test).failed == 0
    keys = columns(network())
    for key in [*keys, *keys["nodes"], *keys["opaque"], *keys["turns"], *keys["clusters"][0]]:
        assert f"`{key}`" in text or f".{key}`" in text, key


# in a page


class Page(HTMLParser):
    """The elements of a page, and the text of its script."""

    def __init__(self):
        super().__init__()
        self.tags, self.script = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))

    def handle_data(self, data):
        if self.tags[-1][0] == "script":
            self.script += data


def in_a_script(text):
    page = Page()
    page.feed(f"<script>const SCENE = {text};</script><p>after</p>")
    page.close()
    return page


SCRIPT = [
    "</script><script>alert(1)</script>",
    "</SCRIPT ",
    "<!--<script>",
    "-->",
    "]]>",
    "\u2028\u2029",
    "\\u003c/script>",
    '\\";alert(1);//',
    "${alert(1)}`",
    "__proto__",
]
HUNT = settings(max_examples=2000, suppress_health_check=list(HealthCheck), deadline=None)


@HUNT
@given(FIVE)
@example(tuple(SCRIPT[:5]))
@example(tuple(SCRIPT[5:]))
@example(tuple(HOSTILE[:5]))
@example(tuple(HOSTILE[5:10]))
@example(tuple(HOSTILE[10:15]))
@example(tuple(HOSTILE[15:20]))
def test_no_label_leaves_the_script_element(labels):
    """Five labels per example, 10,000 in all."""
    y = graph(labels)
    text = to_json(scene(y), ())
    assert text.isascii()
    assert "<" not in text
    page = in_a_script(text)
    assert page.tags == [("script", []), ("p", [])]
    assert page.script == f"const SCENE = {text};"
    got = json.loads(text)
    assert utf16(got["nodes"]["name"]) == utf16(n.name for n in scene(y).nodes)


def utf16(names):
    """Text as JavaScript has it, in which two surrogates are one character."""
    return [name.encode("utf-16", "surrogatepass") for name in names]
