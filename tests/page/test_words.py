"""The texts of the page: all in the table, in every language, and none of them cut."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from microgradlike import Value, cos, nn
from microgradlike.accuracy.judgement import judge
from microgradlike.cli.main import main
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
PARTS = ("template.html", "learn.html", "playground.html")
TEMPLATES = "".join((STATIC / name).read_text() for name in PARTS)
CALLED = {word_table._unescaped(text) for text in CALL.findall("\n".join(MODULES.values()))}
ATTRIBUTES = ("title", "aria-label", "placeholder")


def function_in(name):
    """The function that a module of JavaScript exports, as an expression."""
    text = Path(__file__).with_name(name).read_text()
    return text.partition(" = ")[2].rstrip(";\n")


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


def test_the_maker_of_a_page_chooses_its_language(tmp_path):
    path = tmp_path / "y.html"
    assert main(["page", "x * x", "--at", "x=2", "--lang", "ko", "-o", str(path)]) == 0
    assert '<body data-opening="lang=ko">' in path.read_text("utf-8")
    made = page(nn.MLP(1, [1]), data=([[1.0]], [1.0]), loss="mse", lang="ko")
    assert '<body data-opening="lang=ko">' in made.html
    assert 'data-opening=""' in page(Value(1.0) + 1).html


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


def weighted(w, x):
    z = w * x
    return z.tanh() + w


def stale_page(**options):
    with pytest.warns(UserWarning, match=r"a \.data has changed"):
        return page(plain(), **options)


MAKERS = {
    "plain": stale_page,
    "digits": lambda **o: page(digits(), digits=True, **o),
    "practice": lambda **o: page(digits(), practice=True, **o),
    "large": lambda **o: page(large(), **o),
    "two": lambda **o: page(*two_runs(), **o),
    "code": lambda **o: page(weighted, (2.0, -1.0), **o),
}


@pytest.fixture
def fake(monkeypatch):
    """A third language, in which every word is a dot."""
    table = words()
    faked = [re.sub(r"(\{\w+\})|[^\W\d_]+", lambda m: m[1] or "•", text) for text in table["en"]]
    monkeypatch.setattr(word_table, "words", lambda: {**table, "zz": faked})


LEFT = function_in("untranslated.js")
OPEN = "() => document.querySelectorAll('details').forEach((part) => (part.open = true))"
CODE = ["microgradlike", "data", "grad", "nan", "inf"]


@pytest.mark.looks
@pytest.mark.parametrize("kind", MAKERS)
def test_every_text_is_translated_and_no_name_is(opened, fake, kind):
    made = MAKERS[kind](lang="zz")
    seen = opened(made)
    assert seen.evaluate(LEFT, CODE) == []
    named = [n.name for n in made.scene.nodes if n.id == made.scene.root]
    assert seen.tab.inner_text("#title") in named  # "input" in one of them, as a role is called


CUT = function_in("cut_texts.js")


@pytest.mark.looks
@pytest.mark.parametrize("kind", MAKERS)
def test_no_text_is_cut_in_any_language(opened, kind):
    seen = opened(MAKERS[kind](lang="ko"), viewport={"width": 1280, "height": 800})
    for width in (1280, 390):
        seen.tab.set_viewport_size({"width": width, "height": 800})
        for lang in ("ko", "en"):
            seen.tab.select_option("#language", lang)
            seen.evaluate(OPEN)
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
    for act in ("reveal(0)", "setLeaf(0, 7)", "toggle(1)"):
        seen.evaluate(f"() => microgradlike.session.{act}")
    before = seen.evaluate(STATE)
    assert "매개변수" in seen.tab.inner_text("#legend")
    seen.tab.select_option("#language", "en")
    assert seen.evaluate(STATE) == before
    assert "parameter" in seen.tab.inner_text("#legend")
    assert "call 1 of 12" in seen.evaluate(
        "() => [...document.querySelectorAll('#graph .frame')].map((e) => e.ariaLabel).join()"
    )
    assert seen.tab.get_attribute("#zoom-in", "title") == "Zoom in (+)"
    seen.wait("() => /step=1700.*lang=en/.test(location.hash)")
    seen.reload()
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
    seen.evaluate("() => { location.hash = '#lang=en'; }")
    seen.wait("() => document.documentElement.lang === 'en'")
