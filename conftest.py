"""Fixtures of the browser; and compiled modules, whose doctests run where they are plain."""

import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

pytest_plugins = ["tests.browser"]  # here, for one browser in all files of tests

ROOT = Path(__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = [name.replace(".", "/") for name in PROJECT["tool"]["microgradlike"]["compiled"]]

collect_ignore = [
    f"{module}.py"
    for module in MODULES
    if any((ROOT / f"{module}{suffix}").exists() for suffix in EXTENSION_SUFFIXES)
]
