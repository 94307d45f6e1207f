"""Networks carry types: type checkers accept a typed program, and refuse four wrong lines."""

import json
import os
import runpy
import subprocess
import sys

import pytest

from tests import ROOT

PROGRAM = ROOT / "tests" / "nn" / "typed_program.py"
WRONG = """
from microgradlike import nn

model = nn.MLP(2, [1])
model("ab")
x: float = model([1.0, 2.0])
nn.fit(model, 3, ([1.0], [2.0]), optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=1)
model.load_state_dict({"b": "1"})
"""


@pytest.mark.parametrize("command", [["mypy", "--strict", "."], ["pyright"]], ids=lambda c: c[0])
def test_type_checkers_know_values_and_lists_of_them(command, tmp_path):
    pytest.importorskip(command[0])
    (tmp_path / "right.py").write_text(PROGRAM.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
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
    assert lines == {5, 6, 7, 8}


def test_the_typed_program_runs():
    runpy.run_path(str(PROGRAM))
