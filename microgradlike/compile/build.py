"""Construction of a Program from the tracers of a recording."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from microgradlike.compile.program import Program
from microgradlike.compile.trace import Operand, Tracer
from microgradlike.op import Op


def build_program(
    inputs: Sequence[Tracer], outputs: Sequence[Operand], names: Sequence[str] = ()
) -> Program:
    """Return the program of the outputs, which are tracers or numbers.

    It has the equations that the outputs depend on, in the order of the recording. `names` are
    names of the inputs, for `Program.legend`.

    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> print(build_program([x], [x.exp() * 2.0]))
    v1 = exp(x0)
    v2 = v1 * 2.0
    return v2
    """
    tracer = next((x for x in (*inputs, *outputs) if type(x) is Tracer), None)
    nodes = [] if tracer is None else tracer.trace.nodes
    return replace(_Builder(inputs, nodes).build(nodes, outputs), names=tuple(names))


class _Builder:
    """The slots, constants and equations of a program under construction."""

    def __init__(self, inputs: Sequence[Tracer], nodes: Sequence[Tracer]) -> None:
        self.inputs, self.slots = len(inputs), [-1] * len(nodes)  # by index
        for i, x in enumerate(inputs):
            self.slots[x.index] = i
        self.constant_slots: dict[float | str, int] = {}
        self.constants: list[float] = []
        self.ops: dict[Op, int] = {}
        self.code: list[int] = []
        self.starts = [0]
        self.operands: list[int] = []

    def build(self, nodes: Sequence[Tracer], outputs: Sequence[Operand]) -> Program:
        for x in _needed(nodes, outputs):
            if x.op is not None:
                for a in x.operands:
                    self.operands.append(self.reference(a))
                self.starts.append(len(self.operands))
                self.code.append(self.ops.setdefault(x.op, len(self.ops)))
                self.slots[x.index] = self.inputs + len(self.code) - 1
            elif self.slots[x.index] < 0:
                raise TypeError("a partial uses a Value from outside; make it an operand")
        results = tuple([self.reference(y) for y in outputs])
        return Program(
            self.inputs,
            results,
            tuple(self.constants),
            tuple(self.ops),
            array("H", self.code),
            array("q", self.starts),
            array("q", self.operands),
        )

    def reference(self, x: Operand) -> int:
        if type(x) is Tracer:
            return self.slots[x.index]
        key = x if x else repr(x)  # 0.0 equals -0.0
        slot = self.constant_slots.get(key)
        if slot is None:
            slot = self.constant_slots[key] = -1 - len(self.constants)
            self.constants.append(x)
        return slot


def _needed(nodes: Sequence[Tracer], outputs: Sequence[Operand]) -> list[Tracer]:
    """Return the nodes that the outputs depend on, operands before users."""
    wanted = [False] * len(nodes)
    for y in outputs:
        if type(y) is Tracer:
            wanted[y.index] = True
    for i in range(len(nodes) - 1, -1, -1):
        if wanted[i]:
            for x in nodes[i].operands:
                if type(x) is Tracer:
                    wanted[x.index] = True
    return [x for x, used in zip(nodes, wanted) if used]
