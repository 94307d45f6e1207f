"""The page in practice: it asks, judges and goes on, and shows nothing that it asks for."""

import re

import pytest

from microgradlike import Value, nn, tanh, trace_lines
from tests import ROOT
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_accessibility import OPTIONS
from tests.page.test_practice import judge as judge, learner_of
from viz import page
from viz.numbers import short

WITHOUT_TRACE = ("class Practice", "class Exercise", "#practice", "overwrote")
EXERCISES = (ROOT / "viz/page/static/practice/exercises.js").read_text(encoding="utf-8")
ROW = re.compile(r'^    \[(\w+), "(.+)", "(.+)"\],$', re.MULTILINE)
# all that a reader or a screen reader may meet, beside the program itself
ALL_TEXT = """() => [
  document.body.innerText,
  ...[...document.body.querySelectorAll("svg text, option, summary")].map((e) => e.textContent),
  ...[...document.body.querySelectorAll("*")].flatMap((e) =>
    ["aria-label", "title", "aria-valuetext", "placeholder", "value"].map((name) =>
      e.getAttribute(name) ?? "")),
  ...[...document.body.querySelectorAll("input")].map((e) => e.value),
  document.getElementById("announcement").textContent, document.title, location.hash,
].join("\\n")"""
# after `made` pushes: the numbers that are known, those that are not, boxes with a color too early
STATE = """(made) => {
  const { engine, session, session: { view, graph } } = microgradlike;
  const { along } = engine.pushes;
  const pushes = Array.from({ length: engine.pushCount }, (_, k) => engine.push(k));
  const known = [0, 1, ...engine.data];
  for (const push of pushes.slice(0, made)) known.push(push.local, push.contribution, push.after);
  const hidden = pushes.slice(made).flatMap((push) => [push.local, push.contribution, push.after]);
  const reached = new Set([graph.root, ...pushes.slice(0, made).map((push) => push.operand)]);
  const early = graph.names.filter((_, i) => !graph.isConstant[i] && !reached.has(i) &&
    !/none/.test(view.elementOf(`n${i}`).querySelector(".body").style.fill));
  const gradients = [1, ...pushes.slice(0, made).map((push) => Math.abs(push.after))];
  const isScaled = session.picture.scale.largest <= Math.max(...gradients);
  return { known, hidden, early, isScaled };
}"""


# ways to a number beyond the question
REACHES = """(box) => {
  const { player } = microgradlike.session;
  player.go(1e6);
  player.scrubber.value = 1e6;
  player.scrubber.dispatchEvent(new Event("input"));
  microgradlike.session.select(box, true);
  player.toggle();
  location.hash = "#step=end";
}"""
SHOW = "() => document.querySelectorAll('#practice .change button')[1].click()"


def two_paths():
    """p goes into s and into the result, so that p must wait for s."""
    a, b, c = Value(2.0, "a"), Value(3.0, "b"), Value(-4.0, "c")
    p = a * b
    s = p + c
    y = p * s
    p.label, s.label, y.label = "p", "s", "y"
    return y


def curved():
    """Every number in it is another one; its code is in the page, too."""
    with trace_lines():
        a, b, c = Value(0.7, "a"), Value(1.3, "b"), Value(0.45, "c")
        t = tanh(a * b + c)
        y = 3.1 * (t * (a - c) / (b + t))
    y.backward()
    return y


def forms(numbers):
    """The texts by which a reader would know the numbers."""
    sizes = [abs(float(x)) for x in numbers]
    return {text for x in sizes for text in (short(x, 3), short(x), repr(x))}


def asked(seen):
    return seen.tab.inner_text("#practice .asked")


def said(seen):
    return seen.tab.inner_text("#practice .said")


def answer(seen, text):
    seen.tab.fill("#practice .change input", text)
    seen.tab.keyboard.press("Enter")
    return said(seen)


def click_node(seen, name):
    script = "(name) => `n${microgradlike.session.graph.names.indexOf(name)}`"
    seen.tab.click(f'#graph [data-id="{seen.evaluate(script, name)}"] .name')


def test_a_page_without_practice_has_no_byte_of_it():
    assert not [text for text in WITHOUT_TRACE if text in page(two_paths()).html]
    assert all(text in page(two_paths(), practice=True).html for text in WITHOUT_TRACE)


def test_practice_is_for_the_graph_of_a_value_from_the_backward_pass_on():
    model = nn.MLP(2, [1])
    with pytest.raises(TypeError, match="practice are for the graph of a Value"):
        page(model, practice=True)
    for more in ({"digits": True}, {"step": 3}, {"step": "end"}):
        with pytest.raises(TypeError, match="leave digits and step out"):
            page(two_paths(), practice=True, **more)


def test_every_exercise_is_a_formula_with_finite_gradients_and_those_on_order_ask_for_it(judge):
    rows = ROW.findall(EXERCISES)
    assert len(rows) == EXERCISES.count('", "')
    assert len({level for level, _, _ in rows}) == 6
    for level, formula, at in rows:
        names = {k: Value(float(x), k) for k, x in (pair.split("=") for pair in at.split(","))}
        names |= {"tanh": tanh, "relu": Value.relu, "sigmoid": Value.sigmoid}
        for line in formula.split("; "):
            name, text = line.split(" = ")
            names[name] = eval(text, {}, names)
        y = names[name]
        assert 0 < max(abs(g) for g in learner_of(y).values()) < 50, formula
        assert bool(judge.send(y, typed=[])["orders"]) or level != "order", formula


@pytest.mark.looks
def test_an_exercise_is_solved_by_typing_and_clicking_with_mistakes_named(opened):
    seen = opened(page(two_paths(), practice=True))
    tab = seen.tab
    assert asked(seen) == "y pushes to p. How large is ∂y/∂p then?"
    assert "derivative by the other operand" in answer(seen, "6")
    assert tab.get_attribute("#practice .change input", "aria-invalid") == "true"
    assert answer(seen, "2") == "Right. The push is 1 × 2 = 2."
    assert answer(seen, "12/2").startswith("Right.")
    assert asked(seen).startswith("Which node can push next?")
    click_node(seen, "p")
    tab.click("text=check")
    assert said(seen).startswith("p must wait for s. Its gradient of 2 is not complete")
    click_node(seen, "s")
    tab.click("text=check")
    assert said(seen) == "Right. ∂y/∂s is complete, so s can push."
    assert asked(seen).startswith("s pushes to p, and ∂y/∂p holds 2 already.")
    assert answer(seen, "6").startswith("6 is the push from s alone. ∂y/∂p already held 2")
    assert answer(seen, "2").startswith("2 is what ∂y/∂p held before. The path through s")
    assert "none of the mistakes" in answer(seen, "77")
    assert "Type a number" in answer(seen, "seven")
    assert "Three digits" in answer(seen, "8.2")
    assert answer(seen, "2+6") == "Right. The sum is 2 + 6 × 1 = 8."
    for right in ("6", "8*3", "16"):
        answer(seen, right)
    assert asked(seen) == "All gradients are found."
    assert "Backward, complete" in tab.inner_text("#step")
    tab.click("#practice summary:has-text('Progress')")
    assert tab.inner_text("#practice ul").split("\n") == [
        "Solved without help: 1. With help: 0.",
        "overwrote instead of adding: 1 ×",
        "forgot a path: 1 ×",
        "pushed before the gradient was complete: 1 ×",
        "derivative by the wrong operand: 1 ×",
    ]
    seen.reload()
    tab.click("#practice summary:has-text('Progress')")
    assert tab.inner_text("#practice ul").startswith("Solved without help: 1.")
    tab.click("text=reset progress")
    assert tab.inner_text("#practice ul") == "Solved without help: 0. With help: 0."


@pytest.mark.looks
def test_practice_follows_a_changed_number_and_another_graph(opened):
    seen = opened(page(two_paths(), practice=True, select="a"))
    answer(seen, "2")
    seen.tab.fill('#inspected input[type="text"]', "5")
    assert asked(seen) == "y pushes to s. How large is ∂y/∂s then?"
    seen.tab.fill('#inspected input[type="text"]', "∞")
    assert asked(seen).startswith("There is a nan or ∞ in this graph.")
    assert seen.tab.is_hidden("#practice .change input")
    seen.tab.fill('#inspected input[type="text"]', "5")
    assert answer(seen, "15") == "Right. The push is 1 × 15 = 15."
    seen.evaluate("microgradlike.session.open(microgradlike.engine.fresh())")
    assert asked(seen) == "y pushes to p. How large is ∂y/∂p then?"
    assert said(seen) == ""
    seen.tab.uncheck("#practice input[type=checkbox]")
    seen.evaluate("microgradlike.session.open(microgradlike.engine.fresh())")
    assert seen.tab.is_hidden("#practice .asked")
    seen.tab.check("#practice input[type=checkbox]")
    assert answer(seen, "2").startswith("Right.")


@pytest.mark.looks
def test_nothing_in_the_page_gives_away_what_is_asked(opened):
    seen = opened(page(curved(), practice=True), viewport={"width": 1280, "height": 1600})
    assert seen.tab.is_visible("#code .code-numbers")
    made = questions = 0
    while asked(seen) != "All gradients are found.":
        seen.evaluate(REACHES, f"n{questions}")
        seen.frames(2)
        text, state = seen.evaluate(ALL_TEXT), seen.evaluate(STATE, made)
        known, hidden = forms(state["known"]), forms(state["hidden"])
        found = [d for d in hidden - known if re.search(rf"(?<![\d.]){re.escape(d)}(?!\d)", text)]
        assert (found, state["early"]) == ([], []), asked(seen)
        assert state["isScaled"]  # the colors and their legend know no greater gradient
        made += asked(seen).endswith("then?")
        questions += 1
        seen.evaluate(SHOW)
    assert (made, questions) == (14, 16)


@pytest.mark.looks
def test_axe_finds_nothing_in_either_question(opened):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    seen = opened(page(two_paths(), practice=True), viewport={"width": 390, "height": 820})

    def violations(scheme):
        seen.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        return [v["id"] for v in axe.run(seen.tab, options=OPTIONS).response["violations"]]

    answer(seen, "6")
    assert violations("light") == []
    while asked(seen) != "All gradients are found.":
        seen.evaluate(SHOW)
        if asked(seen).startswith("Which"):
            assert violations("dark") == []


@pytest.mark.looks
def test_practice_works_in_a_frame_that_allows_no_storage_and_no_forms_and_ends(browser, tmp_path):
    path = tmp_path / "frame.html"
    frame = page(two_paths(), practice=True).frame()
    path.write_text(f"<!doctype html><title>frame</title>{frame}", encoding="utf-8")
    with browser.open(path) as seen:
        inner = seen.tab.frame_locator("iframe")
        inner.locator("#practice .change input").fill("6")
        inner.locator("#practice .change input").press("Enter")
        assert "by the other operand" in inner.locator("#practice .said").inner_text()
        inner.locator("#practice input[type=checkbox]").uncheck()
        assert inner.locator("#practice .change").is_hidden()
        inner.locator("#to-end").click()
        assert "+24" in inner.locator("#graph").text_content()
        assert inner.locator("#order-section").is_visible()
        assert seen.complaints == []


@pytest.mark.looks
def test_practice_speaks_korean_and_english_in_the_middle_of_a_question(opened):
    size = {"width": 390, "height": 820}
    seen = opened(page(two_paths(), practice=True, lang="ko"), viewport=size)
    assert asked(seen) == "y에서 p에 전달합니다. 전달 뒤 ∂y/∂p의 값은 얼마인가요?"
    assert "다른 피연산자로 미분한" in answer(seen, "6")
    seen.tab.select_option("#language", "en")
    assert asked(seen) == "y pushes to p. How large is ∂y/∂p then?"
    assert seen.tab.is_hidden("#order-section")
    assert answer(seen, "2") == "Right. The push is 1 × 2 = 2."
