"""Errors of the exported JavaScript in ulp, by engine."""

import json
from functools import cache

from mpmath import mp

from microgradlike.compile.arithmetic import arithmetic
from microgradlike.ops import TABLE
from tests.engines import ENGINES
from tests.trust import accuracy
from tests.trust.markdown import table, ulp
from tests.ulps import draw

POINTS = 1_000  # per primitive and engine


def asked(name):
    """A function that gives the value of a primitive and all its partials."""
    return f"""
    const {{ forward, partials }} = PRIMITIVES[{json.dumps(name)}];
    const f = (...x) => {{
      const y = forward(...x);
      return [y, ...partials.map((partial) => partial(y, ...x))];
    }};"""


def task(op, points):
    """Value and partials of a primitive at points, for an engine."""
    return whole() + asked(op.name), points, "f"


@cache
def whole():
    """The arithmetic of the whole table, as a page has it."""
    return arithmetic(TABLE.values(), "PRIMITIVES", {})


@cache
def truths(op, count):
    """Points of the domain, and values and partials there to 60 digits."""
    points = draw(op, count, seed=11)
    with mp.workdps(accuracy.DIGITS):
        return [(point, accuracy.truth(op, point)) for point in points]


def errors(engine, count):
    """By primitive: the largest error of the value and of each partial, and where."""
    asked = [task(op, [p for p, _ in truths(op, count)]) for op in TABLE.values()]
    return {op: _worst(op, got, count) for op, got in zip(TABLE.values(), engine.call(asked))}


def _worst(op, got, count):
    return [
        max(
            (accuracy.error(op, i, point, row[i], true[i]), point)
            for (point, true), row in zip(truths(op, count), got)
        )
        for i in range(1 + op.arity)
    ]


def measured(engines=None):
    """The errors in every engine that is here, by its title with its version."""
    here = [e for e in engines or ENGINES if e.exists()]
    return {f"{e.name} ({e.home} {e.version()})": errors(e, POINTS) for e in here}


def section(found):
    """The table: a row for each value and partial that some engine does not round correctly."""
    rows = []
    for op in TABLE.values():
        for i, name in enumerate(accuracy.Errors(op).names()):
            worst = [by_op[op][i][0] for by_op in found.values()]
            if max(worst) > 0.5:
                rows.append([name, *map(ulp, worst)])
    return table(["", *found], rows)


def claim(found):
    """Claim, check and result, for the summary."""
    worst = max(u for by_op in found.values() for row in by_op.values() for u, _ in row)
    return [
        "pages and exported JavaScript are right in the engines of all browsers",
        f"{len(TABLE)} primitives, {POINTS:,} points each, in {len(found)} engines",
        f"values and partials are off by at most {worst:.1f} ulp",
    ]
