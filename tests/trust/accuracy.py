"""Errors of values and partials in ulp: ours, PyTorch's and JAX's."""

import random
import sys
from dataclasses import dataclass, field

from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from tests.oracle.libraries import Jax, Missing, Torch
from tests.oracle.textbook import derivatives
from tests.trust.markdown import LOST, heavy, table, ulp
from tests.ulps import draw, exact, inside, ulps, value_ulps

PEERS = (Torch(), Jax())
OURS = "ours"
COLUMNS = (OURS, *(peer.title for peer in PEERS))
DIGITS = 60
NEAR, FAR = 2_000, 10_000  # points per primitive, of the two kinds
RANGE = (1e-300, 1e300)  # true results; beyond it, other libraries over- or underflow
REACH = 4.0  # largest operand of near points, as in an ordinary network
BOUND = 4.0  # ulp, for every partial of ours; the tests bound the values
ALARM = 100.0  # ulp; larger errors are set in bold
EXACT = "Correctly rounded by all, value and partials, at every point: "


@dataclass
class Errors:
    """The largest errors of one primitive in ulp: by column, a list over value and partials."""

    op: ops.Op
    near: dict = field(default_factory=dict)
    far: dict = field(default_factory=dict)
    ends: dict = field(default_factory=dict)  # truth outside of RANGE

    @property
    def everywhere(self):
        """The larger of near and far, by column."""
        return {k: list(map(max, self.near[k], self.far[k])) for k in self.far}

    def is_exact(self):
        """True if all libraries round everything correctly."""
        return max(u for column in self.everywhere.values() for u in column) <= 0.5

    def names(self):
        return [f"`{self.op.name}`", *(partial_name(self.op, i) for i in range(self.op.arity))]

    def rows(self):
        """A row of the table for the value and for each partial."""
        for i, name in enumerate(self.names()):
            kinds = (self.near, self.everywhere)
            yield [name, *(cell(kind, title, i) for title in COLUMNS for kind in kinds)]


def partial_name(op, index):
    """The notation of a partial: tanh′, or for several operands ∂pow/∂b."""
    return f"{op.name}′" if op.arity == 1 else f"∂{op.name}/∂{'abc'[index]}"


def cell(errors, title, i):
    """The largest error of a quantity in a column; - if the library lacks the primitive."""
    if title not in errors:
        return "-"
    return heavy(ulp(errors[title][i]), errors[title][i] > ALARM)


def measure():
    """The Errors of every primitive; SystemExit if a partial of ours exceeds the bound."""
    with mp.workdps(DIGITS):
        errors = [measure_one(op) for op in ops.TABLE.values()]
    bad = [f"{e.op.name}: {worst_partial(e):.1f}" for e in errors if worst_partial(e) > BOUND]
    if bad:
        sys.exit(f"partials beyond {BOUND:.0f} ulp of the truth: {', '.join(bad)}")
    return errors


def worst_partial(errors, title=OURS):
    """The largest error of any partial of a primitive; 0 if the library lacks it."""
    kinds = (errors.near, errors.far, errors.ends)
    return max((u for kind in kinds if title in kind for u in kind[title][1:]), default=0.0)


def measure_one(op):
    errors = Errors(op)
    for points, into in ((near(op, NEAR), errors.near), (draw(op, FAR), errors.far)):
        answers = {OURS: ours(op, points), **peers(op, points)}
        for k, point in enumerate(points):
            for i, want in enumerate(truth(op, point)):
                kind = into if want == 0 or RANGE[0] < abs(want) < RANGE[1] else errors.ends
                for title, columns in answers.items():
                    worst = kind.setdefault(title, [0.0] * (op.arity + 1))
                    worst[i] = max(worst[i], error(op, i, point, columns[i][k], want))
    return errors


def near(op, count):
    """Points of the domain with operands of at most REACH, uniform."""
    rng = random.Random(op.name)
    points = []
    while len(points) < count:
        point = tuple(rng.uniform(-REACH, REACH) for _ in range(op.arity))
        if inside(op, point):
            points.append(point)
    return points


def truth(op, point):
    """Value and partials to 60 digits, by the textbook and not by the table's rules."""
    at = tuple(map(mpf, point))
    y = exact(op)(*at)
    return [y, *derivatives(op, y, at)[0]]


def error(op, i, point, got, want):
    """The error of the value, or of partial i - 1, in ulp of the truth."""
    return ulps(got, want) if i else value_ulps(op, point, got, want)


def ours(op, points):
    """Our values and partials, a column each."""
    values = [op(*point) for point in points]
    return [values] + [
        [partial_at(op, i, y, *point) for y, point in zip(values, points)] for i in range(op.arity)
    ]


def peers(op, points):
    """The columns of the libraries that have the primitive, computed on tensors of all points."""
    operands = [list(column) for column in zip(*points)]
    answers = {}
    for peer in PEERS:
        try:
            value, gradients = peer.answer(op, *operands)
        except Missing:
            continue
        answers[peer.title] = [value, *gradients]
    return answers


def section(errors):
    """The table of the largest errors, and the list of the exact primitives."""
    head = ["", *(f"{title}, {where}" for title in COLUMNS for where in ("near", "all"))]
    rows = [row for e in errors if not e.is_exact() for row in e.rows()]
    exact = ", ".join(f"`{e.op.name}`" for e in errors if e.is_exact())
    return f"{table(head, rows)}\n\n{EXACT}{exact}."


def lost(errors, title):
    """The number of primitives with a partial that a library somewhere gets entirely wrong."""
    return sum(ulp(max(e.everywhere.get(title, [0.0])[1:], default=0.0)) == LOST for e in errors)


def worst_of_ours(errors):
    """The largest errors of our partials, for a truth inside of RANGE and outside of it."""
    normal = max(max(e.everywhere[OURS][1:]) for e in errors)
    return normal, max(max(e.ends[OURS][1:]) for e in errors if OURS in e.ends)
