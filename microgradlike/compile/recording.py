"""Recording: a function recorded for one structure of its arguments, and its executables."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType

from microgradlike.compile.arguments import Arguments
from microgradlike.compile.build import build_program
from microgradlike.compile.collector import collector_paused
from microgradlike.compile.executable import Executable
from microgradlike.compile.trace import Trace, Tracer
from microgradlike.compile.trace_error import fail
from microgradlike.context import active_trace
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
        self.backend = backend
        self._trace = trace = Trace(merging=backend.MERGING)
        args, kwargs, inputs = arguments.tracers(trace.input)
        token = active_trace.set(trace)
        try:
            self.outputs = _outputs(f(*args, **kwargs), arguments)
            self.leaves = [trace.as_operand(y) for y in self.outputs.leaves]
            self.outputs.leaves = self.leaves  # a Value that is a result only is not kept
        finally:
            active_trace.reset(token)
            self.kept = trace.close()  # Values made in the recording that the function has kept
        self.values = trace.values
        self.inputs = inputs + trace.inputs
        self.batched = len(arguments.rows)
        values = [v.label or f"Value {k}" for k, v in enumerate(self.values, 1)]
        self.names = [*arguments.names(f), *values]
        count = len(self.inputs)
        self.variables = {self.batched + i for i in arguments.values}
        self.variables.update(range(count - len(self.values), count))
        self._gradients: dict[tuple[int, ...], Executable] = {}

    def depends_on_run(self, run: int | None) -> bool:
        """Return whether the function used Values of the active derivative, or Duals."""
        young = run is not None and any(not (v.reached or is_older(v, run)) for v in self.values)
        return young or any(y is None for y in self.leaves)

    @functools.cached_property
    @collector_paused()
    def forward(self) -> Executable:
        """The executable of the outputs."""
        built = build_program(self.inputs, self.leaves, self.names)
        return Executable(built, self.batched, self.backend, self.variables)

    @collector_paused()
    def gradient(self, places: tuple[int, ...]) -> Executable:
        """Return the executable of the value and its gradients.

        Gradients come first for the shared inputs at `places`, then for the Values.
        """
        found = self._gradients.get(places)
        if found is None:
            require_one_number(self.outputs)
            y = self.leaves[0]
            args = len(self.inputs) - len(self.values)
            xs = [self.inputs[self.batched + i] for i in places] + self.inputs[args:]
            token = active_trace.set(self._trace)
            try:
                gradient = (
                    LinearMap(topological(y), xs).vjp([(y, 1.0)]) if type(y) is Tracer else []
                )
                outputs = [y, *[0.0 + g for g in gradient or [0.0] * len(xs)]]
            finally:
                active_trace.reset(token)
            built = build_program(self.inputs, outputs, self.names)
            found = Executable(built, self.batched, self.backend, self.variables)
            self._gradients[places] = found
        return found


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
