"""Copies and pickles of a jit function, and of what holds one: function and options travel."""

import copy
import dataclasses
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import textwrap
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial

import pytest

from microgradlike import Value, jit, nn
from tests import ROOT


def plain(x, y=1.0, *, z=0.0):
    return x * 3.0 + y + z


@jit
def decorated(x):
    """A function in the place of which there is a jit function."""
    return x * x


square = jit(plain, split=7, backend="numpy")


class Model(nn.Module):
    def __init__(self):
        self.w = Value(2.0)
        self.fast = jit(self.forward)
        self.scale = square

    def forward(self, x):
        return self.w * x

    @jit
    def __call__(self, x):
        return self.w * x + 1.0

    @jit(batch=0, reduce="sum")
    def loss(self, x):
        return (self.w * x) ** 2


@dataclasses.dataclass
class Trainer:
    model: Model
    step: object


def dumped(x):
    return pickle.loads(pickle.dumps(x))


COPIES = {"pickle": dumped, "deepcopy": copy.deepcopy}


def used(f):
    """f after a call, so that it has recordings."""
    f(3.0)
    return f


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_decorated_function_is_itself(duplicate):
    assert duplicate(used(decorated)) is decorated
    assert decorated.__doc__ == decorated.f.__doc__


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_function_and_options_travel_the_recordings_do_not(duplicate):
    with ThreadPoolExecutor(1) as executor:
        f = jit(plain, batch=(0,), reduce="sum", split=5, backend="python", executor=executor)
        f.threads = 2
        f([1.0] * 20)
        g = duplicate(f)
        options = [
            (h.f, h.batch, h.reduce, h.split, h.threads, h.backend, h.__name__) for h in (f, g)
        ]
        assert options[0] == options[1]
        assert f([1.0, 2.0]) == g([1.0, 2.0]) == 11.0
        assert (f.executor, g.executor) == (executor, None)


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_model_that_holds_one_has_one_of_its_own(duplicate):
    model = Model()
    assert (model(3.0), model.fast(3.0), model.loss([3.0])) == (7.0, 6.0, 36.0)
    twin = duplicate(model)
    twin.w.data = 10.0
    assert (twin(3.0), twin.fast(3.0), twin.loss([3.0])) == (31.0, 30.0, 900.0)
    assert (model(3.0), model.fast(3.0), model.loss([3.0])) == (7.0, 6.0, 36.0)
    assert twin.loss.backward([3.0]) == 900.0
    assert (model.w.grad, twin.w.grad) == (0.0, 180.0)
    trainer = duplicate(Trainer(model, model.loss))
    trainer.model.w.data = 1.0
    assert trainer.step([3.0]) == 9.0


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize(
    "f", [jit(partial(plain, y=2.0)), jit(max), jit(nn.MLP(1, [1], rng=random.Random(0)))]
)
def test_any_callable_travels(f, duplicate):
    x = [1.0] if isinstance(f.f, nn.Module) else 1.0
    if f.f is max:
        assert duplicate(f).f is max
    else:
        assert duplicate(f)(x) == f(x)


def test_a_function_without_a_name_gets_the_message_of_pickle():
    w = Value(2.0)
    f = used(jit(lambda x: x * w))
    with pytest.raises((pickle.PicklingError, AttributeError), match=r"<lambda>"):
        pickle.dumps(f)
    g = copy.deepcopy(f)  # a function is copied as itself
    assert g is not f
    w.data = 5.0
    assert g(3.0) == 15.0


def test_another_process_that_is_not_forked_runs_it():
    context = multiprocessing.get_context("spawn")
    model = Model()
    with ProcessPoolExecutor(1, mp_context=context) as processes:
        tasks = [
            processes.submit(f, *args)
            for f, *args in (
                (decorated, 3.0),
                (square, 3.0, 2.0),
                (used(model.fast), 3.0),
                (model, 3.0),
                (model.loss, [3.0]),
            )
        ]
        assert [task.result(timeout=120) for task in tasks] == [9.0, 11.0, 6.0, 7.0, 36.0]


SCRIPT = """
import multiprocessing, pickle, subprocess, sys
import cloudpickle
from microgradlike import Value, jit, nn

w = Value(2.0)

@jit
def inner(x, *, scale=3.0):
    return x * scale * w

@jit
def outer(x):
    return inner(x) + 1.0

class Model(nn.Module):
    def __init__(self):
        self.w = Value(5.0)

    @jit
    def __call__(self, x):
        return self.w * x

READ = "import pickle, sys; print([f(2.0) for f in pickle.load(sys.stdin.buffer)])"

if __name__ == "__main__":
    assert inner(2.0) == 12.0 and inner.findable(2.0) is not None
    functions = [inner, outer, Model(), Model().__call__]
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print([pool.apply_async(f, (2.0,)).get(120) for f in functions])
    functions.append(jit(lambda x: x * w))
    sent = cloudpickle.dumps(functions)
    subprocess.run([sys.executable, "-c", READ], input=sent, check=True, timeout=120)
"""


def test_a_program_sends_its_own_functions_by_pickle_and_by_cloudpickle(tmp_path):
    pytest.importorskip("cloudpickle")
    (tmp_path / "program.py").write_text(textwrap.dedent(SCRIPT), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, str(tmp_path / "program.py")],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:2] == [
        "[12.0, 13.0, 10.0, 10.0]",
        "[12.0, 13.0, 10.0, 10.0, 4.0]",
    ]


def test_a_function_of_main_leads_to_itself_by_its_name(monkeypatch):
    main = sys.modules["__main__"]
    namespace = {"__name__": "__main__", "jit": jit}
    exec("def of_main(x, *, y=2.0):\n    return x * y\nof_main = jit(of_main)", namespace)
    monkeypatch.setattr(main, "of_main", namespace["of_main"], raising=False)
    f = used(main.of_main)
    g = dumped(f)
    assert g is not f
    assert g.f is f.findable
    assert g(3.0) == 6.0
    assert dumped(g)(3.0) == 6.0
