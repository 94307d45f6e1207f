"""The table of contents of viz: every public name, with a docstring, and nothing else."""

import inspect
import pydoc

import pytest

import viz


def test_completion_and_a_star_import_offer_the_public_names_only():
    assert dir(viz) == sorted(viz.__all__) == viz.__all__
    assert not [name for name in viz.__all__ if name.startswith("_")]


@pytest.mark.parametrize("name", viz.__all__)
def test_every_public_name_is_named_in_the_docstring_and_has_an_example(name):
    assert f"`{name}" in viz.__doc__
    assert ">>> " in inspect.getdoc(getattr(viz, name))


def test_help_lists_no_function_of_the_inside():
    functions = pydoc.render_doc(viz, renderer=pydoc.plaintext).partition("\nFUNCTIONS\n")[2]
    listed = {line.split("(")[0].strip() for line in functions.splitlines() if "(" in line[:40]}
    assert {"draw", "page", "explain"} <= listed
    assert not listed & {"fit", "scene", "statements", "render"}


@pytest.mark.parametrize("name", [n for n in viz.__all__ if inspect.isfunction(getattr(viz, n))])
def test_no_signature_says_any(name):
    assert "Any" not in str(inspect.signature(getattr(viz, name)))
