"""Passes from several threads, and interrupted ones: every gradient whole, or untouched."""

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import microgradlike
from microgradlike import Value, grad, jit, nn, unary, vjp
from microgradlike.engine import accumulate, add_to_leaves, passes, set_data, set_gradients

ENGINE = microgradlike.engine.__file__
BACKENDS = ["eager", "python", "numpy", "llvm"]
THREADS, ROUNDS, PARAMETERS = 4, 200, 30


@pytest.fixture
def hasty():
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work):
    """Call `work(i)` in several threads that start together."""
    start = threading.Barrier(THREADS)

    def begin(i):
        start.wait()
        return work(i)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(begin, range(THREADS)))


def shared():
    return [Value(float(i)) for i in range(PARAMETERS)]


# sums of small whole numbers are exact in any order


def passes_of_own_graphs(ws):
    def work(_):
        for _ in range(ROUNDS):
            sum(w * 3.0 for w in ws).backward()

    return work, 3.0 * THREADS * ROUNDS


def passes_through_shared_nodes(ws):
    doubled = [w * 2.0 for w in ws]
    total = sum(doubled)

    def work(i):
        for _ in range(ROUNDS):
            (total if i % 2 else sum(doubled)).backward()

    return work, 2.0 * THREADS * ROUNDS


def passes_of_leaves(ws):
    def work(_):
        for _ in range(ROUNDS):
            for w in ws:
                w.backward(2.0)

    return work, 2.0 * THREADS * ROUNDS


def passes_and_accumulations(ws):
    def work(i):
        for _ in range(ROUNDS):
            if i % 2:
                accumulate(ws, [1.0] * len(ws))
            else:
                accumulate([w * 1.0 for w in ws], [1.0] * len(ws))

    return work, 1.0 * THREADS * ROUNDS


def passes_and_derivatives_over_shared_nodes(ws):
    doubled = [w * 2.0 for w in ws]
    total = sum(doubled)

    def work(i):
        for _ in range(ROUNDS):
            if i:
                total.backward()
            else:  # the run may take the nodes for its own: a pass has just reached them
                grad(lambda x: x * total)(1.0)

    return work, 2.0 * (THREADS - 1) * ROUNDS


@pytest.mark.parametrize(
    "kind",
    [
        passes_of_own_graphs, passes_through_shared_nodes, passes_of_leaves,
        passes_and_accumulations, passes_and_derivatives_over_shared_nodes,
    ],
)  # fmt: skip
def test_threads_with_shared_parameters_lose_no_addition(hasty, kind):
    ws = shared()
    work, want = kind(ws)
    in_threads(work)
    assert [w.grad for w in ws] == [want] * PARAMETERS


@pytest.mark.parametrize("backend", BACKENDS)
def test_programs_in_threads_with_shared_parameters_lose_no_addition(hasty, backend):
    ws = shared()
    total = jit(lambda x: sum(w * x for w in ws), backend=backend)

    def work(_):
        for _ in range(ROUNDS):
            total.backward(2.0)

    in_threads(work)
    assert [w.grad for w in ws] == [2.0 * THREADS * ROUNDS] * PARAMETERS


def test_an_optimizer_reads_no_gradient_in_the_middle_of_a_pass(hasty):
    class Reader(nn.Optimizer):
        def update(self, lr, sqrt, p, g, *state):
            seen[-1].add(float(g) if len(ws) < 32 else tuple(g.tolist()))
            return (p,)

    seen, ws = [], shared()
    reader = Reader(ws, 0.1, weight_decay=0.0, slots=())

    def work(i):
        for _ in range(ROUNDS):
            if i:
                sum(w * 1.0 for w in ws).backward()
            else:
                seen.append(set())
                reader.step()
                reader.zero_grad()

    in_threads(work)
    assert [len(gradients) for gradients in seen] == [1] * ROUNDS


def test_a_pullback_serves_several_threads(hasty):
    _, pull = vjp(lambda xs: [x * x for x in xs], [1.0, 2.0, 3.0])

    def work(i):
        u = float(i + 1)
        return [pull([u, 0.0, u]) for _ in range(ROUNDS)] == [([2 * u, 0.0, 6 * u],)] * ROUNDS

    assert in_threads(work) == [True] * THREADS


def test_a_partial_may_run_a_pass_of_its_own():
    def by_a_pass(y, x):
        v = Value(x)
        (v * v).backward()
        return v.grad

    x = Value(3.0)
    (unary("square", lambda x: x * x, by_a_pass)(x) * 2.0).backward()
    assert x.grad == 12.0


# interruptions


class Interrupted:
    """Raise KeyboardInterrupt at a given line of the engine; `lines` counts those that ran."""

    def __init__(self, at):
        self.at, self.lines = at, 0

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self.call)
        return self

    def __exit__(self, *error):
        sys.settrace(self.before)

    def call(self, frame, event, argument):
        return self.line if frame.f_code.co_filename == ENGINE else None

    def line(self, frame, event, argument):
        if event == "line":
            self.lines += 1
            if self.lines == self.at:
                raise KeyboardInterrupt
        return self.line


def backward(ws):
    return sum(w * 3.0 for w in ws).backward


def backward_of_a_leaf(ws):
    return ws[0].backward


def accumulation_of_leaves(ws):
    return lambda: accumulate(ws, [1.0] * len(ws))


def accumulation_of_leaves_and_results(ws):
    nodes = [ws[0], ws[1] * 2.0, ws[1], ws[0] * ws[1], ws[2]]
    return lambda: accumulate(nodes, [1.0, 2.0, 3.0, 4.0, 5.0])


def backward_of_a_program(ws):
    f = jit(lambda x: sum(w * x for w in ws), backend="python")
    f(2.0)
    return lambda: f.backward(2.0)


def second_backward_of_a_program(ws):
    f = jit(lambda x: sum(w * x for w in ws), backend="python")
    f.backward(2.0)
    return lambda: f.backward(2.0)


def addition_to_leaves(ws):
    return lambda: add_to_leaves(ws, [1.0, 2.0, 3.0])


def zero_grad(ws):
    return nn.SGD(ws, lr=0.1).zero_grad


def gradients_set(ws):
    return lambda: set_gradients(ws, [5.0, 6.0, 7.0])


def data_set(ws):
    return lambda: set_data(ws, [5.0, 6.0, 7.0])


def numbers_of(ws):
    return [(w.data, w.grad, w.reached) for w in ws]


@pytest.mark.skipif(microgradlike.__compiled__, reason="compiled code has no lines to stop at")
@pytest.mark.parametrize(
    "operation",
    [
        backward, backward_of_a_leaf, accumulation_of_leaves, accumulation_of_leaves_and_results,
        backward_of_a_program, second_backward_of_a_program, addition_to_leaves, zero_grad,
        gradients_set, data_set,
    ],
)  # fmt: skip
def test_an_interruption_at_any_line_leaves_all_numbers_new_or_all_as_they_were(operation):
    def run(at):
        ws = [Value(2.0, "a"), Value(3.0, "b"), Value(4.0, "c")]
        set_gradients(ws, [1.0, 2.0, 3.0])
        call = operation(ws)
        before = numbers_of(ws)
        with Interrupted(at) as interruption:
            try:
                call()
            except KeyboardInterrupt:
                pass
            else:
                assert interruption.lines < at
        # a signal cannot come between the end of a `with` block and the release of its lock, but
        # this interruption can, as it comes with the line
        while passes._is_owned():
            passes.release()
        return before, numbers_of(ws), interruption.lines

    before, after, lines = run(10**9)
    assert lines >= 3
    outcomes = [run(at)[1] for at in range(1, lines + 1)]
    assert before in outcomes
    assert all(numbers in (before, after) for numbers in outcomes)


@pytest.mark.skipif(microgradlike.__compiled__, reason="compiled code reads slots, not properties")
def test_an_error_at_one_leaf_takes_back_the_gradients_of_all():
    slot = vars(Value)["_grad"]

    class Refusing(Value):
        refuses = False

        @property
        def _grad(self):
            return slot.__get__(self)

        @_grad.setter
        def _grad(self, g):
            if self.refuses:
                raise RuntimeError("no gradient today")
            slot.__set__(self, g)

    ws = [Value(2.0), Refusing(3.0)]
    add_to_leaves(ws, [1.0, 2.0])
    ws[1].refuses = True
    with pytest.raises(RuntimeError, match="no gradient today"):
        add_to_leaves(ws, [1.0, 2.0])
    assert [w.grad for w in ws] == [1.0, 2.0]


def test_an_error_in_one_result_takes_back_the_gradients_of_all():
    def refuse(y, x):
        raise RuntimeError("no derivative today")

    a, b = Value(2.0), Value(3.0)
    y = unary("rough", lambda x: x, refuse)(b)
    with pytest.raises(RuntimeError, match="no derivative today"):
        accumulate([a, a * b, y], [1.0, 1.0, 1.0])
    assert numbers_of([a, b]) == [(2.0, 0.0, False), (3.0, 0.0, False)]


FORKED = """
import os, threading
from microgradlike import Value, unary

def wait(y, x):
    inside.set()
    may_end.wait(0.5)
    return 1.0

inside, may_end = threading.Event(), threading.Event()
x = Value(2.0)
thread = threading.Thread(target=unary("slow", lambda x: x, wait)(x).backward)
thread.start()
inside.wait()
child = os.fork()
if child == 0:
    (x * 1.0).backward()
    os._exit(int(x.grad))
thread.join()
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_fork_waits_for_the_passes_of_other_threads():
    command = [sys.executable, "-W", "ignore", "-c", FORKED]
    assert subprocess.run(command, timeout=60, check=False).returncode == 2


def test_no_thread_is_left_with_the_lock():
    assert passes.acquire(timeout=10)
    passes.release()
