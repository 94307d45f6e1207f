"""Schedule: the equations of a program in groups that can be computed together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.passes.product_fusion import is_sum_of_products
from microgradlike.compile.passes.sum_fusion import fuse_sums, is_fused_sum
from microgradlike.compile.program import Program, varies
from microgradlike.compile.schedule.access import stride_changes
from microgradlike.compile.schedule.agenda import ordered_groups
from microgradlike.op import Op

FEW = 8  # equations up to which Python orders a group faster than NumPy


class Group(NamedTuple):
    """Equations of one primitive that do not depend on each other.

    There are two arrays of results: one for what varies over the batch, one for what all rows
    share; a place is an index into one of them. The group fills the places `start` to `stop` of the
    array that `varying` says. `places[j]` are the places of operand j of all its equations, in
    their order, in the array that `from_varying[j]` says.
    """

    op: Op
    varying: bool
    start: int
    stop: int
    places: tuple[Any, ...]
    from_varying: tuple[bool, ...]


class Schedule:
    """The groups of a program in order, and the places of its inputs, constants and results.

    A slot varies if it depends on one of the first `batched` inputs. The varying array begins with
    these inputs, the shared one with the constants and the other inputs; `sizes` has the length of
    the varying array (True) and of the shared one (False). With `fuse`, chains of sums are single
    equations.
    """

    def __init__(self, program: Program, batched: int, *, fuse: bool = False) -> None:
        varying = varies(program, batched)
        if fuse:
            program = fuse_sums(program, varying)
            varying = varies(program, batched)
        self.program, self.batched = program, batched
        count = program.inputs + len(program)
        # indexed by reference: the negative ones are constants, at the end
        self.place: IndexArray = np.empty(count + len(program.constants), dtype=np.intp)
        self.varying = np.array(varying, dtype=bool)
        constants = len(program.constants)
        self.first_shared = constants + program.inputs - batched  # place of the first shared result
        self.place[count:] = np.arange(constants)[::-1]
        self.place[:batched] = np.arange(batched)
        self.place[batched : program.inputs] = np.arange(constants, self.first_shared)
        self.sizes = {True: batched, False: self.first_shared}
        self.groups = list(self._groups(varying))

    def outputs(self) -> tuple[Any, IndexArray]:
        """Return, for each output, whether it varies, and its place."""
        references = np.array(self.program.outputs, dtype=np.intp)
        return self.varying[references], self.place[references]

    def _groups(self, varying: list[bool]) -> Iterator[Group]:
        program = self.program
        ops, code, inputs = program.ops, program.code, program.inputs
        starts: Any = np.frombuffer(program.starts, dtype=np.int64)
        operands: Any = np.frombuffer(program.operands, dtype=np.int64)
        places: Any = self.place
        place = memoryview(places)  # its elements are plain ints
        sizes = self.sizes
        for members in ordered_groups(program, self._kinds(starts, operands)):
            k = members[0]
            references = program.operands[program.starts[k] : program.starts[k + 1]]
            varies = varying[inputs + k]
            start = sizes[varies]
            if len(members) > FEW:
                found, order = self._large_group(np.array(members), starts, operands)
                self.place[inputs + order] = range(start, start + len(order))
            else:  # deep and narrow programs consist of small groups
                found, few = self._small_group(members, place)
                for i, k in enumerate(few, start):
                    place[inputs + k] = i
            sizes[varies] = stop = start + len(members)
            from_varying = tuple([varying[r] for r in references])
            yield Group(ops[code[k]], varies, start, stop, found, from_varying)

    def _small_group(
        self, members: list[int], place: memoryview
    ) -> tuple[tuple[Any, ...], list[int]]:
        """Return the places of the operands, and the equations, ordered by these places."""
        starts, operands = self.program.starts, self.program.operands
        rows = [(*[place[r] for r in operands[starts[k] : starts[k + 1]]], k) for k in members]
        rows.sort()
        *found, order = zip(*rows)
        return tuple(found), list(order)

    def _large_group(self, members: Any, starts: Any, operands: Any) -> tuple[tuple[Any, ...], Any]:
        """Return the places of the operands, and the equations, in the most regular order tried."""
        arity = int(starts[members[0] + 1] - starts[members[0]])
        places = [self.place[operands[starts[members] + j]] for j in range(arity)]
        orders = [np.lexsort(places[::-1])]
        if arity > 1 and len(members) > 2:
            orders.append(np.lexsort(places))
        order = min(orders, key=lambda order: stride_changes([p[order] for p in places]))
        return tuple([p[order] for p in places]), members[order]

    def _kinds(self, starts: Any, operands: Any) -> list[int]:
        """Return a number per equation that encodes its primitive and which operands vary."""
        code = np.frombuffer(self.program.code, dtype=np.uint16)
        kinds = code.astype(np.int64)
        relevant = [_telling_operands(op) for op in self.program.ops]
        different = np.array(relevant or [0])[code]
        for j in range(int(different.max(initial=0))):
            there = np.flatnonzero(different > j)
            kinds[there] += self.varying[operands[starts[there] + j]].astype(np.int64) << (16 + j)
        found: list[int] = kinds.tolist()
        return found


def _telling_operands(op: Op) -> int:
    """Return the number of first operands that say which of all the operands vary."""
    if is_sum_of_products(op):
        return 3  # all first factors vary alike, and all second ones
    return 1 if is_fused_sum(op) else op.arity  # the terms of a fused sum vary together
