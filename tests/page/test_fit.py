"""The first picture in every window and frame, and a camera that moves only when it must."""

import random

import pytest

from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.gallery import GRAPHS, gallery

SIZES = [(390, 844), (768, 1024), (1280, 800), (1920, 1080)]
WHOLE = ["neuron", "MLP 3-4-4-1", "product", "softmax", "deep", "training"]  # fit in every window

# what is wrong with the picture: text that is too small, cut, hidden or overlapped, by name
FAULTS = """() => {
  const { session } = microgradlike;
  const { view } = session;
  const { camera } = view;
  const svg = document.getElementById("graph");
  const area = svg.getBoundingClientRect();
  const box = (e) => e.getBoundingClientRect();
  const cut = (a) => a.left < area.left - 0.5 || a.right > area.right + 0.5
    || a.top < area.top - 0.5 || a.bottom > area.bottom + 0.5;
  const away = (a) => a.right < area.left || a.left > area.right
    || a.bottom < area.top || a.top > area.bottom;
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim() !== "");
  const faults = [];
  const say = (what, ...es) => faults.push(`${what}: ${es.map((e) => e.textContent).join(" | ")}`);
  const size = (e) => parseFloat(getComputedStyle(e).fontSize);
  for (const t of texts) if (size(t) * camera.scale < 8.99) say("small", t);
  for (const e of document.querySelectorAll("body *:not(svg *)")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== "");
    if (own && box(e).width > 0 && size(e) < 9) say("small", e);
  }
  const whole = camera.size.width * camera.scale <= area.width
    && camera.size.height * camera.scale <= area.height;
  const shown = [...svg.querySelectorAll(".node, .fold")].filter((g) => !away(box(g)));
  if (whole) for (const e of [...texts, ...shown]) if (cut(box(e))) say("cut", e);
  const root = view.elementOf(view.boxOfNode(session.graph.root).id);
  if (cut(box(root))) say("the result is cut", root);
  const bodies = shown.map((g) => [g, box(g.querySelector(".body"))]);
  bodies.forEach(([g, a], i) => {
    for (const [h, b] of bodies.slice(i + 1)) if (meet(a, b)) say("overlap", g, h);
    const lines = [...g.querySelectorAll("text")].filter((t) => t.textContent);
    const rows = lines.map((t) => [t, box(t)]);
    for (const [t, b] of rows) {
      if (!t.closest(".flag") && (b.left < a.left - 1 || b.right > a.right + 1)) say("spills", t);
      for (const [u, c] of rows)
        if (t !== u && Math.min(b.right, c.right) - Math.max(b.left, c.left) > 1
          && Math.min(b.bottom, c.bottom) - Math.max(b.top, c.top) > 0.35 * b.height)
          say("text over text", t, u);
    }
  });
  if (meet(area, box(document.getElementById("legend")))) say("legend over the graph", svg);
  for (const wire of view.wires) {
    const line = view.elementOf(wire.id);
    if (!line) continue;
    const [length, { x, y, scale }] = [line.getTotalLength(), camera];
    for (let k = 0; k <= length; k += 6 / scale) {
      const p = line.getPointAtLength(k);
      const at = { x: p.x * scale + x + area.left, y: p.y * scale + y + area.top };
      const in_ = (b) => at.x > b.left + 1 && at.x < b.right - 1 && at.y > b.top + 1
        && at.y < b.bottom - 1;
      const hit = bodies.find(([g, b]) => in_(b)
        && g.dataset.id !== wire.source && g.dataset.id !== wire.target);
      const title = [...svg.querySelectorAll(".frame text")].find((t) => in_(box(t)));
      if (hit ?? title) { say(`wire ${wire.source} to ${wire.target}`, hit?.[0] ?? title); break; }
    }
  }
  return faults;
}"""
BOXES = """() => {
  const { boxes } = microgradlike.session.view.layout;
  return boxes.filter(({ kind }) => kind !== "cluster").length;
}"""
CAMERA = """() => {
  const { x, y, scale } = microgradlike.session.view.camera;
  return [x, y, scale];
}"""
IN_VIEW = """(node) => {
  const { view } = microgradlike.session;
  view.draw();
  const { left, right, top, bottom } = view.elementOf(view.boxOfNode(node).id)
    .querySelector(".body").getBoundingClientRect();
  const area = view.svg.getBoundingClientRect();
  return left >= area.left - 1 && right <= area.right + 1
    && top >= area.top - 1 && bottom <= area.bottom + 1;
}"""


def look(opened, name, width, height, **options):
    seen = opened(gallery(name), viewport={"width": width, "height": height}, **options)
    seen.frames()
    return seen


def resize(seen, width, height):
    seen.tab.set_viewport_size({"width": width, "height": height})
    seen.frames()


@pytest.mark.looks
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", GRAPHS)
def test_the_first_picture_can_be_read(opened, name, scheme):
    for size in SIZES if scheme == "light" else SIZES[:1]:
        seen = look(opened, name, *size, color_scheme=scheme)
        assert seen.evaluate(FAULTS) == [], size


@pytest.mark.looks
@pytest.mark.parametrize("name", sorted(set(GRAPHS) - {"chain", "Horner"}))
def test_the_first_picture_has_few_boxes(opened, name):
    for size in SIZES:
        assert look(opened, name, *size).evaluate(BOXES) <= 60


def test_small_boxes_keep_whole_numbers_and_say_what_they_stand_for(opened):
    for size in [(1280, 800), (950, 672), (390, 844)]:
        seen = look(opened, "loss over 20", *size)
        texts = seen.tab.locator("#graph text").all_text_contents()
        assert [t for t in texts if "…" in t and " … " not in t] == [], size
        assert "19 other calls" in texts or "19 other" in texts, size


@pytest.mark.parametrize("name", ["chain", "Horner"])
def test_a_long_chain_is_broken_into_rows_that_use_the_window(opened, name):
    seen = look(opened, name, 1280, 800)
    width, height = seen.evaluate("""() => {
      const { size, scale, frame } = microgradlike.session.view.camera;
      return [size.width * scale / frame.width, size.height * scale / frame.height];
    }""")
    assert 0.6 < min(width, height) <= max(width, height) <= 1


# windows and frames of any size


def test_it_folds_again_in_a_smaller_window_after_another_call_was_chosen(opened):
    seen = look(opened, "loss over 20", 1280, 800)
    seen.evaluate("() => microgradlike.session.showCall(0, 7)")
    for size in [(1100, 700), (700, 700), (390, 844)]:
        resize(seen, *size)
        assert seen.evaluate(FAULTS) == [], size


@pytest.mark.looks
@pytest.mark.parametrize("name", WHOLE)
def test_it_fits_again_after_each_resize(opened, name):
    seen = look(opened, name, 1280, 800)
    for size in [(950, 800), (700, 500), (1600, 900), (390, 844), (844, 390), (1280, 800)]:
        resize(seen, *size)
        assert seen.evaluate(FAULTS) == [], size


FRAME = """([html, width, appears]) => {
  document.body.innerHTML = `<div style="width:${width}px">${html}</div>`;
  const frame = document.querySelector("iframe");
  const { style } = appears === "collapsed" ? frame : frame.parentElement;
  const [key, value] = { collapsed: ["height", "0"], tab: ["display", "none"],
    offscreen: ["marginTop", "9000px"] }[appears] ?? ["", ""];
  if (!key) return;
  if (appears === "offscreen") frame.loading = "lazy";
  const old = style[key];
  style[key] = value;
  globalThis.reveal = () => (style[key] = old);
}"""


def loads(browser, tmp_path, count):
    """The faults of frames of many widths, each loaded anew; some appear later."""
    path = tmp_path / "notebook.html"
    path.write_text("<!doctype html><body></body>", encoding="utf-8")
    at = random.Random(count)
    for i in range(count):
        name, appears = WHOLE[i % len(WHOLE)], ["", "tab", "collapsed", "offscreen"][i // 2 % 4]
        width = at.randint(700, 1100)
        with browser.open(path, viewport={"width": 1200, "height": 800}) as seen:
            seen.evaluate(FRAME, [gallery(name).frame(), width, appears])
            if appears:
                seen.frames()
                seen.evaluate("() => reveal()")
            seen.tab.locator("iframe").scroll_into_view_if_needed()
            frame = seen.tab.frames[1]
            frame.wait_for_function("() => globalThis.microgradlike?.session.view.camera.isSized")
            seen.frames()
            yield (name, width, appears), frame.evaluate(FAULTS) + seen.complaints


def test_no_load_of_a_frame_is_cut(browser, tmp_path):
    assert [fault for fault in loads(browser, tmp_path, 8) if fault[1]] == []


@pytest.mark.long
def test_no_load_of_a_hundred_frames_is_cut(browser, tmp_path):
    assert [fault for fault in loads(browser, tmp_path, 100) if fault[1]] == []


# a picture that the reader has moved


def wheel(seen):
    seen.tab.mouse.move(300, 300)
    seen.tab.mouse.wheel(0, -300)


def drag(seen):
    seen.tab.mouse.move(20, 150)
    seen.tab.mouse.down()
    seen.tab.mouse.move(120, 190)
    seen.tab.mouse.up()


def pan(seen):
    seen.tab.focus("#graph")
    seen.tab.keyboard.press("Shift+ArrowLeft")


MOVES = {"wheel": wheel, "drag": drag, "pan": pan, "zoom": lambda seen: seen.tab.click("#zoom-in")}


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_moved_picture_keeps_its_middle_until_the_fit_button(opened, move):
    seen = look(opened, "neuron", 1280, 800, reduced_motion="reduce")
    before = seen.evaluate(CAMERA)
    move(seen)
    seen.frames()
    x, y, scale = seen.evaluate(CAMERA)
    assert [x, y, scale] != before
    resize(seen, 1000, 700)
    moved = seen.evaluate(CAMERA)
    assert moved[0] == pytest.approx(x - 140, abs=1)
    assert moved[2] == scale
    seen.tab.click("#fit")
    resize(seen, 950, 700)
    assert seen.evaluate(FAULTS) == []


@pytest.mark.parametrize("name", WHOLE)
def test_steps_keys_and_searches_move_nothing_in_view(opened, name):
    seen = look(opened, name, 1280, 800)
    before = seen.evaluate(CAMERA)
    seen.evaluate("() => microgradlike.session.player.go(0)")
    for _ in range(seen.evaluate("() => microgradlike.session.steps.last")):
        seen.evaluate("() => microgradlike.session.player.step(1)")
    seen.tab.focus("#graph")
    for key in ["ArrowLeft"] * 3 + ["ArrowUp", "ArrowDown", "ArrowRight"]:
        seen.tab.keyboard.press(key)
    if name in ("product", "softmax"):  # in a module, a search unfolds
        for key in ["/", "x", "Enter", "Enter", "Shift+Enter"]:
            seen.tab.keyboard.press(key)
    seen.frames(30)  # a glide would have begun
    assert seen.evaluate(CAMERA) == before


@pytest.mark.parametrize("name", ["neuron", "chain"])
def test_a_step_out_of_view_comes_into_view(opened, name):
    seen = look(opened, name, 1280, 800, reduced_motion="reduce")
    seen.evaluate("""() => {
      const { session } = microgradlike;
      session.player.go(0);
      session.view.camera.zoom(2);
      session.view.camera.pan(5000, 5000);
    }""")
    scale = seen.evaluate(CAMERA)[2]
    for _ in range(8):
        seen.evaluate("() => microgradlike.session.player.step(1)")
        event = (
            "() => { const { steps, player } = microgradlike.session;"
            " return steps.eventAt(player.position, player.byNode).node; }"
        )
        assert seen.evaluate(IN_VIEW, seen.evaluate(event))
        assert seen.evaluate(CAMERA)[2] == scale
    root = seen.evaluate("() => microgradlike.session.graph.root")
    seen.evaluate("(root) => microgradlike.session.reveal(root)", root)
    assert seen.evaluate(IN_VIEW, root)


# order and traces


@pytest.mark.parametrize("name", ["neuron", "MLP 3-4-4-1", "wide", "softmax", "deep"])
def test_neurons_and_leaves_stand_in_their_order(opened, name):
    seen = look(opened, name, 1920, 1080)
    places = seen.evaluate("""() => {
      const { view, graph } = microgradlike.session;
      return view.layout.boxes.map(({ kind, node, cluster, x, y, width }) => [
        kind === "node" ? `${graph.clusterOf[node]} ${graph.names[node]}`
          : `${graph.clusters[cluster].parent} ${graph.clusters[cluster].name}`, x + width, y]);
    }""")
    families = {}
    for text, x, y in places:
        stem = text.rstrip("0123456789")
        if stem != text and not stem.endswith("v"):
            families.setdefault((stem, x), []).append((int(text[len(stem) :]), y))
    assert families
    for members in families.values():
        assert [y for _, y in sorted(members)] == sorted(y for _, y in members)


def test_the_lines_of_the_box_under_the_pointer_are_marked(opened):
    seen = look(opened, "wide", 1280, 800)
    box = seen.tab.locator(".fold").first.bounding_box()
    seen.tab.mouse.move(box["x"] + 5, box["y"] + 5)
    seen.frames()
    marked = "() => document.querySelectorAll('.traced').length"
    wires = """() => {
      const { view, hovered } = microgradlike.session;
      return view.wires.filter((w) => w.source === hovered || w.target === hovered).length;
    }"""
    assert seen.evaluate(marked) == seen.evaluate(wires) > 0
    seen.tab.mouse.move(5, 60)
    seen.frames()
    assert seen.evaluate(marked) == 0
