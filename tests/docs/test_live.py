"""Cells of executed pages run in a browser, in Pyodide served from loopback."""

import re
import time
import urllib.request
import zipfile

import pytest

from tests import ROOT
from tests.docs.chapters import ENGLISH, FOLDER
from tests.docs.live_page import Chapter
from tests.docs.modules import module
from tests.docs.site import build, served
from tests.page.browser import browser as browser  # a fixture
from tests.page.test_accessibility import OPTIONS

# one worker: the site is built once
pytestmark = [pytest.mark.looks, pytest.mark.xdist_group("live")]
ERRORS = """() => live.cells.filter((cell) => !cell.mayFail).map(
  (cell) => cell.element.querySelector(".traceback")?.innerText).filter(Boolean)"""
TUTORIAL = [name.removesuffix(".md") for name in ENGLISH]
# training takes minutes in a browser: as a reader may, the chapter trains for fewer steps
SHORTER = {"STEPS = 500": "STEPS = 8", "steps=150": "steps=8", "% 100 == 0": "% 4 == 0"}
CHECK = re.compile(r"^```\{code-cell\}\n:tags: \[remove-cell\]\n.*?^```\n", re.M | re.DOTALL)
# times, and a training that makes a percent out of the last digit of tanh, which differs by library
OTHER_NUMBERS = {("5-a-network", 14), ("8-faster-and-a-gpt", 4)}
NUMBER = re.compile(r"\d+\.\d+(?:e-?\d+)?")
FILE = re.compile(r"/tmp/ipykernel_\d+/\d+\.py|cell \d+")  # in a message


@pytest.fixture(scope="module")
def live():
    """The extension, which needs Sphinx."""
    pytest.importorskip("sphinx", reason="no Sphinx: the extra docs brings it")
    return module("docs/_extensions/live.py")


def shorter(name):
    """A chapter that trains for fewer steps, without the checks that need more of them."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    if name.startswith("8"):
        for long, short in SHORTER.items():
            assert long in text
            text = text.replace(long, short)
        text = CHECK.sub("", text)
    return text


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A site: the chapter of these tests, for what a learner does, and those of the tutorial."""
    folder = tmp_path_factory.mktemp("site")
    pages = {name.removesuffix(".md"): shorter(name) for name in ENGLISH}
    pages["index"] = (ROOT / "tests" / "docs" / "chapter.md").read_text(encoding="utf-8")
    pages["ko"] = (FOLDER / "ko" / ENGLISH[0]).read_text(encoding="utf-8")
    build(pages, folder)
    return folder


@pytest.fixture(scope="module")
def site(folder):
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def opened(browser, site):
    made = Chapter(browser.context, f"{site}/index.html")
    yield made
    made.close()


@pytest.fixture
def chapter(opened):
    """One tab for all tests of a file, since Python takes seconds to load."""
    yield opened
    opened.restore()


def test_a_page_loads_python_at_the_first_run_and_not_before(chapter):
    assert not [address for address in chapter.seen.asked if "pyodide" in address]
    seconds = chapter.run(1)
    assert chapter.seen.evaluate("() => document.activeElement.textContent") == "Run"
    names = [re.sub(r".*/|\?.*", "", address) for address in chapter.seen.asked]
    assert {"pyodide.asm.wasm", "python_stdlib.zip", "bytecode.zip"} <= set(names)
    assert "/pyodide/python_stdlib.zip" not in str(chapter.seen.asked), "the site has a faster one"
    print(f"ready in {chapter.ready:.2f} s, first answer in {seconds:.2f} s")


def test_the_wheel_of_the_site_is_that_of_the_sources(site, live, tmp_path):
    """Two builds of the same sources have the same bytes."""
    ours = live.build_wheel(tmp_path)
    address = f"{site}/_static/live/{ours.name}"
    assert urllib.request.urlopen(address).read() == ours.read_bytes()
    names = set(zipfile.ZipFile(ours).namelist())
    assert {"microgradlike/engine.py", "viz/page/static/template.html"} <= names
    assert not any(name.endswith((".so", ".pyd")) for name in names)


def test_every_cell_shows_the_text_of_the_executed_notebook(chapter):
    notebook = chapter.texts()
    chapter.button("Run all cells").click()
    chapter.wait()
    live = chapter.texts()
    assert live[0] == notebook[0]
    assert live[0] == ["the gradient 6.0", "Value(data=10.0, grad=1.0)"]
    assert live[4:] == notebook[4:]


@pytest.mark.parametrize("name", TUTORIAL)
def test_every_cell_of_the_tutorial_shows_what_the_notebook_shows(browser, site, name):
    page = Chapter(browser.context, f"{site}/{name}.html")
    notebook = page.texts()
    began = time.perf_counter()
    page.button("Run all cells").click()
    page.wait()
    seconds = time.perf_counter() - began
    print(f"{name}: ready in {page.ready:.2f} s, all cells in {seconds:.1f} s")
    assert page.seen.evaluate(ERRORS) == []
    for number, (ours, theirs) in enumerate(zip(page.texts(), notebook), 1):
        assert words(ours) == words(theirs)
        if (name, number) not in OTHER_NUMBERS:
            assert numbers(ours) == pytest.approx(numbers(theirs), rel=1e-12)
    page.close()


def test_a_korean_page_has_korean_buttons(browser, site):
    page = Chapter(browser.context, f"{site}/ko.html")
    notebook = page.texts()
    page.button("셀 1 실행").click()
    page.wait()
    assert page.texts() == notebook
    assert page.tab.get_by_text(re.compile("초 걸림")).count() == 1
    page.close()


def words(texts):
    """The text of a cell without numbers, line breaks and the name of its file in a message.

    MyST-NB breaks a line where a busy kernel sends it in two pieces.
    """
    return NUMBER.sub("number", FILE.sub("cell", "\n".join(texts))).split()


def numbers(texts):
    """The numbers that a cell shows; C libraries differ in the last digit of tanh and others."""
    return [float(x) for x in NUMBER.findall("\n".join(texts))]


def test_an_edited_cell_gives_the_new_result_in_the_cells_below(chapter):
    chapter.run(7)
    assert chapter.output(7).inner_text().strip() == "6.0"
    chapter.write(1, 'x = Value(5.0, "x")\ny = x * x\ny.backward()\nx.data')
    chapter.tab.keyboard.press("Shift+Enter")
    chapter.wait()
    assert chapter.output(1).inner_text().strip() == "5.0"
    chapter.run(7)  # and those between
    assert chapter.output(7).inner_text().strip() == "10.0"
    chapter.button("Undo the edits of cell 1").click()
    chapter.run(7)
    assert chapter.output(7).inner_text().strip() == "6.0"


def test_tab_enter_and_escape_do_in_a_cell_what_an_editor_does(chapter):
    chapter.write(1, "for i in range(2):")
    for key in ("Enter", "p", "Enter", "q", "Tab", "r", "Escape"):
        chapter.tab.keyboard.press(key)
    code = chapter.seen.evaluate("() => live.cells[0].code")
    assert code.rstrip("\n") == "for i in range(2):\n    p\n    q    r"
    assert chapter.seen.evaluate("() => document.activeElement.textContent") == "Run"


def test_a_picture_and_a_page_appear_in_place(chapter):
    chapter.run(3)
    picture = chapter.output(2).locator("svg[role=img]")
    text = picture.get_attribute("aria-label")
    assert re.fullmatch(r"computation graph: (x|1|v\d = mul|v\d = add|; )+", text), text
    assert picture.locator("text", has_text="grad").count() > 2
    assert "a line of its own" in chapter.output(2).inner_text()  # a warning
    inside = chapter.output(3).frame_locator("iframe")
    scrubber = inside.get_by_role("slider").first
    scrubber.press("Home")
    assert scrubber.input_value() == "0"
    scrubber.press("ArrowRight")
    assert scrubber.input_value() == "1"


def test_an_error_shows_the_lines_of_the_learner_and_ends_the_run(chapter):
    chapter.write(1, "from viz import draw\ndraw(3)")
    chapter.run(2)
    text = chapter.output(1).inner_text()
    assert 'File "cell 1", line 2, in <module>' in text
    assert "TypeError" in text
    assert "site-packages" not in text
    assert chapter.state(1) == "ended with TypeError"
    assert chapter.state(2) == ""


def test_what_cannot_be_opened_in_a_browser_says_so(chapter):
    chapter.write(
        1, "from microgradlike import Value\nfrom viz import page\npage(Value(1.0)).show()"
    )
    chapter.run(1)
    assert "the page is at /tmp/" in chapter.output(1).inner_text()
    assert "stand last in its cell" in chapter.output(1).inner_text()


def test_a_package_of_pyodide_is_asked_for_at_its_import(chapter):
    chapter.write(1, "import numpy")
    chapter.run(1)  # npm's Pyodide has no packages
    assert [address for address in chapter.seen.asked if "/pyodide/numpy-" in address]
    assert chapter.state(1) == "ended with ModuleNotFoundError"


def test_a_cell_for_the_desktop_has_a_note_in_the_place_of_a_button(chapter):
    cell = chapter.tab.locator(".tag_desktop-only")
    assert cell.get_by_role("button", name="Run").count() == 0
    assert "needs a computer with microgradlike installed" in cell.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_live_cells_are_accessible_and_fit_the_window(chapter, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    chapter.tab.set_viewport_size({"width": width, "height": 844})
    chapter.tab.emulate_media(color_scheme=scheme)
    chapter.run(6)
    found = axe.Axe().run(chapter.tab, context=".live-bar, .cell_input", options=OPTIONS)
    violations = found.response["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in violations] == []
    assert chapter.seen.evaluate("() => document.documentElement.scrollWidth") <= width


def test_stop_ends_an_endless_loop_while_the_page_can_be_used(chapter):
    chapter.write(1, "print('on')\nwhile True: pass")
    chapter.button("Run cell 1").click()
    chapter.tab.get_by_text("on", exact=True).wait_for()
    chapter.button("Stop cell 1").click()
    chapter.wait()
    assert chapter.state(1).startswith("stopped")
    chapter.button("Undo the edits of cell 1").click()
    chapter.run(1)
    assert "the gradient 6.0" in chapter.output(1).inner_text()


def test_reset_puts_back_code_and_output_and_starts_a_new_python(chapter):
    before = chapter.seen.evaluate("() => live.cells.map((cell) => cell.element.innerText)")
    chapter.write(1, "x = 7")
    chapter.run(1)
    chapter.button("Reset all cells, and Python").click()
    assert chapter.state(1) == ""
    chapter.write(2, "x")
    chapter.run(2)
    assert "Value(data=3.0" in chapter.output(2).inner_text()
    chapter.write(3, "while True: pass")
    chapter.button("Run cell 3").click()
    chapter.button("Reset all cells, and Python").click()
    chapter.wait()
    after = chapter.seen.evaluate("() => live.cells.map((cell) => cell.element.innerText)")
    assert after == before


def test_a_page_opened_from_a_disk_says_how_to_serve_it(browser, folder):
    with browser.open(folder / "index.html") as seen:
        text = seen.tab.locator(".live-note").first.inner_text()
        assert seen.tab.get_by_role("button", name="Run").count() == 0
        seen.complaints.clear()  # the module that it may not load
    assert f'python -m http.server --bind 127.0.0.1 --directory "{folder}/"' in text


HARD = {
    "input": ("input()", "no keyboard"),
    "a flood": ("for i in range(10**6): print('text')", "the rest is left out"),
    "a wide line": ("print('x' * 50_000)", "xxx"),
    "pages in a loop": ("for i in range(3): display(page(Value(float(i))))", ""),
    "a long value": ("list(range(10**6))", "[0,"),
    "deep recursion": ("def f(): return f()\nf()", "RecursionError"),
    "a subclass": ("class V(Value): pass\nV(1.0)", "1.0"),
}


@pytest.mark.parametrize("case", HARD)
def test_a_hard_cell_leaves_a_page_that_can_be_used(chapter, case):
    code, text = HARD[case]
    chapter.write(1, f"from microgradlike import Value\nfrom viz import page\n{code}")
    chapter.run(1)
    assert text in chapter.output(1).inner_text(), chapter.output(1).inner_text()[-500:]
    width = chapter.seen.evaluate("() => innerWidth")
    assert chapter.seen.evaluate("() => document.documentElement.scrollWidth") <= width
    chapter.write(1, "print('still', 'here')")
    chapter.run(1)
    assert chapter.output(1).inner_text().strip() == "still here"


def test_a_missing_pyodide_is_named(chapter):
    chapter.seen.evaluate("() => { live.python.end(''); live.python.sources.pyodide += 'no/'; }")
    chapter.run(1)
    assert "Failed to fetch" in chapter.state(1)
    assert "no/pyodide.mjs" in chapter.state(1)
    assert "look at the network, then run the cell again" in chapter.state(1)
