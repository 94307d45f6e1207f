"""ShardedExecutable: a batch cut into shards, computed here or by the workers of an executor.

Shards depend on the program and on `split` alone, and their results are combined in order: the
result has the same bits with any executor and without one.
"""

from __future__ import annotations

import hashlib
import importlib
import pickle
import threading
from collections import OrderedDict
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from microgradlike._validate import shown, whole_number
from microgradlike.compile.arrays import FloatArray
from microgradlike.compile.executable import Executable
from microgradlike.indeterminate_form import active_policy, collect, settle

CACHE_SIZE = 8  # programs that a worker keeps
CLUSTERS = ("distributed",)  # packages that raise errors of a cluster, not of the program
Packed = tuple[str, bytes]  # the name by which workers know a program, and its pickle
Task = tuple[str, str, FloatArray, FloatArray, int]  # policy, method of Executable, its arguments
Result = tuple[FloatArray, list[str]]  # outputs, and indeterminate products in words

_packed: WeakKeyDictionary[Executable, Packed] = WeakKeyDictionary()
_worker = threading.local()  # machine code works in its own buffers, so no two threads share it


@dataclass(slots=True)
class Workers:
    """The executor that computes the shards of a function, and the rows of a shard.

    Both are checked. Copies and pickles have no executor.

    >>> Workers(None, 500)
    Workers(executor=None, split=500)
    """

    executor: Executor | None
    split: int | None

    def __post_init__(self) -> None:
        self.executor, self.split = checked_executor(self.executor), checked_split(self.split)

    def __reduce__(self) -> tuple[type[Workers], tuple[None, int | None]]:
        return type(self), (None, self.split)


class ShardedExecutable:
    """An executable that runs a batch in shards, on an executor if there is one.

    `split` is the number of rows of a shard, by default `executable.shard_rows`. A thread of the
    executor computes all shards itself, as the others may all be waiting like it. The methods raise
    RuntimeError if a worker dies, TypeError if the program cannot be sent to one, and pass on the
    exceptions of a user's primitive.

    >>> from microgradlike import jit
    >>> square = jit(lambda x: x * x, batch=0).executable([1.0])
    >>> ShardedExecutable(square, None, 2).sums(np.array([[1.0, 2.0, 3.0]]), np.empty(0))
    array([14.])
    """

    def __init__(
        self, executable: Executable, executor: Executor | None, split: int | None
    ) -> None:
        self.executable, self.executor = executable, checked_executor(executor)
        self.split = checked_split(split) or executable.shard_rows

    def outputs(self, rows: FloatArray, shared: FloatArray) -> FloatArray:
        """Return the outputs, of shape (outputs, rows)."""
        parts = self._results("outputs", rows, shared)
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    def sums(self, rows: FloatArray, shared: FloatArray) -> FloatArray:
        """Return the outputs summed over the rows."""
        first, *others = self._results("sums", rows, shared)
        with np.errstate(all="ignore"):  # a sum may overflow
            return sum(others, first)

    def _results(self, method: str, rows: FloatArray, shared: FloatArray) -> list[FloatArray]:
        starts = range(0, rows.shape[1], self.split)
        shards = [(rows[:, i : i + self.split], shared, i) for i in starts]
        if self.executor is None or len(shards) == 1 or _is_worker_of(self.executor):
            with collect(active_policy()) as found:
                parts = [getattr(self.executable, method)(*shard) for shard in shards]
        else:
            tasks = [(active_policy(), method, *shard) for shard in shards]
            results = _submitted(self.executor, packed(self.executable), tasks)
            parts = [part for part, _ in results]
            found = [form for _, forms in results for form in forms]
        settle(found)
        return parts


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


def checked_split(split: object) -> int | None:
    """Return `split` if it is None or a whole number above 0, else raise TypeError or ValueError.

    >>> checked_split(500)
    500
    """
    return None if split is None else whole_number("split", split, at_least=1)


def packed(executable: Executable) -> Packed:
    """Return the name of a program at the workers, and the program pickled.

    >>> from microgradlike import jit
    >>> name, code = packed(jit(lambda x: x * x, batch=0).executable([1.0]))
    >>> len(name)
    64
    """
    found = _packed.get(executable)
    if found is None:
        backend, key = executable.backend.__name__, executable.key
        parts = (executable.program, executable.batched, executable.variables, backend, key)
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
    ...     print(work(name, sent, ("warn", "sums", np.array([[1.0, 2.0, 3.0]]), np.empty(0), 0)))
    None
    (array([14.]), [])
    (array([14.]), [])
    """
    kept: OrderedDict[str, Executable] = _worker.__dict__.setdefault("kept", OrderedDict())
    if name not in kept:
        if code is None:
            return None
        program, batched, variables, backend, key = pickle.loads(code)
        module = importlib.import_module(backend)
        kept[name] = Executable(program, batched, module, variables, key)
        if len(kept) > CACHE_SIZE:
            kept.popitem(last=False)
    kept.move_to_end(name)
    policy, method, *arguments = task
    with collect(policy) as found:
        results: FloatArray = getattr(kept[name], method)(*arguments)
    return results, found


def _is_worker_of(executor: Executor) -> bool:
    """Return whether this thread is a worker of the executor: it must not wait for its like."""
    # by name: a thread may run before the executor has it in its set of threads
    pool = threading.current_thread().name.rpartition("_")[0]
    return bool(pool) and pool == getattr(executor, "_thread_name_prefix", None)


def _submitted(executor: Executor, program: Packed, tasks: list[Task]) -> list[Result]:
    """Return the results of the tasks in order; the program goes only to workers without it."""
    name, code = program
    futures: list[Future[Any]] = []
    try:
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
