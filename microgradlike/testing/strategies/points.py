"""Hypothesis strategies: points of a primitive's domain, and random programs over the table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import assume, strategies as st

from microgradlike.op import Domain, Op
from microgradlike.ops import TABLE
from microgradlike.testing.strategies.programs import Instruction, StraightLine, apply

_SHIFTS = (0.0, 0.5, 0.25, 1.0, 2.0)  # what a first operand is moved by, to get away from a kink


def points(op: Op, *, bound: float = 100.0, margin: float = 1e-3) -> st.SearchStrategy[Any]:
    """Tuples of operands inside the domain of `op`, where its value is not infinite.

    No operand is larger than `bound`; edges of the domain and kinks are at least `margin` away.
    Raises ValueError where the domain has no such point.

    >>> from hypothesis import find
    >>> find(points(TABLE["log"]), lambda point: True)
    (1.0,)
    """
    operands = st.tuples(*[_numbers(op, domain, bound, margin) for domain in op.domain])
    return operands.map(lambda p: _away_from_kinks(op, p, margin)).filter(
        lambda p: _is_inside(op, p, bound, margin) and not math.isinf(op.forward(*p))
    )


@st.composite
def programs(
    draw: st.DrawFn,
    *,
    ops: Iterable[Op] = tuple(TABLE.values()),
    inputs: int | None = None,
    min_size: int = 1,
    max_size: int = 12,
    smooth: bool = False,
    bound: float = 100.0,
    margin: float = 1e-2,
) -> StraightLine:
    """Straight-line programs over `ops` in which results are shared, with a point to run them at.

    Between `min_size` and `max_size` instructions, on every one of which the result depends;
    `inputs` is the number of inputs, 1 to 3 where it is None. At the point, every operand is inside
    the domain of its primitive, `margin` away from edges and kinks, and no value is larger than
    `bound`. `smooth` leaves out the primitives that have a kink. Shrinks to fewer instructions and
    rounder numbers. Raises ValueError where sizes or primitives leave no program.

    >>> from hypothesis import find
    >>> print(find(programs(inputs=1), lambda p: p.instructions[0].operands == (0, 0)))
    def f(x0):
        v1 = x0 + x0
        return v1
    """
    table = [op for op in ops if not (smooth and op.kink)]
    _refuse_no_program(len(table), inputs, min_size, max_size)
    count = draw(st.integers(1, 3)) if inputs is None else inputs
    point = draw(st.tuples(*[_NUMBER] * count))
    builder = _Builder(point, bound, margin)
    # more wishes than instructions: some cannot be had, and of some the result would not depend
    for op, references in draw(
        st.lists(_wishes(table), min_size=2 * min_size - 1, max_size=2 * max_size)
    ):
        builder.add(op, references)
    built = builder.instructions[:max_size]
    live = max((_live(built[:n], count) for n in range(1, len(built) + 1)), key=len, default=())
    assume(len(live) >= min_size)
    return StraightLine(point, live)


def _refuse_no_program(primitives: int, inputs: int | None, min_size: int, max_size: int) -> None:
    if not primitives or not 1 <= min_size <= max_size or (inputs is not None and inputs < 1):
        raise ValueError(
            f"there is no program of {min_size} to {max_size} instructions over"
            f" {primitives} primitive(s) with inputs={inputs}"
        )


_NUMBER = st.integers(-4000, 4000).map(lambda thousandths: thousandths / 1000)
_SLOTS = (0, 1, 2, 3, 4, 5)  # counted from the newest one
_CONSTANTS = (2.0, 1.0, -1.0, 0.5, 0.0, 3.0, -2.5, 0.1)
# one choice for each: Hypothesis deletes up to five choices in a row, so up to one instruction
_REFERENCE: st.SearchStrategy[int | float] = st.sampled_from(_SLOTS * 4 + _CONSTANTS)


@st.composite
def _wishes(draw: st.DrawFn, table: list[Op]) -> tuple[Op, list[int | float]]:
    """A primitive, and for each operand a slot or a constant, as far as these will suit."""
    # those of many operands once more: they make the sharing
    op = draw(st.sampled_from(table + [op for op in table if op.arity > 1]))
    return op, [draw(_REFERENCE) for _ in range(op.arity)]


def _numbers(op: Op, domain: Domain, bound: float, margin: float) -> st.SearchStrategy[float]:
    """Numbers in the intervals of one operand, `margin` from their edges."""
    ends = [(max(low + margin, -bound), min(high - margin, bound)) for low, high in domain]
    floats = [st.floats(low, high, allow_subnormal=False) for low, high in ends if low <= high]
    if not floats:
        raise ValueError(
            f"{op.name} has no operand in {domain} within {bound} and {margin} from the edges;"
            " pass a larger bound or a smaller margin"
        )
    return st.one_of(floats)


def _is_inside(op: Op, at: Sequence[float], bound: float, margin: float) -> bool:
    """Whether operands are in the domain, `margin` from edges and kinks, and at most `bound`."""
    if any(abs(x) > bound for x in at):
        return False
    if not all(_in_domain(x, domain, margin) for x, domain in zip(at, op.domain)):
        return False
    return op.kink is None or op.kink(*at) >= margin


def _in_domain(x: float, domain: Domain, margin: float) -> bool:
    return any(low + margin <= x <= high - margin for low, high in domain)


def _away_from_kinks(op: Op, at: tuple[float, ...], margin: float) -> tuple[float, ...]:
    """The operands, the first one moved where they are at a kink, as 0 and ties often are."""
    if op.kink is None:
        return at
    moved = [(at[0] + shift, *at[1:]) for shift in _SHIFTS]
    return next((p for p in moved if op.kink(*p) >= margin), at)


class _Builder:
    """A program that grows by the instructions wished for, as far as they can be had."""

    def __init__(self, point: Sequence[float], bound: float, margin: float) -> None:
        self.values = list(point)
        self.instructions: list[Instruction] = []
        self.used: set[int] = set()
        self.bound, self.margin = bound, margin

    def add(self, op: Op, references: Sequence[int | float]) -> None:
        """Append the instruction, unless no operand suits it or its value is too large or nan."""
        operands = self._operands(op, references)
        if operands is not None:
            instruction = Instruction(op, operands)
            y = apply(instruction, self.values)
            if abs(y) <= self.bound:
                self.instructions.append(instruction)
                self.values.append(y)
                self.used.update(x for x in operands if isinstance(x, int))

    def _operands(
        self, op: Op, references: Sequence[int | float]
    ) -> tuple[int | float, ...] | None:
        chosen: list[int | float] = []
        for domain, reference in zip(op.domain, references):
            has_slot = any(isinstance(x, int) for x in chosen)
            may_be_number = has_slot or len(chosen) + 1 < op.arity
            if isinstance(reference, float) and may_be_number:
                chosen.append(reference)
            else:
                slot = self._slot(domain, int(reference), first=not has_slot)
                if slot is None:
                    return None
                chosen.append(slot)
        at = [self.values[x] if isinstance(x, int) else x for x in chosen]
        if op.chooses and isinstance(chosen[0], int) and abs(at[0]) < self.margin:
            return None  # the condition would change within a step of the check
        return tuple(chosen) if _is_inside(op, at, self.bound, self.margin) else None

    def _slot(self, domain: Domain, reference: int, *, first: bool) -> int | None:
        """A slot in the domain: the newest come first, for a first operand those without a use yet.

        So most results are used, and the others of an instruction are shared with earlier ones.
        """
        slots = sorted(range(len(self.values)), key=lambda i: (first and i in self.used, -i))
        start = (reference // 4 if first else reference) % len(slots)
        turned = slots[start:] + slots[:start]
        return next((i for i in turned if _in_domain(self.values[i], domain, self.margin)), None)


def _live(instructions: Sequence[Instruction], inputs: int) -> tuple[Instruction, ...]:
    """The instructions that the last one depends on, with their slots numbered anew."""
    used = {inputs + len(instructions) - 1}
    for i in reversed(range(len(instructions))):
        if inputs + i in used:
            used.update(x for x in instructions[i].operands if isinstance(x, int))
    kept = [i for i in range(len(instructions)) if inputs + i in used]
    new = {old: old for old in range(inputs)}
    new |= {inputs + i: inputs + k for k, i in enumerate(kept)}
    return tuple(
        Instruction(
            instructions[i].op,
            tuple(new[x] if isinstance(x, int) else x for x in instructions[i].operands),
        )
        for i in kept
    )
