"""The command `functions`: every function by each of its names, and the edges of a primitive."""

import subprocess
import sys

import pytest

import microgradlike
from microgradlike._help import called_name
from microgradlike.cli.functions import composed
from microgradlike.cli.main import main
from microgradlike.ops import TABLE
from microgradlike.testing.edge_rows import edge_rows


def printed(capsys, *arguments):
    assert main(["functions", *arguments]) == 0
    return capsys.readouterr().out


def test_the_list_has_a_line_for_each_primitive_and_each_function_made_of_them(capsys):
    lines = printed(capsys).splitlines()
    names = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert names == [*map(called_name, TABLE.values()), *composed()]
    assert "  sqrt                       square root" in lines


def test_the_functions_made_of_primitives_are_public_and_none_is_forgotten():
    assert {"softmax", "gelu", "mean", "rad2deg", "cross_entropy"} <= set(composed())
    assert all(getattr(microgradlike, name) is f for name, f in composed().items())


@pytest.mark.parametrize("op", TABLE.values(), ids=list(TABLE))
def test_a_primitive_is_described_by_each_of_its_names(capsys, op):
    texts = {printed(capsys, name) for name in (op.name, *op.aliases, op.infix) if name}
    (text,) = texts
    assert text.startswith(f"{op.__doc__}\n")
    assert text.count(" at ") >= len(edge_rows(op))


def test_the_edges_of_a_primitive_cite_rules_that_are_written_out(capsys):
    text = printed(capsys, "relu")
    assert "    relu(x) at x = 0: y = 0, dy/dx = 0  (rule 2)\n" in text
    assert "\nRule 2: At a kink the partial is" in text
    assert "Rule 3" not in text
    assert "Kinks: x = 0;" in text


def test_a_function_made_of_primitives_is_described_with_its_signature(capsys):
    text = printed(capsys, "elu")
    assert text.startswith("elu(x, *, alpha=1.0)\n\nExponential linear unit:")
    assert ">>> elu(3.0)" in text


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tahn", "did you mean tan or tanh or atan?"),
        ("gibberish", "microgradlike functions lists all"),
        ("nosuch", "microgradlike functions lists all"),
    ],
)
def test_an_unknown_name_is_refused_with_near_ones(capsys, name, hint):
    assert main(["functions", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"microgradlike: there is no function {name!r}; {hint}\n"


@pytest.mark.parametrize(("name", "home"), [("jit", ""), ("Value", ""), ("MLP", ".nn")])
def test_another_public_name_is_refused_with_the_command_that_describes_it(capsys, name, home):
    assert main(["functions", name]) == 2
    module = f"microgradlike{home}"
    command = f"python -c 'import {module}; help({module}.{name})'"
    refusal = f"{name} is not a function of numbers; try {command}"
    assert capsys.readouterr().err == f"microgradlike: {refusal}\n"


def test_it_works_without_numpy_and_matplotlib():
    code = (
        "import sys; sys.modules.update(numpy=None, matplotlib=None, hypothesis=None);"
        "from microgradlike.cli.main import main; sys.exit(main(['functions', 'tanh']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "dy/dx = 1 - y ** 2" in done.stdout
