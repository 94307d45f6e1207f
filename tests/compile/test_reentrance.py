"""A jit function called again from within a call of itself, by a user's primitive."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from microgradlike import Value, jit, unary

ROWS = np.arange(40.0)
DEPTH = 2
calls = threading.local()
reentered = {}


def forward(x):
    """The sum of the function under test over 40 rows, DEPTH deep."""
    depth = getattr(calls, "depth", 0)
    if depth == DEPTH:
        return 0.0
    calls.depth = depth + 1
    try:
        return float(np.sum(reentered["f"](np.full(40, x + 1.0))))
    finally:
        calls.depth = depth


def slope(y, x):
    return 1.0


AGAIN = unary("again_in_the_reentrance_tests", forward, slope)


def expected(x, depth=DEPTH):
    inner = 40 * expected(6 * x + 1, depth - 1) if depth else 0.0
    return inner + 2 * x * np.sin(x)


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
@pytest.mark.parametrize("split", [None, 7])
@pytest.mark.parametrize("reduce", ["sum", None])
@pytest.mark.parametrize("threads", [None, 2])
def test_a_call_within_a_call_overwrites_nothing(backend, split, reduce, threads):
    w = Value(2.0)
    options = {"batch": 0, "backend": backend, "reduce": reduce, "split": split}
    with ThreadPoolExecutor(3) as pool:
        f = jit(lambda x: AGAIN(x * 3.0 * w) + x.sin() * x * w, threads=threads, **options)
        f.executor = None if threads else pool
        reentered["f"] = f
        want = expected(ROWS) if reduce is None else expected(ROWS).sum()
        for _ in range(2):
            assert f(ROWS) == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_an_error_within_a_call_spoils_no_later_one(backend):
    fails = [True]

    def forward(x):
        if fails[0] and x == 3.0:
            raise KeyError("mine")
        return x

    own = unary("fails_in_the_reentrance_tests", forward, slope)
    f = jit(lambda x: own(x) * 2, batch=0, reduce=None, backend=backend)
    with pytest.raises(KeyError, match="mine"):
        f(ROWS)
    fails[0] = False
    assert np.array_equal(f(ROWS), 2 * ROWS)
    for rows in range(1, 7):  # more numbers of rows than arrays are kept
        assert np.array_equal(f(ROWS[:rows]), 2 * ROWS[:rows])
