"""All but arrays works without NumPy, with the same bits: the tutorial runs in a browser so."""

import json
import os
import subprocess
import sys

import pytest

from microgradlike import __compiled__
from tests import ROOT, plain_program
from tests.pyodide import pyodide

__all__ = ["pyodide"]

HIDE = "import sys; sys.modules['numpy'] = None; "
PRINT = "import json; from tests.plain_program import results; print(json.dumps(results()))"


@pytest.fixture
def without_numpy():
    """Modules of our own that are imported anew, and find no NumPy."""
    if __compiled__:
        pytest.skip("a compiled module is imported once")
    imported = {name: x for name, x in sys.modules.items() if is_hidden(name)}
    forget()
    sys.modules["numpy"] = None
    yield
    forget()
    sys.modules.update(imported)


def forget():
    for name in filter(is_hidden, list(sys.modules)):
        del sys.modules[name]


def is_hidden(name):
    return name.partition(".")[0] in ("microgradlike", "viz", "numpy")


def as_json(x):
    return json.loads(json.dumps(x))


def test_a_process_without_numpy_gets_the_same_bits():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HIDE + PRINT]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert json.loads(done.stdout) == as_json(plain_program.results())


def test_results_without_numpy_are_lists(without_numpy):
    from microgradlike import jit

    assert as_json(plain_program.results())
    rows = jit(lambda x, y: (x * y, [x]), batch=(0, 1), reduce=None)
    assert rows([1.0, 2.0], [3.0, 4.0]) == ([3.0, 8.0], [[1.0, 2.0]])


LATER = """
from microgradlike import Value, grad, jit
w = Value(2.0)
def product(x):
    return x[0] * x[1] * w
print(jit(product)([1.0, 2.0]))
del sys.modules["numpy"]
import numpy as np
print(jit(product)(np.array([3, 4])), jit(product, batch=0)(np.eye(2) + 1))
print(jit(grad(product), batch=0, reduce=None)(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist())
"""


def test_arrays_of_a_numpy_that_is_imported_later_are_arguments():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", HIDE + LATER]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["4.0", "24.0 4.0", "[[4.0, 2.0], [8.0, 6.0]]"]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_a_backend_that_needs_numpy_says_so(without_numpy, backend):
    from microgradlike import jit

    with pytest.raises(ModuleNotFoundError, match=f'"{backend}" needs NumPy.*backend="python"'):
        jit(lambda x: x, backend=backend)(1.0)


def test_a_file_that_needs_numpy_says_so(without_numpy, tmp_path):
    from microgradlike import nn

    model = nn.MLP(1, [1])
    with pytest.raises(ModuleNotFoundError, match=r".npz needs NumPy.*\.json"):
        nn.save(model, tmp_path / "model.npz")
    (tmp_path / "model.npz").write_bytes(b"")
    with pytest.raises(ModuleNotFoundError, match=r".npz needs NumPy.*\.json"):
        nn.load(model, tmp_path / "model.npz")


@pytest.mark.looks
def test_the_same_program_runs_in_pyodide(pyodide):
    found, own = json.loads(pyodide(PRINT)), as_json(plain_program.results())
    assert list(found) == list(own)
    for name, part in own.items():
        assert close(found[name], part), name


def close(a, b):
    """Equal but for the last digits of floats, as another libm has them."""
    if isinstance(a, float):
        return a == pytest.approx(b, rel=1e-9, abs=1e-12)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(close, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(close(a[key], b[key]) for key in a)
    return a == b
