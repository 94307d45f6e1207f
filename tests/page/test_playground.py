"""The playground: a formula that one types becomes a graph, and its address a link."""

import re
import zlib
from base64 import b64decode
from hashlib import sha256

import pytest

from microgradlike import Value
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_accessibility import OPTIONS
from tests.page.test_words import CODE, CUT, LEFT, fake as fake  # and a fixture
from viz import page, playground

STATE = """() => {
  const { graph, engine, player, selected } = microgradlike.session;
  const number = (x) => (Object.is(x, -0) ? "-0" : String(x));
  const leaves = [...graph.op.keys()].filter((i) => graph.op[i] < 0 && !graph.isConstant[i]);
  return {
    leaves: leaves.map((i) => [graph.names[i], number(engine.data[i])]),
    result: number(engine.data[graph.root]),
    name: graph.names[graph.root],
    gradients: Object.fromEntries(leaves.map((i) => [graph.names[i], engine.grad[i]])),
    ops: graph.ops,
    step: player.position,
    selected: selected === null ? null : graph.names[selected.slice(1)],
  };
}"""
# the state of every example in turn, with the attribute of its error
EXAMPLES = f"""() => [...document.querySelectorAll("#examples optgroup *")].map(({{ index }}) => {{
  const [list, field] = ["examples", "formula"].map((id) => document.getElementById(id));
  list.selectedIndex = index;
  list.dispatchEvent(new Event("change"));
  const asked = document.querySelector("#practice .switch input").checked;
  const told = document.getElementById("example-note").checkVisibility();
  const invalid = field.getAttribute("aria-invalid");
  const option = list.options[index].textContent;
  return {{ ...({STATE})(), invalid, text: field.value, asked, told, option }};
}})"""
BROKEN = {
    "#formula=tanh(": "the expression ends",
    "#formula=a*b&at=a=q,b=2": "no number for a=q",
    "#formula=%E0%A4%A": "unexpected",
    "#at=&step=zz&select=nothing": "copy link",
}


@pytest.fixture(scope="module")
def made():
    return playground()


@pytest.fixture(scope="module")
def window(browser, made, tmp_path_factory):
    """One page for all tests, in which nothing goes wrong."""
    path = made.save(tmp_path_factory.mktemp("playground") / "play.html")
    with browser.open(path) as seen:
        yield seen
        assert seen.complaints == []
        asked = {url.partition("#")[0] for url in seen.asked if not url.startswith("data:")}
        assert asked <= {path.as_uri(), "about:blank"}


def state(seen):
    found = seen.evaluate(STATE)
    return found | {"leaves": dict(found["leaves"])}


def start(seen, formula=None):
    """The page in English with its first example or a formula, after any other test."""
    seen.wait("() => document.getElementById('formula') !== null")
    seen.tab.select_option("#language", "en")  # the browser remembers another one
    seen.tab.uncheck("#wrong-order")
    if formula is not None:
        seen.tab.select_option("#examples", index=1)
        seen.tab.fill("#formula", formula)
    return seen


def again(seen, fragment):
    """The file opened from a link in place of the present page."""
    address = seen.evaluate("() => location.href.split('#')[0]")
    seen.tab.goto("about:blank")
    seen.tab.goto(address + fragment)
    return start(seen)


# the file


def test_the_playground_has_at_most_200_kilobytes_and_runs_two_known_scripts(made):
    html = made.html
    assert len(html.encode()) <= 200_000
    policy = re.search(r'content="(default-src [^"]*)"', html)[1]
    (loader,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    script = zlib.decompress(b64decode(re.search(r'atob\("([^"]*)"\)', loader)[1]))
    allowed = re.search(r"script-src ([^;]*);", policy)[1].split()
    hashes = [sha256(text).digest() for text in (script, loader.encode())]
    assert [b64decode(a.removeprefix("'sha256-").rstrip("'")) for a in allowed] == hashes
    other = re.search(r'content="(default-src [^"]*)"', page(Value(1.0)).html)[1]
    without = [re.sub(r"'sha256-[^']*' ?", "", text) for text in (policy, other)]
    assert without[0] == without[1]


def test_other_pages_have_nothing_of_the_playground():
    html = page(Value(1.0, "x") * 2).html
    for text in ("playground/", "readFormula", "GRAMMAR", "DecompressionStream", "#sliders"):
        assert text not in html


def test_the_maker_of_a_playground_chooses_its_language():
    assert 'data-opening="lang=ko"' in playground(lang="ko").html
    with pytest.raises(ValueError, match="lang must be one of 'en', 'ko', got 'tlh'"):
        playground(lang="tlh")


# in a browser


@pytest.mark.looks
def test_a_typed_formula_becomes_a_graph_with_gradients_and_sliders(window):
    seen = start(window, "b = a + a; c = b + b")
    seen.tab.fill(".slider [type=text]", "3")
    found = state(seen)
    assert (found["name"], found["result"], found["gradients"]) == ("c", "12", {"a": 4})
    seen.tab.press(".slider [type=range]", "ArrowRight")
    assert float(state(seen)["leaves"]["a"]) > 3
    seen.tab.check("#wrong-order")
    seen.tab.fill("#formula", "b = a + a; c = b + b + 1")
    assert state(seen)["gradients"] == {"a": 2}  # the mistake stays on while one types
    seen.tab.uncheck("#wrong-order")
    seen.tab.fill("#formula", "a = 2.5; p·a² + √p/h")  # with keys of the page
    found = state(seen)
    assert (set(found["leaves"]), found["leaves"]["a"]) == ({"a", "p", "h"}, "2.5")
    seen.tab.fill(".slider [type=text]", "4")
    assert seen.tab.input_value("#formula") == "a = 4; p·a² + √p/h"
    seen.tab.click("#reset")
    assert state(seen)["leaves"]["a"] == "2.5"
    assert seen.tab.input_value("#formula") == "a = 2.5; p·a² + √p/h"


@pytest.mark.looks
def test_a_branch_follows_the_slider_and_an_error_keeps_the_graph(window):
    seen = start(window, "where(x > 0, x**2, sin(x) + y)")
    assert state(seen)["ops"] == ["pow"]
    seen.tab.fill(".slider [type=text]", "-1")
    assert state(seen)["ops"] == ["sin", "add"]
    seen.tab.fill("#formula", "tanh(w*x + tahn(b)")
    seen.tab.wait_for_selector("#formula-error mark")
    assert state(seen)["ops"] == ["sin", "add"]
    error = seen.tab.inner_text("#formula-error")
    assert "unknown function 'tahn'; did you mean" in error
    assert "of the formula before: where(x > 0" in error
    before = seen.evaluate("() => document.querySelector('mark').previousSibling.data")
    assert (before, seen.tab.inner_text("mark")) == ("tanh(w*x + ", "t")
    assert seen.tab.get_attribute("#formula", "aria-invalid") == "true"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    assert axe.run(seen.tab, options=OPTIONS).response["violations"] == []
    seen.tab.select_option("#language", "ko")
    assert "'tahn'" in seen.tab.inner_text("#formula-error")
    assert "unknown" not in seen.tab.inner_text("#playground")
    seen.tab.fill("#formula", "tanh(w*x)")
    assert seen.tab.inner_text("#formula-error") == ""


@pytest.mark.looks
def test_a_link_shows_the_same_in_a_new_window(window):
    seen = start(window, "가 = 2\n나*가 + __proto__*v + log(w₁)")
    at = {"나": "-0", "__proto__": "Infinity", "v": "5e-324", "w1": "-0.1"}
    for name, x in at.items():
        row = seen.tab.locator(".slider", has=seen.tab.get_by_role("button", name=name, exact=True))
        row.locator("[type=text]").fill(x)
    seen.evaluate("() => microgradlike.session.player.go(1)")
    seen.tab.locator(".slider button").first.click()
    before = state(seen)
    assert {name: before["leaves"][name] for name in at if name in before["leaves"]} == at
    seen.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    seen.tab.locator("#copy-link").click()
    seen.tab.wait_for_selector("#link")
    link = seen.tab.input_value("#link")
    assert seen.evaluate("() => getSelection().toString()") in (link, "")
    assert state(again(seen, link[link.index("#") :])) == before


@pytest.mark.looks
def test_the_back_button_brings_the_formula_before_with_its_values(window):
    seen = start(window)
    seen.tab.select_option("#examples", index=2)
    seen.wait("() => location.hash.includes('b+%2B+b')")
    seen.tab.fill(".slider [type=text]", "7")
    seen.wait("() => location.hash.includes('a%3D7')")
    seen.tab.fill("#formula", "x**x")
    seen.wait("() => location.hash.includes('x**x')")
    seen.tab.go_back()
    seen.wait("() => document.getElementById('formula').value.startsWith('b =')")
    assert state(seen)["leaves"] == {"a": "7"}
    seen.tab.go_forward()
    seen.wait("() => document.getElementById('formula').value === 'x**x'")


@pytest.mark.looks
def test_a_broken_link_is_said_and_a_graph_is_there(window):
    seen = start(window)
    for fragment, said in BROKEN.items():
        again(seen, fragment)
        seen.tab.get_by_text(said).first.wait_for()
        assert len(state(seen)["leaves"]) > 0


PASTE = """(text) => {
  const field = document.getElementById("formula");
  field.select();
  field.dispatchEvent(new Event("paste"));
  document.execCommand("insertText", false, text);
}"""


@pytest.mark.looks
def test_a_formula_pasted_over_another_starts_with_values_of_its_own(window):
    seen = start(window, "tanh(w*x + b)")
    seen.tab.fill(".slider [type=text] >> nth=2", "-30")
    seen.tab.fill("#formula", "tanh(w*x + b) + 1")
    assert state(seen)["leaves"]["b"] == "-30"
    seen.tab.focus("#formula")
    seen.evaluate(PASTE, "sigmoid(b)")
    assert state(seen)["leaves"] == {"b": "0.5"}


@pytest.mark.looks
def test_a_number_of_the_text_cannot_be_dragged(window):
    seen = start(window, "2 + 3")
    assert state(seen)["result"] == "5"
    assert not seen.evaluate("() => microgradlike.session.engine.isFree(0)")


@pytest.mark.looks
def test_every_example_has_a_graph_in_both_languages_without_cut_text(window):
    window.tab.set_viewport_size({"width": 390, "height": 844})
    seen = start(window)
    found = seen.evaluate(EXAMPLES)
    assert len(found) >= 12
    for example in found:
        assert example["invalid"] == "false"
        assert all(abs(float(x)) < 1e3 for _, x in [("", example["result"]), *example["leaves"]])
        assert any(example["gradients"].values()) or "relu" in example["text"]
        assert example["told"] != example["asked"]  # a note would tell the answers
        assert len(example["option"]) < 60 or example["option"].endswith("…")
    for width, height in ((390, 844), (1280, 720)):
        seen.tab.set_viewport_size({"width": width, "height": height})
        for lang in ("ko", "en"):
            seen.tab.select_option("#language", lang)
            seen.frames(2)
            assert seen.evaluate(CUT) == [], (width, lang)


@pytest.mark.looks
def test_a_formula_of_2000_nodes_folds(window):
    seen = start(window)
    seen.tab.fill("#formula", "+".join(f"w{k}*x{k}" for k in range(510)))
    seen.wait("() => microgradlike.session.graph.count > 2000")
    assert seen.evaluate("() => microgradlike.session.view.layout.boxes.length") <= 60
    assert seen.tab.locator(".slider").count() == 24
    assert "and 996 more names" in seen.tab.inner_text("#sliders")


@pytest.mark.looks
def test_an_example_says_what_to_try_and_an_exercise_leads_to_the_next(window):
    seen = start(window)
    seen.tab.select_option("#examples", index=1)
    note = seen.tab.locator("#example-note")
    assert note.inner_text().startswith("Press |◀, then step ▶.")
    seen.tab.fill("#formula", "a*b")
    assert note.inner_text() == ""
    seen.tab.select_option("#examples", label="a chain of products: y = a*b")
    for answer in ("-3", "2"):
        seen.tab.fill("#practice input[type=text]", answer)
        seen.tab.keyboard.press("Enter")
    seen.tab.keyboard.press("Enter")  # the focus is on "next exercise"
    assert seen.tab.input_value("#formula") == "u = a*b; y = u*c"
    assert "y pushes to u" in seen.tab.inner_text("#practice .asked")
    seen.tab.select_option("#examples", index=0)
    assert seen.tab.input_value("#formula") == "u = a*b; y = u*c"


@pytest.mark.looks
def test_every_text_of_the_playground_is_translated(opened, fake):
    seen = opened(playground(lang="zz"))
    seen.wait("() => globalThis.microgradlike !== undefined")
    assert seen.evaluate(LEFT, CODE) == []
