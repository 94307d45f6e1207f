"""Every explanation is true of the installed library, and none explains more than it should."""

import pytest

from microgradlike import ops
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine
from tests.oracle import exact, ours
from tests.oracle.bound import bounds
from tests.oracle.census import peers
from tests.oracle.exact import Result
from tests.oracle.generate import program
from tests.oracle.judge import explanations, judged
from tests.oracle.rules import RULES

RULED = [(library, name) for library, rules in RULES.items() for name in rules]


def peer(library):
    pytest.importorskip(library)
    return next(peer for peer in peers() if peer.name == library)


def alone(name, at):
    return StraightLine(at, (Instruction(ops.TABLE[name], tuple(range(len(at)))),))


def wrong(found, steps):
    return [x for x in judged(found, steps, bounds(steps)) if x.wrong]


@pytest.mark.parametrize(("library", "name"), RULED)
def test_the_library_is_off_where_the_rule_says_and_the_rule_explains_it(library, name):
    asked = peer(library)
    drawn = alone(name, RULES[library][name].at)
    seen = []
    for k in range(len(drawn.point)):
        direction = [float(i == k) for i in range(len(drawn.point))]
        steps = exact.run(drawn, direction)
        assert not wrong(ours.results(drawn, direction)["backward, hvp"], steps)
        seen += explanations(asked, steps, wrong(asked.run(drawn, direction), steps)).values()
    assert seen
    assert all(names == [name] for names in seen)


class Careless:
    """A peer that is right except for the gradient of one primitive and the value of programs."""

    name = "torch"

    def __init__(self, primitive="none", scale=1.0, off=0.0):
        self.primitive, self.scale, self.off = primitive, scale, off

    def run(self, drawn, direction):
        right = exact.result(exact.run(drawn, direction)).row(len(direction))
        value, *rest = map(float, right)
        m = len(direction)
        gradient, hvp = rest[:m], rest[m:]
        if [i.op.name for i in drawn.instructions] == [self.primitive]:
            gradient = [self.scale * g for g in gradient]
        return Result(value + self.off * (len(drawn.instructions) > 1), gradient, hvp)


STEPS = (Instruction(ops.sin, (0,)), Instruction(ops.tanh, (1,)))


def test_a_disagreement_is_not_explained_by_a_primitive_that_is_right():
    drawn = StraightLine((0.5,), STEPS)
    steps = exact.run(drawn, [1.0])
    careless = Careless(off=1e-9)
    (x,) = wrong(careless.run(drawn, [1.0]), steps)
    assert x.quantity == "value"
    assert explanations(careless, steps, [x]) == {x: []}


@pytest.mark.parametrize(("off", "explained"), [(1e-12, ["tanh"]), (1e-6, [])])
def test_a_disagreement_is_explained_only_as_far_as_the_primitive_errs(off, explained):
    """tanh′ is off by 1e-11 by itself; a gradient that is off by 1e-6 has another reason."""
    steps = exact.run(StraightLine((0.5,), STEPS), [1.0])
    right = exact.result(steps)
    found = Result(float(right.value), [float(right.gradient[0]) + off], [float(right.hvp[0])])
    (x,) = wrong(found, steps)
    assert explanations(Careless("tanh", 1 + 1e-11), steps, [x]) == {x: explained}


@pytest.mark.parametrize("primitive", ["sin", "none"])
def test_a_primitive_without_a_rule_explains_nothing(primitive):
    steps = exact.run(StraightLine((0.5,), STEPS), [1.0])
    right = exact.result(steps)
    found = Result(float(right.value), [float(right.gradient[0]) + 1e-12], [float(right.hvp[0])])
    (x,) = wrong(found, steps)
    assert explanations(Careless(primitive, 1 + 1e-11), steps, [x]) == {x: []}


def _is_asked(number):
    """A short program without exp2, of which JAX loses digits."""
    used = [i.op for i in program(number)[0].instructions]
    return len(used) < 8 and ops.exp2.name not in used and ops.exp2 not in used


@pytest.mark.parametrize("number", [n for n in range(60) if _is_asked(n)])
def test_the_interpreter_gives_what_jax_gives_for_the_function_itself(number):
    """Compiled as one, it may round elsewhere, but within the bound."""
    jax = pytest.importorskip("jax")
    drawn, direction = program(number)
    asked = peer("jax")
    steps = exact.run(drawn, direction)
    compiled = asked.run(drawn, direction).row(len(direction))

    def f(x):
        slots = list(x)
        for i in drawn.instructions:
            slots.append(
                asked.words[i.op](*[slots[x] if type(x) is int else x for x in i.operands])
            )
        return slots[-1]

    x, d = jax.numpy.array(drawn.point), jax.numpy.array(direction)
    gradient, hvp = jax.jvp(jax.grad(f), (x,), (d,))
    eager = [float(f(x)), *gradient.tolist(), *hvp.tolist()]
    limits = bounds(steps)
    assert all(abs(a - b) <= 2 * b_ for a, b, b_ in zip(compiled, eager, limits))
