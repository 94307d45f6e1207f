"""Explain: the chain rule of a graph as text: every path, its product, their sum."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from microgradlike._validate import shown, whole_number
from microgradlike.accuracy.few import few_digits
from microgradlike.engine import Value
from microgradlike.expressions.grammar import POWER, SUM
from microgradlike.graph import leaves, topological
from microgradlike.indeterminate_form import products_behind
from microgradlike.ops import mul_no_nan
from viz.label import bracketed, is_expression, printable
from viz.numbers import short
from viz.scene.names import distinct_names
from viz.scene.scene import OFF, OFF_AT_ZERO, require_names, require_value, scene
from viz.text.formula import ATOM, Formula, derivative_formula, formula_of
from viz.text.latex import document_latex, latex
from viz.text.paths import Path, Paths, Step, all_paths

T = TypeVar("T")

FORMATS = ("text", "latex")
MAX_LEAVES = 20  # sections of one explanation
MAX_NAME = 30  # characters of a label
MAX_SENTENCE = 200  # characters of a sentence with labels
SHOWN = 8  # steps of one path; a longer one is shown without its middle
ABSORBED = ", since 0 · ∞ counts as 0 here"
INDETERMINATE = f"{ABSORBED}; it is indeterminate, and the limit may be another number"


def explain(
    y: Value,
    x: Value | None = None,
    *,
    max_paths: int = 5,
    names: Mapping[Value, str] | None = None,
    format: str = "text",  # noqa: A002  (as in `Drawing`'s methods and the command line)
) -> str:
    """Write out dy/dx: every path from x to y, the product of its local derivatives, the sum.

    Without `x` there is a section for each leaf. The `max_paths` greatest paths are written out;
    the others are counted and summed without being enumerated. Once a backward pass has reached x,
    the sum is compared with `x.grad`. In every product 0·∞ is 0, as in `backward`. `names` gives
    names to Values in place of their labels. After a change of some `.data`, a warning and the
    first section tell that the numbers do not fit together. A line tells if fewer than 4 of 16
    digits of a number are right, and where they were lost, but for noise at a minimum, as in
    `diagnose`. Returns the
    text, a str that a notebook shows typeset; with `format="latex"` it is text for a LaTeX document
    that uses amsmath.
    Raises TypeError if `y` or `x` is not a Value, `max_paths` not a whole number or `names` not a
    mapping of Values to text, ValueError if `max_paths` is below 1 or `format` another word.

    >>> x = Value(3.0, "x"); y = x * x; y.label = "y"
    >>> y.backward()
    >>> print(explain(y, x))
    y = x * x = 9
    <BLANKLINE>
    ∂y/∂x: 2 paths
    <BLANKLINE>
      x → y (as operand 1)
      = x
      = 3
    <BLANKLINE>
      x → y (as operand 2)
      = x
      = 3
    <BLANKLINE>
      the sum is 6; backward gave x.grad = 6, the same
    """
    require_value(y)
    if format not in FORMATS:
        raise ValueError(f"format must be 'text' or 'latex', got {shown(format)}")
    limit = whole_number("max_paths", max_paths, at_least=1)
    wanted = [x] if x is not None else leaves(y)[::-1]  # in the order of writing
    if x is not None:
        require_value(x, "x")
    made = _Explanation(y, wanted, limit, require_names(names))
    explanation = Explanation(made.text())
    explanation.node_names = tuple(made.names.values())
    if format == "latex":
        return document_latex(explanation, explanation.node_names)
    return explanation


class Explanation(str):
    """The text of `explain`; a notebook typesets its formulas."""

    node_names: tuple[str, ...] = ()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        formulas = latex(self, self.node_names)
        return {"text/markdown": formulas, "text/latex": formulas, "text/plain": str(self)}


class _Explanation:
    """The parts of one explanation: the names of the nodes, and the paths to those wanted."""

    def __init__(
        self, root: Value, wanted: list[Value], limit: int, names: Mapping[Value, str]
    ) -> None:
        self.root = root
        self.order = topological(root)
        drawn = scene(root, names=names)
        nodes = [node for node in drawn.nodes if node.role != "constant"]
        self.stale = drawn.stale
        self.few = [] if drawn.stale else few_digits(root)
        distinct = distinct_names(drawn)
        self.names = {
            id(v): printable(distinct[n.id], MAX_NAME)
            for v, n in zip(self.order, nodes, strict=True)
        }
        for v in wanted:
            name = names.get(v, v.label) or "x"
            self.names.setdefault(id(v), printable(name, MAX_NAME))
        self.wanted, self.left_out = wanted[:MAX_LEAVES], wanted[MAX_LEAVES:]
        products = products_behind(root)
        self.indeterminate = {(id(product.node), product.index) for product in products}
        self.paths = all_paths(root, self.wanted, limit=limit)

    def text(self) -> str:
        sections = [self.stale, self.definitions()]
        sections += self.lost(self.root, self.names[id(self.root)], True)
        sections += [self.section(v) for v in self.wanted]
        if self.left_out:
            names = ", ".join(self.names[id(v)] for v in self.left_out[:3])
            rest = f"and {len(self.left_out):,} more leaves ({names}, …)"
            sections.append(f"{rest}: explain(y, x) shows one of them")
        if not all(math.isfinite(x) for v in self.order for x in (v.data, v.grad)):
            sections.append("a number is nan or infinite: diagnose(y) names the node it began in")
        return "\n\n".join(section for section in sections if section)

    def definitions(self) -> str:
        """Write the formula of each node on the paths, one per line."""
        listed = [path for v in self.wanted for path in self.listed(v)]
        used = {id(s.user) for path in listed for s in _ends(list(path.steps()), SHOWN)}
        nodes = [v for v in self.order if id(v) in used]
        return _elided(nodes, self.definition, "\n", 2 * SHOWN)

    def definition(self, v: Value) -> str:
        operands = [self.formula(x) for x in v.operands]
        made = "" if v.op is None else formula_of(v.op, v.data, operands).text
        absorbed = ABSORBED if v.op is mul_no_nan and v.data == 0 else ""
        return f"{self.names[id(v)]} = {made} = {short(v.data)}{absorbed}"

    def formula(self, x: Value | float) -> Formula:
        if not isinstance(x, Value):
            return Formula(x)
        name = self.names[id(x)]
        return Formula(x.data, name, SUM if is_expression(name) else ATOM)

    def listed(self, x: Value) -> list[Path]:
        return self.paths[id(x)].greatest if id(x) in self.paths else []

    def section(self, x: Value) -> str:
        y, name = self.names[id(self.root)], self.names[id(x)]
        symbol = _symbol(y, name)
        paths = self.paths.get(id(x), Paths())
        if x is self.root:
            return f"{symbol} = 1: they are the same node"
        if not paths.count:
            return f"{symbol} = 0: {y} does not depend on {name} here"
        title = f"{symbol}: {_plural(paths.count, 'path')}"
        hidden = paths.count - len(paths.greatest)
        blocks = [title + (f", the {len(paths.greatest)} greatest first" if hidden else "")]
        blocks.extend(self.product(x, path) for path in paths.greatest)
        if hidden:
            blocks.append(f"  and {_plural(hidden, 'more path')}, which sum to {short(paths.rest)}")
        total = "" if paths.count == 1 else f"the sum is {short(paths.total)}; "
        blocks.append(f"  {total}{self.comparison(x, paths)}")
        blocks += [f"  {text}" for text in self.lost(x, symbol, False)]
        return "\n\n".join(blocks)

    def lost(self, of: Value, called: str, is_value: bool) -> list[str]:
        """Write a sentence on the digits of the value, or of dy/dx, if few are right."""
        few = [f for f in self.few if f.of is of and (f.quantity == "value") == is_value]
        return [printable(f.sentence(called), MAX_SENTENCE) for f in few]

    def product(self, x: Value, path: Path) -> str:
        """Write one path: its nodes, its derivatives as symbols, as rules and as numbers."""
        up = list(path.steps())
        route = f"{self.names[id(x)]} → {_elided(up, self.arrival, ' → ')}"
        result = f"= {short(path.product)}"
        if len(up) == 1:  # the title has the symbol already; the rule may equal the result
            lines = [route, *dict.fromkeys([f"= {self.rule(up[0], rank=0)}", result])]
        else:
            down = up[::-1]
            lines = [
                route,
                f"  {_elided(down, self.symbol, ' · ')}",
                f"= {_elided(down, self.rule, ' · ')}",
                f"= {_elided(down, _number, ' · ')}",
                result,
            ]
        if any((id(step.user), step.position) in self.indeterminate for step in up):
            lines[-1] += INDETERMINATE
        elif path.product == 0 and any(math.isinf(step.local) for step in up):
            lines[-1] += ABSORBED
        elif off := [s.user for s in up if s.user.op is OFF_AT_ZERO and s.user.data == 0]:
            lines[-1] += f", since {self.names[id(off[0])]} is {OFF}"
        return "\n".join(f"  {line}" for line in lines)

    def arrival(self, step: Step) -> str:
        """Name the node that a step leads up to, with the operand if there is a choice."""
        below = step.user.operands[step.position]
        times = [x is below for x in step.user.operands].count(True)
        which = f" (as operand {step.position + 1})" if times > 1 else ""
        return self.names[id(step.user)] + which

    def symbol(self, step: Step) -> str:
        below = step.user.operands[step.position]
        return _symbol(self.names[id(step.user)], self.names[id(below)])

    def rule(self, step: Step, *, rank: int = POWER) -> str:
        """Write the local derivative by the primitive's rule, as an operand of that rank."""
        v = step.user
        assert v.op is not None  # a leaf is nobody's user
        operands = [self.formula(x) if isinstance(x, Value) else x for x in v.operands]
        rule = derivative_formula(v.op, step.position, self.formula(v), operands)
        return rule.bracketed(rank) if rule else self.symbol(step)

    def comparison(self, x: Value, paths: Paths) -> str:
        """Compare the sum with the gradient that a backward pass has left in x."""
        name = self.names[id(x)]
        if not x.reached:
            return f"no backward pass has reached {name} yet"
        upstream = self.root.grad if self.root.reached else 1.0
        want = mul_no_nan(upstream, paths.total)
        got = f"backward gave {name}.grad = {short(x.grad)}"
        # every product and every sum may have been rounded
        roundings = 4 * len(self.order) * sys.float_info.epsilon
        allowed = roundings * abs(mul_no_nan(upstream, paths.magnitude)) + 4 * paths.underflow
        both_nan = math.isnan(x.grad) and math.isnan(want)
        if x.grad == want or both_nan or abs(x.grad - want) <= allowed < math.inf:
            return f"{got}, {'the same' if upstream == 1 else f'{short(upstream)} times that'}"
        return f"{got}, which differs: it ran more than once, or from another result too"


def counted(n: int) -> str:
    """Write a count: exact below 10^30, else as a power of ten.

    >>> counted(2 ** 20), counted(2 ** 100_000)
    ('1,048,576', 'about 10^30103')
    """
    return f"{n:,}" if n < 10**30 else f"about 10^{math.log10(n):.0f}"


def _plural(n: int, noun: str) -> str:
    return f"{counted(n)} {noun}{'' if n == 1 else 's'}"


def _symbol(y: str, x: str) -> str:
    return f"∂{bracketed(y)}/∂{bracketed(x)}"


def _number(step: Step) -> str:
    return Formula(step.local).bracketed(POWER)


def _ends(items: Sequence[T], limit: int) -> Sequence[T]:
    """Keep the first and the last items, at most `limit`."""
    return items if len(items) <= limit else [*items[: limit // 2], *items[-limit // 2 :]]


def _elided(items: Sequence[T], write: Callable[[T], str], join: str, limit: int = SHOWN) -> str:
    """Write and join the items; beyond `limit`, the middle ones are only counted."""
    parts = [write(item) for item in _ends(items, limit)]
    if len(items) > limit:
        parts.insert(limit // 2, f"… {len(items) - limit:,} more …")
    return join.join(parts)
