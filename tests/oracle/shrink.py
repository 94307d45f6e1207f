"""A failing program made small, for the message of a failing test."""

from microgradlike.testing.strategies.straight_line import Instruction, StraightLine, live
from tests.oracle import exact


def shrunk(program, direction, fails):
    """A shorter program that still fails, with its direction; `fails(program, direction)`.

    The shortest beginning of the program that fails, in which then one result after the other is
    replaced by an input of the same value, as long as it goes on failing.
    """
    for end in range(1, len(program.instructions) + 1):
        start = _needed(program.point, direction, program.instructions[:end])
        if fails(*start):
            program, direction = start
            break
    back = 2  # from the end: the slot before the last one
    while back <= len(program.instructions):
        cut, along = _cut(program, direction, len(program.instructions) - back)
        if fails(cut, along):
            program, direction = cut, along
        else:
            back += 1
    return program, direction


def _cut(program, direction, k):
    """The program with the result of instruction k as an input."""
    step = exact.run(program, direction)[len(program.point) + k]
    m = len(program.point)
    order = [*range(m), m + k, *range(m, m + k), *range(m + k + 1, m + len(program.instructions))]
    new = {old: i for i, old in enumerate(order)}
    instructions = [_moved(program.instructions[old - m], new) for old in order[m + 1 :]]
    return _needed((*program.point, float(step.y)), [*direction, float(step.along)], instructions)


def _needed(point, direction, instructions):
    """The program of the instructions and inputs that the last one needs, with its direction."""
    m = len(point)
    kept = live(instructions, m)
    used = {x for i in kept for x in i.operands if isinstance(x, int)}
    inputs = [x for x in range(m) if x in used]
    new = {x: i for i, x in enumerate([*inputs, *range(m, m + len(kept))])}
    moved = tuple(_moved(instruction, new) for instruction in kept)
    return StraightLine(tuple(point[x] for x in inputs), moved), [direction[x] for x in inputs]


def _moved(instruction, new):
    operands = [new[x] if isinstance(x, int) else x for x in instruction.operands]
    return Instruction(instruction.op, tuple(operands))


def described(program, direction):
    """The program as Python, with the call and the direction."""
    call = f"f({', '.join(map(repr, program.point))})"
    return f"{program}\n{call}  # direction {direction}"
