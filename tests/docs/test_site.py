"""The check of the built site finds each kind of mistake; links follow files to their pages."""

import re

import pytest

from tests import ROOT
from tests.docs.modules import module

check = module("docs/check_site.py")
repository = module("docs/_extensions/repository.py")
GOOD = '<p id="a"><a href="#a">a</a><a href="b/b.html#b">b</a><img src="a.svg" alt="a"></p>'


@pytest.fixture
def site(tmp_path):
    """A site without mistakes, in which the search finds every public name."""
    names = sorted({name for names in check.public_names().values() for name in names})
    entries = ",".join(f'[0,0,1,"","m.{name}"]' for name in names)
    (tmp_path / "searchindex.js").write_text(f'Search.setIndex({{"objects":{{"":[{entries}]}}}})')
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "b.html").write_text('<p id="b"></p>')
    (tmp_path / "a.svg").write_text("<svg/>")
    (tmp_path / "a.html").write_text(GOOD)
    return tmp_path


def test_a_good_site_has_no_problems(site):
    assert check.problems(site) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="c.html">c</a>', "the link c.html leads to no file"),
        ('<a href="#c">c</a>', "the link #c leads to no place"),
        ('<a href="b/b.html#c">c</a>', "the link b/b.html#c leads to no place"),
        ('<p id="c"></p><p id="c"></p><p id="c"></p>', "3 elements have the id 'c'"),
        ('<img src="a.svg">', "the picture a.svg has no alt text"),
        ('<img src="a.svg" alt=" ">', "the picture a.svg has no alt text"),
        ('<img src="c.svg" alt="c">', "the link c.svg leads to no file"),
        ('<script src="https://example.org/a.js"></script>', "the page needs the network"),
        ('<script src="//example.org/a.js"></script>', "the page needs the network"),
        ('<link rel="stylesheet" href="http://example.org/a.css">', "the page needs the network"),
        ("<style>@import 'https://example.org/a.css'</style>", "the page needs the network"),
        ('<p style="background: url(https://example.org/a.png)">', "the page needs the network"),
    ],
)
def test_each_mistake_of_a_page_is_told(site, html, problem):
    (site / "a.html").write_text(html)
    (line,) = check.problems(site)
    assert line.startswith(f"a.html: {problem}")


def test_a_font_of_the_network_is_told(site):
    (site / "a.css").write_text("@font-face { src: url('https://example.org/a.woff2') }")
    assert check.problems(site) == ["a.css: needs the network, for https://example.org/a.woff2"]


def test_a_link_to_the_network_is_no_mistake(site):
    (site / "a.html").write_text(
        '<a href="https://example.org">there</a><a href="mailto:a@b">b</a>'
    )
    assert check.problems(site) == []


def test_a_name_that_the_search_does_not_find_is_told(site):
    index = site / "searchindex.js"
    index.write_text(re.sub(r'\[0,0,1,"","m.tanh"\],', "", index.read_text()))
    assert check.problems(site) == [
        "search: microgradlike.tanh is not found by its name; the reference lacks it"
    ]


def test_an_empty_folder_is_told(tmp_path):
    (line,) = check.problems(tmp_path)
    assert "holds no page" in line


@pytest.mark.parametrize(
    ("source", "page", "text", "there"),
    [
        (
            "docs/trust.md",
            "trust.md",
            "[a](../microgradlike/ops.py)",
            "[a](../microgradlike/ops.py)",
        ),
        (
            "docs/decisions/README.md",
            "decisions/README.md",
            "[a](../../ARCHITECTURE.md)",
            "[a](../architecture.md)",
        ),
        ("ARCHITECTURE.md", "architecture.md", "[a](docs/trust.md#b)", "[a](trust.md#b)"),
        ("CONTRIBUTING.md", "contributing.md", "[a](CHANGELOG.md)", "[a](changelog.md)"),
        ("benchmarks/README.md", "benchmarks.md", "[a](../README.md)", "[a](index.md)"),
        (
            "CONTRIBUTING.md",
            "contributing.md",
            "[a](examples/moons.py)",
            "[a](../examples/moons.py)",
        ),
        (
            "ARCHITECTURE.md",
            "architecture.md",
            "f[0](x), [a](https://b.c)",
            "f[0](x), [a](https://b.c)",
        ),
    ],
)
def test_links_follow_files_to_their_pages(source, page, text, there):
    docs = ROOT / "docs"
    folder = (ROOT / source).parent
    assert repository.followed(text, folder, docs / page, docs) == there
