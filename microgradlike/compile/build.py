"""Building: the equations of a recording that some results depend on, as a Program."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from microgradlike.compile.program import Program
from microgradlike.compile.trace import Tracer
from microgradlike.op import Op


def build_program(
    inputs: Sequence[Tracer], outputs: Sequence[Any], names: Sequence[str] = ()
) -> Program:
    """The equations of a recording that the outputs, Tracers and numbers, depend on."""
    any_of = next((x for x in (*inputs, *outputs) if type(x) is Tracer), None)
    nodes = [] if any_of is None else any_of.trace.nodes
    return replace(_Builder(inputs).built(nodes, outputs), names=tuple(names))


class _Builder:
    def __init__(self, inputs: Sequence[Tracer]) -> None:
        self.slots = {x.index: i for i, x in enumerate(inputs)}
        self.inputs = len(inputs)
        self.constants: dict[Any, int] = {}
        self.numbers: list[float] = []
        self.ops: dict[Op, int] = {}
        self.code, self.starts, self.operands = array("H"), array("q", [0]), array("q")

    def built(self, nodes: Sequence[Tracer], outputs: Sequence[Any]) -> Program:
        for x in _needed(nodes, outputs):
            if x.op is not None:
                self.operands.extend([self.reference(a) for a in x.operands])
                self.starts.append(len(self.operands))
                self.code.append(self.ops.setdefault(x.op, len(self.ops)))
                self.slots[x.index] = self.inputs + len(self.code) - 1
        results = tuple(self.reference(y) for y in outputs)
        return Program(
            self.inputs,
            results,
            tuple(self.numbers),
            tuple(self.ops),
            self.code,
            self.starts,
            self.operands,
        )

    def reference(self, x: Any) -> int:
        if type(x) is Tracer:
            return self.slots[x.index]
        key = x if x else repr(x)  # 0.0 equals -0.0
        place = self.constants.get(key)
        if place is None:
            place = self.constants[key] = -1 - len(self.numbers)
            self.numbers.append(x)
        return place


def _needed(nodes: Sequence[Tracer], outputs: Sequence[Any]) -> list[Tracer]:
    """The nodes that the outputs depend on, operands before users."""
    wanted = bytearray(len(nodes))
    for y in outputs:
        if type(y) is Tracer:
            wanted[y.index] = 1
    for i in range(len(nodes) - 1, -1, -1):
        if wanted[i]:
            for x in nodes[i].operands:
                if type(x) is Tracer:
                    wanted[x.index] = 1
    return [x for x, used in zip(nodes, wanted) if used]
