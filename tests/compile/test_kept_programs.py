"""Programs from disk: the results, warnings and programs of those that are built here."""

import random
import subprocess
import sys
import threading
import warnings

import numpy as np
import pytest
from hypothesis import given, settings

from microgradlike import Value, grad, indeterminate, jit, nn, ops, unary, value_and_grad
from microgradlike.compile import executable
from microgradlike.compile.backends import llvm
from microgradlike.testing.strategies.programs import programs
from tests import ROOT
from tests.bits import same_bits

ROWS = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 0.25]])


class Counted:
    """The backend's function `build`, with the number of its calls."""

    def __init__(self):
        self.count, self.build = 0, llvm.build

    def __call__(self, *arguments):
        self.count += 1
        return self.build(*arguments)


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROGRADLIKE_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(executable, "WORTH", 0.0)
        yield


@pytest.fixture(scope="module")
def built(_cache):
    """The number of programs that the llvm backend has built."""
    with pytest.MonkeyPatch.context() as patch:
        counted = Counted()
        patch.setattr(llvm, "build", counted)
        yield counted


def thrice(make, run, built):
    """The results with the cache off, of a program that is written to it, and of one read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROGRADLIKE_CACHE", "off")
        found = [run(make())]
    found.append(run(make()))
    before = built.count
    found.append(run(make()))
    assert built.count == before
    return found


@settings(max_examples=20)  # each is compiled
@given(program=programs())
def test_any_program_has_the_same_bits_from_disk(built, program):
    point = list(program.point)

    def f(x):
        return program(*x)

    def run(functions):
        return [g(point) for g in functions]

    def make():
        return [jit(g, backend="llvm") for g in (f, value_and_grad(f))]

    off, fresh, kept = thrice(make, run, built)
    assert same_bits(off, fresh)
    assert same_bits(off, kept)


def model():
    return nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(1))


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_batches_have_the_same_bits_from_disk(built, reduce):
    def make():
        net = model()
        return jit(value_and_grad(lambda w, x: net(x) * w), batch=1, reduce=reduce, backend="llvm")

    off, fresh, kept = thrice(make, lambda f: f(2.0, ROWS), built)
    assert same_bits(off, fresh)
    assert same_bits(off, kept)


def test_backward_has_the_same_bits_from_disk(built):
    def make():
        net = model()
        return net, jit(lambda w, x: net(x) * w + w, batch=1, backend="llvm")

    def run(made):
        net, f = made
        w = Value(2.0)
        return [f.backward(w, ROWS), w.grad, [p.grad for p in net.parameters()]]

    off, fresh, kept = thrice(make, run, built)
    assert same_bits(off, fresh)
    assert same_bits(off, kept)


def test_loops_over_strided_blocks_come_from_disk(built):
    x = np.linspace(-1.0, 1.0, 64)

    def f(x):
        y = [sum(a * b for a, b in zip(x, row)) for row in (x + np.roll(x, i) for i in range(50))]
        return sum(y) + 2.5

    off, fresh, kept = thrice(lambda: jit(grad(f), backend="llvm"), lambda f: f(x), built)
    assert same_bits(off, fresh)
    assert same_bits(off, kept)


def test_straight_line_code_for_all_rows_comes_from_disk(built):
    def make():
        return jit(lambda w, x: [w.exp() * 3.0, x * w, x], batch=1, backend="llvm")

    off, fresh, kept = thrice(make, lambda f: f(2.0, [1.0, 2.0]), built)
    assert same_bits(off, fresh)
    assert same_bits(off, kept)


@pytest.mark.parametrize("policy", ["zero", "nan", "warn"])
def test_products_0_times_infinity_are_those_of_a_built_program(built, policy):
    def f(x, y):
        return ops.sqrt(ops.relu(x)) * y.exp()

    def run(g):
        with warnings.catch_warnings(record=True) as found, indeterminate(policy):
            warnings.simplefilter("always")
            result = [g.backward(Value(0.0), Value(1.0)), g(0.0, 1.0)]
        return result, [str(w.message) for w in found]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROGRADLIKE_CACHE", "off")
        off = run(jit(f, backend="llvm"))
    for _ in range(2):
        assert same_bits(run(jit(f, backend="llvm")), off)


def test_the_program_is_that_of_a_built_one():
    def f(x):
        return (x[0] * x[1]).tanh() + x[1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MICROGRADLIKE_CACHE", "off")
        want = str(jit(value_and_grad(f)).program([1.0, 2.0]))
    for _ in range(2):
        g = jit(value_and_grad(f))
        g([1.0, 2.0])
        assert str(g.program([1.0, 2.0])) == want


def test_a_gradient_is_differentiated_again():
    results = []
    for _ in range(2):
        x = Value(0.5)
        f = jit(grad(lambda x: x.exp() * x), backend="llvm")
        f(0.5)
        results.append((f(0.5), f.backward(x), x.grad))
    x = Value(0.5)
    y = grad(lambda x: x.exp() * x)(x)
    y.backward()
    assert results[0] == results[1]
    assert results[0] == pytest.approx((y.data, y.data, x.grad), rel=1e-14)


def test_a_closure_over_another_number_is_another_program():
    def times(c):
        return jit(grad(lambda x: c * x * x), backend="llvm")

    assert [times(c)(1.0) for c in (2.0, 3.0, 2.0, 3.0)] == [4.0, 6.0, 4.0, 6.0]


def test_a_wrapper_of_a_gradient_is_not_taken_for_it():
    import functools

    g = value_and_grad(lambda x: x * x)

    @functools.wraps(g)
    def halved(x):
        value, slope = g(x)
        return value, slope / 2

    assert jit(halved, backend="llvm")(3.0) == (9.0, 3.0)


def test_gradients_within_gradients_stay_apart():
    f = jit(grad(lambda x: x * grad(lambda y: y**3)(x)), backend="llvm")
    assert f(2.0) == 36.0
    assert jit(value_and_grad(lambda x: 7.0), backend="llvm")(2.0) == (7.0, 0.0)


def test_programs_with_primitives_of_users_are_built_each_time(built):
    factor = [2.0]
    scaled = unary("scaled", lambda x: factor[0] * x, lambda y, x: factor[0])
    assert jit(value_and_grad(lambda x: scaled(x)), backend="llvm")(3.0) == (6.0, 2.0)
    factor[0] = 5.0
    before = built.count
    assert jit(value_and_grad(lambda x: scaled(x)), backend="llvm")(3.0) == (15.0, 5.0)
    assert built.count == before + 1


def test_quick_programs_are_not_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROGRADLIKE_CACHE", str(tmp_path / "empty"))
    monkeypatch.setattr(executable, "WORTH", 1e9)
    jit(lambda x: x * x, backend="llvm")(3.0)
    assert not (tmp_path / "empty").exists()


def test_threads_may_make_the_program_of_one_recording():
    def f(x):
        y = x[0]
        for k in range(300):
            y = y * x[k % 3] + (x[k % 2] - y).tanh()
        return y

    x = [0.1, 0.2, 0.3]
    g = jit(value_and_grad(f), backend="llvm")
    recorded = g.executable(x)
    found = []
    threads = [threading.Thread(target=lambda: found.append(g(x))) for _ in range(4)]
    threads += [threading.Thread(target=lambda: str(recorded.program)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(same_bits(found[0], one) for one in found)


SCRIPT = """
import sys
from microgradlike import value_and_grad, jit
from microgradlike.compile import executable
from microgradlike.compile.backends import llvm
executable.WORTH = 0.0
if sys.argv[1] == "kept":
    llvm.build = None
print(jit(value_and_grad(lambda x: (x[0] * x[1]).exp() + x[1]), backend="llvm")([0.3, 0.7]))
"""


def test_other_processes_find_what_two_at_once_have_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROGRADLIKE_CACHE", str(tmp_path))

    def started(what):
        command = [sys.executable, "-c", SCRIPT, what]
        return subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)

    pair = [started("built"), started("built")]
    texts = [process.communicate()[0] for process in pair]
    texts.append(started("kept").communicate()[0])
    assert texts[0].startswith("(")
    assert len(set(texts)) == 1
