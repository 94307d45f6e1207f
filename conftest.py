"""A compiled module has no docstrings: its doctests run where it is plain."""

import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

ROOT = Path(__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = [name.replace(".", "/") for name in PROJECT["tool"]["microgradlike"]["compiled"]]

collect_ignore = [
    f"{module}.py"
    for module in MODULES
    if any((ROOT / f"{module}{suffix}").exists() for suffix in EXTENSION_SUFFIXES)
]
