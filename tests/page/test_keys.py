"""Keyboard shortcuts of the page, each pressed in a real browser."""

import pytest

from microgradlike import Value, nn
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page

START = 3  # the place among the steps

# everything folded out, and somewhere in the middle: steps, zoom, position, search and choice
BEGIN = """([start, chosen]) => {
  const { session } = microgradlike;
  const { camera } = session.view;
  session.player.go(start);
  session.reset();
  if (session.folded.has(0)) session.toggle(0);
  camera.fit(false);
  camera.zoom(0.9);
  camera.pan(20, 10);
  session.view.draw();
  session.search("tanh");
  session.select(chosen, true);
  if (document.getElementById("side-panel").hidden) document.getElementById("panel").click();
}"""
SEEN = """() => {
  const { session } = microgradlike;
  const { player, engine, graph, view } = session;
  const { x, y, scale, frame } = view.camera;
  return {
    place: player.timer ? "playing" : player.position,
    chosen: session.selected,
    folded: session.folded.has(0),
    x: engine.data[graph.names.indexOf("x")],
    found: session.found.nodes.length,
    focus: document.activeElement.closest("#graph, #search, #inspected").id,
    panel: !document.getElementById("side-panel").hidden,
    presenting: document.body.classList.contains("presenter"),
    scale,
    middleX: (frame.width / 2 - x) / scale,
    middleY: (frame.height / 2 - y) / scale,
  };
}"""
FIT = "() => microgradlike.session.view.camera.fit(false)"

LISTED = """() => [...document.querySelectorAll("#keys kbd")].map((e) => e.textContent)"""
# the keys in the tooltips of buttons, such as "(. or space)"
TOOLTIPS = """() => {
  const titles = [...document.querySelectorAll("button[title*='(']")].map((e) => e.title);
  return titles.flatMap((t) => t.split("(")[1].slice(0, -1).split(" or "));
}"""
# fmt: off
KEYS = [
    "space", ".", "shift+space", ",", "p", "Home", "End", "←", "→", "↑", "↓", "Enter", "[", "]",
    "+", "−", "0", "shift+←", "shift+→", "shift+↑", "shift+↓", "/", "h", "f", "Escape",
]
# fmt: on
MOVE = ("h", "f")  # change the size of the canvas, and with it the middle of the picture
NAMED = {
    "space": " ",
    "−": "-",
    "←": "ArrowLeft",
    "→": "ArrowRight",
    "↑": "ArrowUp",
    "↓": "ArrowDown",
}


class Doubling(nn.Module):
    def __call__(self, x):
        return x * 2.0


@pytest.fixture
def seen(opened):
    """The page of tanh(w x + b) and a module after it; nothing glides in it."""
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    product = w * x
    total = product + b
    y = total.tanh()
    product.label, total.label, y.label = "product", "sum", "tanh"
    seen = opened(page(Doubling()(y)))
    seen.tab.emulate_media(reduced_motion="reduce")
    yield seen
    seen.tab.emulate_media(reduced_motion="no-preference")


def press(seen, key):
    """Presses a key by the name that the page has for it, such as shift+←."""
    *shift, key = key.split("+") if len(key) > 1 else [key]
    seen.tab.keyboard.press("+".join([*(s.title() for s in shift), NAMED.get(key, key)]))


def effects(seen):
    """By key: the box that is chosen before, and everything that changes."""
    names = seen.evaluate("() => microgradlike.session.graph.names")
    w, x, product, total, y = (
        f"n{names.index(name)}" for name in ("w", "x", "product", "sum", "tanh")
    )
    last = seen.evaluate("() => microgradlike.session.steps.last")
    seen.evaluate(BEGIN, [START, y])
    now = seen.evaluate(SEEN)
    seen.evaluate(FIT)
    camera = ("scale", "middleX", "middleY")
    fitted = {name: at for name, at in seen.evaluate(SEEN).items() if name in camera}
    pan = 60 / now["scale"]
    closer, farther = {"scale": 1.25 * now["scale"]}, {"scale": 0.8 * now["scale"]}
    return {
        "space": (y, {"place": START + 1}),
        ".": (y, {"place": START + 1}),
        ",": (y, {"place": START - 1}),
        "shift+space": (y, {"place": START - 1}),
        "p": (y, {"place": "playing"}),
        "Home": (y, {"place": 0}),
        "End": (y, {"place": last}),
        "←": (y, {"chosen": total}),
        "→": (w, {"chosen": product}),
        "↑": (x, {"chosen": w}),
        "↓": (w, {"chosen": x}),
        "Enter": (x, {"focus": "inspected"}),
        "[": (x, {"x": 0.9}),
        "]": (x, {"x": 1.1}),
        "+": (y, closer),
        "=": (y, closer),
        "−": (y, farther),
        "0": (y, fitted),
        "/": (y, {"focus": "search"}),
        "Escape": (y, {"chosen": None, "found": 0}),
        "h": (y, {"panel": False}),
        "f": (y, {"presenting": True}),
        "shift+←": (y, {"middleX": now["middleX"] - pan}),
        "shift+→": (y, {"middleX": now["middleX"] + pan}),
        "shift+↑": (y, {"middleY": now["middleY"] - pan}),
        "shift+↓": (y, {"middleY": now["middleY"] + pan}),
    }


@pytest.mark.parametrize("key", [*KEYS, "="])
def test_a_key_has_its_effect_and_no_other(seen, key):
    chosen, changes = effects(seen)[key]
    seen.evaluate(BEGIN, [START, chosen])
    before = seen.evaluate(SEEN)
    press(seen, key)
    after = {
        name: x for name, x in seen.evaluate(SEEN).items() if name in changes or key not in MOVE
    }
    changed = {name: x for name, x in after.items() if x != pytest.approx(before[name])}
    assert changed == {name: pytest.approx(x) for name, x in changes.items()}


def test_the_list_in_the_page_is_the_keys_that_are_handled(seen):
    """The page writes its list from the table that it acts on; here each of them is pressed."""
    listed = seen.evaluate(LISTED)
    assert listed == KEYS
    assert set(seen.evaluate(TOOLTIPS)) <= set(KEYS)
    assert set(effects(seen)) == {*KEYS, "="}  # "+" without shift


@pytest.mark.parametrize("modifier", ["Control", "Alt", "Meta"])
def test_keys_of_the_browser_and_of_screen_readers_are_left_alone(seen, modifier):
    y = effects(seen)["space"][0]
    seen.evaluate(BEGIN, [START, y])
    seen.evaluate("""() => {
      globalThis.taken = [];
      addEventListener("keydown", (event) => event.defaultPrevented && taken.push(event.key));
    }""")
    before = seen.evaluate(SEEN)
    send = """([key, modifier]) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
      { key, bubbles: true, cancelable: true, [`${modifier}Key`]: true }))"""
    short = {"Control": "ctrl"}.get(modifier, modifier.lower())
    for key in KEYS:  # told to the page alone: the browser would act on some of them
        seen.evaluate(send, [NAMED.get(key.split("+")[-1] or "+", key), short])
    assert seen.evaluate("taken") == []
    assert seen.evaluate(SEEN) == before


def test_a_character_that_a_layout_writes_with_alt_gr_is_taken(seen):
    names = seen.evaluate("() => microgradlike.session.graph.names")
    seen.evaluate(BEGIN, [START, f"n{names.index('x')}"])
    seen.evaluate("""() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
      { key: "]", bubbles: true, ctrlKey: true, altKey: true, modifierAltGraph: true }))""")
    assert seen.evaluate(SEEN)["x"] == pytest.approx(1.1)


def test_keys_of_one_character_can_be_switched_off(seen):
    y = effects(seen)["space"][0]
    seen.evaluate("() => document.getElementById('shortcuts').click()")
    seen.evaluate(BEGIN, [START, y])
    before = seen.evaluate(SEEN)
    for key in KEYS:
        if len(key) == 1 and key not in "←→↑↓":
            press(seen, key)
    assert seen.evaluate(SEEN) == before
    press(seen, "space")
    assert seen.evaluate(SEEN)["place"] == START + 1
    seen.evaluate("() => document.getElementById('shortcuts').click()")


def test_capslock_changes_no_key(seen):
    seen.evaluate(BEGIN, [START, "n0"])
    seen.tab.keyboard.press("P")
    assert seen.evaluate(SEEN)["place"] == "playing"
    seen.tab.keyboard.press("p")


def test_a_control_has_its_own_keys(seen):
    """Space presses the focused button, and folds a part of the panel, without a step."""
    seen.evaluate(BEGIN, [START, "n0"])
    for place, effect in (
        ("#order-section > summary", "!document.getElementById('order-section').open"),
        ("#panel", "document.getElementById('side-panel').hidden"),
    ):
        seen.tab.focus(place)
        seen.tab.keyboard.press("Space")
        assert seen.evaluate(f"() => {effect}")
        seen.tab.keyboard.press("Space")
        assert not seen.evaluate(f"() => {effect}")
    assert seen.evaluate("() => microgradlike.session.player.position") == START


def test_escape_leaves_the_presenter_mode_first(seen):
    y = effects(seen)["Escape"][0]
    seen.evaluate(BEGIN, [START, y])
    press(seen, "f")
    before = seen.evaluate(SEEN)
    assert before["presenting"]
    press(seen, "Escape")
    seen.wait("() => !document.body.classList.contains('presenter')")
    after = seen.evaluate(SEEN)
    assert (after["chosen"], after["found"]) == (before["chosen"], before["found"])


def test_enter_folds_and_unfolds_a_module(seen):
    seen.evaluate(BEGIN, [START, "c0"])
    for folded in (True, False):
        press(seen, "Enter")
        after = seen.evaluate(SEEN)
        assert (after["folded"], after["chosen"]) == (folded, "c0")


def test_play_pauses_at_another_press_and_at_the_end(seen):
    seen.evaluate(BEGIN, [START, "n0"])
    press(seen, "p")
    press(seen, "p")
    assert seen.evaluate(SEEN)["place"] != "playing"
    seen.tab.select_option("#speed", "fastest")
    seen.tab.focus("#graph")
    press(seen, "p")
    last = seen.evaluate("() => microgradlike.session.steps.last")
    seen.wait("() => microgradlike.session.player.timer === 0")
    assert seen.evaluate(SEEN)["place"] == last


def test_enter_types_the_value_of_a_leaf(seen):
    names = seen.evaluate("() => microgradlike.session.graph.names")
    seen.evaluate(BEGIN, [START, f"n{names.index('x')}"])
    press(seen, "Enter")
    assert seen.evaluate(SEEN)["focus"] == "inspected"
    seen.tab.keyboard.press("Control+a")
    seen.tab.keyboard.type("-4.5")
    assert seen.evaluate(SEEN)["x"] == -4.5


def test_a_field_has_its_keys_for_itself(seen):
    seen.evaluate(BEGIN, [START, "n0"])
    press(seen, "/")
    before = seen.evaluate(SEEN)
    text = " .,p0[]+-="
    seen.tab.keyboard.type(text)
    assert seen.tab.input_value("#search") == text
    assert seen.evaluate(SEEN) == {**before, "found": 0}
    press(seen, "Escape")
    assert seen.tab.input_value("#search") == ""
    assert seen.evaluate(SEEN)["focus"] == "graph"
