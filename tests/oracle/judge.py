"""Who is wrong: results of a program against the exact ones, and against a library's own parts.

Where PyTorch or JAX is beyond the bound, those of its primitives that have a rule in `rules.py` are
run by themselves, as programs of one instruction, at the operands they had. The errors they show
there take the place of the noise that the bound grants a step. If that accounts for the
disagreement, it is explained by the rules of the steps that matter; else it is not explained.
"""

from dataclasses import dataclass

from microgradlike.testing.strategies.straight_line import Instruction, StraightLine
from tests.oracle import exact
from tests.oracle.bound import EPS, Noise, contributions, promised
from tests.oracle.exact import quantities
from tests.oracle.rules import RULES

# in eps from the operands, which are off themselves, and where the same rule rounds otherwise
NEAR = (0, 3, -3, 11, -11, 101, -101, 1009, -1009, 10007, -10007)
MARGIN = 2.0  # on the errors measured: these few points need not have shown the largest
SHARE = 0.1  # of a disagreement, from which on a step is to blame


@dataclass(frozen=True, slots=True)
class Judged:
    """One number of a Result: what it is and where it stands, and its error in bounds."""

    quantity: str
    place: int
    got: float
    want: float
    ratio: float  # nan where nan was got

    @property
    def wrong(self):
        return not self.ratio <= 1


def judged(found, steps, limits):
    """Every number that was found, against the exact steps and their bounds."""
    m = len(steps[0].by)
    rows = zip(quantities(m), found.row(m), exact.result(steps).row(m), limits)
    return [
        Judged(quantity, place, got, float(want), float(abs(got - want)) / limit)
        for place, (quantity, got, want, limit) in enumerate(rows)
        if got is not None
    ]


def explanations(peer, steps, wrong):
    """For each wrong number of a peer the primitives whose rules explain it; none is no reason."""
    if not wrong:
        return {}
    shown = contributions(steps, [measured(peer, step) for step in steps])
    granted = contributions(steps)
    return {x: _to_blame(steps, shown, granted, x) for x in wrong}


def _to_blame(steps, shown, granted, wrong):
    off = abs(wrong.got - wrong.want)
    by_step = [row[wrong.place] for row in shown]
    if not off <= MARGIN * sum(by_step):
        return []
    return sorted(
        {
            step.op.name
            for step, mine, usual in zip(steps, by_step, granted)
            if MARGIN * mine >= SHARE * off and mine > 1.01 * usual[wrong.place]
        }
    )


def measured(peer, step):
    """The noise of a step in a peer: what is granted, or where it has a rule what it shows."""
    noise = promised(step)
    if step.op is None or step.op.name not in RULES[peer.name]:
        return noise
    for eps in NEAR:
        noise = _larger(noise, _shown(peer, step, eps))
    return noise


def _larger(a, b):
    return Noise(
        max(a.value, b.value),
        {i: max(p, b.first[i]) for i, p in a.first.items()},
        {key: max(s, b.second[key]) for key, s in a.second.items()},
    )


def _shown(peer, step, eps):
    """The errors of one primitive near its operands in the program."""
    program, positions = alone(step, eps)
    value, first, second = 0.0, {}, {}
    for j, i in enumerate(positions):
        direction = [float(k == j) for k in range(len(positions))]
        steps = exact.run(program, direction)
        got, want = peer.run(program, direction), exact.result(steps)
        value = float(abs(got.value - want.value))
        first[i] = float(abs(got.gradient[j] - want.gradient[j]))
        for k, h, w in zip(positions, got.hvp, want.hvp):
            second[k, i] = float(abs(h - w))
    return Noise(value, first, second)


def alone(step, eps=0):
    """A step as a program of its own, its slots as inputs; and which operands these are."""
    positions = [i for i, _ in step.below]
    point = tuple(float(step.at[i]) * (1 + eps * EPS) for i in positions)
    operands = tuple(
        positions.index(i) if i in positions else float(x) for i, x in enumerate(step.at)
    )
    return StraightLine(point, (Instruction(step.op, operands),)), positions
