"""The texts of the page: all in the table, in every language, and none of them cut."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from microgradlike import Value, cos, nn
from microgradlike.nn import data
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page, watch
from viz.page import word_table
from viz.page.word_table import CALL, SLOT, words

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
    "training": lambda **o: page(training(), **o),
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
  const some = Math.max(1, Math.floor(steps.last / 12));
  for (let p = 0; p <= steps.last; p += some) { player.go(p); read(); }
  player.go(steps.last);
  player.pause();
  for (const on of [true, false]) { session.setWrongOrder(on); read(); }
  for (let i = 0; i < graph.count; i += Math.ceil(graph.count / 12)) { session.reveal(i); read(); }
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
@pytest.mark.parametrize("kind", MAKERS)
def test_every_text_is_translated_and_no_name_is(opened, fake, kind):
    seen = opened(MAKERS[kind](lang="zz"))
    assert seen.evaluate(LEFT, CODE) == []
