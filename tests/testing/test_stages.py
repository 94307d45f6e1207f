"""Stages of an engine, in a teacher's own project."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from microgradlike.testing import grade_stages, stages
from microgradlike.testing.grading.trials import TRIALS
from tests.testing.grading.engines import SEEDED, TUPLES, seeded

CONFTEST = 'pytest_plugins = ["microgradlike.testing.stages"]\n'
TEST = """
from pathlib import Path
from microgradlike.testing import grade_stages

test_engine = grade_stages(Path(__file__).with_name("my_engine.py"))
"""


@pytest.fixture
def project(tmp_path):
    """A function that runs pytest in a project with an engine."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_engine.py").write_text(TEST)

    def run(code, *options):
        (tmp_path / "my_engine.py").write_text(code)
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-W",
                "error",
                "-c",
                "/dev/null",
                "--rootdir=.",
                *options,
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return run


def test_a_mark_selects_a_stage_without_a_warning(project):
    done = project(seeded("closures without +=")[0], "-m", "stage3 or stage4", "--strict-markers")
    assert "4 failed, 4 passed" in done.stdout
    assert "gradients are overwritten, not added" in done.stdout


def trials(test):
    (mark,) = test.pytestmark
    return mark.args[1]


def test_a_right_engine_with_all_functions_passes(tmp_path):
    path = tmp_path / "my_engine.py"
    path.write_text("from microgradlike import Value")
    test = grade_stages(path)
    assert {trial.stage for trial in trials(test)} == set(range(1, 9))
    for trial in trials(test):
        test(trial)


def test_a_function_that_is_not_there_fails_its_stage(tmp_path):
    path = tmp_path / "my_engine.py"
    path.write_text(TUPLES)
    test = grade_stages(path)
    (tanh,) = [trial for trial in trials(test) if trial.text == "tanh(a)"]
    with pytest.raises(pytest.fail.Exception, match="tanh is not there"):
        test(tanh)


def test_cases_get_the_marks_of_their_stages():
    registered = []
    stages.pytest_configure(SimpleNamespace(addinivalue_line=lambda *line: registered.append(line)))
    assert registered[3] == ("markers", "stage4: several paths to one number")
    marked = []
    trial = next(t for t in TRIALS if t.stage == 5)
    for params in {"trial": trial}, {"trial": 1}, {}:
        case = SimpleNamespace(callspec=SimpleNamespace(params=params), add_marker=marked.append)
        stages.pytest_itemcollected(case)
    stages.pytest_itemcollected(SimpleNamespace())
    assert marked == ["stage5"]


def test_every_seeded_mistake_can_be_made():
    assert all(seeded(name)[0] != SEEDED[name][0] for name in SEEDED)


def test_an_engine_that_does_not_import_is_tried_once_and_fails_each_case(tmp_path):
    path, tries = tmp_path / "my_engine.py", tmp_path / "tries"
    path.write_text(f"print('tried', file=open({str(tries)!r}, 'a'))\nraise SystemExit('bye')\n")
    test = grade_stages(path)
    for trial in trials(test)[:2]:
        with pytest.raises(pytest.fail.Exception, match=r"my_engine\.py: line 2: SystemExit: bye"):
            test(trial)
    assert tries.read_text() == "tried\n"
