"""Trials: expressions from small to large, each at a few points, with their right numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from microgradlike.engine import Value
from microgradlike.ops import TABLE
from microgradlike.testing.grading.child import result_of

Point = Mapping[str, float]

# numbers that are easy to read, and at which different mistakes give different numbers
POINTS: tuple[Point, ...] = ({"a": 3.0, "b": -2.0, "c": 5.0}, {"a": 0.5, "b": 1.5, "c": -0.75})
# functions that learners write, with two numbers in their domain each
FUNCTIONS = {
    "tanh": (0.5, -1.5), "exp": (2.0, -0.5), "relu": (3.0, -2.0), "log": (4.0, 0.5),
    "sigmoid": (0.5, -1.5), "sqrt": (9.0, 2.25), "sin": (0.5, 2.0), "cos": (0.5, 2.0),
    "abs": (3.0, -2.0),
}  # fmt: skip
STAGES = (
    "construction and data",
    "values of + and *",
    "backward along one path",
    "several paths to one number",
    "the order of the backward pass",
    "the other operators, and numbers beside them",
    "functions",
    "a neuron",
)
# stage, operation, expressions
GRAPHS = (
    (3, "+", ("a + b",)),
    (3, "*", ("a * b",)),
    (3, "chain", ("(a + b) * c", "a * b * c")),
    (4, "paths", ("a + a", "a * a", "a * b + a", "a * b + a * c")),
    (5, "order", ("d = a * b; d + d", "d = a + b; d * d")),
    (5, "order", ("d = a * b; d * c + d", "d = a * b; d + d * c")),
    (5, "order", ("d = a + b; e = d * c; e * e + d", "d = a + b; e = d * c; d + e * e")),
)
# ** before /, which is often made of it
OPERATORS = (("-", "-a"), ("-", "a - b"), ("**", "a ** 2"), ("**", "a ** 3"), ("/", "a / b"))
NEURON: tuple[Point, ...] = ({"a": 0.5, "b": -1.0, "c": 1.5}, POINTS[0])  # one with a negative sum


@dataclass(frozen=True)
class Trial:
    """An expression in the names a, b and c, and the points to try it at.

    Statements are separated by semicolons; the last part is the result. Without `passes` only the
    value is tried. An `optional` one may raise errors; a `note` does not count.
    """

    stage: int
    operation: str
    text: str
    points: tuple[Point, ...] = POINTS
    passes: int = 1
    optional: bool = False
    note: bool = False

    def uses(self, operations: Iterable[str]) -> bool:
        """True if one of the operations occurs in it."""
        return any(name == self.operation or name in self.text for name in operations)

    def graph(self, point: Point) -> tuple[Value, dict[str, Value]]:
        """The result and the leaves on our own engine, after a backward pass."""
        leaves = {name: Value(x) for name, x in point.items()}
        y: Value = result_of(self.text, {**{f: TABLE[f] for f in FUNCTIONS}, **leaves})
        y.backward()
        return y, leaves


def _trials() -> Iterator[Trial]:
    yield Trial(1, "data", "a", passes=0)
    for sign in "+*":
        yield Trial(2, sign, f"a {sign} b", passes=0)
    for stage, operation, texts in GRAPHS:
        yield from (Trial(stage, operation, text) for text in texts)
    for operation, text in OPERATORS:
        yield from _both(6, operation, text)
    for text in ("a ** -1", "a ** 0.5", "a ** b", "2 ** a"):
        yield Trial(6, "**", text, optional=True)
    for sign in "+*-/":
        yield Trial(6, sign, f"a {sign} 2", optional=True)
        yield Trial(6, sign, f"2 {sign} a", optional=True)
    yield Trial(6, "+=", "d = a; d += b; d * a")
    for name, (x, z) in FUNCTIONS.items():
        yield from _both(7, name, f"{name}(a)", ({"a": x, "c": 5.0}, {"a": z, "c": -0.75}))
    for text in ("tanh(a * b + c)", "d = a * b + c; d * d + relu(d) * a"):
        yield Trial(8, "neuron", text, NEURON)
    yield Trial(0, "second pass", "d = a * b; d * c", POINTS[:1], passes=2, note=True)
    yield Trial(0, "long chain", "sum([b] * 10_000, a)", POINTS[:1], note=True)


def _both(
    stage: int, operation: str, text: str, points: tuple[Point, ...] = POINTS
) -> tuple[Trial, Trial]:
    """An expression as the result, and below a product, whose gradient is not 1."""
    within = f"({text}) * c" if " " in text or text == "-a" else f"{text} * c"
    return Trial(stage, operation, text, points), Trial(stage, operation, within, points)


TRIALS = tuple(_trials())
WORDS = {name: [name, *TABLE[name].aliases, f"__{name}__"] for name in FUNCTIONS}  # of a learner
