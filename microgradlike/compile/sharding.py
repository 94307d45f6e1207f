"""Spread: the rows of a batch in pieces, which the workers of an executor compute if there is one.

The pieces depend on the program and on `split` alone and are put together in their order. So the
results are the same to the bit with an executor and without, whichever it is.
"""

from __future__ import annotations

import hashlib
import importlib
import pickle
import threading
from collections import OrderedDict
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from microgradlike.compile.executable import Executable

KEPT = 8  # programs that a worker keeps ready
CLUSTERS = ("distributed",)  # packages whose errors are those of a cluster, not of the program
Packed = tuple[str, bytes]  # a program as it is sent, after the name that a worker knows it by

_packed: WeakKeyDictionary[Executable, Packed] = WeakKeyDictionary()
_worker = threading.local()  # code has buffers of its own to work in: no two threads share it


class Spread:
    """An executable, with the pieces that it takes a batch in and who computes them.

    `split` is the number of rows of a piece, by default what makes WORK of it. Raises RuntimeError
    where a worker dies, TypeError where the program cannot be sent to one; what a program raises
    comes through.

    >>> from microgradlike import jit
    >>> square = jit(lambda x: x * x, batch=0).executable([1.0])
    >>> Spread(square, None, 2).sums(np.array([[1.0, 2.0, 3.0]]), np.empty(0))
    array([14.])
    """

    def __init__(
        self, executable: Executable, executor: Executor | None, split: int | None
    ) -> None:
        self.executable, self.executor = executable, checked_executor(executor)
        self.split = checked_split(split) or executable.piece

    def outputs(self, rows: Any, shared: Any) -> Any:
        """The outputs, of shape (outputs, rows)."""
        pieces = self._results("outputs", rows, shared)
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces, axis=1)

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows."""
        first, *others = self._results("sums", rows, shared)
        with np.errstate(all="ignore"):  # a sum may be beyond every double
            return sum(others, first)

    def _results(self, method: str, rows: Any, shared: Any) -> list[Any]:
        pieces = [rows[:, i : i + self.split] for i in range(0, rows.shape[1], self.split)]
        if self.executor is None or len(pieces) == 1:
            return [getattr(self.executable, method)(piece, shared) for piece in pieces]
        tasks = [(method, piece, shared) for piece in pieces]
        return _submitted(self.executor, packed(self.executable), tasks)


def checked_executor(executor: Any) -> Executor | None:
    """`executor`, where it is None or an executor; else TypeError.

    >>> checked_executor(None) is None
    True
    """
    if executor is not None and not isinstance(executor, Executor):
        raise TypeError(
            f"executor={executor!r:.60} is no concurrent.futures.Executor; give it such as"
            " ProcessPoolExecutor(), or client.get_executor() of a Dask client"
        )
    return executor


def checked_split(split: Any) -> int | None:
    """`split`, where it is None or a whole number above 0; else TypeError or ValueError.

    >>> checked_split(500)
    500
    """
    if split is not None and type(split) is not int:
        raise TypeError(
            f"split={split!r:.60} of type {type(split).__name__}: the rows of a piece of the batch,"
            " a whole number, or None for as many as take some milliseconds"
        )
    if split is not None and split < 1:
        raise ValueError(f"split={split}: a piece of the batch has at least 1 row")
    return split


def packed(executable: Executable) -> Packed:
    """The program as it is sent to a worker, with the name that the worker knows it by.

    >>> from microgradlike import jit
    >>> name, code = packed(jit(lambda x: x * x, batch=0).executable([1.0]))
    >>> len(name)
    64
    """
    found = _packed.get(executable)
    if found is None:
        parts = (executable.program, executable.batched, executable.backend.__name__)
        try:
            code = pickle.dumps(parts)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise TypeError(
                f"the program cannot be sent to a worker: {error}; write the functions of a"
                " primitive of your own with def, in a module, or do without an executor"
            ) from error
        found = _packed[executable] = hashlib.sha256(code).hexdigest(), code
    return found


def work(name: str, code: bytes | None, method: str, rows: Any, shared: Any) -> Any:
    """Done by a worker: a method of the program of that name; None where it has no such program.

    With the `code` of the program it has it from then on.

    >>> from microgradlike import jit
    >>> name, code = packed(jit(lambda x: x * x, batch=0).executable([1.0]))
    >>> for sent in (None, code, None):
    ...     print(work(name, sent, "sums", np.array([[1.0, 2.0, 3.0]]), np.empty(0)))
    None
    [14.]
    [14.]
    """
    ready: OrderedDict[str, Executable] = _worker.__dict__.setdefault("ready", OrderedDict())
    if name not in ready:
        if code is None:
            return None
        program, batched, backend = pickle.loads(code)
        ready[name] = Executable(program, batched, importlib.import_module(backend))
        if len(ready) > KEPT:
            ready.popitem(last=False)
    ready.move_to_end(name)
    return getattr(ready[name], method)(rows, shared)


def _submitted(executor: Executor, program: Packed, tasks: list[Any]) -> list[Any]:
    """The results of the tasks, in order; the program goes only to those who ask for it."""
    name, code = program
    futures: list[Future[Any]] = []
    try:
        futures += [executor.submit(work, name, None, *task) for task in tasks]
        for i, future in enumerate(futures):
            if future.result() is None:
                futures[i] = executor.submit(work, name, code, *tasks[i])
        return [future.result() for future in futures]
    except Exception as error:
        if _lost(error):
            raise RuntimeError(
                f"a worker of {executor!r:.60} died: {type(error).__name__}: {error!s:.200};"
                " nothing was changed, and the call can be repeated with a new executor (set"
                " .executor) or without one (None)"
            ) from error
        raise
    finally:  # where one has failed, or on Ctrl-C, nobody waits for the others
        for future in futures:
            future.cancel()


def _lost(error: Exception) -> bool:
    """Whether it is the executor that failed."""
    package = type(error).__module__.partition(".")[0]
    return isinstance(error, (BrokenExecutor, CancelledError)) or package in CLUSTERS
