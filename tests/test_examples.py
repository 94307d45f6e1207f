import runpy
import subprocess
import sys

import pytest

from tests import ROOT

EXAMPLES = ROOT / "examples"
QUICK = {"gpt.py": ["--steps=2", "--samples=2", "--eager"]}  # the others run as they stand


def run(script, *arguments, cwd):
    """The finished process. A warning is an error in examples too."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / script), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=120)


@pytest.mark.parametrize("script", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_example_runs_to_its_end_in_an_empty_directory(script, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")  # no window
    done = run(script, *QUICK.get(script, []), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("script", sorted(path.name for path in EXAMPLES.glob("digits/*.py")))
def test_example_of_lost_digits_runs_to_its_end(script, capsys):
    """In this process: each takes a hundredth of the time that a new one does."""
    runpy.run_path(str(EXAMPLES / "digits" / script), run_name="__main__")
    assert "; can be counted on: " in capsys.readouterr().out


@pytest.mark.long
def test_gpt_runs_compiled_on_the_words_that_come_with_python(tmp_path):
    done = run("gpt.py", "--steps=2", "--samples=2", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert " times faster, after " in done.stdout


def test_gpt_learns_from_words_and_repeats_itself_by_seed_compiled_and_eager(tmp_path):
    (tmp_path / "words.txt").write_text("aba\nabba\n\n", encoding="utf-8")
    arguments = ("--docs=words.txt", "--steps=20", "--samples=3", "--seed=1")
    first, eager = (
        run("gpt.py", *arguments, *more, cwd=tmp_path).stdout.splitlines()
        for more in ((), ("--eager",))
    )
    assert " times faster, after " in first.pop(-4)
    assert first == eager
    title, *steps = first[:-3]
    assert title.startswith("2 words of 2 letters")
    losses = [float(line.split()[-1]) for line in steps]
    assert losses[0] > 1.0 > losses[-1]  # a blind guess costs log 3 = 1.1
    assert set("".join(first[-3:])) <= set(" ab")


def test_eager_the_moons_come_to_what_they_come_to_compiled(tmp_path):
    compiled, eager = (
        run("moons.py", *more, cwd=tmp_path).stdout.splitlines() for more in ((), ("--eager",))
    )
    assert [line for line in compiled if " times faster" not in line] == eager
    assert len(compiled) == len(eager) + 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [(None, "cannot read --docs words.txt"), ("\n \n", "words.txt holds no words")],
)
def test_gpt_says_in_one_line_what_is_wrong_with_its_words(text, complaint, tmp_path):
    if text is not None:
        (tmp_path / "words.txt").write_text(text, encoding="utf-8")
    done = run("gpt.py", "--docs=words.txt", cwd=tmp_path)
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]
