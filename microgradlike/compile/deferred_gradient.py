"""DeferredGradient: a recorded `grad(f)` whose backward pass is left out while it is not needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgradlike.compile.trace import Operand, Trace, Tracer
from microgradlike.derivatives.api import GradientSteps


class DeferredGradient:
    """A function made by `grad` or `value_and_grad`, recorded up to its backward pass.

    `result` is its result with a stand-in for each number of the gradient. Code on disk is found by
    the rest, so the backward pass is recorded only if there is none.
    """

    def __init__(
        self, steps: Callable[..., GradientSteps], args: Any, kwargs: Any, trace: Trace
    ) -> None:
        self.trace = trace
        self.run, finished = steps(*args, **kwargs)
        self._stand_ins = [trace.input() for _ in self.run.inputs]  # alive, as places go by id
        self._places = {id(x): i for i, x in enumerate(self._stand_ins)}
        self.result = finished(self._stand_ins)

    def places(self, leaves: Sequence[Operand]) -> list[int]:
        """Return the place in the gradient of each leaf of the result; -1 for another number."""
        return [self._places.get(id(x), -1) for x in leaves]

    def known(self, leaves: Sequence[Operand]) -> list[Operand] | None:
        """Return all that decides the leaves: those known already, f's value, and what it is by.

        It is None if they are not tracers.
        """
        rest = [*self.run.outputs.leaves, *self.run.inputs]
        if any(type(x) is not Tracer for x in rest):
            return None
        return [*(x for x in leaves if id(x) not in self._places), *rest]

    def leaves(self, leaves: Sequence[Operand]) -> list[Operand]:
        """Record the backward pass and return the leaves with its numbers, in the active trace."""
        gradient = self.run.vjp(self.run.outputs.leaves, [1.0])
        pairs = zip(self.places(leaves), leaves)
        return [x if i < 0 else self.trace.as_operand(gradient[i]) for i, x in pairs]
