"""Derivatives at single points of the tails: the truth, ours, PyTorch's and JAX's."""

from mpmath import mp

from microgradlike import ops
from microgradlike.expressions.parser import parse
from tests.trust.accuracy import ALARM, COLUMNS, DIGITS, OURS, ours, partial_name, peers, truth
from tests.trust.markdown import heavy, number, table, ulp
from tests.ulps import ulps

# a primitive, its operands as expressions, and the index of its partial
TAILS = (
    (ops.div, ("1e-295", "1e-200"), 1),
    (ops.power, ("1e-200", "0.3"), 0),
    (ops.power, ("1e-300", "0.9"), 1),
    (ops.expm1, ("-40",), 0),
    (ops.log1p, ("-1 + 2 ** -53",), 0),
    (ops.sqrt, ("1e-300",), 0),
    (ops.cbrt, ("1e-300",), 0),
    (ops.tan, ("pi / 2",), 0),
    (ops.asin, ("1 - 1e-9",), 0),
    (ops.acos, ("-1 + 1e-9",), 0),
    (ops.atan, ("1e150",), 0),
    (ops.atan2, ("1e-170", "1e-170"), 0),
    (ops.atan2, ("1e200", "1e190"), 1),
    (ops.sinh, ("-700",), 0),
    (ops.tanh, ("3.9",), 0),
    (ops.tanh, ("20",), 0),
    (ops.asinh, ("1e200",), 0),
    (ops.acosh, ("1 + 1e-9",), 0),
    (ops.acosh, ("1e200",), 0),
    (ops.atanh, ("1 - 1e-9",), 0),
    (ops.erf, ("6.1",), 0),
    (ops.erf, ("24.2",), 0),
    (ops.erfc, ("23.8",), 0),
    (ops.hypot, ("1e-160", "1e-160"), 0),
    (ops.sigmoid, ("-40",), 0),
    (ops.sigmoid, ("40",), 0),
    (ops.softplus, ("-700",), 0),
    (ops.softplus, ("21.1",), 0),
    (ops.logaddexp, ("0.6", "555.5"), 0),
    (ops.logaddexp, ("1e10 + 1", "1e10"), 0),
)


def section():
    """The table; other libraries are asked here."""
    head = ["derivative", "at", "true", *COLUMNS]
    return table(head, [row(op, texts, index) for op, texts, index in TAILS], left=2)


def row(op, texts, index):
    answers = {OURS: own_answer(op, texts, index), **their_answers(op, texts, index)}
    with mp.workdps(DIGITS):
        want = true_derivative(op, texts, index)
        cells = [cell(answers[title], want) if title in answers else "-" for title in COLUMNS]
        return [partial_name(op, index), ", ".join(texts), number(float(want)), *cells]


def cell(got, want):
    """A number, and in parentheses its error in ulp."""
    u = ulps(got, want)
    return heavy(f"{number(got)} ({ulp(u)})", u > ALARM)


def point(texts):
    """The operands, as doubles."""
    return tuple(float(parse(text)({})) for text in texts)


def true_derivative(op, texts, index):
    return truth(op, point(texts))[1 + index]


def own_answer(op, texts, index):
    return ours(op, [point(texts)])[1 + index][0]


def their_answers(op, texts, index):
    answers = peers(op, [point(texts)])
    return {title: columns[1 + index][0] for title, columns in answers.items()}
