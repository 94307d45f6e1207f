"""Derivatives carry types: type checkers accept a typed program, and refuse three wrong lines."""

import json
import os
import subprocess
import sys

import pytest

from tests import ROOT

PROGRAM = ROOT / "tests" / "derivatives" / "typed_program.py"
WRONG = """
from microgradlike import derivative, grad


def cube(x: float) -> float:
    return x**3


grad(cube)("2")
x: str = derivative(cube)(2.0)
grad(3.0)
"""


@pytest.mark.parametrize("command", [["mypy", "--strict", "."], ["pyright"]], ids=lambda c: c[0])
def test_type_checkers_know_the_signature_of_a_derivative(command, tmp_path):
    pytest.importorskip(command[0])
    (tmp_path / "right.py").write_text(PROGRAM.read_text())
    (tmp_path / "wrong.py").write_text(WRONG)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "MYPYPATH": str(ROOT)},
    )
    errors = [line.strip() for line in done.stdout.splitlines() if " error: " in line]
    assert [line for line in errors if "right.py" in line] == []
    lines = {int(line.partition("wrong.py:")[2].partition(":")[0]) for line in errors}
    assert lines == {9, 10, 11}
