"""The command grade: its statuses, and what it prints on a file that it cannot grade."""

import pytest

from microgradlike.cli.main import main
from tests.testing.grading.engines import TUPLES, seeded


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A function that writes an engine as my_engine.py in the current directory."""
    monkeypatch.chdir(tmp_path)
    return lambda code: (tmp_path / "my_engine.py").write_text(code)


def test_the_status_is_0_for_a_right_engine_under_any_name(engine, capsys):
    engine(TUPLES.replace("Value", "Number"))
    assert main(["grade", "my_engine.py", "--class", "Number"]) == 0
    assert capsys.readouterr().out.startswith("my_engine.py, class Number\n\n  data     right\n")


def test_the_status_is_1_for_a_mistake_and_prints_of_the_engine_are_left_out(engine, capfd):
    engine("print('garbled')\n" + seeded("a set of operands")[0])
    assert main(["grade", "my_engine.py"]) == 1
    out, err = capfd.readouterr()
    assert "garbled" not in out + err
    assert "a known mistake: equal operands count once." in out


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import nothing_of_that_name",
            "my_engine.py: line 1: ModuleNotFoundError: No module named",
        ),
        ("__import__('os')._exit(0)", "my_engine.py: the import: the process ends, with status 0"),
    ],
)
def test_the_status_is_2_for_a_file_that_does_not_import(code, message, engine, capsys):
    engine(code)
    assert main(["grade", "my_engine.py"]) == 2
    assert capsys.readouterr().err.startswith(f"microgradlike: {message}")


def test_the_status_is_2_without_a_python_file(capsys):
    assert main(["grade", "nowhere.py"]) == 2
    assert (
        "grade takes a Python file such as my_engine.py, got nowhere.py, which is not there"
        in capsys.readouterr().err
    )


def test_an_engine_without_operations_is_not_praised(engine, capsys):
    engine("class Value:\n    def __init__(self, data):\n        self.data = data\n")
    assert main(["grade", "my_engine.py"]) == 0
    out = capsys.readouterr().out
    assert "No operation is there yet." in out
    assert "right." not in out
