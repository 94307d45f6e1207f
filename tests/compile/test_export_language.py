"""Every language has a spelling of each primitive, and says where one is missing."""

import pytest

from microgradlike import jit, ops
from microgradlike.compile.export import c, javascript
from microgradlike.ops import TABLE

each_language = pytest.mark.parametrize("module", [c, javascript], ids=["C", "JavaScript"])


@each_language
def test_the_spellings_are_the_table(module):
    missing = [op.name for op in TABLE.values() if op not in module.SPELLINGS]
    assert missing == [], f"add them to SPELLINGS of {module.__name__}"
    assert set(module.SPELLINGS) == set(TABLE.values())
    assert all(spelled.count("{}") == op.arity for op, spelled in module.SPELLINGS.items())


@each_language
def test_a_primitive_of_the_table_without_a_spelling_names_the_table_of_spellings(
    module, monkeypatch
):
    monkeypatch.delitem(module.SPELLINGS, ops.exp)
    name = module.__name__.rpartition(".")[2]
    program = jit(lambda x: x.exp()).program(2.0)
    with pytest.raises(TypeError, match=rf"exp has no spelling in \w+; add one .*/{name}\.py"):
        getattr(program, f"to_{name}")()
