"""Schedule: the equations of a program in groups that can be computed together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from microgradlike.compile.passes.sum_fusion import is_total, with_totals
from microgradlike.compile.program import Program, varies
from microgradlike.compile.schedule.access import breaks
from microgradlike.compile.schedule.agenda import agenda
from microgradlike.op import Op

FEW = 8  # equations that are put in order one by one: NumPy would take longer


class Group(NamedTuple):
    """Equations of one primitive, none of which depends on another.

    They fill the places `start` to `stop` among the `varying` slots or among the others; operand j
    of each stands at `places[j]`, in their order, among the varying slots or not, as
    `from_varying[j]` says.
    """

    op: Op
    varying: bool
    start: int
    stop: int
    places: tuple[Any, ...]
    from_varying: tuple[bool, ...]


class Schedule:
    """The groups of a program in order, and where its inputs, constants and outputs stand.

    A slot varies if it depends on one of the first `batched` inputs; those come first among the
    varying ones. Among the others, first come the constants, and then the other inputs. With
    `totals`, chains of sums are single equations.
    """

    def __init__(self, program: Program, batched: int, *, totals: bool = False) -> None:
        varying = varies(program, batched)
        if totals:
            program = with_totals(program, varying)
            varying = varies(program, batched)
        self.program, self.batched = program, batched
        count = program.inputs + len(program)
        # a reference as an index: constants, at the end, are the negative ones
        self.place = np.empty(count + len(program.constants), dtype=np.intp)
        self.varying = np.array(varying, dtype=bool)
        fixed = len(program.constants)
        self.place[count:] = np.arange(fixed)[::-1]
        self.place[:batched] = np.arange(batched)
        self.place[batched : program.inputs] = np.arange(fixed, fixed + program.inputs - batched)
        self.first = fixed + program.inputs - batched  # place of a result that does not vary
        self.used = {True: batched, False: self.first}
        self.groups = list(self._groups(varying))

    def outputs(self) -> tuple[Any, Any]:
        """Of each output: whether it varies, and its place."""
        references = np.array(self.program.outputs, dtype=np.intp)
        return self.varying[references], self.place[references]

    def _groups(self, varying: list[bool]) -> Iterator[Group]:
        program = self.program
        ops, code, inputs = program.ops, program.code, program.inputs
        starts: Any = np.frombuffer(program.starts, dtype=np.int64)
        operands: Any = np.frombuffer(program.operands, dtype=np.int64)
        places: Any = self.place
        place = memoryview(places)  # whose elements are plain ints
        used = self.used
        for members in agenda(program, self._kinds(starts, operands)):
            k = members[0]
            references = program.operands[program.starts[k] : program.starts[k + 1]]
            varies = varying[inputs + k]
            start = used[varies]
            if len(members) > FEW:
                found, order = self._regular(np.array(members), starts, operands)
                self.place[inputs + order] = range(start, start + len(order))
            else:  # programs without breadth have nothing else
                found, few = self._sorted(members, place)
                for i, k in enumerate(few, start):
                    place[inputs + k] = i
            used[varies] = stop = start + len(members)
            from_varying = tuple([varying[r] for r in references])
            yield Group(ops[code[k]], varies, start, stop, found, from_varying)

    def _sorted(self, members: list[int], place: Any) -> tuple[tuple[Any, ...], list[int]]:
        """Where their operands stand, and they, in the order of these places."""
        starts, operands = self.program.starts, self.program.operands
        rows = [(*[place[r] for r in operands[starts[k] : starts[k + 1]]], k) for k in members]
        rows.sort()
        *found, order = zip(*rows)
        return tuple(found), list(order)

    def _regular(self, members: Any, starts: Any, operands: Any) -> tuple[tuple[Any, ...], Any]:
        """Where their operands stand, and they, in the order in which that is most regular."""
        arity = int(starts[members[0] + 1] - starts[members[0]])
        places = [self.place[operands[starts[members] + j]] for j in range(arity)]
        orders = [np.lexsort(places[::-1])]
        if arity > 1 and len(members) > 2:
            orders.append(np.lexsort(places))
        order = min(orders, key=lambda order: breaks([p[order] for p in places]))
        return tuple([p[order] for p in places]), members[order]

    def _kinds(self, starts: Any, operands: Any) -> list[int]:
        """Of each equation a number: of the primitive, and of which of its operands vary."""
        kinds = np.frombuffer(self.program.code, dtype=np.uint16).astype(np.int64)
        code = np.frombuffer(self.program.code, dtype=np.uint16)
        # of a total all terms vary or none, and the first one says which
        different = np.array([1 if is_total(op) else op.arity for op in self.program.ops] or [0])[
            code
        ]
        for j in range(int(different.max(initial=0))):
            there = np.flatnonzero(different > j)
            kinds[there] += self.varying[operands[starts[there] + j]].astype(np.int64) << (16 + j)
        found: list[int] = kinds.tolist()
        return found
