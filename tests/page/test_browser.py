"""The page in a real browser: it opens from disk, asks for nothing, and shows Python's numbers."""

import random
from itertools import islice
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, nn, ops, unary
from microgradlike.expressions.parser import parse
from microgradlike.ops import TABLE
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.compile.test_backends import SPECIAL
from tests.compile.test_export_javascript import difference
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.page_node import hexadecimal, numbers
from tests.page.test_engine import assert_steps, backward, places
from tests.test_edge_points import ROWS, agrees, name
from tests.ulps import draw
from tests.viz.test_hostile_labels import HOSTILE, graph
from viz import page
from viz.numbers import short, signed
from viz.scene.scene import scene

# the state of the page's engine, numbers as their bits, since JSON has no nan
STATE = """() => {
  const { engine } = microgradlike;
  const view = new DataView(new ArrayBuffer(8));
  const bits = (x) => (view.setFloat64(0, x), view.getBigUint64(0).toString(16));
  const places = new Set(["from", "operand", "edge", "isFirst"]);
  const spelled = ([key, x]) => [key, places.has(key) ? x : bits(x)];
  const push = (_, k) => Object.fromEntries(Object.entries(engine.push(k)).map(spelled));
  const columns = ["data", "local", "grad"].map((name) => [name, Array.from(engine[name], bits)]);
  const pushes = Array.from({ length: engine.pushCount }, push);
  return { ...Object.fromEntries(columns), pushes, states: [] };
}"""
SET = """(leaves) => {
  const view = new DataView(new ArrayBuffer(8));
  const number = (hex) => (view.setBigUint64(0, BigInt(`0x${hex}`)), view.getFloat64(0));
  for (const [i, x] of leaves) microgradlike.engine.setLeaf(i, number(x));
}"""
cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)


def state(seen):
    """The engine's, as `PageNode.ask` gives it."""
    return numbers([seen.evaluate(STATE)])[0]


def set_leaves(seen, leaves):
    seen.evaluate(SET, [[i, hexadecimal(x)] for i, x in leaves])


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
def opened_graph(opened):
    """Opens the page of a Value."""
    return lambda y, **options: opened(page(y, **options))


@pytest.mark.parametrize("make", [neuron, network, lambda: Value(3.0)])
def test_a_page_opens_and_has_pythons_numbers(opened_graph, make):
    y = make()
    seen = opened_graph(y)
    assert seen.tab.title().endswith("microgradlike")
    assert same_bits(state(seen)["data"], [n.data for n in scene(y).nodes])
    got = [g for g, n in zip(state(seen)["grad"], scene(y).nodes) if n.role != "constant"]
    want = [g for g in backward(y) if g is not None]
    assert all(abs(a - b) <= 1e-14 * abs(b) for a, b in zip(got, want, strict=True))


def test_what_is_written_in_the_graph_are_pythons_numbers(opened_graph):
    y = neuron()
    seen = opened_graph(y)
    texts = seen.tab.eval_on_selector_all("#graph text", "all => all.map((e) => e.textContent)")
    for node in scene(y).nodes:
        assert {node.name, short(node.data), signed(node.grad)} <= set(texts)
    for edge in scene(y).edges:
        assert short(edge.local, 3) in texts


def test_a_leaf_is_set_and_everything_follows(opened_graph):
    y = neuron()
    seen = opened_graph(y)
    x = y.operands[0].operands[0].operands[1]
    i = places(y)[id(x)]
    set_leaves(seen, [(i, -3.0)])
    x.data = -3.0
    x.grad = 0.0
    y = (Value(2.0) * x + Value(0.5)).tanh()
    y.backward()
    assert difference(None, (), state(seen)["data"][-1], y.data) <= 4
    assert difference(None, (), state(seen)["grad"][i], x.grad) <= 8


def test_hostile_labels_neither_run_nor_break_anything(opened_graph):
    for i in range(0, len(HOSTILE), 5):
        y = graph(tuple(HOSTILE[i : i + 5]))
        seen = opened_graph(y)
        assert state(seen)["data"] == [n.data for n in scene(y).nodes]


def drawn_labels(seed, count):
    """Strings of what ends texts, markup and scripts, of hostile ones, and of any characters."""
    rng = random.Random(seed)
    ends = [
        "<",
        ">",
        "</script>",
        "<!--",
        "]]>",
        "&",
        '"',
        "'",
        "`",
        "${",
        "\\",
        "\u2028",
        "\0",
        "\n",
    ]

    def piece():
        kind = rng.random()
        if kind < 0.5:
            return rng.choice(ends)
        if kind < 0.6:
            return rng.choice(HOSTILE)[:200]
        return "".join(chr(rng.randrange(0x110000)) for _ in range(rng.randrange(6)))

    return ["".join(piece() for _ in range(rng.randrange(1, 8))) for _ in range(count)]


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(k, marks=pytest.mark.long) for k in range(1, 5))]
)
def test_thousands_of_drawn_labels_are_text_and_nothing_else(opened_graph, seed):
    """2,000 as labels, as names of modules and in the search; 10,000 in a longer hunt."""
    labels = drawn_labels(seed, 2000)
    leaves = [Value(float(i), label) for i, label in enumerate(labels)]
    terms = [cluster(label, leaf) for label, leaf in zip(labels[::20], leaves[::20])]
    y = sum(leaves, Value(0.0)) + sum(terms, Value(0.0))
    seen = opened_graph(y)
    assert state(seen)["data"] == [n.data for n in scene(y).nodes]
    kept = seen.evaluate("() => microgradlike.session.graph.names.length")
    assert kept == len(scene(y).nodes)
    before = seen.evaluate("() => document.querySelectorAll('script, img, iframe, style').length")
    assert before == 2  # the page's own
    for label in labels[::400]:
        seen.evaluate(
            "(text) => microgradlike.session.search(text)",
            label.encode("utf-8", "replace").decode(),
        )
    seen.evaluate("() => microgradlike.session.foldAll()")
    for i in (0, 700):
        seen.evaluate("(i) => microgradlike.session.reveal(i)", i)
    assert (
        seen.evaluate("() => document.querySelectorAll('script, img, iframe, style').length") == 2
    )


def cluster(label, leaf):
    """A product made in the call of a module with that name."""

    class Outer(nn.Module):
        def __init__(self):
            setattr(self, label, Inner())

        def __call__(self, x):
            return getattr(self, label)(x)

    class Inner(nn.Module):
        def __call__(self, x):
            return x * 2.0

    return Outer()(leaf)


def test_a_primitive_of_ones_own_is_no_error(opened_graph):
    x = Value(2.0, "x")
    y = cube(x) * Value(3.0, "w")
    i = places(y)[id(x)]
    assert state(opened_graph(y))["grad"][i] == 36.0
    seen = opened_graph(y, spellings={cube: "(x) => x * x * x"})
    set_leaves(seen, [(i, 1.0)])
    assert state(seen)["grad"][i] == 9.0


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


# fingers

LIFTED = """() => {
  globalThis.lifted = false;
  let down = 0;
  addEventListener("pointerdown", () => (down += 1), true);
  for (const end of ["pointerup", "pointercancel"])
    addEventListener(end, () => (lifted = --down === 0), true);
}"""


def touches(seen, *steps):
    """Fingers go down at the first of the steps, along the others, and up."""
    session = seen.tab.context.new_cdp_session(seen.tab)

    def send(kind, fingers):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    seen.evaluate(LIFTED)
    send("touchStart", steps[0])
    for fingers in steps[1:]:
        send("touchMove", fingers)
    send("touchEnd", [])
    seen.wait("() => lifted")


def camera(seen):
    get = (
        "() => { const { x, y, scale } = microgradlike.session.view.camera; return [x, y, scale]; }"
    )
    return seen.evaluate(get)


def test_a_zoom_ends_a_glide_of_the_camera(opened_graph):
    seen = opened_graph(network())
    seen.evaluate("() => microgradlike.session.view.camera.zoom(0.5)")
    seen.evaluate("""() => {
      const { camera } = microgradlike.session.view;
      camera.fit();
      camera.zoom(1.5);
    }""")
    zoomed = camera(seen)
    seen.frames()
    assert camera(seen) == zoomed


def test_one_finger_moves_the_graph_and_two_zoom_it(browser, tmp_path):
    path = page(network()).save(tmp_path / "y.html")
    with browser.open(path, has_touch=True, viewport={"width": 1000, "height": 700}) as seen:
        x, y, scale = camera(seen)
        touches(seen, [(20, 120)], [(40, 130)], [(120, 160)])
        moved = camera(seen)
        assert (moved[0] - x, moved[1] - y) == pytest.approx((100, 40), abs=1)
        assert moved[2] == scale
        touches(seen, [(200, 100), (300, 100)], [(180, 100), (320, 100)], [(150, 100), (350, 100)])
        assert camera(seen)[2] == pytest.approx(2 * scale, rel=0.05)
        assert seen.complaints == []


def test_a_finger_drags_a_value(browser, tmp_path):
    path = page(neuron()).save(tmp_path / "y.html")
    with browser.open(path, has_touch=True, viewport={"width": 1000, "height": 700}) as seen:
        box = seen.tab.locator(".handle").first.bounding_box()
        leaf = int(seen.tab.locator(".handle").first.get_attribute("data-leaf"))
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        before = seen.evaluate("(i) => microgradlike.engine.data[i]", leaf)
        place = camera(seen)
        touches(seen, [(x, y)], [(x + 20, y)], [(x + 60, y)])
        assert seen.evaluate("(i) => microgradlike.engine.data[i]", leaf) > before
        assert camera(seen) == place
        assert seen.complaints == []


# the whole table, and random programs


def test_every_primitive_is_pythons_at_every_step_wherever_its_leaves_are_dragged(opened_graph):
    """A sum of all, at points of their domains and at special numbers."""
    table = [op for op in TABLE.values() if op is not ops.where]
    rows = zip(*[[*draw(op, 20, seed=5), *[(x,) * op.arity for x in SPECIAL]] for op in table])
    first, *others = [[x for point in row for x in point] for row in rows]
    leaves = [Value(x) for x in first]
    rest = iter(leaves)
    terms = [op(*islice(rest, op.arity)) for op in table]
    y = sum(terms[1:], terms[0])
    seen = opened_graph(y)
    place = places(y)
    assert_steps(state(seen), y)
    for row in others:
        set_leaves(seen, [(place[id(v)], x) for v, x in zip(leaves, row)])
        assert_steps(state(seen), y)


@settings(max_examples=20, suppress_health_check=list(HealthCheck), deadline=None)
@given(programs(min_size=5, max_size=30), st.floats(0.9, 1.1))
def test_a_random_program_is_pythons_at_every_step(browser, line, factor):
    leaves = [Value(x) for x in line.point]
    y = line(*leaves)
    place = places(y)
    with TemporaryDirectory() as folder, browser.open(page(y).save(f"{folder}/y.html")) as seen:
        assert same_bits(state(seen)["data"], [n.data for n in scene(y).nodes])
        assert_steps(state(seen), y)
        set_leaves(seen, [(place[id(v)], v.data * factor) for v in leaves if id(v) in place])
        assert_steps(state(seen), y)
        assert seen.complaints == []


@pytest.mark.parametrize("row", ROWS[::8], ids=name)
def test_a_row_of_the_edge_table_holds(opened_graph, row):
    leaves = {k: Value(v, k) for k, v in row["at"].items()}
    y = parse(row["expr"])(leaves)
    place = places(y)
    seen = opened_graph(y)
    grad = state(seen)["grad"]
    for k, want in row["grad"].items():
        got = grad[place[id(leaves[k])]] if id(leaves[k]) in place else 0.0
        assert agrees(got, float(want), 4), (k, got)
