"""Jitted: a function recorded once for each structure of its arguments, and run as a program."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import Executor
from typing import (
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Self,
    SupportsFloat,
    TypeVar,
    cast,
    overload,
)

from microgradlike import functions, ops
from microgradlike._frames import user_level
from microgradlike._numpy import HAS_NUMPY, np
from microgradlike._validate import shown
from microgradlike.coerce import upstream_gradient
from microgradlike.compile.arguments import Arguments
from microgradlike.compile.arrays import NO_ROWS, FloatArray
from microgradlike.compile.executable import Executable
from microgradlike.compile.options import (
    backend_named,
    checked_backend,
    checked_batch,
    checked_reduce,
)
from microgradlike.compile.plain_numbers import packed
from microgradlike.compile.prepared_call import PreparedCall
from microgradlike.compile.program import Program
from microgradlike.compile.recording import Recording, record, require_one_number
from microgradlike.compile.recordings import Recordings
from microgradlike.compile.sharding import Workers, checked_count, checked_executor
from microgradlike.compile.trace_error import fail
from microgradlike.compile.wrapper import Wrapper
from microgradlike.context import active_run, active_trace, eager_jit
from microgradlike.derivatives.pytree import HasParameters, Pytree
from microgradlike.engine import Value, accumulate, add_to_leaves, numbers_of

__all__ = ["Jitted"]

HOT = 100  # calls after which a small program gets a native call
P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
S = TypeVar("S")


class Jitted(Wrapper, Generic[P, R]):
    """A function that runs as a program; `jit` makes it and describes the options.

    `f` is the function itself, `batch`, `reduce` and `backend` the options. `executor`,
    `threads` and `split` can be set at any time. As a method it binds to its instance and has
    recordings for each, which read the Values of the instance at every call; all other attributes
    are fixed in a recording. Raises TypeError or ValueError as `jit` does.

    It can be pickled and deep-copied as its function can. The executor and the recordings stay
    behind.

    >>> from microgradlike import jit
    >>> f = jit(lambda x: (x + 1) ** 2)
    >>> f(3.0)
    16.0
    """

    __slots__ = ("_fast",)  # no part of the state that copies and pickles have
    _fast: Any
    batch: tuple[int, ...]
    reduce: str | None
    backend: str

    def __init__(
        self,
        f: Callable[P, R],
        *,
        batch: int | tuple[int, ...] = (),
        reduce: str | None = "mean",
        backend: str = "auto",
        executor: Executor | None = None,
        threads: int | None = None,
        split: int | None = None,
    ) -> None:
        if not callable(f):
            raise TypeError(f"jit takes a function, got {shown(f)}; pass the function itself")
        super().__init__(f)
        options = {"batch": checked_batch(batch), "reduce": checked_reduce(reduce)}
        vars(self).update(options, backend=checked_backend(backend))
        self._workers = Workers(executor, split, threads)
        self._recordings = Recordings()
        self._has_warned = False
        self._fast = None

    def __setattr__(self, name: str, x: object) -> None:
        if name in ("batch", "reduce", "backend"):
            raise AttributeError(
                f"{name} of a jit function is fixed, as its recordings depend on it; make another"
                f" one: jit(f.f, {name}={shown(x)})"
            )
        super().__setattr__(name, x)

    def __repr__(self) -> str:
        return f"<jit of {getattr(self.f, '__qualname__', repr(self.f))}>"

    @overload
    def __get__(self, instance: None, owner: type[object] | None = None) -> Self: ...
    @overload
    def __get__(
        self: Jitted[Concatenate[Any, Q], S], instance: object, owner: type[object] | None = None
    ) -> Jitted[Q, S]: ...
    def __get__(self, instance: object, owner: type[object] | None = None) -> Any:
        """Return the method of an instance, as for a function; it shares the workers."""
        if instance is None:
            return self
        bound = self.bound_to(instance, owner)
        if bound is not self:
            bound._fast = None
            bound._recordings = self._recordings.of_instance(instance)
        return bound

    @property
    def executor(self) -> Executor | None:
        """The executor whose workers share a batch, or None."""
        return self._workers.executor

    @executor.setter
    def executor(self, executor: Executor | None) -> None:
        self._workers.executor = checked_executor(executor)

    @property
    def threads(self) -> int | None:
        """The number of threads that share a batch if there is no executor; None is one."""
        return self._workers.threads

    @threads.setter
    def threads(self, threads: int | None) -> None:
        self._workers.threads = checked_count("threads", threads)

    @property
    def split(self) -> int | None:
        """The number of rows of a shard of the batch; None is as many as take some milliseconds."""
        return self._workers.split

    @split.setter
    def split(self, split: int | None) -> None:
        self._workers.split = checked_count("split", split)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the results of the function, nested as the function returns them.

        Numbers are floats. With `reduce=None`, each number is an array with an element per row.
        Raises TypeError for arguments that are not numbers, ValueError for a batch that is empty
        or has parts of different lengths, TraceError if `f` needs a number while it is recorded.
        """
        for call in self._recordings.calls[False] if not kwargs and _is_outermost() else ():
            found = self._prepared(call, args)
            if found is not None:
                return cast("R", self._nested(call.recording, call.nest, found))
        arguments = Arguments(args, kwargs, self.batch)
        inside = active_trace.get() is not None or eager_jit.get()  # part of another jit function
        if arguments.scalars or inside or self.backend == "eager":
            if not inside and self.backend != "eager":
                self._warn_of_modules(arguments)
            result = self._eager(arguments)
            derived = arguments.scalars or inside or active_run.get() is not None
            return cast("R", result if derived else _as_floats(result))
        recording = self._recording(arguments)
        if recording.depends_on_run(active_run.get()):
            self._recordings.discard(arguments.key)  # the next run has other Values
            return cast("R", self._eager(arguments))
        with self._recordings.lock:
            executable = recording.forward
        row: Any = self._run(executable, recording, arguments.parts, arguments.shared)
        self._recordings.prepare(arguments, recording, executable, gradient=False)
        return cast("R", self._nested(recording, recording.outputs.unflatten, row))

    def backward(self, *args: object, upstream: SupportsFloat = 1.0, **kwargs: object) -> float:
        """Return the value and add `upstream` times its gradient to the `grad` of each Value.

        `args` and `kwargs` are the arguments of a call. The Values are those that the function uses
        and those among the arguments, as after `value.backward()` of an eager result. All gradients
        are added, or none: also after Ctrl-C. Raises TypeError if `upstream` is not a real number
        or the function returns more than one number, ValueError if rows are not reduced to one,
        TraceError while another function is recorded.

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
        g = upstream_gradient(upstream)
        for call in self._recordings.calls[True] if not kwargs and _is_outermost() else ():
            found = self._prepared(call, args)
            if found is not None:
                gradients = found.tolist()
                y: float = gradients.pop(0)
                add_to_leaves(call.recording.values, _times(g, gradients))
                return y
        arguments = Arguments(args, kwargs, self.batch)
        if arguments.foreign:
            raise TypeError(
                "backward cannot add to the gradient of a Value in the batch, or of an argument"
                " that is neither a Value nor a plain number; use grad(f)"
            )
        if self.backend == "eager":
            return self._eager_backward(arguments, g)
        recording = self._recording(arguments)
        with self._recordings.lock:
            executable = recording.gradient(tuple(arguments.values))
        row: Any = self._run(executable, recording, arguments.parts, arguments.shared)
        if not arguments.values:
            self._recordings.prepare(arguments, recording, executable, gradient=True)
        y, *gradients = row.tolist()
        accumulate([*arguments.values.values(), *recording.values], _times(g, gradients))
        return float(y)

    def clear(self) -> None:
        """Forget all recordings, so that the next call records the function as it is then.

        >>> from microgradlike import jit
        >>> scale = 2.0
        >>> f = jit(lambda x: scale * x)
        >>> f(1.0); scale = 3.0; f(1.0); f.clear(); f(1.0)
        2.0
        2.0
        3.0
        """
        self._fast = None
        self._recordings.clear()

    def program(self, *args: object, gradient: bool = False, **kwargs: object) -> Program:
        """Return the program for arguments of the structure of `args` and `kwargs`.

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

        `args`, `kwargs` and `gradient` are those of `program`.

        >>> from microgradlike import jit
        >>> import numpy as np
        >>> executable = jit(lambda x, y: x / y, batch=0).executable([3.0], 4.0)
        >>> executable.outputs(np.array([[1.0, 2.0]]), np.array([4.0]))
        array([[0.25, 0.5 ]])
        """
        arguments = Arguments(args, kwargs, self.batch)
        recording = self._recording(arguments)
        with self._recordings.lock:
            if gradient:
                return recording.gradient(tuple(arguments.values))
            return recording.forward

    def _prepared(self, call: PreparedCall, args: tuple[Any, ...]) -> FloatArray | None:
        """Return the outputs, reduced over the rows, or None if the call does not fit."""
        bound, split = call.bound, self._workers.split
        if bound is not None and self.reduce is not None and (split or bound.count) >= bound.count:
            found = bound.sums(args, float(bound.count) if self.reduce == "mean" else 1.0)
            if found is not None:
                return found
        inputs = call.inputs(args)
        if inputs is None:
            return None
        if not self.batch:
            self._count(call, args)
        return self._run(call.executable, call.recording, *inputs)

    def _run(
        self,
        executable: Executable,
        recording: Recording,
        parts: list[FloatArray],
        shared: FloatArray,
    ) -> FloatArray:
        """Return the outputs, reduced over the rows; with `reduce=None` a line of rows for each."""
        if recording.values:
            numbers = packed(numbers_of(recording.values))
            shared = np.concatenate([shared, numbers]) if len(shared) else numbers
        if not self.batch:
            return executable.outputs(NO_ROWS, shared)[:, 0]
        count = parts[0].shape[1]
        whole = count <= (self.split or executable.shard_rows)
        runs: Any = executable if whole else self._workers.sharded(executable)
        found: FloatArray = (runs.outputs if self.reduce is None else runs.sums)(parts, shared)
        return found / float(count) if self.reduce == "mean" else found

    def _count(self, call: PreparedCall, args: tuple[Any, ...]) -> None:
        """Make a native call after HOT calls, if the program is a small one, or take it again."""
        call.uses += 1
        if HAS_NUMPY and call.uses % HOT == 0 and "__self__" not in self.__dict__:
            from microgradlike.compile import native_call

            if call.uses == HOT:
                call.native = native_call.native_call(call, args)
            if call.native is not None and call in self._recordings.calls[False]:
                native_call.install(Jitted)
                self._fast, self._recordings.native = call.native, call.recording

    def _nested(
        self, recording: Recording, unflatten: Callable[[Any], Any], numbers: FloatArray
    ) -> Any:
        """Return the outputs as the function nests them; `unflatten` does it for one row."""
        if self.batch and self.reduce is None:
            return recording.outputs.stacked(list(numbers))
        return unflatten(numbers)

    def _recording(self, arguments: Arguments) -> Recording:
        return self._recordings.get(
            arguments.key, lambda: record(self.f, arguments, backend_named(self.backend))
        )

    def _warn_of_modules(self, arguments: Arguments) -> None:
        """Say once that calls with a Module run eagerly, outside of derivatives."""
        given = (*arguments.args, *arguments.kwargs.values())
        module = next((x for x in given if isinstance(x, HasParameters)), None)
        if module is None or self._has_warned or active_run.get() is not None:
            return
        self._has_warned = True
        warnings.warn(
            f"{self!r} runs eagerly at each call with a Module, here a {type(module).__name__};"
            " call .backward(...) for the value and the gradients by a program, or let the function"
            " close over the Module",
            stacklevel=user_level(),
        )

    def _eager(self, arguments: Arguments) -> Any:
        """Return the results of the function as it stands, row by row."""
        f = self.f
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


def _is_outermost() -> bool:
    """Return whether no recording, derivative or eager call of another jit function is active."""
    return active_trace.get() is None and not eager_jit.get() and active_run.get() is None


def _times(g: float, partials: list[float]) -> list[float]:
    return partials if g == 1.0 else [ops.mul_no_nan.forward(g, p) for p in partials]


def _as_floats(result: object) -> Any:
    tree = Pytree(result, "the result of the function")
    return tree.unflatten([x.data if isinstance(x, Value) else x for x in tree.leaves])
