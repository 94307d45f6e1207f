"""Recording: a function recorded for one structure of its arguments, and its executables."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

from microgradlike.compile.arguments import Arguments
from microgradlike.compile.build import build_program
from microgradlike.compile.collector import collector_paused
from microgradlike.compile.deferred_gradient import DeferredGradient
from microgradlike.compile.executable import Executable
from microgradlike.compile.program import Program
from microgradlike.compile.program_key import program_key
from microgradlike.compile.trace import Operand, Trace, Tracer
from microgradlike.compile.trace_error import TraceError, fail
from microgradlike.context import active_trace
from microgradlike.derivatives.api import steps_of
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.pytree import Pytree
from microgradlike.derivatives.traversal import is_older
from microgradlike.graph import topological


class Recording:
    """The outputs of a function on tracers, the Values that it used, and programs for them.

    >>> from microgradlike.compile.backends import python
    >>> f = lambda x: x * x
    >>> print(Recording(f, Arguments((3.0,), {}, ()), python).forward.program)
    v1 = x0 * x0
    return v1
    """

    def __init__(self, f: Callable[..., object], arguments: Arguments, backend: ModuleType) -> None:
        self.backend, self.batched = backend, len(arguments.rows)
        self._deferred: DeferredGradient | None = None
        self._key: str | None = None  # of the program with that gradient, on disk
        self._trace = trace = Trace(merging=backend.MERGING)
        args, kwargs, inputs = arguments.tracers(trace.input)
        token = active_trace.set(trace)
        try:
            steps = steps_of(f) if backend.KEPT else None
            deferred = None if steps is None else DeferredGradient(steps, args, kwargs, trace)
            result = _called(f, args, kwargs, arguments) if deferred is None else deferred.result
            self.outputs = _outputs(result, arguments)
            self.leaves = [trace.as_operand(y) for y in self.outputs.leaves]
            self.outputs.leaves = self.leaves  # a Value that is a result only is not kept
            del result
            self.inputs = inputs + trace.inputs
            if deferred is not None:
                self._find_deferred(deferred)
        finally:
            active_trace.reset(token)
            self.kept = trace.close()  # Values made in the recording that the function has kept
        self.has_duals = any(y is None for y in self.leaves)
        self.values = trace.values
        values = [v.label or f"Value {k}" for k, v in enumerate(self.values, 1)]
        self.names = [*arguments.names(f), *values]
        count = len(self.inputs)
        self.variables = {self.batched + i for i in arguments.values}
        self.variables.update(range(count - len(self.values), count))
        self._gradients: dict[tuple[int, ...], Executable] = {}
        self.prepared: dict[bool, Any] = {}  # calls of the outputs, and under True of gradients
        self.tries = 0  # to prepare one
        self._lock = threading.RLock()  # of the trace

    def depends_on_run(self, run: int | None) -> bool:
        """Return whether the function used Values of the active derivative, or Duals."""
        if run is None or self.has_duals:
            return self.has_duals
        return any(not (v.reached or is_older(v, run)) for v in self.values)

    @functools.cached_property
    @collector_paused()
    def forward(self) -> Executable:
        """The executable of the outputs."""
        if self._deferred is not None:
            return self._executable(self._recorded_leaves, self._key)
        program = build_program(self.inputs, self.leaves, self.names)
        key = program_key(program, self.backend, self.batched, "outputs")
        return Executable(program, self.batched, self.backend, self.variables, key)

    @collector_paused()
    def gradient(self, places: tuple[int, ...]) -> Executable:
        """Return the executable of the value and its gradients.

        Gradients come first for the shared inputs at `places`, then for the Values.
        """
        found = self._gradients.get(places)
        if found is None:
            require_one_number(self.outputs)
            (y,) = self._in_trace(self._recorded_leaves)
            args = len(self.inputs) - len(self.values)
            xs = [self.inputs[self.batched + i] for i in places] + self.inputs[args:]

            def outputs() -> list[Operand]:
                gradient = (
                    LinearMap(topological(y), xs).vjp([(y, 1.0)]) if type(y) is Tracer else []
                )
                return [y, *[0.0 + g for g in gradient or [0.0] * len(xs)]]

            key = None
            if type(y) is Tracer and self.backend.KEPT:
                known = build_program(self.inputs, self.leaves)
                key = program_key(known, self.backend, self.batched, "gradient", places, args)
            found = self._executable(outputs, key)
            self._gradients[places] = found
        return found

    def _find_deferred(self, deferred: DeferredGradient) -> None:
        """Defer the gradient if the code of the program may be on disk; otherwise record it."""
        self._deferred = deferred
        known = deferred.known(self.leaves)
        if known is not None:
            program = build_program(self.inputs, known[0])
            self._key = program_key(program, self.backend, self.batched, "deferred", known[1])
        if self._key is None:
            self._recorded_leaves()

    def _recorded_leaves(self) -> list[Operand]:
        """Return the leaves with a deferred gradient in place, recorded in the active trace."""
        if self._deferred is not None:
            self.leaves, self._deferred = self._deferred.leaves(self.leaves), None
        return self.leaves

    def _in_trace(self, made: Callable[[], list[Operand]]) -> list[Operand]:
        """Return numbers that are made in the trace, by one thread at a time."""
        with self._lock:
            token = active_trace.set(self._trace)
            try:
                return made()
            finally:
                active_trace.reset(token)

    def _executable(self, outputs: Callable[[], list[Operand]], key: str | None) -> Executable:
        """Return the executable of outputs, recorded now unless their code may be on disk."""

        def made() -> Program:
            with self._lock:  # of the nodes, too
                return build_program(self.inputs, self._in_trace(outputs), self.names)

        program = made() if key is None else made
        return Executable(program, self.batched, self.backend, self.variables, key)


@collector_paused()
def record(f: Callable[..., object], arguments: Arguments, backend: ModuleType) -> Recording:
    """Return a recording of the function that also holds for its next call.

    A function may make a Value in its first call and use it in the next ones, as lazy layers do.
    Recorded anew, it finds the Value there. Raises TraceError if it makes another one each time.
    """
    recording = Recording(f, arguments, backend)
    for _ in range(2):
        made = recording.kept
        if not made:
            break
        recording = Recording(f, arguments, backend)
        if set(map(id, made)).isdisjoint(map(id, recording.values)):
            break
    else:
        fail(
            "each call makes a Value that the next one uses, and a recording holds those of one"
            ' call; make parameters before the first call, or pass backend="eager"'
        )
    recording.kept = []
    return recording


def _called(f: Callable[..., object], args: Any, kwargs: Any, arguments: Arguments) -> object:
    """Return f(*args, **kwargs); a text in the place of a number is named in a note."""
    try:
        return f(*args, **kwargs)
    except TraceError as error:
        for note in arguments.static_notes(str, bytes):
            error.add_note(note)
        raise


def _outputs(result: object, arguments: Arguments) -> Pytree:
    try:
        return Pytree(result, "the result of the function")
    except TypeError as error:
        for note in arguments.static_notes():
            error.add_note(note)
        raise


def require_one_number(outputs: Pytree) -> None:
    """Raise TypeError unless the outputs are a single number."""
    if not outputs.single:
        raise TypeError(
            "backward needs a function that returns one number, but this one returns"
            f" {outputs.describe()}; sum them first"
        )
