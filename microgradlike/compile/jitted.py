"""Jitted: a function recorded once for each structure of its arguments, and run as a program."""

from __future__ import annotations

import functools
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from types import ModuleType
from typing import Any

import numpy as np

from microgradlike import functions, ops
from microgradlike.compile.arguments import Arguments
from microgradlike.compile.build import build_program
from microgradlike.compile.executable import Executable
from microgradlike.compile.program import Program
from microgradlike.compile.sharding import Spread, checked_executor, checked_split
from microgradlike.compile.trace import Trace, TraceError, Tracer
from microgradlike.context import active_run, active_trace, eager_jit
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.pytree import Pytree
from microgradlike.derivatives.traversal import is_older
from microgradlike.engine import Value, accumulate
from microgradlike.graph import topological

BACKENDS = ("python", "numpy", "llvm")  # modules of `backends`
REDUCE = ("mean", "sum", None)
KEPT = 64  # recordings, of the structures of arguments that came last


class Jitted:
    """A function that runs as a program: what `jit` gives."""

    def __init__(
        self,
        f: Callable[..., Any],
        batch: Any,
        reduce: str | None,
        backend: str,
        executor: Executor | None = None,
        split: int | None = None,
    ) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, got {f!r:.60}")
        self.f = f
        self.batch = _positions(batch)
        self.reduce, self.backend = _one_of("reduce", reduce, REDUCE), backend
        _one_of("backend", backend, ("auto", "eager", *BACKENDS))
        self.executor, self.split = executor, split
        self._kept: OrderedDict[Any, _Recorded] = OrderedDict()
        self._lock = threading.RLock()
        functools.update_wrapper(self, f, updated=())

    def __repr__(self) -> str:
        return f"<jit of {getattr(self.f, '__qualname__', repr(self.f))}>"

    @property
    def executor(self) -> Executor | None:
        """Whose workers share a batch; it may be set at any time."""
        return self._executor

    @executor.setter
    def executor(self, executor: Executor | None) -> None:
        self._executor = checked_executor(executor)

    @property
    def split(self) -> int | None:
        """How many rows of a batch make a piece; None is as many as take some milliseconds."""
        return self._split

    @split.setter
    def split(self, split: int | None) -> None:
        self._split = checked_split(split)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The results of the function, in the nest that it gives them in."""
        arguments = Arguments(args, kwargs, self.batch)
        inside = (
            active_trace.get() is not None or eager_jit.get()
        )  # of another, which this is part of
        if arguments.scalars or inside or self.backend == "eager":
            result = self._eager(arguments)
            derived = arguments.scalars or inside or active_run.get() is not None
            return result if derived else _numbers(result)
        recorded = self._recorded(arguments)
        if recorded.is_part_of(active_run.get()):
            with self._lock:
                self._kept.pop(arguments.key, None)  # the next run has other Values
            return self._eager(arguments)
        with self._lock:
            executable = recorded.forward
        return self._nest(recorded, self._run(executable, recorded, arguments))

    def backward(self, *args: Any, upstream: float = 1.0, **kwargs: Any) -> float:
        """The value, with `upstream` times its gradient added to the `grad` of each Value.

        Those are the Values that the function uses and those among the arguments, as after
        `value.backward()` of a function that is not compiled. Raises TypeError where the function
        gives more than one number, ValueError where rows are not reduced to one.
        """
        if active_trace.get() is not None:
            raise TraceError(
                f"{self!r}.backward() fills in numbers, which are not known while the function"
                " around it is recorded; use grad(f) there"
            )
        if self.reduce is None and self.batch:
            raise ValueError("backward needs one number: with a batch, reduce is 'mean' or 'sum'")
        arguments = Arguments(args, kwargs, self.batch)
        if arguments.foreign:
            raise TypeError(
                "backward adds to the gradients of Values that are the same for all rows, and there"
                " is another kind of number among the arguments, or a Value in the batch;"
                " differentiate the function instead, as in grad(f)"
            )
        if self.backend == "eager":
            result = _one_number(Pytree(self._eager(arguments), "the result of the function"))
            if isinstance(result, Value):
                result.backward(upstream)
            return float(result.data if isinstance(result, Value) else result)
        recorded = self._recorded(arguments)
        with self._lock:
            executable = recorded.gradient(tuple(arguments.values))
        row = self._run(executable, recorded, arguments).tolist()
        values = [*arguments.values.values(), *recorded.values]
        accumulate(values, [ops.mul_no_nan.forward(upstream, g) for g in row[1:]])
        return float(row[0])

    def program(self, *args: Any, gradient: bool = False, **kwargs: Any) -> Program:
        """The program for arguments like these; with `gradient`, by the Values that it reads too.

        >>> from microgradlike import jit
        >>> print(jit(lambda x: (x + 1) ** 2).program(3.0))
        v1 = x0 + 1.0
        v2 = v1 ** 2.0
        return v2
        """
        return self.executable(*args, gradient=gradient, **kwargs).program

    def executable(self, *args: Any, gradient: bool = False, **kwargs: Any) -> Executable:
        """What runs the program for arguments like these.

        >>> from microgradlike import jit
        >>> executable = jit(lambda x, y: x / y, batch=0).executable([3.0], 4.0)
        >>> executable.outputs(np.array([[1.0, 2.0]]), np.array([4.0]))
        array([[0.25, 0.5 ]])
        """
        arguments = Arguments(args, kwargs, self.batch)
        recorded = self._recorded(arguments)
        with self._lock:
            if gradient:
                return recorded.gradient(tuple(arguments.values))
            return recorded.forward

    def _run(self, executable: Executable, recorded: _Recorded, arguments: Arguments) -> Any:
        shared = arguments.shared
        if recorded.values:
            shared = np.concatenate([shared, [v.data for v in recorded.values]])
        if not self.batch:
            return executable.outputs(arguments.rows, shared)[:, 0]
        whole = arguments.rows.shape[1] <= (self.split or executable.piece)
        runs = executable if whole else Spread(executable, self.executor, self.split)
        if self.reduce is None:
            return runs.outputs(arguments.rows, shared)
        total = runs.sums(arguments.rows, shared)
        return total / arguments.count if self.reduce == "mean" else total

    def _nest(self, recorded: _Recorded, row: Any) -> Any:
        if self.batch and self.reduce is None:
            return recorded.outputs.stacked(list(row))
        return recorded.outputs.unflatten(row)

    def _recorded(self, arguments: Arguments) -> _Recorded:
        key = arguments.key
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = _Recorded(self.f, arguments, _backend(self.backend))
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return found

    def _eager(self, arguments: Arguments) -> Any:
        """The function as it stands, row by row."""
        token = eager_jit.set(True)
        try:
            if not self.batch:
                return self.f(*arguments.args, **arguments.kwargs)
            results = [
                Pytree(self.f(*arguments.row(i), **arguments.kwargs), "the result of the function")
                for i in range(arguments.count or 0)
            ]
        finally:
            eager_jit.reset(token)
        columns = [list(column) for column in zip(*[result.leaves for result in results])]
        if self.reduce is None:
            return results[0].stacked(columns)
        total = functions.mean if self.reduce == "mean" else functions.sum
        return results[0].unflatten([total(column) for column in columns])


class _Recorded:
    """A function for one structure of its arguments: its outputs, its programs."""

    def __init__(self, f: Callable[..., Any], arguments: Arguments, backend: ModuleType) -> None:
        self.backend = backend
        trace = Trace()
        args, kwargs, inputs = arguments.stand_ins(trace.input)
        token = active_trace.set(trace)
        try:
            result = f(*args, **kwargs)
        finally:
            active_trace.reset(token)
        self.outputs = Pytree(result, "the result of the function")
        self.row = [trace.operand(y) for y in self.outputs.leaves]
        self.values = trace.values
        self.inputs = inputs + trace.inputs
        self.batched = len(arguments.rows)
        values = [v.label or f"Value {k}" for k, v in enumerate(self.values, 1)]
        self.names = [*arguments.names(f), *values]
        self._gradients: dict[tuple[int, ...], Executable] = {}

    def is_part_of(self, run: int | None) -> bool:
        """Whether it uses what a derivative that is going on depends on: its Values, or Duals."""
        young = run is not None and any(not (v.reached or is_older(v, run)) for v in self.values)
        return young or any(y is None for y in self.row)

    @functools.cached_property
    def forward(self) -> Executable:
        built = build_program(self.inputs, self.row, self.names)
        return Executable(built, self.batched, self.backend)

    def gradient(self, places: tuple[int, ...]) -> Executable:
        """The value, and its gradients by the shared numbers at these places and by the Values."""
        found = self._gradients.get(places)
        if found is None:
            y = _one_number(self.outputs, self.row)
            args = len(self.inputs) - len(self.values)
            xs = [self.inputs[self.batched + i] for i in places] + self.inputs[args:]
            gradient = LinearMap(topological(y), xs).vjp([(y, 1.0)]) if type(y) is Tracer else []
            outputs = [y, *[0.0 + g for g in gradient or [0.0] * len(xs)]]
            built = build_program(self.inputs, outputs, self.names)
            found = self._gradients[places] = Executable(built, self.batched, self.backend)
        return found


def _one_number(outputs: Pytree, row: list[Any] | None = None) -> Any:
    if not outputs.single:
        raise TypeError(
            f"backward needs one number, but the function gives {outputs.describe()}; add its"
            " numbers up"
        )
    return (outputs.leaves if row is None else row)[0]


def _backend(name: str) -> ModuleType:
    there = _has_llvm()
    if name == "llvm" and not there:
        raise ModuleNotFoundError(
            'backend="llvm" wants llvmlite 0.45 or later: pip install "microgradlike[llvm]";'
            ' backend="numpy" does without'
        )
    chosen = ("llvm" if there else "numpy") if name == "auto" else name
    return importlib.import_module(f"microgradlike.compile.backends.{chosen}")


def _has_llvm() -> bool:
    """Whether there is an llvmlite whose LLVM reads what we write."""
    if importlib.util.find_spec("llvmlite") is None:
        return False
    from llvmlite import binding

    return bool(binding.llvm_version_info[0] >= 20)


def _numbers(result: Any) -> Any:
    tree = Pytree(result, "the result of the function")
    return tree.unflatten([x.data if isinstance(x, Value) else x for x in tree.leaves])


def _positions(batch: Any) -> tuple[int, ...]:
    positions = batch if isinstance(batch, tuple) else (batch,)
    if not all(type(i) is int and i >= 0 for i in positions):
        raise TypeError(
            f"batch={batch!r}: the positions of arguments with a row for each example, counted from"
            " 0, such as batch=(0, 1)"
        )
    return tuple(sorted(set(positions)))


def _one_of(name: str, x: Any, choices: tuple[Any, ...]) -> Any:
    if x not in choices:
        raise ValueError(
            f"{name}={x!r} is not available; choose from {', '.join(map(repr, choices))}"
        )
    return x
