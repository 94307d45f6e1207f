"""BoundCall: a call over a batch that copies its arguments straight to the machine code."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from typing import Any

from microgradlike._numpy import np
from microgradlike.compile.arguments import Arguments
from microgradlike.compile.arrays import DOUBLE, FloatArray
from microgradlike.compile.executable import LARGE, Executable
from microgradlike.compile.recording import Recording
from microgradlike.engine import Value, numbers_of

enabled = True  # tests turn it off: results, warnings and errors stay the same


class BoundCall:
    """A call for arrays of certain shapes, with arrays of its own and their addresses at hand.

    It returns None for anything else, while another call uses the arrays, and for numbers that
    have to be looked into: the call then takes a longer way.
    """

    def __init__(
        self,
        values: list[Value],
        targets: list[Any],
        shared: FloatArray,
        run: Callable[[], FloatArray],
        *,
        count: int,
        terms: FloatArray | None,
    ) -> None:
        self.values, self.count, self._targets = values, count, targets
        self._terms, self._run = terms, run
        self._values = shared[len(shared) - len(self.values) :]
        self._packed = struct.Struct(f"{len(self.values)}d")
        self._lock = threading.Lock()

    def sums(self, args: tuple[Any, ...], divisor: float) -> FloatArray | None:
        """Return the outputs summed over the rows and divided."""
        if len(args) != len(self._targets) or not self._lock.acquire(blocking=False):
            return None
        try:
            for x, (shape, target) in zip(args, self._targets):
                if type(x) is not np.ndarray or x.dtype is not DOUBLE or x.shape != shape:
                    return None
                target[...] = x
            if self.values:
                self._packed.pack_into(self._values.data, 0, *numbers_of(self.values))
            totals: FloatArray = self._run()
            if not np.vdot(totals, totals) < LARGE:
                return None
            return (totals if self._terms is None else totals + self._terms) / divisor
        finally:
            self._lock.release()


def bound_call(
    arguments: Arguments, recording: Recording, executable: Executable
) -> BoundCall | None:
    """Return a call bound to arrays, for arguments that are arrays of numbers or of rows."""
    summed, count = vars(executable).get("summed"), arguments.count or 0
    if summed is None or not enabled or count > min(executable.shard_rows, summed.block):
        return None
    found = summed.bound(count)
    if found is None:
        return None
    rows, shared, run = found
    targets, line, place = [], 0, 0
    for i, x in enumerate(arguments.args):
        if type(x) is not np.ndarray or (i in arguments.batch and x.ndim > 2):
            return None
        if i in arguments.batch:
            lines = x.size // count
            target = rows[line : line + lines].T if x.ndim == 2 else rows[line]
            line += lines
        else:
            target = shared[place : place + x.size].reshape(x.shape)
            place += x.size
        targets.append((x.shape, target))
    terms = summed.zero_terms
    return BoundCall(recording.values, targets, shared, run, count=count, terms=terms)
