"""Results carry their types: type checkers accept a typed program, and refuse wrong lines."""

import json
import os
import runpy
import subprocess
import sys

import pytest

from tests import ROOT

PROGRAM = ROOT / "tests" / "typed_program.py"
WRONG = {
    "operand.py": "from microgradlike import Value\n\nValue(1.0) + 'a'\n",
    "argument.py": "from microgradlike import tanh\n\ntanh('0.5')\n",
    "result.py": "from microgradlike import Value\n\nx: float = Value(1.0).exp()\n",
}


def test_the_program_runs():
    runpy.run_path(str(PROGRAM))


@pytest.mark.parametrize("command", [["mypy", "--strict", "."], ["pyright"]], ids=lambda c: c[0])
def test_type_checkers_know_the_kind_of_every_result(command, tmp_path):
    pytest.importorskip(command[0])
    (tmp_path / "right.py").write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    for name, text in WRONG.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    errors = [line.strip() for line in done.stdout.splitlines() if "error: " in line]
    assert [line for line in errors if "right.py" in line] == [], done.stdout
    assert {name for name in WRONG if any(f"{name}:3" in line for line in errors)} == set(WRONG)
