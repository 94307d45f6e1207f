"""What pyproject.toml promises is there, and nothing that is there is left out of it."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETUPTOOLS = PROJECT["tool"]["setuptools"]


def test_every_package_is_listed():
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("__init__.py")
    }
    assert set(SETUPTOOLS["packages"]) == found


def test_every_file_that_is_no_code_is_package_data():
    listed = set()
    for package, patterns in SETUPTOOLS["package-data"].items():
        for pattern in patterns:
            matched = set((ROOT / package.replace(".", "/")).glob(pattern))
            assert matched
            assert all(path.is_file() for path in matched)
            listed |= matched
    found = {
        path
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".so")
    }
    assert found == listed


def test_the_base_is_numpy_and_graphviz_and_all_is_every_users_extra():
    names = [requirement.split(">=")[0] for requirement in PROJECT["project"]["dependencies"]]
    assert names == ["numpy", "graphviz"]
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["all"] == ["microgradlike[dot,llvm,plot,progress,testing]"]
    assert set(extras) == {
        "dot", "llvm", "plot", "progress", "testing", "all", "test", "dev", "oracle"
    }  # fmt: skip


def test_both_packages_are_typed():
    assert (ROOT / "microgradlike/py.typed").exists()
    assert (ROOT / "viz/py.typed").exists()
