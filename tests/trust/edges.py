"""The edge table as Markdown: our answers, and the other libraries' if they differ."""

import math
import re

from microgradlike import ops
from microgradlike.testing.edge_rows import primitive_of
from tests.oracle.libraries import LIBRARIES
from tests.trust.markdown import heavy, number, table

TITLES = {library.name: library.title for library in LIBRARIES}
FAMILIES = {  # by the first primitive of each in the table
    "Arithmetic": ops.add,
    "Exponentials, logarithms, roots": ops.exp,
    "Trigonometric functions": ops.sin,
    "Hyperbolic functions": ops.sinh,
    "Choices and distances": ops.maximum,
    "Activations": ops.relu,
}
COMPOSED = "Compositions"
SAME = 1e-6  # relative: this table is about decisions, the next one about digits


def section(edges):
    """All rows of the edge table, by family and primitive."""
    rows = edges["row"]
    order = {op.name: i for i, op in enumerate(ops.TABLE.values())}
    parts = []
    for family in [*FAMILIES, COMPOSED]:
        members = [row for row in rows if family_of(primitive_of(row["expr"])) == family]
        members.sort(key=lambda row: order.get(primitive_of(row["expr"]), len(order)))
        parts.append(f"### {family}\n\n{family_table(members)}")
    return "\n\n".join(parts)


def second(edges):
    """All rows of second derivatives, in the order of the file."""
    head = ["", "ours", *TITLES.values(), "why"]
    return table(head, [second_cells(row) for row in edges["second"]], left=len(head))


def differences(edges):
    """The number of rows with another answer, by title of the library."""
    answers = {
        title: [(row, other_answer(row, name)) for row in edges["row"]]
        for name, title in TITLES.items()
    }
    return {
        title: sum(not agrees(row, answer) and not is_none(answer) for row, answer in pairs)
        for title, pairs in answers.items()
    }


def family_table(rows):
    head = ["", "ours", *TITLES.values(), "why"]
    return table(head, [cells(row) for row in rows], left=len(head))


def cells(row):
    """One row: the formula and its point, our answer, the others', the reason."""
    others = [other_cell(row, other_answer(row, name)) for name in TITLES]
    return [formula(row), own_cell(row), *others, row.get("note", "")]


def second_cells(row):
    """One row of second derivatives: ours, the others' and the reason."""
    others = [second_cell(row, other_answer(row, name)) for name in TITLES]
    return [formula(row), matrix(row["hessian"]), *others, row.get("note", "")]


def second_cell(row, answer):
    """Another library's second derivatives, in the manner of `other_cell`."""
    ours = row["hessian"]
    if isinstance(answer, str):
        return "none" if is_none(answer) else heavy(answer.split()[0], True)
    return "·" if second_agrees(row, answer) else matrix(answer["hessian"], ours)


def matrix(rows, ours=None):
    """The rows of a matrix, those entries in bold that are not ours."""
    pairs = [zip(*both) for both in zip(rows, ours or rows)]
    return "; ".join(", ".join(marked(x, own) for x, own in row) for row in pairs)


def second_agrees(row, answer):
    """True if another library has our second derivatives; False without an answer."""
    return not isinstance(answer, str) and all(
        same(x, own)
        for xs, owns in zip(answer["hessian"], row["hessian"])
        for x, own in zip(xs, owns)
    )


def other_answer(row, name):
    """The answer of another library at a row."""
    if name not in row.get("others", {}):
        raise LookupError(
            f"{row['expr']} at {row['at']} has no answer of {name}: python -m tests.trust asks the"
            " other libraries and writes the table"
        )
    return row["others"][name]


def formula(row):
    """The expression at its point: `log(0)`, or for a repeated name `x / x` at x = 0."""
    text, at = row["expr"], {name: number(float(x)) for name, x in row["at"].items()}
    if any(len(re.findall(rf"\b{name}\b", text)) > 1 for name in at):
        return f"`{text}` at " + ", ".join(f"{name} = {x}" for name, x in at.items())
    for name, x in at.items():
        is_base = x.startswith("-") and f"{name} **" in text
        text = re.sub(rf"\b{name}\b", f"({x})" if is_base else x, text)
    return f"`{text}`"


def own_cell(row):
    return "; ".join([number(row["value"]), ", ".join(map(number, row["grad"].values()))])


def other_cell(row, answer):
    """Another library's answer: · for the same, else its numbers, different ones in bold."""
    if is_none(answer):
        return "none"
    if isinstance(answer, str):
        return heavy(answer.split()[0], True)
    if agrees(row, answer):
        return "·"
    value = marked(answer["value"], row["value"])
    return f"{value}; " + ", ".join(marked(answer["grad"][x], row["grad"][x]) for x in row["at"])


def is_none(answer):
    """True if the library has no function for the primitive."""
    return isinstance(answer, str) and answer.startswith("has no")


def marked(x, ours):
    return heavy(number(x), not same(x, ours))


def agrees(row, answer):
    """True if another library has our value and gradients; False without an answer."""
    return not isinstance(answer, str) and all(
        same(x, ours)
        for x, ours in [
            (answer["value"], row["value"]),
            *[(answer["grad"][name], row["grad"][name]) for name in row["at"]],
        ]
    )


def same(x, ours):
    """True for equal numbers: nan equals nan, and zeros are equal whatever their sign."""
    return x != x if ours != ours else math.isclose(x, ours, rel_tol=SAME, abs_tol=0.0)


def family_of(name):
    """The family of the primitive of that name."""
    if name not in ops.TABLE:
        return COMPOSED
    names = list(ops.TABLE)
    starts = {names.index(op.name): family for family, op in FAMILIES.items()}
    return starts[max(start for start in starts if start <= names.index(name))]
