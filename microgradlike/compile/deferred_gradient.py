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

    def known(self, leaves: Sequence[Operand]) -> tuple[list[Operand], list[int]] | None:
        """Return what decides the leaves of the result, and their places in the gradient.

        The first are the leaves known already, which have the place -1, f's value, and the inputs
        that it is differentiated by. None if f gives no tracer.
        """
        rest = [*self.run.outputs.leaves, *self.run.inputs]
        if any(type(x) is not Tracer for x in rest):
            return None
        places = self._places_of(leaves)
        return [*(x for i, x in zip(places, leaves) if i < 0), *rest], places

    def leaves(self, leaves: Sequence[Operand]) -> list[Operand]:
        """Record the backward pass and return the leaves with its numbers, in the active trace."""
        gradient = self.run.vjp(self.run.outputs.leaves, [1.0])
        pairs = zip(self._places_of(leaves), leaves)
        return [x if i < 0 else self.trace.as_operand(gradient[i]) for i, x in pairs]

    def _places_of(self, leaves: Sequence[Operand]) -> list[int]:
        return [self._places.get(id(x), -1) for x in leaves]
