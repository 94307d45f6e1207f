"""A program goes to another process and comes back, and prints as equations."""

import pickle
import random
import subprocess
import sys

import pytest

from microgradlike import jit, ops
from microgradlike.compile.build import build_program
from microgradlike.compile.trace import Trace
from microgradlike.ops import TABLE, Op, unary
from tests.compile.test_backends import recorded

BACK = """
import pickle, sys
built = pickle.load(sys.stdin.buffer)
from microgradlike import ops
assert all(op is ops.TABLE[op.name] for op in built.ops if op.name != "cube")
sys.stdout.buffer.write(pickle.dumps((str(built), built)))
"""


def there_and_back(built):
    """Return the output of another process, and the program that it sends back."""
    done = subprocess.run(
        [sys.executable, "-c", BACK], input=pickle.dumps(built), capture_output=True, check=True
    )
    return pickle.loads(done.stdout)


def test_a_program_of_100_000_equations_comes_back_from_another_process():
    trace, rng = Trace(), random.Random(0)
    slots = [trace.input() for _ in range(3)]
    xs = slots[:]
    while len(trace.nodes) < 110_000:
        op = rng.choice([op for op in TABLE.values() if op.arity < 3])
        v = op(*[rng.choice(slots[-9:]) for _ in op.partials])
        slots.append(v * rng.random() - 0.5)
    built = build_program(xs, slots[3:])
    assert len(built) > 100_000
    printed, again = there_and_back(built)
    assert printed == str(again) == str(built)
    assert all(a is b for a, b in zip(again.ops, built.ops))


def _cube(x):
    return x * x * x


def _slope(y, x):
    return 3 * x * x


def test_a_users_primitive_pickles_if_its_functions_do():
    cube = unary("cube", _cube, _slope, symbol="³")
    again = pickle.loads(pickle.dumps(recorded(cube, 1)))
    assert isinstance(again.ops[0], Op)
    assert again.ops[0](2.0) == 8
    assert again.ops[0].symbol == "³"
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(recorded(unary("cube", lambda x: x**3, _slope), 1))


def test_numbers_that_need_care_come_back():
    x = Trace().input()
    built = build_program(
        [x], [x + -0.0 * 1, ops.maximum(x, float("nan")), x * float("-inf"), x - -0.0]
    )
    assert str(pickle.loads(pickle.dumps(built))) == str(built)
    assert "x0 - -0.0" in str(built)


def test_it_prints_as_equations():
    built = jit(lambda x, y: (x.exp() * y, -y)).program(1.0, 2.0)
    assert str(built).splitlines() == [
        "v2 = exp(x0)",
        "v3 = v2 * x1",
        "v4 = neg(x1)",
        "return v3, v4",
    ]
