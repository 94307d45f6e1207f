"""Jitted: a function recorded once for each structure of its arguments, and run as a program."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from types import ModuleType
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

from microgradlike import functions, ops
from microgradlike._validate import shown, whole_number
from microgradlike.compile.arguments import Arguments
from microgradlike.compile.arrays import FloatArray
from microgradlike.compile.executable import Executable
from microgradlike.compile.program import Program
from microgradlike.compile.recording import Recording, record, require_one_number
from microgradlike.compile.sharding import ShardedExecutable, checked_executor, checked_split
from microgradlike.compile.trace_error import fail
from microgradlike.context import active_run, active_trace, eager_jit
from microgradlike.derivatives.pytree import Pytree
from microgradlike.engine import Value, accumulate

__all__ = ["Jitted"]

BACKENDS = ("python", "numpy", "llvm")  # modules of `backends`
REDUCE = ("mean", "sum", None)
CACHE_SIZE = 64  # recordings that are kept: of the structures that were used last

P = ParamSpec("P")
R = TypeVar("R")


class Jitted(Generic[P, R]):
    """A function that runs as a program; `jit` makes it and describes the options.

    `f` is the function itself, `batch`, `reduce` and `backend` the options. `executor` and `split`
    can be set at any time.

    >>> from microgradlike import jit
    >>> f = jit(lambda x: (x + 1) ** 2)
    >>> f(3.0)
    16.0
    """

    def __init__(
        self,
        f: Callable[P, R],
        *,
        batch: int | tuple[int, ...] = (),
        reduce: str | None = "mean",
        backend: str = "auto",
        executor: Executor | None = None,
        split: int | None = None,
    ) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, got {shown(f)}; pass the function itself")
        _require_one_of("reduce", reduce, REDUCE)
        _require_one_of("backend", backend, ("auto", "eager", *BACKENDS))
        self.f, self.batch = f, _positions(batch)
        self.reduce, self.backend = reduce, backend
        self.executor, self.split = executor, split
        self._recordings: OrderedDict[object, Recording] = OrderedDict()
        self._lock = threading.RLock()
        functools.update_wrapper(self, f, updated=())

    def __repr__(self) -> str:
        return f"<jit of {getattr(self.f, '__qualname__', repr(self.f))}>"

    @property
    def executor(self) -> Executor | None:
        """The executor whose workers share a batch, or None."""
        return self._executor

    @executor.setter
    def executor(self, executor: Executor | None) -> None:
        self._executor = checked_executor(executor)

    @property
    def split(self) -> int | None:
        """The number of rows of a shard of the batch; None is as many as take some milliseconds."""
        return self._split

    @split.setter
    def split(self, split: int | None) -> None:
        self._split = checked_split(split)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the results of the function, nested as the function returns them.

        Numbers are floats. With `reduce=None`, each number is an array with an element per row.
        Raises TypeError for arguments that are not numbers, ValueError for a batch that is empty
        or has parts of different lengths, TraceError if `f` needs a number while it is recorded.
        """
        arguments = Arguments(args, kwargs, self.batch)
        inside = active_trace.get() is not None or eager_jit.get()  # part of another jit function
        if arguments.scalars or inside or self.backend == "eager":
            result = self._eager(arguments)
            derived = arguments.scalars or inside or active_run.get() is not None
            return cast("R", result if derived else _as_floats(result))
        recording = self._recording(arguments)
        if recording.depends_on_run(active_run.get()):
            with self._lock:
                self._recordings.pop(arguments.key, None)  # the next run has other Values
            return cast("R", self._eager(arguments))
        with self._lock:
            executable = recording.forward
        row: Any = self._run(executable, recording, arguments)
        if self.batch and self.reduce is None:
            return cast("R", recording.outputs.stacked(list(row)))
        return cast("R", recording.outputs.unflatten(row))

    def backward(self, *args: object, upstream: float = 1.0, **kwargs: object) -> float:
        """Return the value and add `upstream` times its gradient to the `grad` of each Value.

        The Values are those that the function uses and those among the arguments, as after
        `value.backward()` of an eager result. Raises TypeError if the function returns more than
        one number, ValueError if rows are not reduced to one, TraceError while another function is
        recorded.

        >>> from microgradlike import Value, jit
        >>> w = Value(2.0)
        >>> jit(lambda x: w * x).backward(3.0), w.grad
        (6.0, 3.0)
        """
        if active_trace.get() is not None:
            fail(
                f"{self!r}.backward() computes numbers, which are not known while the function"
                " around it is recorded; use grad(f) there"
            )
        if self.reduce is None and self.batch:
            raise ValueError(
                "backward needs one number, and reduce=None gives one per row; use reduce='mean' or"
                " reduce='sum'"
            )
        arguments = Arguments(args, kwargs, self.batch)
        if arguments.foreign:
            raise TypeError(
                "backward cannot add to the gradient of a Value in the batch, or of an argument"
                " that is neither a Value nor a plain number; use grad(f)"
            )
        if self.backend == "eager":
            return self._eager_backward(arguments, upstream)
        recording = self._recording(arguments)
        with self._lock:
            executable = recording.gradient(tuple(arguments.values))
        row = self._run(executable, recording, arguments).tolist()
        values = [*arguments.values.values(), *recording.values]
        accumulate(values, [ops.mul_no_nan.forward(upstream, g) for g in row[1:]])
        return float(row[0])

    def program(self, *args: object, gradient: bool = False, **kwargs: object) -> Program:
        """Return the program for arguments of this structure.

        With `gradient`, its outputs are the value and the gradients for the Values among the
        arguments and by those that the function uses. Raises what a call raises.

        >>> from microgradlike import jit
        >>> print(jit(lambda x: (x + 1) ** 2).program(3.0))
        v1 = x0 + 1.0
        v2 = v1 ** 2.0
        return v2
        """
        return self.executable(*args, gradient=gradient, **kwargs).program

    def executable(self, *args: object, gradient: bool = False, **kwargs: object) -> Executable:
        """Return the executable of `program(...)`, which takes arrays of inputs.

        >>> from microgradlike import jit
        >>> executable = jit(lambda x, y: x / y, batch=0).executable([3.0], 4.0)
        >>> executable.outputs(np.array([[1.0, 2.0]]), np.array([4.0]))
        array([[0.25, 0.5 ]])
        """
        arguments = Arguments(args, kwargs, self.batch)
        recording = self._recording(arguments)
        with self._lock:
            if gradient:
                return recording.gradient(tuple(arguments.values))
            return recording.forward

    def _run(
        self, executable: Executable, recording: Recording, arguments: Arguments
    ) -> FloatArray:
        """Return the outputs, reduced over the rows; with `reduce=None` a line of rows for each."""
        shared = arguments.shared
        if recording.values:
            shared = np.concatenate([shared, [v.data for v in recording.values]])
        if not self.batch:
            return executable.outputs(arguments.rows, shared)[:, 0]
        whole = arguments.rows.shape[1] <= (self.split or executable.shard_rows)
        runs = executable if whole else ShardedExecutable(executable, self.executor, self.split)
        if self.reduce is None:
            return runs.outputs(arguments.rows, shared)
        total = runs.sums(arguments.rows, shared)
        return total / (arguments.count or 1) if self.reduce == "mean" else total

    def _recording(self, arguments: Arguments) -> Recording:
        key = arguments.key
        with self._lock:
            found = self._recordings.get(key)
            if found is None:
                found = self._recordings[key] = record(self.f, arguments, _backend(self.backend))
                if len(self._recordings) > CACHE_SIZE:
                    self._recordings.popitem(last=False)
            self._recordings.move_to_end(key)
            return found

    def _eager(self, arguments: Arguments) -> Any:
        """Return the results of the function as it stands, row by row."""
        f = cast("Callable[..., object]", self.f)
        token = eager_jit.set(True)
        try:
            if not self.batch:
                return f(*arguments.args, **arguments.kwargs)
            results = [
                Pytree(f(*arguments.row(i), **arguments.kwargs), "the result of the function")
                for i in range(arguments.count or 0)
            ]
        finally:
            eager_jit.reset(token)
        columns = [list(column) for column in zip(*[result.leaves for result in results])]
        if self.reduce is None:
            return results[0].stacked(columns)
        total = functions.mean if self.reduce == "mean" else functions.sum
        return results[0].unflatten([total(column) for column in columns])

    def _eager_backward(self, arguments: Arguments, upstream: float) -> float:
        outputs = Pytree(self._eager(arguments), "the result of the function")
        require_one_number(outputs)
        (result,) = outputs.leaves
        if isinstance(result, Value):
            result.backward(upstream)
            return result.data
        return float(result)


def _backend(name: str) -> ModuleType:
    installed = _has_llvm()
    if name == "llvm" and not installed:
        raise ModuleNotFoundError(
            'backend="llvm" needs llvmlite 0.45 or later: pip install "microgradlike[llvm]", or use'
            ' backend="numpy"'
        )
    chosen = ("llvm" if installed else "numpy") if name == "auto" else name
    return importlib.import_module(f"microgradlike.compile.backends.{chosen}")


def _has_llvm() -> bool:
    """Return whether llvmlite is installed with an LLVM that reads the text of our modules."""
    if importlib.util.find_spec("llvmlite") is None:
        return False
    from llvmlite import binding

    return bool(binding.llvm_version_info[0] >= 20)


def _as_floats(result: object) -> Any:
    tree = Pytree(result, "the result of the function")
    return tree.unflatten([x.data if isinstance(x, Value) else x for x in tree.leaves])


def _positions(batch: int | tuple[int, ...]) -> tuple[int, ...]:
    if isinstance(batch, (list, str)):
        better = tuple(batch) if isinstance(batch, list) else 0
        raise TypeError(
            f"batch must be a position or a tuple of positions, got {shown(batch)} of type"
            f" {type(batch).__name__}; write batch={shown(better)}"
        )
    positions = batch if isinstance(batch, tuple) else (batch,)
    name = f"a position in batch={batch!r}"
    return tuple(sorted({whole_number(name, i, at_least=0) for i in positions}))


def _require_one_of(name: str, x: object, choices: tuple[object, ...]) -> None:
    if x not in choices:
        raise ValueError(
            f"{name}={x!r} is not available; choose from {', '.join(map(repr, choices))}"
        )
