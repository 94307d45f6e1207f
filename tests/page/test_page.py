"""A page is one file with everything it needs, in which no text of a user runs."""

import base64
import hashlib
import json
import os
import re
import shutil
import stat
import sys
import webbrowser
from collections import Counter
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from markdown_it import MarkdownIt

from microgradlike import Value, unary
from tests import ROOT
from tests.viz.test_hostile_labels import FIVE, HOSTILE, graph
from viz import page
from viz.page import source as page_source
from viz.page.scene_json import scene_json
from viz.page.source import imports, modules

FOLDER = ROOT / "viz" / "page" / "static"
ENTRIES = (
    page_source.LEARN,
    page_source.DIGITS,
    page_source.PRACTICE,
    page_source.LINES,
    page_source.PLAYGROUND,
    page_source.LINKED,
    page_source.LIVE,
)
EVERY_MODULE = dict.fromkeys(name for entry in ENTRIES for name in modules(entry))
cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)


def neuron():
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    y = (w * x + b).tanh()
    y.backward()
    return y


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the texts in them."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.texts, self.open = [], {}, ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open = tag

    def handle_endtag(self, tag):
        self.open = ""

    def handle_data(self, data):
        self.texts[self.open] = self.texts.get(self.open, "") + data


def sha(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_lets_this_script_and_this_style_in_and_nothing_else():
    got = Elements(page(neuron()).html)
    (policy,) = [a["content"] for t, a in got.elements if a.get("http-equiv")]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules.pop("script-src") == f"'sha256-{sha(got.texts['script'])}'"
    assert rules.pop("style-src") == f"'sha256-{sha(got.texts['style'])}'"
    assert rules.pop("img-src") == "data:"
    assert rules == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}


def test_nothing_is_loaded_and_no_element_carries_code():
    got = Elements(page(neuron()).html)
    assert Counter(tag for tag, _ in got.elements)["script"] == 1
    for tag, attrs in got.elements:
        assert not {"src", "href", "style"} & set(attrs), tag
        assert not [name for name in attrs if name.startswith("on")], tag


def test_the_policy_comes_before_what_it_is_about():
    tags = [t for t, a in Elements(page(neuron()).html).elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_the_same_graph_gives_the_same_file():
    y = neuron()
    assert page(y).html == page(y).html


def test_the_scene_is_in_it():
    y = neuron()
    y.backward()
    written = json.loads(scene_json(y))
    nodes = written["nodes"]
    inner = [i for i, op in enumerate(nodes["op"]) if op >= 0 and i != written["root"]]
    for i in inner:  # the page computes these, and flags
        nodes["grad"][i] = None
    nodes["flags"] = []
    found = page(y).html.partition("const SCENE = ")[2]
    assert json.JSONDecoder().raw_decode(found)[0] == written


HUNT = settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)


@cache
def plain():
    """The elements of a page whose labels are harmless."""
    return [tag for tag, _ in Elements(page(neuron()).html).elements]


@HUNT
@given(FIVE)
@example(tuple(HOSTILE[:5]))
@example(tuple(HOSTILE[5:10]))
@example(tuple(HOSTILE[10:15]))
@example(tuple(HOSTILE[15:20]))
def test_no_label_changes_the_elements_of_a_page(labels):
    y = graph(labels)
    made = page(y)
    got = Elements(made.html)
    assert [tag for tag, _ in got.elements] == plain()
    assert got.texts["title"].endswith(" · microgradlike")
    made.html.encode()
    frame = Elements(made.frame())
    assert [tag for tag, _ in frame.elements] == ["iframe"]
    assert frame.elements[0][1]["srcdoc"] == made.html


# the file, the browser, the notebook


def test_it_is_saved_as_html_and_nothing_else(tmp_path):
    made = page(neuron())
    path = made.save(tmp_path / "y.html")
    assert path.read_bytes() == made.html.encode()
    for name in ("q.svg", "q", ".q"):
        better = "y" if name[0] == "." else "q"
        with pytest.raises(
            ValueError, match=rf"saved as \.html, got .*{name}'?; name it {better}\.html"
        ):
            made.save(tmp_path / name)
    with pytest.raises(OSError, match=r"no folder .*no; create it first.*y\.html"):
        made.save(tmp_path / "no" / "y.html")
    assert [p.name for p in tmp_path.iterdir()] == ["y.html"]


def test_show_opens_a_file_of_its_own(monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    made = page(neuron())
    path = made.show()
    assert opened == [path.as_uri()]
    assert path.read_text(encoding="utf-8") == made.html
    shutil.rmtree(path.parent)


def test_without_a_browser_show_names_the_file(monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    with pytest.raises(RuntimeError, match=r"found no browser .*; it is at (.*page\.html)") as e:
        page(neuron()).show()
    shutil.rmtree(Path(str(e.value).rpartition(" ")[2]).parent)


def test_a_notebook_gets_a_frame_of_its_own_and_a_picture():
    made = page(neuron())
    bundle = made._repr_mimebundle_()
    inside = re.compile(r"<img .*(?=</iframe>)")
    assert made._repr_html_() == inside.sub("", bundle["text/html"])
    (frame,) = re.findall(
        r'<iframe sandbox="allow-scripts" .*srcdoc="([^"]*)"', bundle["text/html"]
    )
    assert unescape(frame) == made.html
    assert bundle["image/png"].startswith("iVBORw")
    picture = re.search(
        r'<img alt="the graph" src="data:image/svg.xml;base64,(\S+)"></iframe>$',
        bundle["text/html"],
    )
    assert base64.b64decode(picture[1]).startswith(b"<svg")
    assert bundle["text/plain"] == '<Page of 6 nodes; .save("y.html") writes it>'


def test_the_frame_survives_markdown_whole():
    made = page(neuron())
    frame = made._repr_html_()
    assert "\n\n" in made.html
    assert MarkdownIt("commonmark").render(f"text\n\n{frame}\n\ntext") == (
        f"<p>text</p>\n{frame}\n<p>text</p>\n"
    )


def test_without_graphviz_a_notebook_gets_the_frame_alone(monkeypatch):
    monkeypatch.setattr(sys.modules["viz.page.page"], "Drawing", lambda scene: 1 / 0)
    assert set(page(neuron())._repr_mimebundle_()) == {"text/html", "text/plain"}


# primitives of one's own


def test_a_primitive_without_a_spelling_is_accepted():
    assert '["cube"]' not in page(cube(Value(2.0)) + 1).html


def test_a_spelling_goes_into_the_page():
    made = page(cube(Value(2.0)), spellings={cube: "(x) => x * x * x"})
    assert "(x) => x * x * x" in made.html
    assert '["cube"]' in made.html


@pytest.mark.parametrize("text", ["</script>", "</SCRIPT x", "<!--", "<script"])
def test_a_spelling_that_would_end_the_script_is_refused(text):
    with pytest.raises(ValueError, match=r"a script cannot hold .*write it as .* spelling"):
        page(cube(Value(2.0)), spellings={cube: f"(x) => '{text}'"})


@pytest.mark.parametrize("spellings", [{"cube": "x => x"}, {cube: 3}, ["x"], "x"])
def test_spellings_of_another_type_are_refused(spellings):
    with pytest.raises(TypeError, match=r"spellings must be a dict from primitives .*got"):
        page(Value(2.0), spellings=spellings)


@pytest.mark.parametrize("y", [1.0, "y", None, [Value(1.0)]])
def test_anything_but_a_value_is_refused(y):
    with pytest.raises(TypeError, match="y must be a Value, got"):
        page(y)


# the modules


def sources():
    return {name: (FOLDER / name).read_text(encoding="utf-8") for name in EVERY_MODULE}


def test_every_module_is_in_the_page_after_what_it_imports():
    orders = [modules(), *map(modules, ENTRIES)]
    assert set(EVERY_MODULE) == {p.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("*.js")}
    assert [order[-1] for order in orders] == ["controls/main.js", *ENTRIES]
    for order in orders:
        for name in order:
            for needed in imports(name):
                assert order.index(needed) < order.index(name)


def test_a_module_imports_from_its_own_folder_and_those_below_only():
    folders = ["base", "layout", "engine", "canvas", "controls"]
    folders += ["code", "formula", "practice", "training", "digits", "notebook", "playground"]
    for name in EVERY_MODULE:
        for needed in imports(name):
            lower, upper = (folders.index(path.split("/")[0]) for path in (needed, name))
            assert lower <= upper, f"{name} imports {needed}"


def test_a_page_without_a_training_has_nothing_of_one():
    assert "training/learn.js" not in modules()
    assert "LESSON" not in page(neuron()).html


def test_modules_import_in_the_one_way_that_is_taken_apart():
    for name, text in sources().items():
        assert len(re.findall(r"^import\b", text, re.MULTILINE)) == len(
            page_source.IMPORT.findall(text)
        ), name
        exports = re.findall(r"^export\b.*", text, re.MULTILINE)
        assert len(exports) == len(page_source.EXPORT.findall(text)), name


def test_no_text_goes_over_lines_where_a_comment_taken_out_could_be_part_of_it():
    for name, text in sources().items():
        code = page_source.COMMENT.sub("", text)
        assert [line for line in code.splitlines() if line.count("`") % 2] == [], name


def test_a_line_loses_only_spaces_that_mean_nothing():
    words = re.compile(r"[\w$#]+|[^\w\s]")
    for name, text in sources().items():
        for line in page_source.CODE.findall(page_source.COMMENT.sub("", text)):
            tight = page_source.tight(line)
            assert words.findall(tight) == words.findall(line), name
            strings = re.compile(r'"[^"]*"|`[^`]*`')
            assert strings.findall(tight) == strings.findall(line), name
            code = strings.sub('""', line)
            assert not re.search(r"[=<>&|?*%] +[=<>&|?*%]", code), name  # two signs would be one


def test_every_imported_name_is_exported_by_its_module():
    for name, text in sources().items():
        lists = re.findall(r"^import \{(.*)\} from", text, re.MULTILINE)
        for names, other in zip(lists, imports(name), strict=True):
            for wanted in names.split(","):
                exported = rf"^export (?:function\*?|class|const|let) {wanted.strip()}\b"
                assert re.search(exported, sources()[other], re.MULTILINE), (name, wanted)


def test_no_two_modules_have_a_name_in_common():
    """In the page the modules are one function, in which a second declaration would clash."""
    top = re.compile(r"^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)", re.MULTILINE)
    names = Counter(n for text in sources().values() for n in top.findall(text))
    assert [n for n, count in names.items() if count > 1] == []
    assert not {"PRIMITIVES", "SCENE"} & set(names)


def test_only_the_two_entries_know_what_the_page_is_about():
    for name, text in sources().items():
        code = re.sub(r"//.*", "", text)
        assert bool(re.search(r"\b(PRIMITIVES|SCENE)\b", code)) == (name == page_source.ENTRY), name
        assert bool(re.search(r"\bLESSON\b", code)) == (name == page_source.LEARN), name
        model = re.search(r"\b(MODEL|GRAMMAR)\b", code)
        assert bool(model) == (name == page_source.PLAYGROUND), name


def test_modules_that_import_each_other_are_refused(monkeypatch):
    texts = {"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'}
    monkeypatch.setattr(page_source, "_read", texts.get)
    with pytest.raises(ValueError, match=r"b\.js and a.js import each other"):
        modules("a.js")


@pytest.mark.parametrize(
    "path",
    sorted(FOLDER.rglob("*.js")),
    ids=lambda p: p.name,
)
def test_no_string_of_a_module_goes_over_several_lines(path):
    """Indentation is dropped when the page is put together; a string over lines would change."""
    for line in path.read_text(encoding="utf-8").splitlines():
        assert line.count("`") % 2 == 0, line


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are POSIX's")
def test_a_page_replaces_no_pipe(tmp_path):
    os.mkfifo(tmp_path / "y.html")
    with pytest.raises(OSError, match=r"this is a named pipe.*; print\(page\.html\) writes to the"):
        page(Value(1.0) * 2).save(tmp_path / "y.html")
    assert stat.S_ISFIFO((tmp_path / "y.html").stat().st_mode)
