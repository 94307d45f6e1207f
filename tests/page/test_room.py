"""Room in the page: its panel and legend, the presenter mode, and the place that it opens at."""

import random

import pytest

from microgradlike import Value, nn
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.gallery import gallery
from viz import page
from viz.scene.scene import scene

WIDE = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PLACE = """() => {
  const { player, selected } = microgradlike.session;
  return [player.position, selected];
}"""
WIDTHS = "() => ['canvas', 'side-panel'].map((id) => document.getElementById(id).clientWidth)"
PRESENTING = "() => document.body.classList.contains('presenter')"
# what sticks out to the right of the window, apart from the picture in its canvas
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => !e.closest("#graph *") && e.getClientRects().length > 0)
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".visually-hidden"))
  .map((e) => e.id || e.className || e.tagName)"""
# pairs of the graph, the legend, the panel, header and footer that lie over each other
OVERLAPS = """() => {
  const parts = ["header", "#graph", "#legend-part", "#side-panel", "footer"];
  const boxes = parts.map((part) => document.querySelector(part).getBoundingClientRect());
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return parts.filter((_, i) => boxes.some((b, k) => k !== i && over(boxes[i], b)));
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("button, select, summary, input, label")]
  .map((e) => [e, e.closest("label") ?? e])
  .map(([e, target]) => [e.id || e.textContent, target.getBoundingClientRect()])
  .filter(([, { width, height }]) => width > 0 && (width < 43.5 || height < 43.5))
  .map(([name, { width, height }]) => `${name}: ${width} × ${height}`)"""


def neuron():
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    y = (w * x + b).tanh()
    y.label = "y"
    y.backward()
    return y


def network():
    y = nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(0))([0.5, Value(-1.0, "x")])
    y.backward()
    return y


def place_of(y, v):
    """The id of the box of a Value."""
    names = [n.name for n in scene(y, names={v: "wanted"}).nodes]
    return f"n{names.index('wanted')}"


@pytest.fixture
def wide(opened):
    """The page of a neuron in a window of its own, with a storage of its own."""
    return opened(page(neuron()), viewport=WIDE)


# panels


def drag(seen, by):
    x, y = seen.evaluate("""() => {
      const { left, top, width, height } = document.getElementById("split").getBoundingClientRect();
      return [left + width / 2, top + height / 2];
    }""")
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + by / 2, y)
    seen.tab.mouse.move(x + by, y)
    seen.tab.mouse.up()


def test_the_edge_of_the_panel_is_dragged_and_the_page_remembers_it(wide):
    canvas, panel = wide.evaluate(WIDTHS)
    drag(wide, -100)
    assert wide.evaluate(WIDTHS) == pytest.approx([canvas - 100, panel + 100], abs=2)
    drag(wide, -2000)
    assert wide.evaluate(WIDTHS)[1] <= 0.6 * 1280
    drag(wide, 2000)
    assert wide.evaluate(WIDTHS)[1] == pytest.approx(240, abs=2)
    drag(wide, -60)
    kept = wide.evaluate(WIDTHS)
    wide.reload()
    assert wide.evaluate(WIDTHS) == kept


def test_the_edge_of_the_panel_has_keys_and_tells_its_place(wide):
    _, panel = wide.evaluate(WIDTHS)
    wide.tab.focus("#split")
    now = "() => Number(document.getElementById('split').getAttribute('aria-valuenow'))"
    for key, least, most in (
        ("ArrowLeft", panel + 20, panel + 28),
        ("ArrowRight", panel - 4, panel + 4),
        ("Home", 0.6 * 1280 - 4, 0.6 * 1280),
        ("End", 238, 240),
    ):
        wide.tab.keyboard.press(key)
        assert least <= wide.evaluate(WIDTHS)[1] <= most, key
        assert wide.evaluate(now) == pytest.approx(wide.evaluate(WIDTHS)[1], abs=2)
    assert wide.evaluate(PLACE)[0] == wide.evaluate("() => microgradlike.session.steps.last")


def test_panel_legend_and_parts_are_hidden_and_stay_so(wide):
    canvas, panel = wide.evaluate(WIDTHS)
    wide.tab.click("#panel")
    assert wide.evaluate(WIDTHS) == pytest.approx([canvas + panel, 0], abs=2)
    assert wide.tab.get_attribute("#panel", "aria-expanded") == "false"
    wide.reload()
    assert wide.evaluate(WIDTHS)[1] == 0
    wide.tab.click("#panel")
    assert wide.evaluate(WIDTHS) == pytest.approx([canvas, panel], abs=2)
    height = "() => document.getElementById('graph').clientHeight"
    before = wide.evaluate(height)
    for part in ("#legend-part", "#order-section"):
        wide.tab.click(f"{part} > summary")
    assert wide.evaluate(height) > before + 40
    wide.reload()
    assert wide.evaluate("() => [...document.querySelectorAll('details')].map((e) => e.open)") == [
        False,
        True,
        True,
        False,
        False,
    ]  # legend, step, node, order, keys


@pytest.mark.parametrize("stored", ["{", "3", "null", '{"width": "x", "order-section": 1}'])
def test_a_storage_with_other_content_breaks_nothing(wide, stored):
    wide.evaluate("(text) => localStorage.setItem('microgradlike', text)", stored)
    wide.reload()
    assert min(wide.evaluate(WIDTHS)) >= 239


@pytest.mark.parametrize("width", [700, 821, 950, 1100, 1920])
def test_the_legend_and_the_panels_cover_nothing(opened, width):
    seen = opened(page(network()), viewport={"width": width, "height": 672})
    assert seen.evaluate(TOO_WIDE) == []
    if width > 820:
        assert seen.evaluate(OVERLAPS) == []
    seen.evaluate("() => { document.getElementById('legend-part').open = true; }")
    if width > 820:
        assert seen.evaluate(OVERLAPS) == []
    assert seen.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("width", [821, 950, 1100, 1180])
def test_a_training_leaves_half_of_the_window_to_the_graph(opened, width):
    seen = opened(gallery("training"), viewport={"width": width, "height": 672})
    for button in ("panel", "present", "present"):
        box = seen.tab.locator("#graph").bounding_box()
        assert box["width"] >= (width / 2 if button == "panel" else 400)
        assert seen.evaluate(OVERLAPS) == []
        seen.tab.locator(f"#{button}").click()


# phones


@pytest.mark.parametrize("make", [neuron, network])
def test_a_phone_shows_graph_numbers_and_buttons_without_scrolling_sideways(opened, make):
    seen = opened(page(make(), step="backward"), **PHONE)
    for _ in range(2):
        seen.evaluate("() => microgradlike.session.player.step(1)")
        seen.frames(3)
        assert seen.evaluate("() => document.documentElement.scrollWidth") == 390
        assert seen.evaluate(TOO_WIDE) == []
        for part in ("#graph", "#event .rule", "#scrubber", "#step-back", "#play", "#step-forward"):
            box = seen.tab.locator(part).first.bounding_box()
            assert 0 <= box["y"] <= 844 - box["height"], part
        footer = seen.tab.locator("footer").bounding_box()
        assert seen.tab.locator("#event .rule").first.bounding_box()["y"] < footer["y"] - 20


def test_a_finger_hits_every_control(opened):
    seen = opened(page(network(), step="backward", select="x"), **PHONE)
    seen.evaluate("() => document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    small = seen.evaluate(SMALL_TARGETS)
    rows = [name for name in small if "→" in name]  # of the order, one below the other
    assert [name for name in small if name not in rows] == []
    assert min(float(name.rpartition(" ")[2]) for name in rows) >= 24


@pytest.mark.parametrize("size", [(844, 390), (640, 400), (320, 256)])
def test_a_low_window_shows_everything_after_scrolling(opened, size):
    """A phone on its side, 1280 × 800 at 200 %, and at 400 %."""
    seen = opened(page(network()), viewport=dict(zip(("width", "height"), size)))
    assert seen.evaluate(TOO_WIDE) == []
    for part in ("#graph", "#step-forward", "#order", "#keys-section > summary"):
        seen.tab.locator(part).scroll_into_view_if_needed()
        assert seen.tab.locator(part).first.is_visible()
    assert seen.tab.locator("#graph").bounding_box()["height"] >= 120


# the presenter mode


def test_the_presenter_mode_shows_graph_and_step_in_large_type(wide):
    size = "() => document.querySelector('#event p').getBoundingClientRect().height"
    graph = "() => document.getElementById('graph').getBoundingClientRect().height"
    before = wide.evaluate(size), wide.evaluate(graph)
    wide.tab.click("#present")
    assert wide.evaluate(PRESENTING)
    assert wide.evaluate("() => document.fullscreenElement === document.documentElement")
    assert wide.tab.get_attribute("#present", "aria-pressed") == "true"
    seen = """() => [...document.querySelectorAll("aside details")]
      .filter((e) => e.checkVisibility()).map((e) => e.id)"""
    assert wide.evaluate(seen) == ["step"]
    assert wide.evaluate(size) >= 1.3 * before[0]
    assert wide.evaluate(graph) > before[1]
    wide.evaluate("() => microgradlike.session.select('n0')")
    assert wide.evaluate(seen) == ["step", "inspector"]
    wide.tab.click("#present")
    assert not wide.evaluate(PRESENTING)
    wide.wait("() => document.fullscreenElement === null")


def test_the_presenter_mode_ends_with_the_full_screen(wide):
    wide.tab.keyboard.press("f")
    wide.wait("() => document.fullscreenElement !== null")
    wide.evaluate("() => document.exitFullscreen()")
    wide.wait("() => !document.body.classList.contains('presenter')")


def test_without_a_full_screen_the_presenter_mode_fills_the_frame(wide):
    wide.evaluate("""() => {
      document.documentElement.requestFullscreen = () => Promise.reject(new TypeError("refused"));
    }""")
    wide.tab.keyboard.press("f")
    assert wide.evaluate(PRESENTING)
    wide.tab.keyboard.press("Escape")
    assert not wide.evaluate(PRESENTING)


# the place


@pytest.mark.parametrize("make", [neuron, network])
def test_a_page_opens_at_a_step_with_a_node_selected(opened, make):
    y = make()
    x = next(n for n in scene(y).nodes if n.name == "x")
    leaf = f"n{scene(y).nodes.index(x)}"
    seed = sum(bool(n.op) for n in scene(y).nodes) + 1
    for step, position in (("start", 0), ("backward", seed - 1), (3, 3)):
        seen = opened(page(y, step=step, select="x"))
        assert seen.evaluate(PLACE) == [position, leaf]
        assert seen.evaluate("() => document.activeElement === document.body")  # nothing is stolen
    seen = opened(page(y, step="end"))
    assert seen.evaluate(PLACE) == [seen.evaluate("() => microgradlike.session.steps.last"), None]
    last = seen.evaluate("() => microgradlike.session.steps.last")
    assert opened(page(y, step=last)).evaluate(PLACE)[0] == last
    with pytest.raises(ValueError, match=f"at most {last}, the last step .* got {last + 1}"):
        page(y, step=last + 1)


def test_a_folded_node_is_unfolded_to_be_selected(opened):
    model = nn.MLP(2, [16, 16, 16, 1], rng=random.Random(0))
    y = model([1.0, 2.0])
    w = model.layers[2].neurons[7].w[3]
    seen = opened(page(y, select=w))
    assert seen.evaluate(PLACE)[1] == place_of(y, w)
    seen.wait("""() => {
      const { view, selected } = microgradlike.session;
      const { left, right, top, bottom } = view.camera.visibleArea();
      const { x, y } = view.boxes.get(selected);
      return x > left && x < right && y > top && y < bottom;
    }""")


def test_the_address_keeps_the_place_and_brings_it_back(opened):
    seen = opened(page(network()))
    for chosen in ("n3", "n7", None):
        seen.evaluate(
            """(id) => {
              const { session } = microgradlike;
              globalThis.before = location.hash;
              session.player.go(9);
              if (id) session.reveal(Number(id.slice(1)));
              else session.deselect();
            }""",
            chosen,
        )
        seen.wait("() => location.hash !== before")
        seen.reload()
        assert seen.evaluate(PLACE) == [9, chosen]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("step=2", (2, None)),
        ("step=backward&select=x", (3, "n1")),
        ("select=w", (9, "n2")),
        ("step=99999999999999999999999", (9, None)),
        ("step=-1", (9, None)),
        ("step=1e0&select=@0", (9, "n0")),
        ("step=constructor&select=toString", (9, None)),
        ("select=@99", (9, None)),
        ("%E0%A4%A&&&=&step", (9, None)),
        ("<img src=x onerror=alert(1)>", (9, None)),
    ],
)
def test_an_address_leads_to_its_place_and_nonsense_to_none(browser, tmp_path, address, place):
    path = page(neuron()).save(tmp_path / "y.html")
    with browser.open(path) as seen:
        last = seen.evaluate("() => microgradlike.session.steps.last")
        seen.evaluate("(address) => { location.hash = address; }", address)
        seen.frames()
        step, chosen = place
        assert seen.evaluate(PLACE) == [min(step, last), chosen]
        assert seen.complaints == []


@pytest.mark.looks
def test_the_names_of_a_place_are_those_of_the_graph(opened):
    """A name of several nodes is written with its modules, and a name of one node as it is."""
    seen = opened(page(network()))
    count = seen.evaluate("() => microgradlike.session.graph.count")
    seen.evaluate("() => microgradlike.session.unfold()")
    for i in range(0, count, 7):
        seen.evaluate(
            "(i) => { globalThis.before = location.hash; microgradlike.session.reveal(i); }", i
        )
        seen.wait("() => location.hash !== before")
        address = seen.evaluate("() => location.hash")
        seen.evaluate("() => microgradlike.session.deselect()")
        seen.wait("() => !location.hash.includes('select')")
        seen.evaluate("(address) => { location.hash = address; }", address)
        seen.frames()
        assert seen.evaluate(PLACE)[1] == f"n{i}", address


def test_in_a_notebook_a_page_opens_at_its_place_and_keeps_nothing(browser, tmp_path):
    path = tmp_path / "notebook.html"
    frame = page(neuron(), step="backward", select="x").frame()
    path.write_text(f"<!doctype html><body>{frame}</body>", encoding="utf-8")
    with browser.open(path, viewport=WIDE) as seen:
        _, inside = seen.tab.frames
        assert inside.evaluate(PLACE) == [3, "n1"]
        inside.click("#panel")
        inside.click("#step-forward")
        seen.tab.wait_for_timeout(600)
        assert inside.evaluate(PLACE) == [4, "n1"]
        assert inside.evaluate("() => document.getElementById('side-panel').hidden")
        inside.click("#present")
        assert inside.evaluate(PRESENTING)
        inside.wait_for_function("() => document.fullscreenElement !== null")
        assert seen.complaints == []


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"step": "begin"},
            ValueError,
            "step must be an integer, 'start', 'backward' or 'end', got 'begin'",
        ),
        ({"step": -1}, ValueError, "step must be at least 0, got -1"),
        ({"step": True}, TypeError, "step must be a whole number, got True"),
        ({"step": 1.5}, TypeError, r"step must be a whole number, got 1\.5"),
        ({"step": 10**9}, ValueError, "step must be at most 9, the last step .*write 'end'"),
        (
            {"select": "q"},
            ValueError,
            "select must name one node; 'q' is the name of none: pass the",
        ),
        ({"select": Value(1.0)}, ValueError, "is not in this graph"),
        ({"select": 3}, TypeError, "select must be a Value or a name, got 3; pass the Value"),
    ],
)
def test_a_place_that_does_not_exist_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        page(neuron(), **options)


def test_a_training_has_no_place():
    model = nn.MLP(1, [1], rng=random.Random(0))
    with pytest.raises(TypeError, match=r"step, select, digits and practice are for the graph"):
        page(model, data=([[1.0]], [1.0]), loss="mse", step=3)


# the wrong order, and what a screen reader is told


def test_the_wrong_order_is_explained_before_and_after_it_is_tried(opened):
    x = Value(2.0, "x")
    a = x * x
    y = a + a * 3
    y.backward()
    seen = opened(page(y))
    why = seen.tab.inner_text("#order-why")
    assert "later ones are never pushed on" in why
    assert seen.tab.get_attribute("#wrong-order", "aria-describedby") == "order-why"
    assert not seen.tab.is_visible("#order-note")
    seen.tab.check("#wrong-order")
    assert "instead of" in seen.tab.inner_text("#order-note")
    seen.tab.uncheck("#wrong-order")
    assert not seen.tab.is_visible("#order-note")


def test_a_screen_reader_hears_the_step_at_which_a_fast_run_ends(opened):
    seen = opened(page(network()))
    seen.evaluate("""() => {
      globalThis.said = [];
      new MutationObserver(() => said.push(document.getElementById("announcement").textContent))
        .observe(document.getElementById("announcement"), { childList: true });
    }""")
    seen.evaluate("() => { for (let i = 0; i < 30; i++) microgradlike.session.player.go(i); }")
    seen.wait("() => said.length > 0")
    seen.frames(30)
    assert len(seen.evaluate("said")) == 1
    seen.tab.click("#step-forward")
    seen.wait("() => said.length === 2")
    seen.tab.focus("#scrubber")
    seen.tab.keyboard.press("ArrowLeft")  # the scrubber speaks for itself
    seen.tab.wait_for_timeout(600)
    assert len(seen.evaluate("said")) == 2


def test_the_order_is_walked_by_keyboard(opened):
    seen = opened(page(neuron()))
    seen.tab.focus("#order button >> nth=1")
    seen.tab.keyboard.press("Enter")
    assert "now" in seen.evaluate("() => document.activeElement.className")
    assert seen.evaluate(PLACE)[0] == 7
