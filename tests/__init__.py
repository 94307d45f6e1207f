"""The tests: a folder per package, and beside them the tests that span packages."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
