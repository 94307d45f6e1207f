"""ARCHITECTURE.md has one line for each module; the pages name files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIXES = {
    "microgradlike": ".py",
    "viz": ".py",
    "viz/page/static": ".js",
    "docs/_static/live": ".js",
}
FOLDERS = ("microgradlike", "viz", "tests", "docs", "examples", "benchmarks", ".github", ".ci")
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/decisions/*.md")]
    if path.name != "CHANGELOG.md"  # history names files that are gone
)
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def listed(text):
    """The modules of the tables: a heading names a package, a row in bold a folder in it."""
    paths = []
    package = folder = ""
    for line in text.splitlines():
        if heading := re.fullmatch(r"### `([\w/]+)/`", line):
            package = folder = heading[1]
        elif line.startswith("#"):
            package = ""
        elif package and (row := re.match(r"\| \*\*`([\w/]+)/`\*\* \| \*\*\S", line)):
            folder = f"{package}/{row[1]}"
        elif package and (row := re.match(r"\| `(\w+)` \| \S", line)):
            paths.append(f"{folder}/{row[1]}{SUFFIXES[package]}")
    return paths


def modules():
    """The modules of both packages and of the page, without the `__init__` of a package."""
    for folder, suffix in SUFFIXES.items():
        for path in (ROOT / folder).rglob(f"*{suffix}"):
            if path.name != "__init__.py":
                yield path.relative_to(ROOT).as_posix()


def test_every_module_has_a_line():
    assert sorted(set(modules()) - set(listed(ARCHITECTURE))) == []


def test_no_line_names_a_missing_module():
    assert sorted(set(listed(ARCHITECTURE)) - set(modules())) == []


def test_no_module_has_two_lines():
    paths = listed(ARCHITECTURE)
    assert sorted({path for path in paths if paths.count(path) > 1}) == []


def test_a_table_is_read_by_package_and_folder():
    text = (
        "### `viz/`\n| module | noun |\n|---|---|\n| `a` | x |\n| **`b/`** | **y** |\n| `c` | z |"
    )
    assert listed(text) == ["viz/a.py", "viz/b/c.py"]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    there = [p.as_posix() for folder in FOLDERS for p in (ROOT / folder).rglob("*")]
    named = re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|js|css|html|md|toml|yml|h))`", text)
    assert [name for name in named if not any(p.endswith(f"/{name}") for p in there)] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_attribute_of_a_module_that_a_page_names_exists(page):
    """A name such as `engine._order_and_stamp`, with the name of a module before the dot."""
    files = [p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")]
    missing = []
    for module, attribute in re.findall(r"`(\w+)\.(\w+)[`(]", (ROOT / page).read_text("utf-8")):
        sources = [p.read_text("utf-8") for p in files if p.stem == module]
        if sources and attribute != "py":
            found = any(re.search(rf"\b{attribute}\b", source) for source in sources)
            missing += [] if found else [f"{module}.{attribute}"]
    assert missing == []


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_exists(page):
    named = re.findall(r"`(test_\w+)`", (ROOT / page).read_text("utf-8"))
    tests = "".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_every_decision_is_in_the_index_once():
    folder = ROOT / "docs/decisions"
    index = re.findall(r"^- \[.+?\]\((.+?\.md)\)", (folder / "README.md").read_text("utf-8"), re.M)
    assert sorted(index) == sorted(p.name for p in folder.glob("*.md") if p.name != "README.md")
