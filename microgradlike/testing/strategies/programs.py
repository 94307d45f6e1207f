"""The strategy `programs`: random straight-line programs that share their results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hypothesis import assume, strategies as st

from microgradlike.op import Domain, Op
from microgradlike.ops import TABLE
from microgradlike.testing.strategies.points import in_domain, is_inside
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine, apply, live


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
    """A Hypothesis strategy for straight-line programs that use results more than once.

    - `ops`: the primitives to draw from; `smooth` leaves out those with a kink.
    - `inputs`: the number of inputs; None draws 1 to 3.
    - `min_size`, `max_size`: limits of the number of instructions, all of which have an effect.
    - `bound`: the largest magnitude of a value at the program's point.
    - `margin`: the smallest distance of operands there from kinks and edges of domains.

    Raises ValueError if sizes or primitives leave no program.

    >>> from hypothesis import find
    >>> print(find(programs(inputs=1), lambda p: p.instructions[0].operands == (0, 0)))
    def f(x0):
        v1 = x0 + x0
        return v1
    """
    table = [op for op in ops if not (smooth and op.kink)]
    _refuse_impossible(len(table), inputs, min_size, max_size)
    count = draw(st.integers(1, 3)) if inputs is None else inputs
    point = draw(st.tuples(*[_NUMBER] * count))
    builder = _Builder(point, bound, margin)
    # more requests than instructions: some cannot be met, and some results go unused
    requests = st.lists(_request(table), min_size=2 * min_size - 1, max_size=2 * max_size)
    for op, references in draw(requests):
        builder.add(op, references)
    built = builder.instructions[:max_size]
    longest = max((live(built[:n], count) for n in range(1, len(built) + 1)), key=len, default=())
    assume(len(longest) >= min_size)
    return StraightLine(point, longest)


def _refuse_impossible(primitives: int, inputs: int | None, min_size: int, max_size: int) -> None:
    if not primitives or not 1 <= min_size <= max_size or (inputs is not None and inputs < 1):
        raise ValueError(
            f"there is no program of {min_size} to {max_size} instructions over"
            f" {primitives} primitive(s) with inputs={inputs}; pass at least one primitive and one"
            " input, and 1 <= min_size <= max_size"
        )


_NUMBER = st.integers(-4000, 4000).map(lambda thousandths: thousandths / 1000)
_SLOTS = (0, 1, 2, 3, 4, 5)  # counted from the newest one
_CONSTANTS = (2.0, 1.0, -1.0, 0.5, 0.0, 3.0, -2.5, 0.1)
# a single choice per operand: Hypothesis deletes up to five choices in a row, so an instruction
_REFERENCE: st.SearchStrategy[int | float] = st.sampled_from(_SLOTS * 4 + _CONSTANTS)


@st.composite
def _request(draw: st.DrawFn, table: list[Op]) -> tuple[Op, list[int | float]]:
    """An instruction to try: a primitive, and a slot or a constant for each operand."""
    # primitives of several operands count twice, because they share results
    op = draw(st.sampled_from(table + [op for op in table if op.arity > 1]))
    return op, [draw(_REFERENCE) for _ in range(op.arity)]


class _Builder:
    """A program under construction; it takes each requested instruction that it can compute."""

    def __init__(self, point: Sequence[float], bound: float, margin: float) -> None:
        self.values = list(point)
        self.instructions: list[Instruction] = []
        self.used: set[int] = set()
        self.bound, self.margin = bound, margin

    def add(self, op: Op, references: Sequence[int | float]) -> None:
        """Append the instruction, unless no operand fits or its value is too large or nan."""
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
        return tuple(chosen) if is_inside(op, at, self.bound, self.margin) else None

    def _slot(self, domain: Domain, reference: int, *, first: bool) -> int | None:
        """A slot with a value in the domain: newest slots first, unused ones first for operand 0.

        So most results are used, and the other operands of an instruction share earlier ones.
        """
        slots = sorted(range(len(self.values)), key=lambda i: (first and i in self.used, -i))
        start = (reference // 4 if first else reference) % len(slots)
        turned = slots[start:] + slots[:start]
        return next((i for i in turned if in_domain(self.values[i], domain, self.margin)), None)
