"""Judged: results of a program against exact ones, and the primitives that explain an error.

If PyTorch or JAX exceeds the bound, its primitives with a rule in `rules.py` run alone, as programs
of one instruction at the same operands. Their errors replace the noise that the bound grants a
step. If that accounts for the disagreement, the rules of the steps that matter explain it;
otherwise it is unexplained.
"""

from dataclasses import dataclass

from microgradlike.testing.strategies.straight_line import Instruction, StraightLine
from tests.oracle import exact
from tests.oracle.bound import EPS, Noise, contributions, promised
from tests.oracle.exact import quantities
from tests.oracle.rules import RULES

# in eps from the operands, which have errors themselves; nearby the same rule rounds otherwise
NEAR = (0, 3, -3, 11, -11, 101, -101, 1009, -1009, 10007, -10007)
MARGIN = 2.0  # factor for measured errors: a few points need not show the largest
SHARE = 0.1  # part of a disagreement from which on a step is to blame


@dataclass(frozen=True, slots=True)
class Judged:
    """One number of a Result: its quantity and place, and its error in bounds."""

    quantity: str
    place: int
    got: float
    want: float
    ratio: float  # nan for a result of nan

    @property
    def wrong(self):
        return not self.ratio <= 1


def judged(found, steps, limits):
    """Every number of a Result, judged by the exact steps and their bounds."""
    m = len(steps[0].by)
    rows = zip(quantities(m), found.row(m), exact.result(steps).row(m), limits)
    return [
        Judged(quantity, place, got, float(want), float(abs(got - want)) / limit)
        for place, (quantity, got, want, limit) in enumerate(rows)
        if got is not None
    ]


def explanations(peer, steps, wrong):
    """The primitives whose rules explain each wrong number of a peer; [] if unexplained."""
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
    """The noise of a step in a peer: the granted one, or the measured one if it has a rule."""
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
    """A step as a program of its own, with its slots as inputs, and the places of these."""
    positions = [i for i, _ in step.below]
    point = tuple(float(step.at[i]) * (1 + eps * EPS) for i in positions)
    operands = tuple(
        positions.index(i) if i in positions else float(x) for i, x in enumerate(step.at)
    )
    return StraightLine(point, (Instruction(step.op, operands),)), positions
