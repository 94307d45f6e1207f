"""Results carry their types: mypy and pyright accept typed programs, and refuse wrong lines."""

import json
import os
import runpy
import shutil
import subprocess
import sys

import pytest

from tests import ROOT

FOLDER = ROOT / "tests" / "typed"
PROGRAMS = sorted(path for path in FOLDER.glob("*.py") if path.name != "refused.py")
REFUSED = (FOLDER / "refused.py").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_typed_program_runs(program):
    runpy.run_path(str(program))


@pytest.mark.parametrize("command", [["mypy", "--strict", "."], ["pyright"]], ids=lambda c: c[0])
def test_a_type_checker_agrees_with_each_type_and_refuses_each_wrong_line(command, tmp_path):
    pytest.importorskip(command[0])
    shutil.copytree(FOLDER, tmp_path / "user")
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    # in the package itself, which a user has installed, a missing stub of another is no matter
    lines = [line.strip() for line in done.stdout.splitlines() if str(ROOT) not in line]
    errors = [line for line in lines if "error: " in line]
    assert [line for line in errors if "refused.py" not in line] == [], done.stdout
    found = {int(line.partition("refused.py:")[2].partition(":")[0]) for line in errors}
    assert found == {i for i, line in enumerate(REFUSED, 1) if line.endswith("# refused")}
