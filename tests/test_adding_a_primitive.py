"""docs/how-to/adding-a-primitive.md is true: its steps, in a copy of the project, add `rsqrt`."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests import ROOT

PAGE = (ROOT / "docs" / "how-to" / "adding-a-primitive.md").read_text(encoding="utf-8")
STEPS = dict(re.findall(r"^## (\d)\. .*?\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL))


def codes(step):
    """The blocks of code of a step."""
    return re.findall(r"^```(?:text|toml)\n(.*?)^```", STEPS[step], re.MULTILINE | re.DOTALL)


def insert(path, code, after):
    """Put code into a file behind the first match of a pattern."""
    text = path.read_text(encoding="utf-8")
    place = re.search(after, text, re.MULTILINE | re.DOTALL).end()
    path.write_text(text[:place] + code + text[place:], encoding="utf-8")


def add_line(root):
    insert(root / "microgradlike/ops.py", codes("1")[0], r"^sqrt: Op .*?\n")


def export(root):
    path = root / "microgradlike/__init__.py"
    insert(path, "    rsqrt,\n", r"from microgradlike.ops import \(.*?\n    rint,\n")
    insert(path, '    "rsqrt",\n', r'^    "rint",\n')


def add_method(root):
    insert(root / "microgradlike/scalar.py", f"\n{codes('2')[0]}", r"ops\.sqrt\)\n")


def decide_edges(root):
    insert(root / "microgradlike/testing/edge_points.toml", f"\n{codes('3')[0]}", r"\Z")


def spell(root):
    path = root / "microgradlike/compile/export"
    for file, code in zip(("javascript.py", "c.py"), codes("4"), strict=True):
        insert(path / file, code, r"^SPELLINGS.*?(?=^    ops\.neg:)")


def tell_the_value(root):
    insert(
        root / "microgradlike/accuracy/truth/multiprecision.py",
        codes("5")[0],
        r"^OTHERS: .*?= \{\n",
    )


def tell_the_derivatives(root):
    insert(root / "tests/oracle/textbook.py", codes("5")[1], r"^UNARY = \{\n")


ALL = [add_line, export, add_method, decide_edges, spell, tell_the_value, tell_the_derivatives]


def project(root, steps):
    """A copy of the project in which some steps are done."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.so", "*.pyd", "build", "gallery")
    shutil.copytree(ROOT, root, ignore=ignored, dirs_exist_ok=True)
    for step in steps:
        step(root)
    return root


def pytest_in(root, *arguments):
    """The last exit code and the output of the copy's tests."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [*command, *arguments], cwd=root, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_the_steps_make_a_primitive_that_passes_its_tests(tmp_path):
    files = re.search(r"^pytest -n auto (tests/test_ops\.py .*)$", PAGE, re.MULTILINE)[1].split()
    code, output = pytest_in(project(tmp_path, ALL), "-k", "rsqrt or dir or public or row", *files)
    assert code == 0, output
    assert "rsqrt" in (tmp_path / "microgradlike/ops.py").read_text(encoding="utf-8")


def test_the_measured_page_is_told_to_be_measured_again(tmp_path):
    code, output = pytest_in(
        project(tmp_path, ALL), "tests/test_trust.py", "-k", "edge or primitive or why or readme"
    )
    assert code == 1, output
    assert "python -m tests.trust" in output
    assert "README does not say that there are" in output
    assert "KeyError" not in output


WITHOUT = [
    (export, "tests/test_help.py", "export these from microgradlike/__init__.py"),
    (add_method, "tests/test_scalar.py", "the method rsqrt into microgradlike/scalar.py"),
    (decide_edges, "tests/test_edge_points.py", "decide their edges in"),
    (spell, "tests/compile/test_export_javascript.py", "add them to SPELLINGS"),
    (spell, "tests/compile/test_export_c.py", "add them to SPELLINGS"),
    (spell, "tests/compile/test_arithmetic.py", "rsqrt has no spelling in JavaScript; add one to"),
    (
        tell_the_value,
        "tests/test_accuracy.py",
        "to OTHERS in microgradlike/accuracy/truth/multiprecision.py",
    ),
    (tell_the_derivatives, "tests/oracle/test_exact.py", "to UNARY"),
]


@pytest.mark.long
@pytest.mark.parametrize(
    ("step", "file", "message"), WITHOUT, ids=lambda x: getattr(x, "__name__", x)
)
def test_a_step_left_out_is_named(tmp_path, step, file, message):
    code, output = pytest_in(project(tmp_path, [s for s in ALL if s is not step]), file)
    assert code == 1, output
    assert message in output


@pytest.mark.long
def test_all_that_ranges_over_the_table_passes(tmp_path):
    code, output = pytest_in(project(tmp_path, ALL), "-k", "rsqrt and not trust", "tests")
    assert code == 0, output
