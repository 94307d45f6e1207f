"""The page of platforms: every row has a command that the repository has, and a date."""

import datetime
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase

import pytest

from tests import ROOT

PAGE = (ROOT / "docs/platforms.md").read_text(encoding="utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("|")][2:]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES]
SCRIPT = (ROOT / ".ci/platform").read_text(encoding="utf-8")
NAMES = re.findall(r"`bash \.ci/platform ([\w.-]+)`", PAGE)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_each_platform_has_a_date_and_a_command_that_exists(row):
    _, _, _, day, command, _ = row
    assert datetime.date.fromisoformat(day) >= datetime.date(2026, 1, 1)
    (path,) = re.findall(r"(?:\.ci|\.github|tests)/[\w./-]+", command)
    assert (ROOT / path).is_file()


def test_the_page_has_every_platform_of_the_script_and_no_other():
    known = re.search(r"case \$\{1:-\} in\n(.*?)esac", SCRIPT, re.DOTALL)[1]
    patterns = [p.strip() for line in known.splitlines() for p in line.split(")")[0].split("|")]
    assert patterns.pop(patterns.index("*")) == "*"
    names = set(NAMES) - {"NAME"}
    found = {p: {name for name in names if fnmatchcase(name, p)} for p in patterns if p}
    assert all(found.values())
    assert set().union(*found.values()) == names


def test_an_unknown_platform_is_refused():
    done = subprocess.run(["bash", ".ci/platform", "vax"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, "no platform vax" in done.stderr) == (1, True)


def test_the_versions_of_python_are_those_that_the_package_claims():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    claimed = [c.split(" :: ")[-1] for c in project["classifiers"] if " :: Python :: 3." in c]
    rows = " ".join(row[0] for row in ROWS)
    assert all(f"CPython {version}" in rows for version in claimed)


def test_the_lowest_versions_are_read_from_the_bounds():
    done = subprocess.run(
        [sys.executable, ".ci/lowest.py"], cwd=ROOT, capture_output=True, text=True
    )
    assert {"numpy==1.26", "llvmlite==0.45", "pytest==8"} <= set(done.stdout.split())
