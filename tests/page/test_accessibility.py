"""WCAG 2.2 AA on every kind of page: axe-core's rules, and the contrast within the graph.

axe-core does not see the colors behind SVG's text, so that those are measured here.
"""

import random

import pytest

from microgradlike import Value, cos, log, nn, sin, sqrt, unary
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page, watch

pytestmark = pytest.mark.looks
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}
POINTS, CLASSES = nn.moons(20, noise=0.1, seed=0)
DATA = POINTS, [2 * label - 1 for label in CLASSES]
cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)


def differentiated(y):
    y.backward()
    return page(y)


def neuron():
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    return differentiated((w * x + b).tanh())


def network():
    return differentiated(nn.MLP(3, [4, 4, 1], rng=random.Random(1))([1.0, 2.0, -1.0]))


def loss_over_20():
    model = nn.MLP(2, [4, 1], rng=random.Random(1))
    return differentiated(sum((model(x) - s) ** 2 for x, s in zip(*DATA)) * (1 / 20))


def not_finite():
    """With nan, infinities, an indeterminate product, and a note."""
    x, z = Value(0.0, "x"), Value(-1.0, "z")
    return page(x * sqrt(x) + log(z) * z + z / x)


def locked():
    return differentiated(cube(Value(2.0, "a")) * Value(3.0, "w"))


def lost_digits():
    x = Value(1e-8, "x")
    y = (1 - cos(x)) / (x * x) + 0 * (sin(x) ** 2 + cos(x) ** 2 - 1)
    y.backward()
    return page(y, digits=True)


def margin(model, point, sign):
    return (1 - sign * model(point)).relu()


def training():
    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    return page(model, data=DATA, loss=margin)


def two_runs():
    return page(*(recorded(rate) for rate in (0.5, 0.1)))


def recorded(rate):
    model = nn.MLP(2, [3, 1], activation="tanh", rng=random.Random(0))
    run = watch(model, data=DATA, loss=margin)
    nn.train.fit(
        model, margin, DATA, optimizer=nn.SGD(model.parameters(), lr=rate), epochs=4,
        callbacks=[run], progress=False,
    )  # fmt: skip
    return run


GRAPHS = [neuron, network, loss_over_20, not_finite, locked, lost_digits]
KINDS = [*GRAPHS, training, two_runs]
STATES = {
    "opened": "() => {}",
    "in the middle, with a search and a leaf selected": """() => {
      const { session } = microgradlike;
      session.player.go(session.steps.seed + 1);
      session.search("w");
      const { op, isConstant } = session.graph;
      session.reveal(op.findIndex((o, i) => o < 0 && !isConstant[i]));
      for (const part of document.querySelectorAll("details")) part.open = true;
    }""",
    "in the wrong order": "() => document.getElementById('wrong-order').click()",
    "presented": "() => document.getElementById('present').click()",
    "without panel": """() => {
      document.getElementById('present').click();
      document.getElementById('panel').click();
    }""",
}
COLORED = list(STATES)[:2]  # the other states have no colors of their own
# by text of the graph, the contrast with its box; by line, with the ground and the frames
CONTRASTS = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const luminance = (color) => {
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((x) =>
      x / 255 <= 0.04045 ? x / 255 / 12.92 : ((x / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const style = (e, name) => getComputedStyle(e)[name];
  const written = [...document.querySelectorAll("#graph text")].filter((e) => e.textContent);
  const texts = written.map((text) => {
    const isPlug = text.classList.contains("plug-text");
    const box = isPlug ? text.previousElementSibling : text.parentElement.querySelector("rect");
    return [text.getAttribute("class") + " on " + style(box, "fill"),
      contrast(style(text, "fill"), style(box, "fill"))];
  });
  const probe = document.createElement("i");
  document.body.append(probe);
  const ground = (name) => {
    probe.style.color = `var(--${name})`;
    return style(probe, "color");
  };
  const lines = [...document.querySelectorAll("#graph .wire")].flatMap((line) =>
    ["ground", "frame"].map((name) => [`${style(line, "stroke")} on ${name}`,
      contrast(style(line, "stroke"), ground(name))]));
  return [texts, lines];
}"""


@pytest.mark.parametrize("make", KINDS)
def test_axe_finds_nothing_on_any_kind_of_page_in_any_state(opened, make):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    seen = opened(make(), reduced_motion="reduce")
    for width in (1280, 390):
        seen.tab.set_viewport_size({"width": width, "height": 820})
        for state, reach in STATES.items():
            seen.evaluate(reach)
            for scheme in ("light", "dark") if state in COLORED else ("light",):
                seen.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found = axe.run(seen.tab, options=OPTIONS).response["violations"]
                assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == [], (
                    width,
                    state,
                    scheme,
                )
        seen.tab.click("#panel")
        seen.tab.uncheck("#wrong-order")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("make", GRAPHS)
def test_every_text_and_line_of_the_graph_stands_out(opened, make, scheme):
    """Texts by 4.5, lines by 3, on every color that a gradient gives a box."""
    seen = opened(make(), color_scheme=scheme)
    for position in ("steps.seed + 2", "steps.last"):
        seen.evaluate(f"() => {{ const s = microgradlike.session; s.player.go(s.{position}); }}")
        for zoom in ("camera.fit(false)", "camera.set(20, 20, 1)"):
            seen.evaluate(f"() => {{ const v = microgradlike.session.view; v.{zoom}; v.draw(); }}")
            texts, lines = seen.evaluate(CONTRASTS)
            assert texts
            assert [t for t in texts if t[1] < 4.5] == []
            assert [line for line in lines if line[1] < 3] == []


def test_the_graph_keeps_its_own_colors_where_the_system_forces_others(opened):
    seen = opened(neuron(), forced_colors="active", color_scheme="dark")
    texts, _ = seen.evaluate(CONTRASTS)
    assert [t for t in texts if t[1] < 4.5] == []


def test_every_box_has_a_name_and_a_role(opened):
    seen = opened(network())
    for role, name in seen.evaluate("""() => [...document.querySelectorAll("#graph [data-id]")]
        .map((e) => [e.getAttribute("role"), e.getAttribute("aria-label")])"""):
        assert role == "button"
        assert name


def test_the_tab_key_reaches_every_control_and_shows_where_it_is(opened):
    seen = opened(neuron(), viewport={"width": 1280, "height": 800})
    seen.evaluate("() => document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    wanted = seen.evaluate("""() => [...document.querySelectorAll(
      "button:not(:disabled), select, input, summary, #graph, [role=separator]")]
      .filter((e) => e.checkVisibility()).length""")
    reached = set()
    for k in range(wanted + 5):
        seen.tab.keyboard.press("Tab")
        focused = """(k) => {
          const e = document.activeElement;
          if (e === document.body) return null;
          e.dataset.tabbed ??= k;
          return [e.dataset.tabbed, getComputedStyle(e).outlineStyle, e.id || e.textContent];
        }"""
        now = seen.evaluate(focused, k)
        if now:
            reached.add(now[0])
            assert now[1] != "none", now
    assert len(reached) == wanted
