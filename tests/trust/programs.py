"""The results of random programs, from the census of tests/oracle."""

import sys

from tests.oracle.census import OURS, run
from tests.oracle.generate import LARGEST
from tests.oracle.libraries import LIBRARIES
from tests.oracle.rules import RULES
from tests.trust.markdown import heavy, number, table

COUNT = 2_000
TITLES = {OURS: "ours"} | {library.name: library.title for library in LIBRARIES}

INTRO = """\
{count:,} random programs of 1 to {largest} primitives, {size:.0f} on average, whose results are
used more than once: value, gradient and product of the Hessian with a vector (*hvp*), ours in every
mode, against derivatives from handbooks to 60 digits (`tests/oracle`). A bound is computed for each
number of each program, from what rounding may do to every step. The table counts programs beyond
their bound, and has in parentheses the largest error, in bounds.

{table}

The gradient as a graph is that of `backward()`, bit for bit, in all of them.\
"""
EXPLAINED = """\
Each program beyond its bound is so for a reason that is known: the primitive in question, run by
itself at the same operands, is off by as much. The reasons, and in how many programs each was met
(some meet two):

{table}\
"""


def measure():
    """The census; SystemExit if a number is wrong and no rule explains it."""
    census = run(COUNT)
    bad = census["unexplained"] + census["differing"]
    if bad:
        sys.exit("\n".join(["disagreements that nothing explains:", *map(str, bad)]))
    return census


def claim(census):
    """Claim, check and result for the summary."""
    largest = max(tally["largest"] for tally in census["libraries"][OURS].values())
    others = [
        f"{TITLES[name]}'s gradients in {found['gradient']['wrong']}"
        for name, found in libraries(census)
        if name != OURS
    ]
    return [
        "derivatives of whole programs are right, in every mode",
        f"{census['programs']:,} random programs of up to {LARGEST} primitives, against 60 digits",
        f"ours are within what rounding explains, the largest error is {largest:.2g} of it; beyond"
        f" it are {' and '.join(others)} programs, each for a known reason",
    ]


def section(census):
    """The number of wrong programs by library and quantity, and the reasons."""
    quantities = list(census["libraries"][OURS])
    rows = [
        [TITLES[name], *(cell(found[quantity]) for quantity in quantities)]
        for name, found in libraries(census)
    ]
    text = INTRO.format(
        count=census["programs"],
        largest=LARGEST,
        size=census["instructions"] / census["programs"],
        table=table(["", *quantities], rows),
    )
    why = reasons(census)
    return text + "\n\n" + EXPLAINED.format(table=why) if why else text


def cell(tally):
    return heavy(f"{tally['wrong']} ({number(tally['largest'], 2)})", tally["wrong"])


def reasons(census):
    """A row for each reason that was met; "" if none was."""
    others = [(name, found) for name, found in libraries(census) if name != OURS]
    texts = dict.fromkeys(
        text for _, found in others for tally in found.values() for text in tally["explained"]
    )
    rows = [[text, *(counts(found, text) for _, found in others)] for text in texts]
    return table(["", *(TITLES[name] for name, _ in others)], rows) if rows else ""


def counts(found, text):
    """The number of programs for each quantity."""
    met = {quantity: tally["explained"].get(text, 0) for quantity, tally in found.items()}
    return ", ".join(f"{quantity} {n}" for quantity, n in met.items() if n) or "-"


def libraries(census):
    return census["libraries"].items()


def known():
    """Every rule by which other libraries are known to differ, with the libraries."""
    who = {}
    for name, rules in RULES.items():
        for text in dict.fromkeys(rule.text for rule in rules.values()):
            who.setdefault(text, []).append(TITLES[name])
    return "\n".join(f"- {text} ({', '.join(titles)})." for text, titles in who.items())
