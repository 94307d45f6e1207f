"""The random programs have the properties that the oracle relies on."""

from collections import Counter

from microgradlike import ops
from microgradlike.testing.strategies.points import is_inside
from tests.oracle import exact
from tests.oracle.generate import BOUND, LARGEST, MARGIN, program

DRAWN = [program(number) for number in range(400)]


def values(drawn):
    slots = list(drawn.point)
    for op, operands in ((i.op, i.operands) for i in drawn.instructions):
        at = [slots[x] if isinstance(x, int) else x for x in operands]
        yield op, at
        slots.append(op(*at))
        assert abs(slots[-1]) <= BOUND


def test_a_program_is_the_same_for_the_same_number():
    assert program(7) == DRAWN[7]
    assert program(7) != DRAWN[8]


def test_sizes_go_from_1_to_300_instructions():
    sizes = [len(drawn.instructions) for drawn, _ in DRAWN]
    assert min(sizes) == 1
    assert LARGEST * 0.8 < max(sizes) <= LARGEST


def test_every_primitive_is_drawn():
    seen = Counter(i.op for drawn, _ in DRAWN for i in drawn.instructions)
    assert min(seen[op] for op in ops.TABLE.values()) >= 3


def test_operands_are_inside_domains_and_away_from_kinks():
    for drawn, _ in DRAWN:
        assert all(is_inside(op, at, BOUND, MARGIN) for op, at in values(drawn))


def test_a_quarter_of_the_slots_is_used_more_than_once():
    uses = Counter()
    for number, (drawn, _) in enumerate(DRAWN):
        uses.update((number, x) for i in drawn.instructions for x in i.operands if type(x) is int)
    shared = sum(count > 1 for count in uses.values())
    assert shared > len(uses) / 4


def test_four_in_five_instructions_lie_on_a_path_that_counts():
    """A path from the inputs to the result; without it there is little to differentiate."""
    active = total = without_gradient = 0
    for drawn, direction in DRAWN[:100]:
        steps = exact.run(drawn, direction)
        reached = [False] * len(steps)
        reached[-1] = True
        for k in reversed(range(len(steps))):
            for i, j in steps[k].below:
                reached[j] |= reached[k] and steps[k].first[i] != 0
        m = len(drawn.point)
        active += sum(r and any(step.by) for r, step in zip(reached[m:], steps[m:]))
        total += len(drawn.instructions)
        without_gradient += not any(steps[-1].by)
    assert active > 0.75 * total
    assert without_gradient <= 2


def test_a_direction_is_exact_to_multiply_by_and_not_0():
    for drawn, direction in DRAWN:
        assert len(direction) == len(drawn.point)
        assert any(direction)
        assert set(map(abs, direction)) <= {0.0, 0.5, 1.0}
