"""ShardedExecutable: a batch cut into shards, computed here or by the workers of an executor.

Shards depend on the program and on `split` alone, and their results are combined in order: the
result has the same bits with any executor and without one.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import pickle
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
)
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any
from weakref import WeakKeyDictionary

from microgradlike._numpy import np
from microgradlike._validate import shown, whole_number
from microgradlike.compile.arrays import FloatArray, Rows, parts_of
from microgradlike.compile.executable import Executable
from microgradlike.compile.program_key import program_key
from microgradlike.compile.threads import in_threads, thread_pool
from microgradlike.indeterminate_form import active_policy, collect, settle

CACHE_SIZE = 8  # programs that a worker keeps
CLUSTERS = ("distributed",)  # packages that raise errors of a cluster, not of the program
METHODS = {"outputs": "per_row", "sums": "summed"}  # of Executable, and the code behind them
Packed = tuple[str, bytes]  # the name by which workers know a program, and its pickle
# policy, method of Executable, its arguments, rows of a shard
Task = tuple[str, str, Sequence[FloatArray], FloatArray, int, int]
Result = tuple[list[FloatArray], list[str]]  # outputs by shard, indeterminate products in words

_packed: WeakKeyDictionary[Executable, Packed] = WeakKeyDictionary()
_worker = threading.local()  # of each thread: `kept`, its programs; `busy`, while it has a task


@dataclass(slots=True)
class Workers:
    """The executor or threads that compute the shards of a function, and the rows of a shard.

    All are checked. Copies and pickles have no executor.

    >>> Workers(None, 500, 2)
    Workers(executor=None, split=500, threads=2)
    """

    executor: Executor | None
    split: int | None
    threads: int | None

    def __post_init__(self) -> None:
        self.executor = checked_executor(self.executor)
        self.split = checked_count("split", self.split)
        self.threads = checked_count("threads", self.threads)

    def __reduce__(self) -> tuple[type[Workers], tuple[None, int | None, int | None]]:
        return type(self), (None, self.split, self.threads)

    def sharded(self, executable: Executable) -> ShardedExecutable:
        """Return the executable that runs on the executor, else on the threads."""
        executor, threads = self.executor, self.threads or 1
        if executor is None and threads > 1:
            executor = thread_pool(threads, os.getpid())
        return ShardedExecutable(executable, executor, self.split)


class ShardedExecutable:
    """An executable that runs a batch in shards, on an executor if there is one.

    `split` is the number of rows of a shard, by default `executable.shard_rows`. A task is one
    shard, by default as many as take some milliseconds. Threads of this process share its code,
    which the first call makes alone. A thread of the executor computes all shards itself, as the
    others may all be waiting like it. The methods raise RuntimeError if a worker dies, TypeError if
    the program cannot be sent to one, and pass on the exceptions of a user's primitive.

    >>> from microgradlike import jit
    >>> square = jit(lambda x: x * x, batch=0).executable([1.0])
    >>> ShardedExecutable(square, None, 2).sums(np.array([[1.0, 2.0, 3.0]]), np.empty(0))
    array([14.])
    """

    def __init__(
        self, executable: Executable, executor: Executor | None, split: int | None
    ) -> None:
        self.executable, self.executor = executable, checked_executor(executor)
        self.split = checked_count("split", split) or executable.shard_rows
        alone = split is not None or type(executor) is ThreadPoolExecutor
        self.task_shards: int = 1 if alone else executable.backend.SHARDS_PER_TASK

    def outputs(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs, of shape (outputs, rows)."""
        parts = self._results("outputs", rows, shared)
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def sums(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs summed over the rows."""
        first, *others = self._results("sums", rows, shared)
        with np.errstate(all="ignore"):  # a sum may overflow
            return sum(others, first)

    def _results(self, method: str, rows: Rows, shared: FloatArray) -> list[FloatArray]:
        arrays = parts_of(rows)
        count, executor, policy = arrays[0].shape[1], self.executor, active_policy()
        if type(executor) is ThreadPoolExecutor and METHODS[method] not in vars(self.executable):
            executor = None  # this call makes the code, once for all threads
        if executor is None or count <= self.split or _is_worker_of(executor):
            task = policy, method, arrays, shared, 0, self.split
            results = [_computed(self.executable, task)]
        else:
            shards = -(-count // self.split)
            tasks = -(-shards // self.task_shards)
            ends = [min(count, shards * k // tasks * self.split) for k in range(tasks + 1)]
            pieces = [(i, _columns(arrays, i, k)) for i, k in pairwise(ends)]
            results = _submitted(
                executor,
                self.executable,
                [(policy, method, rows, shared, i, self.split) for i, rows in pieces],
            )
        settle([form for _, forms in results for form in forms])
        return [part for parts, _ in results for part in parts]


def checked_executor(executor: object) -> Executor | None:
    """Return `executor` if it is None or an executor, else raise TypeError.

    >>> checked_executor(None) is None
    True
    """
    if executor is not None and not isinstance(executor, Executor):
        raise TypeError(
            f"executor={shown(executor)} is not a concurrent.futures.Executor; pass one, such as"
            " ProcessPoolExecutor() or client.get_executor() of a Dask client"
        )
    return executor


def checked_count(name: str, x: object) -> int | None:
    """Return `x` if it is None or a whole number above 0, else raise TypeError or ValueError.

    >>> checked_count("split", 500)
    500
    """
    return None if x is None else whole_number(name, x, at_least=1)


def packed(executable: Executable) -> Packed:
    """Return the name of a program at the workers, and the program pickled.

    >>> from microgradlike import jit
    >>> name, code = packed(jit(lambda x: x * x, batch=0).executable([1.0]))
    >>> len(name)
    64
    """
    found = _packed.get(executable)
    if found is None:
        backend = executable.backend.__name__
        parts = (executable.program, executable.batched, executable.variables, backend)
        try:
            code = pickle.dumps(parts)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise TypeError(
                f"the program cannot be sent to a worker: {error}; define the functions of your"
                " primitives with def, in a module, or set executor=None"
            ) from error
        found = _packed[executable] = hashlib.sha256(code).hexdigest(), code
    return found


def work(name: str, code: bytes | None, task: Task) -> Result | None:
    """Run a task of a program, in a worker; return None if it does not have the program.

    The second result lists products 0·∞, for the policy "warn" of `indeterminate`. Given the
    `code` of the program, the worker keeps it under this name.

    >>> from microgradlike import jit
    >>> name, code = packed(jit(lambda x: x * x, batch=0).executable([1.0]))
    >>> for sent in (None, code, None):
    ...     print(work(name, sent, ("warn", "sums", [np.array([[1.0, 2.0]])], np.empty(0), 0, 1)))
    None
    ([array([1.]), array([4.])], [])
    ([array([1.]), array([4.])], [])
    """
    kept: OrderedDict[str, Executable] = _worker.__dict__.setdefault("kept", OrderedDict())
    if name not in kept:
        if code is None:
            return None
        program, batched, variables, backend = pickle.loads(code)
        module = importlib.import_module(backend)
        key = program_key(program, module, batched, "outputs")  # of this machine
        kept[name] = Executable(program, batched, module, variables, key)
        if len(kept) > CACHE_SIZE:
            kept.popitem(last=False)
    kept.move_to_end(name)
    return _computed(kept[name], task)


def _computed(executable: Executable, task: Task) -> Result:
    """Return the results of a task, shard by shard."""
    policy, method, arrays, shared, first, split = task
    run, parts = getattr(executable, method), []
    outer = vars(_worker).setdefault("busy", task)
    try:
        with collect(policy) as forms:
            for i in range(0, arrays[0].shape[1], split):
                parts.append(run(_columns(arrays, i, i + split), shared, first + i))
    finally:
        if outer is task:
            del _worker.busy
    return parts, forms


def _columns(arrays: Sequence[FloatArray], start: int, stop: int) -> list[FloatArray]:
    return [array[:, start:stop] for array in arrays]


def _is_worker_of(executor: Executor) -> bool:
    """Return whether this thread is a worker of the executor: it must not wait for its like.

    So is a thread with a task, whose user's primitive calls a function.
    """
    # by name: a thread may run before the executor has it in its set of threads
    pool = threading.current_thread().name.rpartition("_")[0]
    its = bool(pool) and pool == getattr(executor, "_thread_name_prefix", None)
    return its or "busy" in vars(_worker)


def _submitted(executor: Executor, executable: Executable, tasks: list[Task]) -> list[Result]:
    """Return the results of the tasks in order; the program goes only to workers without it."""
    futures: list[Future[Any]] = []
    try:
        if type(executor) is ThreadPoolExecutor:  # its threads share the machine code
            return in_threads(executor, partial(_computed, executable), tasks)
        name, code = packed(executable)
        futures += [executor.submit(work, name, None, task) for task in tasks]
        for i in range(len(futures)):  # no name for a future: a cluster would compute it again
            if futures[i].result() is None:
                futures[i] = executor.submit(work, name, code, tasks[i])
        return [future.result() for future in futures]
    except Exception as error:
        if _is_of_executor(error):
            raise RuntimeError(
                f"a worker of {shown(executor)} died: {type(error).__name__}: {error!s:.200};"
                " no gradient was changed, and the call can be repeated: set .executor to a new"
                " executor or to None"
            ) from error
        raise
    finally:  # after a failure or Ctrl-C, the results of the others are not needed
        for future in futures:
            future.cancel()


def _is_of_executor(error: Exception) -> bool:
    """Return whether the executor failed, not the program."""
    package = type(error).__module__.partition(".")[0]
    return isinstance(error, (BrokenExecutor, CancelledError)) or package in CLUSTERS
