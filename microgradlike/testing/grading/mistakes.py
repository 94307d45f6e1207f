"""The table of mistakes that learners make, from the particular to the general."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from microgradlike._help import derivatives, written_call
from microgradlike.op import Number
from microgradlike.ops import TABLE
from microgradlike.testing.grading import simulation
from microgradlike.testing.grading.simulation import Mistake
from microgradlike.testing.grading.trials import FUNCTIONS

# fmt: off
PASSES = (
    Mistake("gradients are overwritten, not added", "a number that is used twice gets a gradient from each use; `=` keeps the last one only", "add with `+=`; chapter 2 of the tutorial, The chain rule by hand", adds=False),
    Mistake("the gradient of the result is not set to 1", "all gradients are multiples of it, so they stay 0", "set `self.grad = 1` first in backward(); chapter 2, The chain rule by hand", schedules=lambda y: [[]]),
    Mistake("equal operands count once", "a set, or a dict keyed by operand, has `a` once for `a * a`, and one of the two gradients is lost", "keep the operands in a tuple, with a partial for each", schedules=simulation.once_per_operand),
    Mistake("only the operands of the result get a gradient", "the pass stops after one step, or visits operands before their users", "visit all nodes, from the result down: the topological order, reversed; chapter 4, Why the order", schedules=lambda y: [simulation.pushes([y])]),
    Mistake("nodes are visited once per path", "a node that is used twice stands in the order twice, and pushes its gradient twice", "keep a set of visited nodes while sorting; chapter 4, Why the order", schedules=simulation.once_per_path),
    Mistake("the order is not topological", "a node passes its gradient on before it has all of it, or again for each user", "sort the nodes first, and visit them in reverse; chapter 4, Why the order", schedules=simulation.wrong_orders),
    Mistake("the upstream gradient is left out", "the chain rule multiplies the local derivative by the gradient of the output", "multiply by `out.grad`; chapter 2, The chain rule by hand", push=lambda p, g, y, *xs: p),
)

# primitive, positions, the push that comes out, and the name
SLOPES: tuple[tuple[str, tuple[int, ...], Callable[..., float], str], ...] = (
    ("pow",     (0,),   lambda p, g, y, a, n: n * a**n * g,              "the exponent is not lowered: n * a ** n"),
    ("pow",     (0,),   lambda p, g, y, a, n: p / n * g,                 "the factor n is missing: a ** (n - 1)"),
    ("pow",     (0,),   lambda p, g, y, a, n: n * a * g,                 "n * a, the derivative for n = 2, for every n"),
    ("pow",     (0,),   lambda p, g, y, a, n: (n * a**n - 1) * g,          "n * a ** n - 1, without brackets around n - 1"),
    ("tanh",    (0,),   lambda p, g, y, x: (1 - x * x) * g,              "1 - x ** 2, from the input; the formula takes the output"),
    ("tanh",    (0,),   lambda p, g, y, x: (1 - y) * g,                  "1 - y, without the square"),
    ("sigmoid", (0,),   lambda p, g, y, x: x * (1 - x) * g,              "x * (1 - x), from the input; the formula takes the output"),
    ("exp",     (0,),   lambda p, g, y, x: x * y / 2.718281828459045 * g, "x * exp(x - 1), the rule for powers"),
    ("relu",    (0,),   lambda p, g, y, x: g,                            "the gradient passes at negative inputs, too"),
    ("sqrt",    (0,),   lambda p, g, y, x: g / y,                        "1 / y, without the factor 1/2"),
    ("sqrt",    (0,),   lambda p, g, y, x: g / x / 2,                    "1 / (2 * x), from the input; the formula takes the output"),
    ("div",     (1,),   lambda p, g, y, b, a: a / b * g,                 "a / b, without the square of b and the sign"),
    ("div",     (1,),   lambda p, g, y, b, a: -g / b**2,                 "-1 / b ** 2, without the factor a"),
    ("div",     (1,),   lambda p, g, y, b, a: -a / b * g,                "-a / b, without the square of b"),
    ("div",     (1,),   lambda p, g, y, b, a: g / b,                     "1 / b, the derivative by the other operand"),
)

# forms for every primitive; xs[0] is the operand itself
KINDS: tuple[tuple[Callable[..., float], str], ...] = (
    (lambda p, g, y, *xs: -p * g,   "the sign is wrong"),
    (lambda p, g, y, *xs: p,        "the upstream gradient is left out"),
    (lambda p, g, y, *xs: 0.0,      "nothing arrives at the operand"),
    (lambda p, g, y, *xs: y * g,    "the value of the result is taken for the derivative"),
    (lambda p, g, y, *xs: xs[0] * g, "the value of the operand is taken for the derivative"),
    (lambda p, g, y, *xs: xs[-1] * g, "the value of the other operand is taken for the derivative"),
    (lambda p, g, y, *xs: g,        "the gradient passes as it is, without a local derivative"),
    (lambda p, g, y, *xs: 2 * p * g, "the derivative is doubled"),
    (lambda p, g, y, *xs: g / p if p else 0.0,  "the derivative is turned upside down"),
)

# formulas for values: the right one, the wrong one, and the wrong one as a function
VALUES: tuple[tuple[str, str, str, Callable[..., Number]], ...] = (
    ("sub", "{} - {}",  "{1} - {0}",  lambda a, b: b - a),
    ("sub", "{} - {}",  "{0} + {1}",  lambda a, b: a + b),
    ("div", "{} / {}",  "{1} / {0}",  lambda a, b: b / a),
    ("pow", "{} ** {}", "{1} ** {0}", lambda a, b: b**a),
)
# fmt: on


def _slopes() -> Iterator[Mistake]:
    """The mistakes in one local derivative."""
    slopes = [*SLOPES]
    for primitive in ("add", "sub", "mul", "div", "pow", "neg", *FUNCTIONS):
        places = ((0,),) if TABLE[primitive].arity == 1 else ((0, 1), (0,), (1,))
        slopes += [(primitive, at, push, name) for push, name in KINDS for at in places]
    for primitive, at, push, name in slopes:
        op = TABLE[primitive]
        call = f"a {op.infix} b" if op.infix else "-a" if primitive == "neg" else written_call(op)
        right = "; ".join(f"dy/d{x} = {p}" for i, (x, p) in enumerate(derivatives(op)) if i in at)
        yield Mistake(
            f"derivative of {call}: {name}",
            f"with y = {call}, {right}",
            "correct the local derivative; chapter 7 of the tutorial, Checking your own formula",
            push=push,
            primitive=primitive,
            positions=at,
        )


def _values() -> Iterator[Mistake]:
    """The mistakes in a value: with a number on the left, without one, or with both."""
    for primitive, right, wrong, f in VALUES:
        op = TABLE[primitive]
        with_number = lambda a, b, f=f, op=op: (f if isinstance(a, float) else op)(a, b)  # noqa: E731
        without = lambda a, b, f=f, op=op: (op if isinstance(a, float) else f)(a, b)  # noqa: E731
        for rewrite, *names in ((with_number, "2", "a"), (without, "a", "b"), (f, "a", "b")):
            yield Mistake(
                f"value of `{right.format(*names)}`: computed as `{wrong.format(*names)}`",
                "the operands of -, / and ** have an order; `2 - a` calls `a.__rsub__(2)`",
                "check which operand comes first",
                rewrite={primitive: rewrite},
            )


MISTAKES: tuple[Mistake, ...] = (*PASSES, *_values(), *_slopes())
IN_PLACE = Mistake(
    "an operation changes its operand",
    "`self.data += ...` changes a number that other nodes have been computed from",
    "return a new number from `__add__` and `__iadd__`; without `__iadd__`, `+=` calls `__add__`",
)
REFLECTED = Mistake(
    "a plain number on the left is not handled",
    "for `2 + a` Python asks the int first, then calls `a.__radd__(2)`",
    "write `__radd__`, `__rmul__`, `__rsub__` and `__rtruediv__`; chapter 1, A number remembers",
)
NOT_RESET = Mistake(
    "inner gradients are not reset before a second backward()",
    "the second call adds to what the first one left in inner nodes; micrograd does so, too",
    "set the gradients of all nodes with operands to 0 at the start of backward()",
)
