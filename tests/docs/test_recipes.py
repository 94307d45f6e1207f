"""The recipes of docs/how-to/judge-a-gradient.md judge gradients of other libraries as right."""

import shutil
import subprocess

import pytest

from tests.docs.markdown import fences

PAGE = "docs/how-to/judge-a-gradient.md"
TEXTS = [block.code for block in fences(PAGE) if block.language == "text"]
TORCH, JAX, CPP, CTYPES = TEXTS


def checks(text, names):
    """Run a recipe whose last line is a check, and return its report."""
    *lines, last = text.rstrip().splitlines()
    assert last.startswith("check_gradients(")
    exec("\n".join(lines), names)
    return eval(last, names)


def right(report):
    return bool(report.given) and {entry.verdict for entry in report.given} == {"agrees"}


@pytest.fixture
def names():
    """What the recipes after the first have from it."""
    found = {}
    exec("\n".join(line for line in TORCH.splitlines() if "microgradlike" in line), found)
    return found


@pytest.mark.long  # 3 s for the import
def test_pytorch():
    pytest.importorskip("torch")
    assert right(checks(TORCH, {}))


@pytest.mark.long
def test_jax(names):
    pytest.importorskip("jax")
    names["loss"] = lambda w, x: names["log"](1 + names["exp"](-(w[0] * x[0] + w[1] * x[1])))
    assert right(checks(JAX, names))


@pytest.mark.skipif(not shutil.which("c++"), reason="no C++ compiler")
def test_ctypes(names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.cpp").write_text(CPP, encoding="utf-8")
    command = CPP.partition(": ")[2].partition(" */")[0]
    subprocess.run(command.split(), check=True)
    assert right(checks(CTYPES, names))
