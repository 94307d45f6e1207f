"""The texts of the page: all in the table, in every language, and none of them cut."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from microgradlike import Value, cos, nn
from microgradlike.accuracy.judgement import judge
from microgradlike.engine import staleness
from microgradlike.nn import data
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page, watch
from viz.page import word_table
from viz.page.word_table import CALL, SLOT, words
from viz.scene.scene import ABSORBS, OFF, Role
from viz.training.training_view import _why

PAGE = Path(word_table.__file__).parent
STATIC = PAGE / "static"
MODULES = {p.relative_to(STATIC).as_posix(): p.read_text() for p in STATIC.rglob("*.js")}
TEMPLATES = "".join((STATIC / name).read_text() for name in ("template.html", "learn.html"))
CALLED = {word_table._unescaped(text) for text in CALL.findall("\n".join(MODULES.values()))}
ATTRIBUTES = ("title", "aria-label", "placeholder")


class Template(HTMLParser):
    """The texts of a template."""

    def __init__(self, source):
        super().__init__()
        self.texts, self.tag = set(), ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        self.texts |= {text for name, text in attrs if name in ATTRIBUTES}

    def handle_data(self, text):
        self.texts |= {text.strip()} if self.tag not in ("style", "script") else set()


def constants():
    """The texts in the Python of pictures, digits and engine, as far as they have no values."""
    root = PAGE.parents[1]
    files = [*root.glob("viz/**/*.py"), *root.glob("microgradlike/**/*.py")]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_text_of_the_modules_and_templates_is_in_the_table():
    shown = {text for text in Template(TEMPLATES).texts if re.search("[A-Za-z]", text)}
    missing = (CALLED | shown) - set(words()["en"])
    assert {text for text in missing if not text.startswith("{{")} == set()


def test_every_row_is_whole_and_has_the_same_slots_in_all_columns():
    columns = words().values()
    assert len(set(words()["en"])) == len(words()["en"])
    for row in zip(*columns, strict=True):
        assert all(text.strip() for text in row), row
        assert len({tuple(sorted(SLOT.findall(text))) for text in row}) == 1, row


def is_made_of(text, parts, python):
    """True if the text is a part of Python's, or parts of it in a row."""
    if text in python:
        return True
    reached = {0}
    for i in range(len(text)):
        reached |= {i + len(p) for p in parts if i in reached and text.startswith(p, i)}
    return len(text) in reached


def test_every_row_is_used():
    parts = {text for text in constants() if len(text) > 2} | {" ", " now"}
    python = "\n".join(parts)
    known = CALLED | Template(TEMPLATES).texts
    for text in words()["en"]:
        pieces = SLOT.split(text)
        assert text in known or all(is_made_of(p, parts, python) for p in pieces), text


def is_in_the_table(text):
    rows = ["(.+)".join(map(re.escape, SLOT.split(row))) for row in words()["en"]]
    return any(re.fullmatch(row, text) for row in rows if row != "(.+)")


def test_the_sentences_of_python_are_in_the_table():
    reasons = [
        _why(None, 3, ["cube"], random=False),
        _why(None, 3, [], random=True),
        _why(None, 3, [], random=False),
        _why([], 3, [], random=False),
        _why([0], 3, [], random=False),
    ]
    x = Value(1.0, "x")
    y = x.log()
    x.data = 2.0
    found = staleness(y)
    notes = [judge.EXACT_INPUTS, judge.NO_MPMATH, judge.UNDECIDED, judge.NOT_FINITE, ABSORBS]
    parts = [part for note in [judge.USERS.format("cube"), *notes] for part in note.split("; ")]
    for text in [*reasons, found[1], *parts, *get_args(Role), OFF]:
        assert is_in_the_table(text), text


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_text_is_a_literal_and_asked_for_when_it_is_shown(name):
    text = re.sub(r"^ *//.*$", "", MODULES[name], flags=re.MULTILINE)
    if name != "base/words.js":
        assert not re.search(r'(?<![\w.])t\((?!\s*")', text)
    assert not re.search(r"^(export )?(const|let) [^\n>]*(?<![\w.])t(old)?\(", text, re.MULTILINE)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match=r"lang must be one of 'en', 'ko', got 'de'; leave it"):
        page(Value(1.0) + 1, lang="de")
    with pytest.raises(ValueError, match="got 3;"):
        page(nn.MLP(1, [1]), data=([[1.0]], [1.0]), loss="mse", lang=3)


# ---- in the browser


def plain():
    a, b = Value(2.0, "a"), Value(0.0, "step")
    y = (a * b + a).relu() * b.exp() + (a - 3).relu()
    y.label = "input"
    y.backward()
    a.data = 2.5
    return y


def digits():
    x = Value(1e-8, "x")
    y = (1 - cos(x)) / (x * x)
    y.backward()
    return y


def large():
    model = nn.MLP(3, [8, 4, 1], activation="tanh")
    points = [[Value(0.1 * i), 0.3, -0.2 * i] for i in range(12)]
    return sum(((model(p) - 1.0) ** 2 for p in points), Value(0.0)) / 12


def training():
    points, labels = data.moons(30)
    model = nn.MLP(2, [3, 1], activation="relu")
    run = watch(model, data=(points, [2 * k - 1 for k in labels]), loss="hinge")
    run.record()
    return run


def two_runs():
    runs = [training(), training()]
    runs[0].record()
    return runs


def stale_page(**options):
    with pytest.warns(UserWarning, match=r"a \.data has changed"):
        return page(plain(), **options)


MAKERS = {
    "plain": stale_page,
    "digits": lambda **o: page(digits(), digits=True, **o),
    "large": lambda **o: page(large(), **o),
    "two": lambda **o: page(*two_runs(), **o),
}


@pytest.fixture
def fake(monkeypatch):
    """A third language, in which every word is a dot."""
    table = words()
    faked = [re.sub(r"(\{\w+\})|[^\W\d_]+", lambda m: m[1] or "•", text) for text in table["en"]]
    monkeypatch.setattr(word_table, "words", lambda: {**table, "zz": faked})


# the words of a page that no translation made: neither names, nor signs, nor code
LEFT = """async (allowed) => {
  const { session, trainingState, trainingControls } = microgradlike;
  const { graph, player, steps } = session;
  const names = [...graph.names, ...graph.ops, ...graph.symbols, document.getElementById("title").textContent];
  for (const { name, kind, module } of graph.clusters) if (module !== "") names.push(name, kind);
  for (const t of [trainingState?.training].filter(Boolean)) names.push(...t.numbers.name, ...t.parameters.name);
  const known = new Set([...allowed, ...names.join(" ").match(/\\p{L}{2,}/gu)]);
  const left = new Map();
  const note = (text, where) => {
    for (const word of text?.match(/\\p{L}{2,}|\\{\\w+\\}/gu) ?? []) if (!known.has(word)) left.set(word, `${where}: ${text}`);
  };
  const read = () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: e, data } = walker.currentNode;
      if (!e.closest("script, noscript, kbd, [lang]:not(html), #rate, #difference:empty")) note(data, e.id || e.className || e.tagName);
    }
    for (const name of ["title", "aria-label", "placeholder", "aria-valuetext"])
      for (const e of document.querySelectorAll(`[${name}]`)) note(e.getAttribute(name), name);
    note(document.title, "title");
  };
  for (const p of [0, 1, steps.seed - 1, steps.seed, steps.seed + 1, steps.last - 1]) { player.go(p); read(); }
  player.go(steps.last);
  player.pause();
  for (const on of [true, false]) { session.setWrongOrder(on); read(); }
  for (let i = 0; i < graph.count; i += Math.ceil(graph.count / 5)) { session.reveal(i); read(); }
  const leaf = [...graph.op.keys()].find((i) => session.engine.isFree(i));
  session.reveal(leaf);
  const field = document.querySelector('#inspected input[type="text"]');
  for (const text of ["x", "1,234", "1e999", "nan", "1"]) {
    if (!field) break;
    field.value = text;
    field.dispatchEvent(new Event("input"));
    read();
  }
  session.search(graph.names[0]);
  session.nextFound(1);
  session.foldAll();
  read();
  for (const box of session.view.boxes.values()) note(session.picture.describeBox(box), "box");
  session.unfold();
  session.deselect();
  if (trainingControls) {
    trainingControls.step();
    for (const name of ["forward", "backward", "update"]) { trainingControls[name](); read(); }
    const [k] = trainingState.training.parameters.node;
    session.setLeaf(k, 3);
    const select = document.getElementById("dataset");
    for (const { value } of select.options) {
      select.value = value;
      select.dispatchEvent(new Event("change"));
      trainingState.panels.show("rest");
      read();
    }
  }
  await new Promise((done) => setTimeout(done, 450));
  read();
  return [...left].map(([word, text]) => `${word} in ${text}`);
}"""
CODE = ["microgradlike", "data", "grad", "nan", "inf"]


@pytest.mark.looks
@pytest.mark.parametrize("kind", ["plain", "digits", "large", "two"])
def test_every_text_is_translated_and_no_name_is(opened, fake, kind):
    seen = opened(MAKERS[kind](lang="zz"))
    assert seen.evaluate(LEFT, CODE) == []


# the texts that are cut, or squeezed, or lie on each other
CUT = """() => {
  const found = [];
  const isShown = (e) => e.checkVisibility() && e.getClientRects().length > 0;
  const texts = "button, select, label, h2, summary, .key, .tick, .note, .status, #position, .legend-row, dt, dd, td, figcaption";
  for (const e of document.querySelectorAll(texts)) {
    if (!isShown(e) || e.closest("#order, .visually-hidden")) continue;
    if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) found.push(`cut: ${e.textContent}`);
    const { left, right } = e.getBoundingClientRect();
    if (!e.closest("header, footer")) continue;
    if (left < -1 || right > innerWidth + 1) found.push(`outside: ${e.textContent}`);
  }
  const bars = [...document.querySelectorAll("header > *, footer > *, .tools > *, .buttons > *, .row > *, .modes > *")].filter(isShown);
  for (const e of bars) {
    const a = e.getBoundingClientRect();
    const b = e.nextElementSibling?.getBoundingClientRect();
    if (b?.width && isShown(e.nextElementSibling) && a.right > b.left + 1 && a.left < b.right - 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1)
      found.push(`overlap: ${e.textContent} / ${e.nextElementSibling.textContent}`);
  }
  for (const e of document.querySelectorAll("#graph text[textLength]")) {
    const length = Number(e.getAttribute("textLength"));
    const columns = [...e.textContent].reduce((sum, c) => sum + (/[가-힣]/.test(c) ? 1 : 0.602), 0);
    if (/[가-힣]/.test(e.textContent) && length < 0.8 * columns * parseFloat(getComputedStyle(e).fontSize)) found.push(`squeezed: ${e.textContent}`);
  }
  for (const e of document.querySelectorAll("#learn svg text")) {
    const a = e.getBoundingClientRect();
    const b = e.ownerSVGElement.getBoundingClientRect();
    if (a.width > 0 && (a.left < b.left - 1 || a.right > b.right + 1)) found.push(`outside of its picture: ${e.textContent}`);
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page is wider than the window");
  return found;
}"""


@pytest.mark.looks
@pytest.mark.parametrize("kind", ["plain", "digits", "large", "two"])
def test_no_text_is_cut_in_any_language(opened, kind):
    seen = opened(MAKERS[kind](lang="ko"), viewport={"width": 1280, "height": 800})
    for width in (1280, 390):
        seen.tab.set_viewport_size({"width": width, "height": 800})
        for lang in ("ko", "en"):
            seen.tab.select_option("#language", lang)
            seen.frames(2)
            assert seen.evaluate("() => document.documentElement.lang") == lang
            assert seen.evaluate(CUT) == [], (width, lang)


STATE = """() => {
  const { session } = microgradlike;
  const { player, selected, folded, engine } = session;
  return [player.position, selected, [...folded].sort(), [...engine.data], engine.wrongOrder];
}"""


@pytest.mark.looks
def test_the_switch_keeps_the_place_the_folds_and_changed_values(opened):
    seen = opened(page(large(), step=1700, lang="ko"))
    seen.evaluate(
        "() => { const { session } = microgradlike; session.reveal(0); session.setLeaf(0, 7); session.toggle(1); }"
    )
    before = seen.evaluate(STATE)
    assert "매개변수" in seen.tab.inner_text("#legend")
    seen.tab.select_option("#language", "en")
    assert seen.evaluate(STATE) == before
    assert "parameter" in seen.tab.inner_text("#legend")
    assert "call 1 of 12" in seen.evaluate(
        "() => [...document.querySelectorAll('#graph .frame')].map((e) => e.ariaLabel).join()"
    )
    assert seen.tab.get_attribute("#zoom-in", "title") == "Zoom in (+)"
    assert "lang=en" in seen.evaluate("() => location.hash")
    seen.tab.reload()
    assert seen.evaluate("() => document.documentElement.lang") == "en"


@pytest.mark.looks
def test_the_language_is_that_of_the_address_the_maker_the_reader_or_the_browser(opened):
    def shown(seen):
        return seen.evaluate("() => document.documentElement.lang")

    assert shown(opened(page(Value(1.0) + 1))) == "en"
    assert shown(opened(page(Value(1.0) + 1), locale="ko-KR")) == "ko"
    seen = opened(page(Value(1.0) + 1, lang="en"), locale="ko-KR")
    assert shown(seen) == "en"
    seen.tab.select_option("#language", "ko")
    address = seen.evaluate("() => location.href.split('#')[0]")
    for place, lang in (("#lang=en", "en"), ("#step=0", "en"), ("#step=0&lang=ko", "ko")):
        seen.tab.goto("about:blank")
        seen.tab.goto(address + place)
        assert shown(seen) == lang
