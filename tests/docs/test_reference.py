"""The reference: every public name has a page, its parameters, its errors and an example."""

import doctest
import importlib
import inspect
import re
import sys
import warnings

import pytest

from microgradlike import __compiled__
from tests import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_extensions"))
names = importlib.import_module("api_names")

PAGES = {
    path.stem: re.search(r"```\{reference\}\n(.*?)```", path.read_text("utf-8"), re.DOTALL)
    for path in (ROOT / "docs" / "reference").glob("*.md")
}
LISTED = [
    name.strip()
    for found in PAGES.values()
    if found
    for name in found[1].splitlines()
    if name.startswith("  ")
]
OBJECTS = {path: names.imported(path) for path in LISTED}
MEMBERS = {
    f"{path}.{member}": getattr(x, member)
    for path, x in OBJECTS.items()
    if inspect.isclass(x)
    for member in names.documented_members(x)
}
EVERY = OBJECTS | MEMBERS
each_object = pytest.mark.parametrize("path", OBJECTS)
each_name = pytest.mark.parametrize("path", EVERY)
pytestmark = pytest.mark.skipif(__compiled__, reason="compiled functions have no docstrings")


def parameters(x):
    """The names of the arguments that a user passes; none of a class that a function makes."""
    if names.is_made(x):
        return []
    try:
        found = inspect.signature(x).parameters
    except (TypeError, ValueError):
        return []
    return [name for name in found if name not in ("self", "cls") and not name.startswith("_")]


def test_every_public_name_stands_on_one_page():
    primitives = {names.path_of(op) for op in names.TABLE.values()}
    public = {path for path in names.public_paths() if path not in primitives}
    assert sorted(LISTED) == sorted(public), "name it in a {reference} fence of docs/reference"


@each_name
def test_the_docstring_names_every_parameter(path):
    text = inspect.getdoc(EVERY[path]) or ""
    assert text, "it has no docstring"
    assert [name for name in parameters(EVERY[path]) if not re.search(rf"\b{name}\b", text)] == []


@each_object
def test_the_docstring_has_an_example(path):
    assert ">>>" in inspect.getdoc(OBJECTS[path])


PACKAGES = [importlib.import_module(name) for name in ("viz", "microgradlike.testing")]
PACKAGES += [importlib.import_module(name) for name in ("microgradlike.nn", "microgradlike")]
NAMES = {name: getattr(package, name) for package in PACKAGES for name in package.__all__}


@each_name
def test_the_example_runs_with_the_public_names_and_its_own_imports(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    owner = path if path in OBJECTS else path.rpartition(".")[0]
    known = NAMES | {owner.rpartition(".")[2]: OBJECTS[owner]}
    text = inspect.getdoc(EVERY[path])
    example = doctest.DocTestParser().get_doctest(text, known, path, path, 0)
    printed = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=printed.append)
    assert not printed, "".join(printed)


@pytest.mark.parametrize("path", MEMBERS)
def test_a_method_has_an_example_of_its_own_or_in_that_of_its_class(path):
    owner, _, member = path.rpartition(".")
    if isinstance(inspect.getattr_static(OBJECTS[owner], member), property) or member == "show":
        return  # an example of `show` would open a window
    text = inspect.getdoc(MEMBERS[path])
    assert ">>>" in text or re.search(
        rf"^(?:>>>|\.\.\.).*[. ]{member}\(", inspect.getdoc(OBJECTS[owner]), re.MULTILINE
    )


@each_object
def test_the_docstring_names_the_error_of_a_senseless_argument(path):
    x, text = OBJECTS[path], inspect.getdoc(OBJECTS[path])
    if inspect.isclass(x) and (issubclass(x, BaseException) or hasattr(x, "__dataclass_fields__")):
        return  # a record, checked by type checkers
    if names.is_made(x):
        return
    required = [
        p for p in inspect.signature(x).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]  # fmt: skip
    refused = None
    with warnings.catch_warnings(action="ignore"):
        try:
            x(*[object() for _ in required])
        except Exception as error:
            refused = type(error).__name__
    assert refused is None or refused in text


def test_every_class_of_errors_and_warnings_has_a_section_of_the_page():
    sources = [path.read_text("utf-8") for top in ("microgradlike", "viz")
               for path in (ROOT / top).rglob("*.py")]  # fmt: skip
    pattern = r"^class (\w+)\((?:\w*(?:Error|Warning)|Exception)\)"
    found = {name for text in sources for name in re.findall(pattern, text, re.MULTILINE)}
    page = (ROOT / "docs/reference/errors.md").read_text("utf-8")
    assert {"TraceError", "PlotError"} <= found
    assert [name for name in found if f"\n{{py:obj}}`{name} " not in page] == []
