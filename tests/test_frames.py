"""The user's line is the innermost one that is neither of this project nor of NumPy."""

import functools
import inspect
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

import microgradlike
import viz
from microgradlike import TraceError, jit, nn
from microgradlike._frames import user_frame, user_level

OURS, VIZ, NUMPY = (Path(p.__file__).parent for p in (microgradlike, viz, np))


def function_in(path, name, source):
    """The function `f` of a source, as if it stood in the file `path` of the module `name`."""
    space = {"__name__": name, "user_frame": user_frame, "user_level": user_level, "warn": warn}
    exec(compile(source, str(path), "exec"), space)
    return space["f"]


def warn(level):
    warnings.warn("a warning", stacklevel=level + 1)  # this function is one frame more


CALLERS = [
    function_in(path, name, "def f(g):\n    return g()\n")
    for path, name in (
        (OURS / "engine.py", "microgradlike.engine"),
        (OURS / "nn" / "training" / "run.py", "microgradlike.nn.training.run"),
        (VIZ / "page" / "page.py", "viz.page.page"),
        (NUMPY / "_core" / "_methods.py", "numpy._core._methods"),
    )
]
FRAME = function_in(
    OURS / "cli" / "a.py", "microgradlike.cli.a", "def f():\n    return user_frame()\n"
)
WARN = function_in(
    OURS / "cli" / "a.py", "microgradlike.cli.a", "def f():\n    warn(user_level())\n"
)


def behind(callers, f):
    """`f` called through each of `callers`, by no line of this file."""
    return functools.reduce(lambda g, caller: functools.partial(caller, g), callers, f)


@given(st.lists(st.sampled_from(CALLERS), max_size=6))
def test_frames_of_the_project_and_of_numpy_are_passed_over(callers):
    assert behind(callers, FRAME)() is inspect.currentframe()


@given(st.lists(st.sampled_from(CALLERS), max_size=6))
def test_a_warning_points_at_the_line_of_the_user(callers):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        line = inspect.currentframe().f_lineno + 1
        behind(callers, WARN)()
    assert [(w.filename, w.lineno) for w in seen] == [(__file__, line)]


def test_the_innermost_user_counts():
    """Also a function of the user that the project calls."""
    frames = []
    behind(CALLERS, lambda: frames.append(behind(CALLERS, FRAME)()))()
    assert [frame.f_code.co_name for frame in frames] == ["<lambda>"]


@pytest.mark.parametrize("name", ["viz", "microgradlike_of_mine", "numpy_like"])
def test_a_module_of_the_user_with_such_a_name_is_the_user(tmp_path, name):
    caller = function_in(tmp_path / f"{name}.py", name, "def f(g):\n    return g()\n")
    assert behind([caller], FRAME)().f_code is caller.__code__


def test_a_stack_without_a_user_ends_at_its_outermost_frame(monkeypatch):
    monkeypatch.setattr("microgradlike._frames.is_library", lambda frame: True)
    assert user_frame() is None
    depth = len(inspect.stack())
    assert user_level() == depth


def test_a_recorded_function_that_numpy_calls_is_the_user():
    def root(x):
        return math.sqrt(x)

    with pytest.raises(
        TraceError, match=rf"test_frames.py, line {root.__code__.co_firstlineno + 1}:"
    ):
        jit(lambda x: np.vectorize(root, otypes=[object])(np.array([x, x]))[0])(1.0)


def test_a_jit_function_of_a_module_warns_at_the_line_of_its_call():
    @jit
    def f(model, x):
        return model([x])

    with pytest.warns(UserWarning, match="runs eagerly") as seen:
        functools.partial(f, nn.Neuron(1))(1.0)
    assert [w.filename for w in seen] == [__file__]
