"""A user's directory with modules, for the tests of the command line."""

from __future__ import annotations

import sys

import pytest

USER = """
import math
import sys
from microgradlike import log, relu, sqrt, tanh, unary

def neuron(w, x, b=0.5):
    return tanh(w * x + b)

wrong_sine = unary("wrong_sine", math.sin, lambda y, x: -math.cos(x))

def wrong(x):
    return wrong_sine(x)

def positive(x):
    return log(x) + sqrt(x)

def nowhere(x):
    return log(-1 - x * x)

def kink(x):
    return relu(x)

def raises(x):
    raise KeyError("over\\ntwo lines")

def exits(x):
    sys.exit()

def exits_saying(x):
    sys.exit("two\\nlines")

def refuses(x):
    if x.data < 0:
        raise ValueError("only above\\nzero")
    return sqrt(x)

def rarely(x):
    return log(x - 2.9)

def refuses_all(x):
    raise ValueError("never")

def constant(x):
    return 3.0

def many(*xs):
    return xs[0]

def named(*, x):
    return x

number = 3
"""


@pytest.fixture(name="here")
def user_directory(tmp_path, monkeypatch):
    """A directory with modules of a user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    modules = {
        "user_module": USER,
        "user_exits": "raise SystemExit(3)",
        "user_leaves": "import sys; sys.exit()",
        "user_typo": "def f(:",
        "user_stops": "raise KeyboardInterrupt",
    }
    for name, text in modules.items():
        (tmp_path / f"{name}.py").write_text(text)
    yield tmp_path
    for name in modules:
        sys.modules.pop(name, None)
