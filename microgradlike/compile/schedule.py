"""Schedule: the equations of a program in groups that can be computed together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from microgradlike.compile.agenda import agenda
from microgradlike.compile.program import Program, varies
from microgradlike.compile.strips import breaks
from microgradlike.compile.totals import with_totals
from microgradlike.op import Op


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
        self.groups = list(self._groups())

    def outputs(self) -> tuple[Any, Any]:
        """Of each output: whether it varies, and its place."""
        references = np.array(self.program.outputs, dtype=np.intp)
        return self.varying[references], self.place[references]

    def _groups(self) -> Iterator[Group]:
        program = self.program
        starts = np.frombuffer(program.starts, dtype=np.int64)
        operands = np.frombuffer(program.operands, dtype=np.int64)
        kinds = self._kinds(starts, operands)
        places: Any = self.place
        place = memoryview(places)  # whose elements are plain ints
        for members in agenda(program, kinds):
            k = members[0]
            if len(members) > 1:
                yield self._group(np.array(members), starts, operands)
            else:
                references = program.operands[program.starts[k] : program.starts[k + 1]]
                yield self._placed(k, k, [[place[r]] for r in references])

    def _kinds(self, starts: Any, operands: Any) -> list[int]:
        """Of each equation a number: of the primitive, and of which of its operands vary."""
        kinds = np.frombuffer(self.program.code, dtype=np.uint16).astype(np.int64)
        arity = np.diff(starts)
        for j in range(min(3, int(arity.max(initial=0)))):  # of a total, all terms vary or none
            there = np.flatnonzero(arity > j)
            kinds[there] += self.varying[operands[starts[there] + j]].astype(np.int64) << (16 + j)
        found: list[int] = kinds.tolist()
        return found

    def _group(self, members: Any, starts: Any, operands: Any) -> Group:
        """More than one equation: in the order in which their operands are most regular."""
        first = int(members[0])
        arity = self.program.starts[first + 1] - self.program.starts[first]
        places = [self.place[operands[starts[members] + j]] for j in range(arity)]
        orders = [np.lexsort(places[::-1])]
        if arity > 1 and len(members) > 2:
            orders.append(np.lexsort(places))
        order = min(orders, key=lambda order: breaks([p[order] for p in places]))
        return self._placed(members[order], first, [p[order] for p in places])

    def _placed(self, members: Any, k: int, places: list[Any]) -> Group:
        """A group of equations, among them `k`, which get their places."""
        program = self.program
        varying = bool(self.varying[program.inputs + k])
        start = self.used[varying]
        stop = self.used[varying] = start + len(places[0])
        self.place[program.inputs + members] = range(start, stop) if stop - start > 1 else start
        references = program.operands[program.starts[k] : program.starts[k + 1]]
        from_varying = tuple([bool(self.varying[r]) for r in references])
        return Group(
            program.ops[program.code[k]], varying, start, stop, tuple(places), from_varying
        )
