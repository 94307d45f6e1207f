"""Dropout: a layer that sets some of its inputs to 0 while it trains."""

from __future__ import annotations

from typing import Any

from microgradlike._validate import real_number, require_numbers, shown
from microgradlike.coerce import as_float
from microgradlike.derivatives.pytree import is_array
from microgradlike.nn.initialisation import Source, source
from microgradlike.nn.module import Module
from microgradlike.nn.noise import uniform
from microgradlike.op import Number
from microgradlike.ops import where
from microgradlike.scalar import Scalar

__all__ = ["Dropout"]


class Dropout(Module):
    """A layer that sets each input to 0 with probability `p`, and divides the others by 1 - p.

    As in PyTorch, it does so in training mode only, and passes its inputs on after `eval()`. `fit`
    draws anew for every example of every step, by its seed, and leaves the model in evaluation
    mode. In a loop of your own `rng` draws, a `random.Random`, by default the shared generator of
    the module `random`. Raises ValueError for a `p` outside [0, 1), TypeError for another `rng`.
    (Srivastava et al., JMLR 15, 2014.)

    >>> import random
    >>> dropout = Dropout(0.5, rng=random.Random(0))
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [2.0, 4.0, 0.0, 0.0]
    >>> dropout.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, p: float = 0.5, *, rng: Source | None = None) -> None:
        self.p = real_number("p", p, at_least=0, below=1)
        self.rng = None if rng is None else source(rng)

    def __call__(self, x: Any) -> Any:
        """The inputs with some of them 0: a number, an array, or a list for a list or a tuple.

        Raises TypeError for an input that is not a number, TraceError in training mode while `jit`
        records.
        """
        if isinstance(x, Scalar) or as_float(x) is not None:
            return self._kept_or_not(x)
        if is_array(x):
            import numpy as np  # here, to keep `import microgradlike` light

            kept = np.empty(x.size, object)
            kept[:] = self._list(x.ravel())
            return kept.reshape(x.shape)
        if not isinstance(x, (list, tuple)):
            raise TypeError(
                f"{self} takes a number, a list or an array, got {shown(x)} of type"
                f" {type(x).__name__}; write list(x) for an iterator"
            )
        return self._list(x)

    def _list(self, xs: Any) -> list[Number]:
        require_numbers(repr(self), "input", xs, "call it once for each list")
        return [self._kept_or_not(x) for x in xs]

    def _kept_or_not(self, x: Number) -> Number:
        if not self.training or self.p == 0:
            return x
        return where(uniform(self.rng) < self.p, 0.0, x / (1 - self.p))

    def __repr__(self) -> str:
        return f"Dropout({self.p})"
