"""Imports point down only, and what is heavy is imported only when it is needed."""

import ast
import subprocess
import sys

import pytest
from importlinter.cli import lint_imports

from tests import ROOT


def modules():
    for package in ("microgradlike", "viz"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def imports(path):
    """The modules of ours that a file imports, with whether it does so at the top level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((name, id(node) in top) for name in names)


def ours(path):
    known = {name for name, _ in modules()}
    for name, top in imports(path):
        if name.split(".")[0] in ("microgradlike", "viz"):
            module = name if name in known else name.rpartition(".")[0]
            yield module, top


ALL = dict(modules())


def test_imports_keep_the_contracts_of_pyproject():
    """Imports point down, nothing imports in a circle, no backend imports another."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("name", [n for n in ALL if n.startswith("microgradlike")])
def test_microgradlike_never_imports_viz_at_the_top(name):
    assert not [module for module, top in ours(ALL[name]) if top and module.startswith("viz")]


def run(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, **options
    )


def test_import_leaves_slow_modules_and_the_training_loop_unloaded():
    done = run(
        "import sys; before = set(sys.modules); import microgradlike;"
        "slow = 'dataclasses inspect pathlib hashlib pickle microgradlike.nn.training'.split();"
        "print([name for name in slow if name in sys.modules and name not in before])"
    )
    assert done.stdout == "[]\n"


def test_names_of_training_are_loaded_at_their_first_use():
    done = run(
        "from microgradlike import nn; print(nn.train.fit is nn.fit, nn.History([0.5]).losses);"
        "print(sorted(set(nn.__all__) - set(vars(nn)))); nn.fitt"
    )
    assert done.stdout.startswith("True [0.5]\n['Callback', 'Checkpoint'")
    assert "module 'microgradlike.nn' has no attribute 'fitt'" in done.stderr
    done = run("import microgradlike; print(microgradlike.nn.training.history.__name__)")
    assert done.stdout == "microgradlike.nn.training.history\n", done.stderr


def test_import_pulls_in_neither_numpy_nor_graphviz_nor_any_extra():
    done = run(
        "import sys, microgradlike, viz;"
        "heavy = 'numpy graphviz pygraphviz matplotlib tqdm hypothesis llvmlite'.split();"
        "print([name for name in heavy if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_microgradlike_works_where_viz_is_shadowed(tmp_path):
    (tmp_path / "viz.py").write_text("raise ImportError('somebody else')")
    done = run(
        "from microgradlike import nn; nn.MLP(2, [2, 1])([1.0, 2.0]).backward(); print('ok')",
        cwd=tmp_path,
    )
    assert done.stdout.strip() == "ok", done.stderr


def test_a_table_of_contents_has_nothing_but_contents():
    for package in ("microgradlike", "viz"):
        tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(tree)
        contents = ast.ImportFrom | ast.Expr | ast.FunctionDef | ast.Assign  # __all__, __doc__
        assert all(isinstance(node, contents) for node in tree.body)
