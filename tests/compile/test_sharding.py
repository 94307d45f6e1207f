"""A batch over the workers of an executor: the bits of the serial run, whoever computes them."""

import math
import multiprocessing
import os
import pickle
import random
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, jit, nn, unary
from microgradlike.compile import sharding
from microgradlike.compile.executable import WORK
from microgradlike.compile.threads import in_threads, thread_pool
from tests.bits import same_bits

BACKENDS = ["python", "numpy", "llvm"]
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(203, 2)), RNG.choice([-1.0, 1.0], size=203)


class Inline(Executor):
    """Runs what is submitted at once, as another process would see it: through pickle."""

    def __init__(self):
        self.calls = []

    def submit(self, fn, *args):
        self.calls.append(args)
        future = Future()
        try:
            sent = pickle.loads(pickle.dumps((fn, args)))
            future.set_result(sent[0](*sent[1]))
        except Exception as error:
            future.set_exception(error)
        return future


def pool(workers=2):
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


@pytest.fixture(scope="module")
def processes():
    with pool() as executor:
        yield executor


def moons(**options):
    """A loss over a network, as jit makes it; and the network."""
    model = nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(1))
    return jit(lambda x, y: (1 - model(x) * y).relu(), batch=(0, 1), **options), model


def bits(f, model):
    """A value and all gradients."""
    model.zero_grad()
    return [f(X, Y), f.backward(X, Y), *(p.grad for p in model.parameters())]


# the same bits


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("split", [50, 203, 1000, None])
def test_other_processes_give_the_bits_of_this_one(processes, backend, split):
    f, model = moons(backend=backend, split=split)
    want = bits(f, model)
    f.executor = processes
    assert bits(f, model) == want


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("split", [7, 50, None])
def test_any_number_of_threads_gives_the_bits_of_one(backend, split):
    f, model = moons(backend=backend, split=split)
    want = bits(f, model)
    for f.threads in (1, 2, 3):
        assert bits(f, model) == want
    with ThreadPoolExecutor(2) as f.executor:
        assert bits(f, model) == want


def test_arrays_of_any_layout_reach_a_worker(processes):
    n = 60
    x = {"a": RNG.normal(size=(n, 2, 3)), "b": np.arange(n), "c": [float(i) for i in range(n)]}
    y = np.asfortranarray(RNG.normal(size=(n, 2)))[:, ::-1]

    def of_row(x, y):
        return (x["a"] * x["b"]).sum() + x["c"] * y[0] / y[1]

    f = jit(of_row, batch=(0, 1), reduce=None, split=7)
    want = f(x, y)
    f.executor = processes
    assert same_bits(f(x, y), want)
    f.executor, f.threads = None, 2
    assert same_bits(f(x, y), want)


@given(
    st.integers(1, 300), st.integers(1, 300), st.sampled_from(["mean", "sum", None]), st.integers(0)
)
def test_the_bits_depend_on_the_split_and_on_no_executor(count, split, reduce, seed):
    x = np.random.default_rng(seed).normal(size=count)
    f = jit(lambda x: x.sin() * 3, batch=0, reduce=reduce, backend="numpy", split=split)
    want, inline = f(x), Inline()
    f.threads = 2 + seed % 2
    assert same_bits(f(x), want)
    f.executor = inline
    assert same_bits(f(x), want)
    assert np.allclose(want, jit(f.f, batch=0, reduce=reduce, backend="numpy")(x), atol=1e-10)
    shards = [task[2][0].shape[1] for _, code, task in inline.calls if code is None]
    assert shards == (
        [] if count <= split else [min(split, count - i) for i in range(0, count, split)]
    )


def test_rows_come_back_in_their_order(processes):
    f = jit(lambda x: x * 2, batch=0, reduce=None, split=7, executor=processes)
    assert f(np.arange(100.0)).tolist() == [2.0 * i for i in range(100)]


@pytest.mark.parametrize("length", [1, 100, 5_000])
def test_without_a_split_a_shard_has_one_amount_of_work(length):
    f = jit(lambda x: sum([(x + i).sin() for i in range(length)]), batch=0, backend="numpy")
    executable = f.executable([1.0])
    rows = executable.shard_rows
    assert WORK / 2 <= rows * len(executable.program) <= WORK
    assert rows % 8 == 0


def test_threads_give_the_same_bits_also_to_several_callers_at_once():
    f, _ = moons(split=10)
    want, answers = f(X, Y), []

    def call():
        answers.extend(f(X, Y) for _ in range(5))

    with ThreadPoolExecutor(3) as f.executor:
        callers = [threading.Thread(target=call) for _ in range(4)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    assert answers == [want] * 20


@pytest.mark.parametrize(
    ("most", "rows"), [(1, [29] * 7), (2, [29, 58, 58, 58]), (3, [58, 58, 87]), (8, [203])]
)
def test_a_task_has_as_many_shards_as_the_backend_says(most, rows, monkeypatch):
    f, model = moons(backend="numpy")
    executable = f.executable([[0.0, 0.0]], [1.0])
    monkeypatch.setattr(type(executable), "shard_rows", 29)
    monkeypatch.setattr(executable.backend, "SHARDS_PER_TASK", most)
    want = bits(f, model)
    f.executor = Inline()
    assert bits(f, model) == want
    sent = [task[2][0].shape[1] for _, code, task in f.executor.calls if code is None]
    assert sent == rows * 2


def in_time(call):
    """The result of the call, in a thread of its own; an error if it waits for ever."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
    thread.start()
    thread.join(60)
    assert results, "still waiting after a minute"
    return results[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_calls_the_function_itself_waits_for_nobody(workers):
    f, _ = moons(split=10)
    want = f(X, Y)
    f.executor = ThreadPoolExecutor(workers)
    tasks = [f.executor.submit(f, X, Y) for _ in range(3)]
    assert [in_time(task.result) for task in tasks] == [want] * 3
    f.executor.shutdown()


def test_threads_share_the_code_which_one_call_makes(monkeypatch):
    f, model = moons(split=10, backend="numpy", threads=3)
    module = f.executable([[0.0, 0.0]], [1.0]).backend
    made, build = [], module.build
    monkeypatch.setattr(module, "build", lambda *args: made.append(args) or build(*args))
    first = bits(f, model)
    count = len(made)
    assert count > 0
    assert bits(f, model) == first
    assert len(made) == count


def test_functions_share_their_threads_but_processes_do_not():
    mine = thread_pool(2, os.getpid())
    assert mine is thread_pool(2, os.getpid())
    assert mine is not thread_pool(2, -1)


def test_a_busy_pool_is_not_waited_for():
    f, _ = moons(split=10)
    want, done = [f(X, Y)], threading.Event()
    with ThreadPoolExecutor(2) as f.executor:
        for _ in range(2):
            f.executor.submit(done.wait, 60)
        assert [in_time(lambda: f(X, Y))] == want
        done.set()


def test_threads_take_items_while_there_are_any():
    with ThreadPoolExecutor(4) as pool:
        for count in range(6):
            assert in_threads(pool, str, range(count)) == list(map(str, range(count)))


def test_an_executor_goes_before_threads():
    f, model = moons(split=50, threads=2)
    want = bits(f, model)
    f.executor = Inline()
    assert bits(f, model) == want
    assert f.executor.calls


# data sent to workers


def test_a_program_is_sent_once_and_known_by_its_name_from_then_on():
    sharding._worker.kept.clear()
    f, _ = moons(split=50, executor=Inline())
    f(X, Y)
    assert [code is not None for _, code, *_ in f.executor.calls] == [False] * 5 + [True] * 5
    del f.executor.calls[:]
    f(X, Y)
    assert [code for _, code, *_ in f.executor.calls] == [None] * 5


def test_a_worker_keeps_a_bounded_number_of_programs():
    functions = [
        jit(lambda x, i=i: x + i, batch=0, split=1) for i in range(2 * sharding.CACHE_SIZE)
    ]
    for _ in range(2):
        for i, f in enumerate(functions):
            f.executor = Inline()
            assert f([1.0, 3.0]) == 2 + i
    assert len(sharding._worker.kept) == sharding.CACHE_SIZE


def test_one_piece_stays_here():
    f, _ = moons(split=203, executor=Inline())
    f(X, Y)
    f.executor.calls += [f(X[:3], Y[:3])]
    assert len(f.executor.calls) == 1
    single = jit(lambda x: x * x, executor=Inline(), split=1)
    assert single(3.0) == 9
    assert single.executor.calls == []


def test_eager_functions_and_values_stay_here():
    f, model = moons(split=10, executor=Inline(), backend="eager")
    eager = bits(f, model)
    g = jit(f.f, batch=(0, 1), split=10, executor=Inline())
    y = g(list(map(list, X)), [Value(y) for y in Y])
    assert f.executor.calls == g.executor.calls == []
    assert y.data == eager[0]


# failures


def cube(x):
    if x == 666.0:
        os._exit(1)
    if x == 13.0:
        raise KeyError("thirteen")
    return x * x * x


def cubed(y, x):
    return 3 * x * x


OWN = unary("cube_of_the_spread_tests", cube, cubed)


def test_a_primitive_of_the_users_own_goes_along(processes):
    w = Value(2.0)
    f = jit(lambda x: OWN(w * x), batch=0, executor=processes, split=2)
    assert f.backward([1.0, 2.0, 3.0]) == 8 * 36 / 3
    assert w.grad == 12 * 36 / 3


def test_a_primitive_of_lambdas_says_how_to_write_it():
    nameless = unary("nameless", lambda x: x + 1, lambda y, x: 1.0)
    f = jit(nameless, batch=0, split=1, executor=Inline())
    with pytest.raises(
        TypeError,
        match=r"cannot be sent to a worker: .* with def, in a module, or set executor=None",
    ):
        f([1.0, 2.0])
    f.executor = None
    assert f([1.0, 2.0]) == 2.5


def test_what_a_program_raises_comes_through_and_changes_nothing(processes):
    w = Value(1.0)
    f = jit(lambda x: OWN(w * x), batch=0, executor=processes, split=1, backend="numpy")
    with pytest.raises(KeyError, match="thirteen"):
        f.backward([1.0, 13.0, 2.0])
    assert w.grad == 0
    assert f([1.0, 2.0]) == 4.5


def test_where_a_worker_dies_the_call_can_be_repeated():
    w = Value(1.0)
    f = jit(lambda x: OWN(w * x), batch=0, split=1, backend="numpy")
    with pool(1) as f.executor:
        assert f([1.0, 2.0]) == 4.5
        for _ in range(2):  # it stays broken
            with pytest.raises(
                RuntimeError, match=r"a worker of .* died: .* can be repeated: set .executor"
            ):
                f.backward([1.0, 666.0])
    assert w.grad == 0
    with pool(1) as f.executor:
        assert f.backward([1.0, 2.0]) == 4.5
    f.executor = None
    assert f([1.0, 2.0]) == 4.5


class Forgetful(Inline):
    """A cluster that loses what it was given."""

    def submit(self, fn, *args):
        future = super().submit(fn, *args)
        if len(self.calls) == 3:
            future = Future()
            future.cancel()
        return future


def test_where_a_task_is_lost_the_call_can_be_repeated():
    f, _ = moons(split=50)
    want = f(X, Y)
    f.executor = Forgetful()
    with pytest.raises(RuntimeError, match="died: CancelledError"):
        f(X, Y)
    assert f(X, Y) == want


def test_after_an_error_nobody_works_on_what_is_left():
    done, tasks, left = [], [], threading.Event()

    class Failing(ThreadPoolExecutor):
        def submit(self, fn, *args):
            future = super().submit(self.task)
            tasks.append(future)
            if len(tasks) == len(X):  # the last one: it is called off, or done at the end
                future.add_done_callback(lambda _: left.set())
            return future

        def task(self):
            done.append(1)
            if len(done) > 1:  # may have begun when the error of the first is seen, but no more
                left.wait(10)
                left.set()
            raise KeyError("mine")

    f, _ = moons(split=1)
    with Failing(1) as f.executor, pytest.raises(KeyError, match="mine"):
        f(X, Y)
    assert len(tasks) == len(X)
    assert len(done) <= 2


@pytest.mark.parametrize("executor", [2, "processes", ProcessPoolExecutor, object()])
def test_what_is_no_executor_says_what_is_one(executor):
    with pytest.raises(TypeError, match=r"not a concurrent\.futures\.Executor; pass one, such as"):
        jit(math.sin, batch=0, executor=executor)
    f = jit(lambda x: x, batch=0)
    with pytest.raises(TypeError, match=r"not a concurrent\.futures\.Executor"):
        f.executor = executor
    assert f.executor is None
    assert f([1.0]) == 1


@pytest.mark.parametrize(
    ("split", "error", "says"),
    [
        (0, ValueError, "split must be at least 1, got 0"),
        (-5, ValueError, "split must be at least 1, got -5"),
        (2.5, TypeError, r"split .* got 2.5 of type float; write int"),
        (True, TypeError, "got True of type bool"),
        ("all", TypeError, "got 'all' of type str"),
    ],
)
def test_a_split_that_is_none_says_what_it_means(split, error, says):
    with pytest.raises(error, match=says):
        jit(math.sin, batch=0, split=split)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_raise_the_error_of_the_first_row_and_change_nothing(threads):
    w = Value(1.0)

    def failing(x):
        if x >= 13.0:
            raise KeyError(str(x))
        return x

    own = unary("failing_in_the_sharding_tests", failing, lambda y, x: 1.0)
    f = jit(lambda x: own(w * x), batch=0, split=1, backend="numpy", threads=threads)
    assert f.backward([1.0, 2.0]) == 1.5
    w.grad = 0.0
    for _ in range(2):
        with pytest.raises(KeyError, match=r"13\.0"):
            f.backward([1.0, 2.0, 13.0, 14.0, 15.0])
    assert w.grad == 0
    assert f([1.0, 2.0]) == 1.5


def test_after_ctrl_c_nothing_has_changed_and_threads_work_again():
    w, here, interrupts, raised = Value(1.0), threading.current_thread(), [], threading.Event()

    def waiting(x):
        if interrupts and threading.current_thread() is here:
            raised.set()
            raise KeyboardInterrupt
        assert not interrupts or raised.wait(60)
        return x

    own = unary("interrupted_in_the_sharding_tests", waiting, lambda y, x: 1.0)
    f = jit(lambda x: own(w * x), batch=0, split=1, backend="numpy", threads=2)
    assert f.backward([1.0, 2.0]) == 1.5
    w.grad = 0.0
    interrupts.append(True)
    with pytest.raises(KeyboardInterrupt):
        f.backward([1.0, 2.0, 3.0])
    interrupts.clear()
    assert w.grad == 0
    assert f([1.0, 2.0]) == 1.5


@pytest.mark.parametrize(
    ("threads", "error", "says"),
    [
        (0, ValueError, "threads must be at least 1, got 0"),
        (2.0, TypeError, r"threads .* got 2.0 of type float; write int"),
        (True, TypeError, "got True of type bool"),
    ],
)
def test_a_number_of_threads_that_is_none_says_what_it_means(threads, error, says):
    with pytest.raises(error, match=says):
        jit(math.sin, batch=0, threads=threads)
    f = jit(lambda x: x, batch=0, threads=2)
    with pytest.raises(error, match=says):
        f.threads = threads
    assert f.threads == 2


# a cluster


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    import dask

    # the first death is an error: by default a task may take four workers with it, one after the
    # other, and sometimes nothing restarts the last, so that the client waits for ever
    once = {"distributed.scheduler.allowed-failures": 0}
    with (
        dask.config.set(once),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",  # any port: another cluster may have the usual one
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
        with suppress(TimeoutError):  # closing a cluster that restarts a worker may be an error
            client.wait_for_workers(2, timeout=60)


def test_a_dask_cluster_gives_the_same_bits_and_survives_its_workers(cluster):
    f, model = moons(split=50)
    want = bits(f, model)
    f.executor = cluster.get_executor()
    assert bits(f, model) == want
    w = Value(1.0)
    g = jit(lambda x: OWN(w * x), batch=0, split=1, executor=f.executor, backend="numpy")
    with pytest.raises(RuntimeError, match=r"a worker of .* died: .* can be repeated"):
        g.backward([1.0, 666.0])
    assert w.grad == 0
    cluster.wait_for_workers(1, timeout=120)
    assert g([1.0, 2.0]) == 4.5
