"""The recipes of docs/how-to/judge-a-gradient.md, which need other libraries or a compiler."""

import doctest
import importlib.util
import math
import shutil

import pytest

from microgradlike.testing import check_gradients
from tests.docs.markdown import fences

TEXTS = [b for b in fences("docs/how-to/judge-a-gradient.md") if b.language == "text"]


def is_here(block):
    """True if the first import of a recipe works here, and its compiler."""
    name = block.code.partition("import ")[2].split()[0].strip(",")
    return importlib.util.find_spec(name) and ('"cc"' not in block.code or shutil.which("cc"))


@pytest.mark.long  # 5 s for the imports
@pytest.mark.parametrize("block", TEXTS, ids=str)
def test_the_recipe_prints_what_it_says(block, tmp_path, monkeypatch):
    if not is_here(block):
        pytest.skip("a library or a compiler is missing")
    monkeypatch.chdir(tmp_path)
    names = {"math": math, "check_gradients": check_gradients}
    test = doctest.DocTestParser().get_doctest(block.code, names, block.page, block.page, 0)
    said = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)
