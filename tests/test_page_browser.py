"""The page in a real browser: it opens from disk, asks for nothing, and shows Python's numbers."""

import random

import pytest

from microgradlike import Value, nn, ops, unary
from microgradlike.graph import topological
from microgradlike.ops import TABLE
from microgradlike.parse import parse
from tests.browser import browser as browser  # a fixture
from tests.page_node import number
from tests.test_edge_points import ROWS, agrees, name
from tests.test_export_javascript import allowed_in_gradient, difference
from tests.test_hostile_labels import HOSTILE, graph
from tests.test_page_engine import backward, places
from tests.ulps import draw
from viz import page
from viz.scene import scene

# of the page's engine: numbers as their bits, since JSON has no nan
BITS = """(what) => {
  const view = new DataView(new ArrayBuffer(8));
  const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
  return Array.from(microgradlike.engine[what], bits);
}"""
cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)


def numbers(seen, what):
    return [number(bits) for bits in seen.evaluate(BITS, what)]


def neuron():
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    y = (w * x + b).tanh()
    y.backward()
    return y


def network():
    y = nn.MLP(2, [4, 4, 1], activation="tanh", rng=random.Random(0))([0.5, Value(-1.0, "x")])
    y.backward()
    return y


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page of a Value; at the end it is seen that nothing went wrong."""
    everything = []

    def open_page(y, **options):
        path = page(y, **options).save(tmp_path / f"{len(everything)}.html")
        context = browser.open(path)
        everything.append((path, context, seen := context.__enter__()))
        return seen

    yield open_page
    for path, context, seen in everything:
        assert seen.complaints == []
        assert [url for url in seen.asked if not url.startswith("data:")] == [path.as_uri()]
        context.__exit__(None, None, None)


@pytest.mark.parametrize("make", [neuron, network, lambda: Value(3.0)])
def test_a_page_opens_and_has_pythons_numbers(opened, make):
    y = make()
    seen = opened(y)
    assert seen.tab.title().endswith("microgradlike")
    assert repr(numbers(seen, "data")) == repr([n.data for n in scene(y).nodes])
    got = [g for g, n in zip(numbers(seen, "grad"), scene(y).nodes) if n.role != "constant"]
    want = [g for g in backward(y) if g is not None]
    assert all(abs(a - b) <= 1e-14 * abs(b) for a, b in zip(got, want, strict=True))


def test_a_leaf_is_set_and_everything_follows(opened):
    y = neuron()
    seen = opened(y)
    x = y.operands[0].operands[0].operands[1]
    i = places(y)[id(x)]
    seen.evaluate("([i, x]) => microgradlike.engine.setLeaf(i, x)", [i, -3.0])
    x.data = -3.0
    x.grad = 0.0
    y = (Value(2.0) * x + Value(0.5)).tanh()
    y.backward()
    assert difference(None, (), numbers(seen, "data")[-1], y.data) <= 4
    assert difference(None, (), numbers(seen, "grad")[i], x.grad) <= 8


def test_hostile_labels_neither_run_nor_break_anything(opened):
    for i in range(0, len(HOSTILE), 5):
        y = graph(tuple(HOSTILE[i : i + 5]))
        seen = opened(y)
        assert numbers(seen, "data") == [n.data for n in scene(y).nodes]


def test_a_primitive_of_ones_own_is_no_error(opened):
    x = Value(2.0, "x")
    y = cube(x) * Value(3.0, "w")
    i = places(y)[id(x)]
    assert numbers(opened(y), "grad")[i] == 36.0
    seen = opened(y, spellings={cube: "(x) => x * x * x"})
    seen.evaluate("(i) => microgradlike.engine.setLeaf(i, 1)", i)
    assert numbers(seen, "grad")[i] == 9.0


def test_the_policy_refuses_what_is_not_of_the_page(browser, tmp_path):
    """Or the test of what a page asks for would prove nothing."""
    made = page(neuron())
    path = tmp_path / "y.html"
    more = '<script>globalThis.ran = true</script><img src="other.png"><p style="color:red">'
    path.write_text(made.html.replace("</body>", more + "</body>"), encoding="utf-8")
    assert more in path.read_text(encoding="utf-8")
    with browser.open(path) as seen:
        assert seen.evaluate("globalThis.ran") is None
        assert len([said for said in seen.complaints if "Content Security Policy" in said]) >= 3


def test_two_pages_in_one_notebook_do_not_touch_each_other(browser, tmp_path):
    frames = [page(y).frame() for y in (neuron(), network())]
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><body>{''.join(frames)}</body>", encoding="utf-8")
    with browser.open(path) as seen:
        _, first, second = seen.tab.frames
        first.evaluate("microgradlike.engine.setLeaf(1, 100)")
        assert first.evaluate("microgradlike.engine.data[1]") == 100
        assert second.evaluate("microgradlike.engine.data[1]") != 100
        assert first.evaluate("self.origin") == "null"
        assert seen.complaints == []


# the whole table


def test_every_primitive_and_its_gradient_are_pythons(opened):
    """In one page: a sum of all, each at a point of its own."""
    terms = [
        op(*map(Value, draw(op, 1, seed=5)[0])) for op in TABLE.values() if op is not ops.where
    ]
    y = sum(terms[1:], terms[0])
    seen = opened(y)
    place, local = places(y), iter(numbers(seen, "local"))
    data = numbers(seen, "data")
    for v in topological(y):
        assert repr(data[place[id(v)]]) == repr(v.data)
        for i, _ in enumerate(v.operands):
            at = [x.data for x in v.operands]
            want = v.op.partials[i](v.data, *at)
            assert difference(None, at, next(local), want) <= allowed_in_gradient(v.op), v.op


@pytest.mark.parametrize("row", ROWS[::8], ids=name)
def test_a_row_of_the_edge_table_holds(opened, row):
    leaves = {k: Value(v, k) for k, v in row["at"].items()}
    y = parse(row["expr"])(leaves)
    place = places(y)
    seen = opened(y)
    grad = numbers(seen, "grad")
    for k, want in row["grad"].items():
        got = grad[place[id(leaves[k])]] if id(leaves[k]) in place else 0.0
        assert agrees(got, float(want), 4), (k, got)
