"""The fixture digits: a test that fails prints the report."""

import os
import subprocess
import sys

import pytest

from microgradlike import Value
from microgradlike.testing.digits_fixture import digits as digits  # a fixture

pytest.importorskip("mpmath")
TEST = """
from microgradlike import Value, cos
def test(digits):
    x = Value(1e-8, "x")
    assert digits((1 - cos(x)) / (x * x)).worst >= 10
"""


def test_a_graph_with_enough_digits_passes(digits):
    x = Value(0.5, "x")
    assert digits(x.exp()).worst >= 15


def test_a_failing_test_prints_the_report(tmp_path):
    (tmp_path / "test_f.py").write_text(TEST)
    plugin = ["-p", "microgradlike.testing.digits_fixture", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", *plugin, str(tmp_path)],
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert "lost at 1 - cos(x): operands 16.0 → 0.0" in done.stdout
