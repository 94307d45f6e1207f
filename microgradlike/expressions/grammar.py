"""Grammar of formulas as data, which the Python parser and the page's JavaScript parser both read.

From the tightest to the loosest, operators bind as in textbooks and in Python:

1. brackets, calls and bars: `(x)`, `sin(x)`, `|x|`;
2. a superscript: `x²`, `x⁻¹`, `2x²` is refused, and `2**x²` is 2**(x²);
3. `**` and `^`, which group from the right;
4. the signs `-x`, `+x` and the roots `√x`, `∛x`: `-x²` is -(x²), `√x²` is √(x²), `√x*y` is (√x)*y;
5. `*` `·` `×` `/` `÷` `//` `%`, then `+` and `-`, then `<` `≤` `>` `≥`.

A bar opens where an operand is due and closes after one, so `||x| - |y||` has one reading. Digits
below the line belong to a name: `x₁` is `x1`, and `log₂(x)` is `log2(x)`.

A formula becomes steps for a stack machine: a function with its number of operands, or a number or
name to push. The evaluation over nodes is Python's over Values. A function of plain numbers gives a
plain number, without a node; any other is a node, and plain numbers among its operands are
constants. Comparisons choose by the present numbers and make no nodes. `where` gives the branch
taken: the node itself, or a new constant if that branch is a plain number and the condition or the
other branch is not (a comparison counts as plain). `mul_no_nan` makes the node of `mul` unless
that product is nan. A composite function is a list of such steps, see `composites`.
"""

from __future__ import annotations

import inspect
import math
import operator
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from microgradlike import angles, functions, ops
from microgradlike.op import Number
from microgradlike.ops import TABLE

Function: TypeAlias = Callable[..., Number]

MAX_LENGTH: Final = 10_000  # characters
MAX_DEPTH: Final = 200  # pending brackets and operators

CONSTANTS: Final = {
    "pi": math.pi, "π": math.pi, "e": math.e, "inf": math.inf, "∞": math.inf, "nan": math.nan
}  # fmt: skip
COMPOSITES: Final[dict[str, Function]] = {
    f.__name__: f
    for f in (
        functions.leaky_relu,
        functions.elu,
        functions.gelu,
        functions.silu,
        angles.deg2rad,
        angles.rad2deg,
        functions.binary_cross_entropy,
        functions.binary_cross_entropy_with_logits,
    )
}
FUNCTIONS: Final[dict[str, Function]] = {
    **TABLE,
    **{alias: op for op in TABLE.values() for alias in op.aliases},
    **COMPOSITES,
}

COMPARISON, SUM, PRODUCT, SIGN, POWER = range(1, 6)
PRECEDENCE: Final = {
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "**": POWER
}  # fmt: skip
COMPARISONS: Final[dict[str, Function]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
INFIX: Final[dict[str, tuple[Function, int]]] = {
    **{spelling: (op, PRECEDENCE[op.infix])
       for op in TABLE.values() if op.infix for spelling in (op.infix, op.symbol)},
    **{spelling: (compare, COMPARISON) for spelling, compare in COMPARISONS.items()},
    "≤": (operator.le, COMPARISON), "≥": (operator.ge, COMPARISON),
    **dict.fromkeys("·⋅∙•", (ops.mul, PRODUCT)),
}  # fmt: skip
BAR: Final = ops.absolute.symbol[0]  # two of them are the absolute value
# signs where an operand is due, with rank and function; rank 0 is a bracket's, which has an end
OPENERS: Final[dict[str, tuple[int, Function | None]]] = {
    "(": (0, None), BAR: (0, ops.absolute), "+": (SIGN, None), "-": (SIGN, ops.neg),
    **{op.symbol: (SIGN, op) for op in (ops.neg, ops.sqrt, ops.cbrt)},
}  # fmt: skip
SUPERSCRIPTS: Final = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
SUBSCRIPTS: Final = "₀₁₂₃₄₅₆₇₈₉"
DIGITS_ABOVE: Final = str.maketrans(SUPERSCRIPTS, "0123456789-")
DIGITS_BELOW: Final = str.maketrans(SUBSCRIPTS, "0123456789")
# patterns that Python and JavaScript read alike; JavaScript's \s lacks \x1c and has \ufeff
NUMBER: Final = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
SIGNS: Final = "|".join(name for name in CONSTANTS if not name.isidentifier())
EXPONENT: Final = rf"⁻?[{SUPERSCRIPTS[:10]}]+"
_LONGEST_FIRST = sorted({*INFIX, *OPENERS, ")", ","}, key=len, reverse=True)
SYMBOL: Final = "|".join(re.sub(r"[*+/|()^]", r"\\\g<0>", sign) for sign in _LONGEST_FIRST)
SPACE: Final = r"[\t-\r\x1c- \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"

# hints for characters of no token, as keys of MESSAGES
HINTS: Final = {"=": "compare", ".": "attribute", **dict.fromkeys("[]{}", "round")}
# no slot twice in one message: a page finds its translation by a pattern with named groups
MESSAGES: Final = {
    "unexpected": "unexpected {token}",
    "compare": "unexpected {token}; compare with <, <=, > or >=",
    "attribute": "unexpected {token}; expressions have no attributes",
    "round": "unexpected {token}; write round brackets",
    "long": "an expression has at most {most} characters, this one has {length}; write it as a"
    " Python function instead",
    "deep": "this is nested too deeply: at most {most} brackets and operators may be open at once;"
    " write it as a Python function instead",
    "end": "expected a number, a name or '(', but the expression ends",
    "operand": "expected a number, a name or '(', but found {token}",
    "operator": "expected an operator before {token}",
    "product": "expected an operator before {token}; write a product with *",
    "comma": "a ',' separates a call's operands; decimals have a '.'",
    "unclosed": "unclosed bracket: expected ')'",
    "unclosed bar": "unclosed bar: expected '|'",
    "unopened": "')' without an open '('",
    "large": "this number exceeds the largest double, 1.8e308; write inf",
    "call": "{name} is a function: expected {call}(...)",
    "power": "{name} is a function: a power goes after the bracket, {call}(...)²",
    "mean": "unknown function {name}; did you mean {names}?",
    "unknown": "unknown function {name}; write a product with *",
    "operands": "{name} takes {count} operand(s), got {got}",
    "left": "expected a new name before '='",
    "again": "{name} has a meaning already; choose another name",
    "unnamed": "only the last line goes without a name; write name = ...",
    "comparison": "a comparison is not a number; write where(a < b, x, y)",
}


def arity(function: Function) -> int:
    """The number of operands, without keyword-only options, which expressions do not have.

    >>> arity(ops.hypot), arity(functions.leaky_relu)
    (2, 1)
    """
    if isinstance(function, ops.Op):
        return function.arity
    parameters = inspect.signature(function).parameters.values()
    return sum(p.kind is not p.KEYWORD_ONLY for p in parameters)
