"""A failing program is made small, and still fails."""

from microgradlike import ops
from microgradlike.testing.strategies.straight_line import StraightLine
from tests.oracle.generate import program
from tests.oracle.shrink import described, shrunk


def has(op):
    return lambda drawn, direction: any(i.op is op for i in drawn.instructions)


def test_a_primitive_that_fails_is_left_alone_with_inputs():
    numbers = [
        n for n in range(40) if has(ops.hypot)(*program(n)) and len(program(n)[0].instructions) > 20
    ]
    assert numbers
    for number in numbers:
        small, direction = shrunk(*program(number), has(ops.hypot))
        assert [i.op for i in small.instructions] == [ops.hypot]
        assert len(direction) == len(small.point) <= 2
        assert isinstance(small(*small.point), float)


def test_what_fails_only_together_stays_together():
    def both(drawn, direction):
        return has(ops.exp)(drawn, direction) and has(ops.tanh)(drawn, direction)

    number = next(n for n in range(100) if both(*program(n)))
    small, direction = shrunk(*program(number), both)
    assert both(small, direction)
    assert len(small.instructions) < len(program(number)[0].instructions)


def test_a_program_is_described_as_python_that_runs():
    drawn, direction = program(3)
    text = described(drawn, direction)
    scope = {}
    exec("\n".join(text.splitlines()[:-1]), scope)
    assert eval(text.splitlines()[-1], scope) == drawn(*drawn.point)
    assert isinstance(drawn, StraightLine)
