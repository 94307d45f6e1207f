"""Imports point down only, and what is heavy is imported only when it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# from the bottom up: a module may import from layers below its own, and from its own package where
# that is one layer
LAYERS = [
    {
        "microgradlike._mypyc",
        "microgradlike.op",
        "microgradlike.graph",
        "microgradlike.scope",
        "microgradlike.context",
    },
    {"microgradlike.ops"},
    {"microgradlike.scalar"},
    {"microgradlike.functions", "microgradlike.coerce", "microgradlike.derivatives.chain_rule"},
    {
        "microgradlike.engine",
        "microgradlike.derivatives.dual",
        "microgradlike.derivatives.linear_map",
        "microgradlike.derivatives.pytree",
    },
    {
        "microgradlike.derivatives.diagnose",
        "microgradlike.expressions.lexer",
        "microgradlike.derivatives.traversal",
    },
    {"microgradlike.derivatives.linearize"},
    {"microgradlike.derivatives.api", "microgradlike.compile.record"},
    {"microgradlike.compile.program", "microgradlike.compile.strips", "microgradlike.compile.ir"},
    {
        "microgradlike.compile.careful",
        "microgradlike.compile.cheaper",
        "microgradlike.compile.totals",
        "microgradlike.compile.agenda",
        "microgradlike.compile.vector_math",
        "microgradlike.compile.source",
        "microgradlike.compile.python",
    },
    {"microgradlike.compile.schedule", "microgradlike.compile.unit"},
    {
        "microgradlike.compile.assembly",
        "microgradlike.compile.kernels",
        "microgradlike.compile.machine",
    },
    {"microgradlike.compile.records"},
    {"microgradlike.compile.native"},
    {"microgradlike.compile.backends"},
    {"microgradlike.compile"},
    {"microgradlike.expressions.parser", "microgradlike.testing", "microgradlike.nn"},
    {"microgradlike"},
    {"viz"},
    {"microgradlike.commands"},
    {"microgradlike.checking", "microgradlike.demo"},
    {"microgradlike.cli"},
    {"microgradlike.__main__"},
]
DOORS = {  # what a method opens when it is called: one that says "as that", of what lies below that
    ("microgradlike.compile.program", "microgradlike.compile.python"),
    ("microgradlike.compile.program", "microgradlike.compile.backends.javascript"),
}
STANDALONE = {
    "microgradlike._mypyc",
    "microgradlike.op",
    "microgradlike.graph",
    "microgradlike.scope",
    "microgradlike.context",
}  # these import nothing of ours


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


def layer(name):
    """The layer of a module: that of its longest prefix in LAYERS."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        for i, names in enumerate(LAYERS):
            if ".".join(parts[:end]) in names:
                return i
    return None


def ours(path):
    known = {name for name, _ in modules()}
    for name, top in imports(path):
        if name.split(".")[0] in ("microgradlike", "viz"):
            module = name if name in known else name.rpartition(".")[0]
            yield module, top


ALL = dict(modules())


@pytest.mark.parametrize("name", ALL)
def test_a_module_imports_only_from_below(name):
    assert layer(name) is not None
    package = name if ALL[name].name == "__init__.py" else name.rpartition(".")[0]
    for imported, top in ours(ALL[name]):
        same_room = package != "microgradlike" and imported.startswith(package)
        door = not top and (name, imported) in DOORS
        up = layer(imported) >= layer(name) and not same_room and not door
        assert not up, f"{name} imports {imported}, which is not below it"


def test_a_backend_never_imports_another():
    backends = "microgradlike.compile.backends."
    for name in ALL:
        if name.startswith(backends):
            assert not [m for m, _ in ours(ALL[name]) if m.startswith(backends)]


@pytest.mark.parametrize("name", sorted(STANDALONE))
def test_the_ground_floor_imports_nothing_of_ours(name):
    assert list(ours(ALL[name])) == []


@pytest.mark.parametrize("name", [n for n in ALL if n.startswith("microgradlike")])
def test_microgradlike_never_imports_viz_at_the_top(name):
    assert not [module for module, top in ours(ALL[name]) if top and module.startswith("viz")]


def run(code, **options):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, **options
    )


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
        assert all(
            isinstance(node, ast.ImportFrom | ast.Expr | ast.FunctionDef) for node in tree.body
        )
