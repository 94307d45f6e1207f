"""The command line: results on stdout, and processes that end cleanly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version

import pytest

from microgradlike.cli.expression import MAX_ZEROS
from microgradlike.cli.main import main
from microgradlike.expressions.parser import parse
from tests.user_directory import user_directory as user_directory


def run(*arguments, **options):
    """The command in a process of its own."""
    command = [sys.executable, "-m", "microgradlike", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", **options)


def test_draw_writes_the_picture_and_says_where(here, capsys):
    assert main(["draw", "tanh(w*x + b)", "--at", "w=2,x=1,b=0.5", "-o", "y.svg"]) == 0
    assert capsys.readouterr().out == "tanh(w*x + b) = 0.986614\ny.svg\n"
    text = (here / "y.svg").read_text(encoding="utf-8")
    assert "<svg" in text
    assert "tanh" in text


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (["--format", "dot"], "w-x-2-74b222.dot"),
        (["--format", "dot", "-o", "a.dot"], "a.dot"),
        (["--output", "b.DOT"], "b.DOT"),
    ],
)
def test_the_name_of_the_file_follows_from_the_expression_or_is_given(here, capsys, options, name):
    assert main(["draw", "w*x**2", "--at", "w=2", "--at", " x = pi/2 ", *options]) == 0
    assert capsys.readouterr().out.endswith(f"\n{name}\n")
    assert (here / name).read_text(encoding="utf-8").startswith("digraph")


@pytest.mark.parametrize(
    ("expression", "at", "value"),
    [("-x", ["--at", "x=1"], "-1"), ("-hypot(3, 4)", [], "-5"), ("x", ["--at", "x=2"], "2"),
     ("log(x)", ["--at", "x=0"], "-inf"),
     ("|x₁|·2³", ["--at", "x₁=-2"], "16"), ("where(x>0, sqrt(x), 0)", ["--at", "x=-1"], "0")],
)  # fmt: skip
def test_expressions_that_look_like_options_constants_and_infinities_are_drawn(
    here, capsys, expression, at, value
):
    assert main(["draw", expression, *at, "-o", "y.dot"]) == 0
    assert capsys.readouterr().out == f"{expression} = {value}\ny.dot\n"


def test_lines_of_a_formula_name_numbers_that_later_lines_share(here, capsys):
    assert main(["explain", "b = a + a; c = b + b", "--at", "a=3"]) == 0
    assert "the sum is 4" in capsys.readouterr().out
    assert main(["draw", "a = 3\ny = a*a\ny + 1", "-o", "y.dot"]) == 0
    assert capsys.readouterr().out.endswith(" = 10\ny.dot\n")
    assert main(["draw", "b = a; c", "--at", "a=3,b=2,c=1", "-o", "y.dot"]) == 2
    assert "has no 'b'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "name"), [([], "playground.html"), (["-o", "p.html"], "p.html")]
)
def test_the_playground_is_a_file_of_at_most_200_kilobytes(here, capsys, options, name):
    assert main(["playground", *options]) == 0
    assert capsys.readouterr().out == f"{name}\n"
    assert (here / name).stat().st_size <= 200_000


def test_two_expressions_never_write_the_same_file(here, capsys):
    formulas = [
        "x+y",
        "x*y",
        "x-y",
        "(x+y)*y",
        "x+y*y",
        "x + y*y + x",
        "-x",
        "x",
        "x" * 50,
        "x" * 51,
    ]
    for text in formulas:
        assert main(["page", text, "--at", ",".join(f"{n}=2" for n in parse(text).names)]) == 0
    assert len({path.name for path in here.glob("*.html")}) == len(formulas)
    capsys.readouterr()
    assert main(["page", " x+ y", "--at", "x=1,y=5"]) == 0  # the same formula at other numbers
    assert main(["page", "x", "--at", "x=1"]) == 0
    assert capsys.readouterr().out.endswith("x.html\n")
    assert len(list(here.glob("*.html"))) == len(formulas)


def test_page_writes_the_page_and_says_where(here, capsys):
    assert main(["page", "-tanh(w*x + b)", "--at", "w=2,x=1,b=0.5", "-o", "y.html"]) == 0
    assert capsys.readouterr().out == "-tanh(w*x + b) = -0.986614\ny.html\n"
    assert (here / "y.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert main(["page", "w*x**2", "--at", "w=2,x=3"]) == 0
    assert capsys.readouterr().out.endswith("\nw-x-2-74b222.html\n")
    assert (here / "w-x-2-74b222.html").exists()


def test_explain_prints_the_chain_rule_for_every_name_or_for_one(capsys):
    assert main(["explain", "exp(w*x)", "--at", "w=2,x=0.5"]) == 0
    both = capsys.readouterr().out
    assert "∂y/∂w: 1 path" in both
    assert "backward gave w.grad = 1.359, the same" in both
    assert main(["explain", "exp(w*x)", "--at", "w=2,x=0.5", "--wrt", "x"]) == 0
    one = capsys.readouterr().out
    assert "∂y/∂x: 1 path" in one
    assert "∂y/∂w" not in one


def test_explain_prints_formulas_for_a_document(capsys):
    assert main(["explain", "exp(w*x)", "--at", "w=2,x=0.5", "--wrt", "x", "--latex"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(r"$\displaystyle\begin{aligned}&")
    assert r"\frac{\partial y}{\partial x}" in printed


def test_explain_reports_a_name_outside_the_graph_as_without_influence(capsys):
    zero = "∂y/∂x = 0: y does not depend on x here\n"
    for options in ([], ["--wrt", "x"]):
        assert main(["explain", "where(x>0, x, 0)", "--at", "x=-2", *options]) == 0
        assert capsys.readouterr().out == zero
    assert main(["explain", "w*where(x>0, x, 1)", "--at", "w=3,x=-2"]) == 0
    out = capsys.readouterr().out
    assert "∂y/∂w: 1 path\n" in out
    assert out.endswith(f"\n{zero}")
    assert main(["explain", "w*where(x>0, x, 1)", "--at", "w=3,x=2"]) == 0
    assert "does not depend" not in capsys.readouterr().out


def test_explain_counts_names_without_influence_beyond_a_limit(capsys):
    names = [f"x{i}" for i in range(100)]
    at = ",".join(f"{name}=1" for name in names)
    assert main(["explain", f"where(0 < 1, 2, {'+'.join(names)})", "--at", at]) == 0
    out = capsys.readouterr().out
    assert out.count("y does not depend on") == MAX_ZEROS
    assert out.endswith(f"\nnor on {100 - MAX_ZEROS} more names\n")


def test_a_comma_in_brackets_does_not_end_a_number(here, capsys):
    at = "x=max(1, hypot(3, 4)),w=(2)"
    assert main(["draw", "w*x", "--at", at, "-o", "y.dot"]) == 0
    assert capsys.readouterr().out.startswith("w*x = 10\n")


def test_the_result_is_not_named_y_if_an_input_is(capsys):
    assert main(["explain", "exp(y)", "--at", "y=1"]) == 0
    assert "∂v2/∂y: 1 path" in capsys.readouterr().out


def test_check_says_that_gradients_agree(here, capsys):
    assert main(["check", "user_module:neuron"]) == 0
    assert capsys.readouterr().out.startswith(
        "user_module:neuron: 20 first derivatives at 10 points agree with differences of values,"
        " within "
    )
    assert main(["check", "user_module:neuron", "--at", "w=2,x=1"]) == 0
    assert "no derivative is wrong" in capsys.readouterr().out
    assert main(["check", "microgradlike:hypot", "--points", "3"]) == 0
    assert "6 first derivatives at 3 points" in capsys.readouterr().out


def test_check_prints_the_table_of_a_wrong_gradient_and_gives_1(here, capsys):
    for at in ([], ["--at", "x=0.5"]):
        assert main(["check", "user_module:wrong", *at]) == 1
        out, err = capsys.readouterr()
        assert "1 of 1 first derivatives wrong" in out
        assert err == ""


def test_check_skips_points_where_the_function_is_not_finite(here, capsys):
    assert main(["check", "user_module:positive", "--seed", "3"]) == 0
    assert "10 first derivatives at 10 points agree" in capsys.readouterr().out


def test_check_says_how_many_points_it_skipped_and_why(here, capsys):
    assert main(["check", "user_module:refuses"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "10 first derivatives at 10 points agree" in first
    pattern = r"\d+ points skipped, the first x=-\d\.\d+: ValueError: only above zero"
    assert re.fullmatch(pattern, second)
    assert main(["check", "user_module:neuron"]) == 0
    assert "skipped" not in capsys.readouterr().out


def test_check_says_that_it_found_fewer_points_than_it_was_asked_for(here, capsys):
    assert main(["check", "user_module:rarely"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    found = re.search(r" (\d+) first derivatives at only (\d+) of 10 points agree", first)
    assert found
    assert found[1] == found[2]
    assert 0 < int(found[2]) < 10
    assert second.startswith("200 points skipped, the first x=")


def test_check_says_that_a_partial_is_at_a_kink(here, capsys):
    assert main(["check", "user_module:kink", "--at", "x=0"]) == 0
    assert "kink of relu" in capsys.readouterr().out


def test_the_version_and_the_help_are_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith(f"microgradlike {version('microgradlike')} (")
    for arguments in ([], ["--help"], ["draw", "--help"]):
        assert main(arguments) == 0
        assert "usage: microgradlike" in capsys.readouterr().out


def test_ctrl_c_is_130_and_one_line(here, capsys):
    assert main(["check", "user_stops:f"]) == 130
    assert capsys.readouterr().err == "microgradlike: interrupted\n"


def test_the_module_runs_as_a_program_and_finds_modules_where_it_is_started(here):
    done = run("check", "user_module:neuron", cwd=here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("user_module:neuron: 20 first derivatives")


def test_a_closed_pipe_ends_quietly(here):
    command = [sys.executable, "-m", "microgradlike", "explain", "x*x", "--at", "x=1"]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_full_disk_is_one_line(here):
    command = [sys.executable, "-m", "microgradlike", "explain", "x*x", "--at", "x=1"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"microgradlike: No space left on device\n")


def test_a_terminal_without_mathematics_gets_escapes(here):
    done = run("explain", "x*x", "--at", "x=1", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u2202y/\u2202x" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_process_leaves_no_traceback(here):
    # in a loop: a signal just before a sleep is heard after it
    sleeps = "import time\nprint('here', flush=True)\nwhile True: time.sleep(0.01)"
    (here / "user_sleeps.py").write_text(sleeps)
    # in the background of a script Ctrl-C is ignored, and child processes inherit that
    listen = "import signal, runpy; signal.signal(signal.SIGINT, signal.default_int_handler);"
    listen += "runpy.run_module('microgradlike', run_name='__main__', alter_sys=True)"
    command = [sys.executable, "-c", listen, "check", "user_sleeps:f"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"here\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"microgradlike: interrupted\n")


def test_a_page_may_open_in_practice(tmp_path):
    path = tmp_path / "y.html"
    assert main(["page", "a*b + a", "--at", "a=2,b=3", "--practice", "-o", str(path)]) == 0
    assert "class Practice" in path.read_text("utf-8")
