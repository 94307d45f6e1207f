"""LaTeX export: a program as aligned equations, for people to read."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.expressions.grammar import POWER, PRODUCT, SIGN, SUM
from microgradlike.op import Op

if TYPE_CHECKING:
    from microgradlike.compile.program import Program

ATOM = POWER + 1
LONGEST = 120  # characters of a formula inside another one
ESCAPED = {c: rf"\{c}" for c in "{}$&%#_"} | {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim "}
ESCAPED |= {"<": r"\lt ", ">": r"\gt ", "`": "'"}
WHERE = r"\begin{{cases}} {1} & {0} \\ {2} & \text{{otherwise}} \end{{cases}}"


class Term(NamedTuple):
    """A formula, and the rank of its outermost operator."""

    text: str
    rank: int = ATOM

    def bracketed(self, rank: int, *, leading: bool = True) -> str:
        r"""Return the text as an operand of that rank, in brackets if needed.

        A minus sign needs them unless the operand is `leading`.

        >>> Term("a + b", SUM).bracketed(PRODUCT)
        '\\left(a + b\\right)'
        """
        open_sign = rank > 0 and not leading and self.text.startswith("-")
        return rf"\left({self.text}\right)" if open_sign or self.rank < rank else self.text


class Spelling(NamedTuple):
    """A template, the ranks that its operands need, and its own rank."""

    template: str
    operands: tuple[int, ...]
    rank: int = ATOM


def _named(name: str, arity: int = 1) -> Spelling:
    literal = name.replace("{", "{{").replace("}", "}}")
    return Spelling(rf"{literal}\left({', '.join(['{}'] * arity)}\right)", (0,) * arity)


# primitives that LaTeX has as operators; others are written upright by their names
OPERATORS: tuple[Op, ...] = (ops.log, ops.sin, ops.cos, ops.tan, ops.sinh, ops.cosh, ops.tanh)
SPELLINGS: dict[Op, Spelling] = {
    **{op: _named(rf"\{op.name}") for op in OPERATORS},
    ops.asin: _named(r"\arcsin"),
    ops.acos: _named(r"\arccos"),
    ops.atan: _named(r"\arctan"),
    ops.asinh: _named(r"\operatorname{arsinh}"),
    ops.acosh: _named(r"\operatorname{arcosh}"),
    ops.atanh: _named(r"\operatorname{artanh}"),
    ops.log2: _named(r"\log_{2}"),
    ops.log10: _named(r"\log_{10}"),
    ops.relu: _named(r"\operatorname{ReLU}"),
    ops.sigmoid: _named(r"\sigma"),
    ops.maximum: _named(r"\max", 2),
    ops.minimum: _named(r"\min", 2),
    ops.rint: _named(r"\operatorname{round}"),
    ops.add: Spelling("{} + {}", (SUM, SUM + 1), SUM),
    ops.sub: Spelling("{} - {}", (SUM, SUM + 1), SUM),
    ops.neg: Spelling("-{}", (PRODUCT,), PRODUCT),
    ops.mul: Spelling(r"{} \cdot {}", (PRODUCT, PRODUCT + 1), PRODUCT),
    ops.mul_no_nan: Spelling(r"{} \cdot {}", (PRODUCT, PRODUCT + 1), PRODUCT),
    ops.div: Spelling(r"\frac{{{}}}{{{}}}", (0, 0), SIGN),
    ops.mod: Spelling(r"{} \bmod {}", (PRODUCT + 1, PRODUCT + 1), 0),  # read in several ways
    ops.floor_divide: Spelling(r"\left\lfloor\frac{{{}}}{{{}}}\right\rfloor", (0, 0)),
    ops.power: Spelling("{{{}}}^{{{}}}", (ATOM, 0), POWER),
    ops.exp: Spelling("e^{{{}}}", (0,), POWER),
    ops.exp2: Spelling("2^{{{}}}", (0,), POWER),
    ops.expm1: Spelling("e^{{{}}} - 1", (0,), SUM),
    ops.log1p: Spelling(r"\log\left(1 + {}\right)", (SUM + 1,)),
    ops.sqrt: Spelling(r"\sqrt{{{}}}", (0,)),
    ops.cbrt: Spelling(r"\sqrt[3]{{{}}}", (0,)),
    ops.hypot: Spelling(r"\sqrt{{{{{}}}^{{2}} + {{{}}}^{{2}}}}", (ATOM, ATOM)),
    ops.absolute: Spelling(r"\left\vert {}\right\vert", (0,)),
    ops.floor: Spelling(r"\left\lfloor {}\right\rfloor", (0,)),
    ops.ceil: Spelling(r"\left\lceil {}\right\rceil", (0,)),
    ops.softplus: Spelling(r"\log\left(1 + e^{{{}}}\right)", (0,)),
    ops.logaddexp: Spelling(r"\log\left(e^{{{}}} + e^{{{}}}\right)", (0, 0)),
    ops.xlogy: Spelling(r"{} \cdot \log\left({}\right)", (PRODUCT, 0), PRODUCT),
    ops.less: Spelling(r"\left[{} < {}\right]", (0, 0)),
    ops.less_equal: Spelling(r"\left[{} \le {}\right]", (0, 0)),
    ops.where: Spelling(WHERE, (0, 0, 0), SUM),
}


def text(program: Program, outputs: Sequence[str] | None) -> str:
    """Return the program as LaTeX; see `Program.to_latex`."""
    printable = ["".join(c if c.isprintable() else "?" for c in x) for x in program.names]
    names = [_of_amsmath(symbol(name)) for name in printable]  # an empty line would end a formula
    result, step = _letters(names)
    # two of one name, no letter left, or an e beside Euler's number
    if len(set(names)) < program.inputs or not (result and step) or "e" in names:
        names = [f"x_{{{i}}}" for i in range(program.inputs)]
        result, step = _letters(names)
    count = len(program.outputs)
    numbered = [result] if count == 1 else [f"{result}_{{{i + 1}}}" for i in range(count)]
    left = numbered if outputs is None else list(outputs)
    if len(left) != count or not all(isinstance(name, str) for name in left):
        raise ValueError(
            f"outputs must be a list of {count} texts, one for each output, got {shown(outputs)}"
        )
    body = " \\\\\n".join(_lines(program, names, left, step))
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n"


def _of_amsmath(text: str) -> str:
    """Return LaTeX without the commands that only MathJax and KaTeX have."""
    return text.replace(r"\lt ", "< ").replace(r"\gt ", "> ")


def _letters(names: list[str]) -> tuple[str, str]:
    """Return a letter for results and one for steps, which no name has; "" if none is left."""
    written = "".join(re.sub(r"\\[a-z]+", "", name) for name in names)
    result, step = (
        next((c for c in letters if c not in written), "") for letters in ("yfgY", "tuvsT")
    )
    return result, step


def _lines(program: Program, names: list[str], left: list[str], step: str) -> list[str]:
    """Return an equation for each output, and for each other result that gets a name."""
    uses = Counter(r for _, _, operands in program.equations() for r in set(operands))
    uses.update(program.outputs)
    constants = [*[None] * (program.inputs + len(program)), *reversed(program.constants)]
    known = [*map(Term, names), *map(number, program.constants[::-1])]
    known[program.inputs : program.inputs] = [Term("")] * len(program)
    places = {r: i for i, r in [*enumerate(program.outputs)][::-1]}  # the first of two
    lines: list[str] = []
    done: set[int] = set()
    for slot, op, operands in program.equations():
        same = _unchanged(op, [constants[r] for r in operands])
        term = term_of(op, *[known[r] for r in operands]) if same is None else known[operands[same]]
        if same is None and (uses[slot] > 1 or (len(term.text) > LONGEST and slot not in places)):
            name = f"{step}_{{{len(lines) - len(done) + 1}}}"
            if slot in places:
                name = left[places[slot]]
                done.add(places[slot])
            lines.append(f"{name} &= {term.text}")
            term = Term(name)
        known[slot] = term
    rest = [i for i in range(len(left)) if i not in done]
    return lines + [f"{left[i]} &= {known[program.outputs[i]].text}" for i in rest]


def _unchanged(op: Op, constants: list[float | None]) -> int | None:
    """Return the operand that the result equals, as in x · 1; the sign of a zero does not count."""
    for i, (neutral, x) in enumerate(zip(op.neutral, constants)):
        if neutral is not None and x == neutral:
            return 1 - i
    return None


def term_of(op: Op, *operands: Term) -> Term:
    r"""Write a primitive of some operands.

    >>> term_of(ops.mul, Term("a + b", SUM), Term("c")).text
    '\\left(a + b\\right) \\cdot c'
    """
    name = op.name.replace("_", r"\_")
    spelling = SPELLINGS.get(op) or _named(rf"\operatorname{{{name}}}", op.arity)
    leads = spelling.template.startswith("{}")
    texts = [
        x.bracketed(rank, leading=leads and i == 0)
        for i, (x, rank) in enumerate(zip(operands, spelling.operands))
    ]
    if op is ops.where:
        comparison = re.fullmatch(r"\\left\[([^\[\]]*)\\right\]", texts[0])
        texts[0] = comparison[1] if comparison else rf"{texts[0]} \ne 0"
    return Term(spelling.template.format(*texts), spelling.rank)


def number(x: float) -> Term:
    r"""Write a number with all its digits.

    >>> number(2.0).text, number(-1.5e-9).text
    ('2', '-1.5 \\times 10^{-9}')
    """
    if not math.isfinite(x):
        return Term(r"-\infty", PRODUCT) if x < 0 else Term(r"\infty" if x > 0 else r"\mathrm{nan}")
    mantissa, _, exponent = repr(abs(x)).partition("e")
    digits = mantissa.removesuffix(".0")
    sign = "-" if x < 0 else ""
    if exponent:
        return Term(rf"{sign}{digits} \times 10^{{{int(exponent)}}}", PRODUCT)
    return Term(sign + digits, PRODUCT if sign else ATOM)


def symbol(name: str) -> str:
    r"""Write a name: an index below, other names than letters upright.

    >>> symbol("x1"), symbol("w"), symbol("learning_rate")
    ('{x_{1}}', 'w', '\\text{learning}\\_\\text{rate}')
    """
    indexed = re.fullmatch(r"([^\W\d_])_?(\d+)", name)
    if indexed:
        return f"{{{indexed[1]}_{{{indexed[2]}}}}}"
    return name if len(name) == 1 and name.isalpha() else words(name)


def words(text: str) -> str:
    r"""Write text, with its special characters escaped.

    >>> words("50% of it")
    '\\text{50}\\%\\text{ of it}'
    """
    escaped = [f"}}{ESCAPED[c]}\\text{{" if c in ESCAPED else c for c in text]
    return f"\\text{{{''.join(escaped)}}}"
