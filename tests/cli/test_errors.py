"""Bad input: exit status 2 and one plain line on stderr, never a traceback."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO

import pytest
from hypothesis import given, strategies as st

from microgradlike.cli.main import main
from tests import ROOT
from tests.user_directory import user_directory as user_directory

AT = ["--at", "x=1"]
BAD = [
    (["draw", "x"], "no value for x; add --at x=..."),
    (["draw", "x", "--at", "x=1,z=2"], "--at: the expression has no 'z'; it has x"),
    (
        ["draw", "width", "--at", "widht=1"],
        "--at: the expression has no 'widht'; did you mean width?",
    ),
    (["draw", "1 + 2", *AT], "--at: the expression has no 'x'; it has no names"),
    (["draw", "x", "--at", "x=1,x=2"], "--at gives x twice; keep one of them"),
    (["draw", "x", "--at", "x"], "--at takes pairs such as w=2,x=1, got 'x'"),
    (["draw", "x", "--at", "x=one"], "--at x: 'one' is not a number; write"),
    (["draw", "x", "--at", "x=max(1"], "--at x: 'max(1' is not a number; write"),
    (["draw", "x", "--at", "x=1),w=2"], "--at x: '1),w=2' is not a number; write"),
    (["draw", "x", "--at", "x=1+"], "--at x: '1+' is not a number; write"),
    (["draw", "x", "--at", "x=nan"], "--at x: 'nan' is nan; give a finite number"),
    (["draw", "x", "--at", "x=1/0"], "--at x: '1/0' is inf; give a finite number"),
    (["draw", "x", *AT, "-o", "no/y.svg"], "cannot write no/y.svg: there is no directory no"),
    (["draw", "x", *AT, "-o", "dir.dot"], "cannot write dir.dot: Is a directory"),
    (
        ["draw", "x", *AT, "-o", "y.gif"],
        "the file name of a picture must end in .svg, .png, .pdf or .dot, got 'y.gif'; name it",
    ),
    (
        ["draw", "x", *AT, "-o", "y.svg", "--format", "dot"],
        "--format dot does not fit 'y.svg'; leave one of them out",
    ),
    (["draw", "x", *AT, "--direction", "UP"], "argument --direction: invalid choice: 'UP'"),
    (["draw"], "the following arguments are required: expression; see microgradlike draw --help"),
    (["page", "x"], "no value for x; add --at x=..."),
    (["page", "x", *AT, "-o", "no/y.html"], "cannot write no/y.html: there is no directory no"),
    (["page", "x", *AT, "-o", "dir.html"], "cannot write dir.html: Is a directory"),
    (["page", "x", *AT, "-o", "y.svg"], "a page is saved as .html, got 'y.svg'; name it y.html"),
    (["page", "x", *AT, "--lang", "de"], "lang must be one of 'en', 'ko', got 'de'; leave it out"),
    (["page", "x", *AT, "-o", "q.svg"], "a page is saved as .html, got 'q.svg'; name it q.html"),
    (
        ["draw", "w*x", "--at", "w=2", "x=1"],
        "unrecognized arguments: x=1; separate the numbers of --at by commas, as in --at w=2,x=1",
    ),
    (["explain", "x", *AT, "--wrt", "y"], "--wrt: the expression has no 'y'; it has x"),
    (
        ["explain", "x", *AT, "--paths", "0"],
        "argument --paths: must be a whole number of at least 1, got '0'",
    ),
    (["explain", "x", *AT, "--nope"], "unrecognized arguments: --nope"),
    (
        ["check", "user_module"],
        "check takes MODULE:FUNCTION such as mymodule:loss, or an expression such as x*x, got",
    ),
    (["check", "a/b.py:f"], "check takes the name of a module, not a file: write a.b:f"),
    (["check", "no_such_module:f"], "cannot import no_such_module: ModuleNotFoundError:"),
    (
        ["check", "no_such_module:f"],
        "cannot import no_such_module: ModuleNotFoundError: No module named 'no_such_module'; run"
        " the command in the folder of the module, or add",
    ),
    (
        ["check", "math:nosuch"],
        "the module math has no 'nosuch'; check the spelling, or name a function that it has\n",
    ),
    (["check", "user_exits:f"], "cannot import user_exits: SystemExit: 3"),
    (["check", "user_leaves:f"], "cannot import user_leaves: SystemExit\n"),
    (["check", "user_typo:f"], "cannot import user_typo: SyntaxError: invalid syntax"),
    (["check", "user_module:neuro"], "the module user_module has no 'neuro'; did you mean neuron?"),
    (["check", "user_module:number"], "user_module:number is 3 of type int, not a function"),
    (["check", "user_module:many"], "check takes a function of named numbers, as in f(w, x), got"),
    (["check", "user_module:named"], "check takes a function of named numbers, as in f(w, x), got"),
    (["check", "builtins:dict"], "builtins:dict has no signature to read; wrap it in a def"),
    (["check", "user_module:neuron", *AT], "no value for w; add it to --at"),
    (["check", "user_module:neuron", "--at", "b=1"], "--at: the function has no 'b'; it has w, x"),
    (["check", "user_module:raises"], "the function raised KeyError: 'over\\ntwo lines'"),
    (["check", "user_module:exits"], "the function raised SystemExit\n"),
    (["check", "user_module:exits", *AT], "the function raised SystemExit\n"),
    (["check", "user_module:exits_saying"], "the function raised SystemExit: two lines\n"),
    (["check", "user_module:constant"], "f returned 3.0 of type float, not a Value"),
    (
        ["check", "user_module:nowhere"],
        "none of 200 random points could be checked; give one with --at. The first was x=2.",
    ),
    (["check", "user_module:refuses", "--at", "x=-1"], "only above zero\n"),
    (["demo", "--steps", "0"], "argument --steps: must be a whole number of at least 1, got '0'"),
    (
        ["demo", "--steps", "ten"],
        "argument --steps: must be a whole number of at least 1, got 'ten'",
    ),
    (["demo", "--out", "user_module.py"], "user_module.py: File exists"),
    (["nothing"], "argument COMMAND: invalid choice: 'nothing'"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=lambda x: str(x)[:40])
def test_a_bad_input_is_exit_status_2_and_one_line_with_a_way_out(here, capsys, arguments, message):
    for name in ("dir.dot", "dir.html"):
        (here / name).mkdir()
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"microgradlike: {message}")
    assert err.count("\n") == 1
    left = sorted(path.name for path in here.glob("*.*") if path.suffix != ".py")
    assert left == ["dir.dot", "dir.html"]


def test_a_function_that_refuses_every_point_is_an_error(here, capsys):
    assert main(["check", "user_module:refuses_all", "--points", "2"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("microgradlike: none of 40 random points could be checked")
    assert err.endswith(": ValueError: never\n")


@pytest.mark.parametrize("at", [["--at", "q=1"], [], ["--at", f"{'w' * 9000}=nan"]])
def test_a_message_about_very_many_or_long_names_stays_readable(capsys, at):
    names = [f"x{i}" for i in range(1000)]
    assert main(["draw", "+".join(names), *at]) == 2
    assert len(capsys.readouterr().err) < 300
    assert main(["draw", "w" * 9000, *at]) == 2
    assert len(capsys.readouterr().err) < 300


def test_a_mistake_in_an_expression_is_pointed_at(capsys):
    assert main(["draw", "tanh(w*x + ", "--at", "w=2"]) == 2
    assert capsys.readouterr().err == (
        "microgradlike: expected a number, a name or '(', but the expression ends\n"
        "  tanh(w*x + \n"
        "            ^\n"
    )


words = st.sampled_from(
    ["draw", "explain", "check", "--at", "-o", "--wrt", "--format", "dot", "x=1", "x", "-x", "w*x"]
    + ["w=2,x=3", "y.dot", "--", "-", "", "=", "os:getcwd", "--paths", "1e9", "tanh(", "--help"]
)


@given(st.lists(words | st.text(max_size=8), max_size=6))
def test_random_arguments_never_lead_to_a_traceback(arguments):
    err = StringIO()
    with (
        tempfile.TemporaryDirectory() as place,
        chdir(place),
        redirect_stdout(StringIO()),
        redirect_stderr(err),
    ):
        status = main(arguments)
    assert status in (0, 2)
    assert "Traceback" not in err.getvalue()
    assert "bug in microgradlike" not in err.getvalue()
    assert (err.getvalue() == "") == (status == 0)


def test_a_bug_of_ours_is_one_line_too(capsys, monkeypatch):
    def broken(at):
        raise ZeroDivisionError("at\nlast")

    monkeypatch.setattr("microgradlike.cli.expression.parse_assignments", broken)
    assert main(["draw", "x", *AT]) == 2
    assert capsys.readouterr().err == (
        "microgradlike: ZeroDivisionError: at last; this is a bug in microgradlike, please"
        " report it\n"
    )


@pytest.mark.parametrize("arguments", [["demo"], ["draw", "x", *AT], ["explain", "x", *AT]])
def test_another_package_named_viz_is_named(here, arguments):
    (here / "viz.py").write_text("def draw(y): pass")
    command = [sys.executable, "-m", "microgradlike", *arguments]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "another one is found first: " in done.stderr
    assert str(here / "viz.py") in done.stderr


def test_without_viz_the_rest_works_and_without_site_packages_as_well(here):
    shutil.copytree(ROOT / "microgradlike", here / "microgradlike")
    bare = [sys.executable, "-S", "-m", "microgradlike"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    drawing, checking = (
        subprocess.run([*bare, *arguments], cwd=here, env=env, capture_output=True, text=True)
        for arguments in (["draw", "x", *AT], ["check", "user_module:neuron"])
    )
    assert (drawing.returncode, drawing.stdout) == (2, "")
    assert drawing.stderr == (
        "microgradlike: pictures need the package viz, which comes with microgradlike but is"
        " missing here: python -m pip install --force-reinstall microgradlike\n"
    )
    assert (checking.returncode, checking.stderr) == (0, "")


def test_a_missing_dependency_of_the_pictures_is_named(capsys, monkeypatch):
    def missing(name):
        raise ModuleNotFoundError("No module named 'graphviz'", name="graphviz")

    monkeypatch.setattr("importlib.import_module", missing)
    assert main(["draw", "x", *AT]) == 2
    assert capsys.readouterr().err == (
        "microgradlike: pictures need graphviz: python -m pip install graphviz\n"
    )


def test_without_graphviz_a_drawing_says_what_to_install_and_how_to_write_the_text(
    here, capsys, monkeypatch
):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["draw", "x", *AT, "-o", "y.svg"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("microgradlike: a picture needs Graphviz: install it")
    assert err.endswith('pip install "microgradlike[dot]"; -o y.dot writes its text\n')
    assert main(["draw", "x", *AT, "-o", "y.dot"]) == 0


def test_a_picture_that_takes_too_long_has_a_way_out_on_the_command_line(here, capsys, monkeypatch):
    def late(command, **options):
        raise subprocess.TimeoutExpired(command, options["timeout"])

    monkeypatch.setattr("viz.dot.render._commands", lambda kind: [("dot", ["dot"])])
    monkeypatch.setattr("subprocess.run", late)
    assert main(["draw", "x", *AT, "--format", "png"]) == 2
    assert capsys.readouterr().err == (
        "microgradlike: Graphviz needs more than 30 s for this picture; -o x.dot writes its text\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are POSIX's")
@pytest.mark.parametrize("arguments", [["draw", "x"], ["page", "x"]], ids=lambda x: x[0])
def test_a_pipe_is_refused_with_a_way_out_that_needs_no_python(here, capsys, arguments):
    path = here / ("y.dot" if arguments[0] == "draw" else "y.html")
    os.mkfifo(path)
    assert main([*arguments, "--at", "x=1", "-o", path.name]) == 2
    _, err = capsys.readouterr()
    assert err.startswith(f"microgradlike: cannot write {path.name}: this is a named pipe")
    assert err.endswith("; write to a new file, and copy that\n")
    assert stat.S_ISFIFO(path.stat().st_mode)
