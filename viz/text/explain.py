"""explain: the chain rule of a graph as text: every path, its product, their sum."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from microgradlike.engine import Value
from microgradlike.expressions.lexer import POWER
from microgradlike.graph import leaves, topological
from microgradlike.ops import mul_no_nan
from viz.label import printable
from viz.numbers import short
from viz.scene.scene import checked, checked_names, scene
from viz.text.formula import Formula, derivative, written
from viz.text.paths import Path, Paths, Step, all_paths

T = TypeVar("T")

MAX_LEAVES = 20  # sections of one explanation
MAX_NAME = 30  # characters of a label
SHOWN = 8  # steps of one path, before the middle is left out
NOTHING = ", for what passes a factor 0 contributes nothing"  # 0 · ∞, which elsewhere is nan


def explain(
    y: Value,
    x: Value | None = None,
    *,
    max_paths: int = 5,
    names: Mapping[Value, str] | None = None,
) -> str:
    """How dy/dx comes about: every path from x to y, its local derivatives multiplied, the sum.

    Of many paths the `max_paths` greatest are written out; the others are counted and summed all
    the same, never enumerated. Without `x` there is a section for each leaf. The sum is compared
    with `x.grad` once a backward pass has reached x. In every product 0·∞ is 0, as in `backward`.
    `names` has what Values are called here, whatever their labels.
    Raises TypeError where `y` or `x` is not a Value or `names` no mapping of Values to text,
    ValueError where `max_paths` is below 1.

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
    checked(y)
    if not isinstance(max_paths, int) or max_paths < 1:
        raise ValueError(f"max_paths is a whole number of at least 1, got {max_paths!r:.60}")
    wanted = [x] if x is not None else leaves(y)[::-1]  # in the order of writing
    if x is not None:
        checked(x)
    return _Explanation(y, wanted, max_paths, checked_names(names)).text()


class _Explanation:
    """One explanation in the making: the names of the nodes, and the paths to those wanted."""

    def __init__(
        self, root: Value, wanted: list[Value], max_paths: int, names: Mapping[Value, str]
    ) -> None:
        self.root = root
        self.order = topological(root)
        nodes = [node for node in scene(root, names=names).nodes if node.role != "constant"]
        self.names = {
            id(v): printable(n.name, MAX_NAME) for v, n in zip(self.order, nodes, strict=True)
        }
        for v in wanted:
            name = names.get(v, v.label) or "x"
            self.names.setdefault(id(v), printable(name, MAX_NAME))
        self.wanted, self.left_out = wanted[:MAX_LEAVES], wanted[MAX_LEAVES:]
        self.paths = all_paths(root, self.wanted, limit=max_paths)

    def text(self) -> str:
        sections = [self.definitions(), *[self.section(v) for v in self.wanted]]
        if self.left_out:
            names = ", ".join(self.names[id(v)] for v in self.left_out[:3])
            rest = f"and {len(self.left_out):,} more leaves ({names}, …)"
            sections.append(f"{rest}: explain(y, x) takes any one of them")
        return "\n\n".join(section for section in sections if section)

    def definitions(self) -> str:
        """What the nodes on the paths are, one line each."""
        listed = [path for v in self.wanted for path in self.listed(v)]
        used = {id(s.user) for path in listed for s in _ends(list(path.steps()), SHOWN)}
        nodes = [v for v in self.order if id(v) in used]
        return _elided(nodes, self.definition, "\n", 2 * SHOWN)

    def definition(self, v: Value) -> str:
        operands = [self.formula(x) for x in v.operands]
        made = "" if v.op is None else written(v.op, v.data, operands).text
        absorbed = NOTHING if v.op is mul_no_nan and v.data == v.data else ""
        return f"{self.names[id(v)]} = {made} = {short(v.data)}{absorbed}"

    def formula(self, x: Value | float) -> Formula:
        return Formula(x.data, self.names[id(x)]) if isinstance(x, Value) else Formula(x)

    def listed(self, x: Value) -> list[Path]:
        return self.paths[id(x)].greatest if id(x) in self.paths else []

    def section(self, x: Value) -> str:
        y, name = self.names[id(self.root)], self.names[id(x)]
        paths = self.paths.get(id(x), Paths())
        if x is self.root:
            return f"∂{y}/∂{name} = 1: there is nothing between"
        if not paths.count:
            return f"∂{y}/∂{name} = 0: {y} does not depend on {name} here"
        title = f"∂{y}/∂{name}: {_many(paths.count, 'path')}"
        hidden = paths.count - len(paths.greatest)
        blocks = [title + (f", the {len(paths.greatest)} greatest first" if hidden else "")]
        blocks.extend(self.product(x, path) for path in paths.greatest)
        if hidden:
            blocks.append(f"  and {_many(hidden, 'more path')}, in sum {short(paths.rest)}")
        total = "" if paths.count == 1 else f"the sum is {short(paths.total)}; "
        blocks.append(f"  {total}{self.comparison(x, paths)}")
        return "\n\n".join(blocks)

    def product(self, x: Value, path: Path) -> str:
        """One path: the nodes on it, its derivatives as symbols, as rules and as numbers."""
        up = list(path.steps())
        way = f"{self.names[id(x)]} → {_elided(up, self.arrival, ' → ')}"
        result = f"= {short(path.product)}"
        if len(up) == 1:  # the title and the result say it already; a rule may be the result
            lines = [way, *dict.fromkeys([f"= {self.rule(up[0], rank=0)}", result])]
        else:
            down = up[::-1]
            lines = [
                way,
                f"  {_elided(down, self.symbol, ' · ')}",
                f"= {_elided(down, self.rule, ' · ')}",
                f"= {_elided(down, _number, ' · ')}",
                result,
            ]
        if path.product == 0 and any(math.isinf(step.local) for step in up):
            lines[-1] += NOTHING
        return "\n".join(f"  {line}" for line in lines)

    def arrival(self, step: Step) -> str:
        """The node that a step leads up to; which of its operands, where there is a choice."""
        below = step.user.operands[step.position]
        times = [x is below for x in step.user.operands].count(True)
        which = f" (as operand {step.position + 1})" if times > 1 else ""
        return self.names[id(step.user)] + which

    def symbol(self, step: Step) -> str:
        below = step.user.operands[step.position]
        return f"∂{self.names[id(step.user)]}/∂{self.names[id(below)]}"

    def rule(self, step: Step, *, rank: int = POWER) -> str:
        """The local derivative as the primitive's rule has it, within an operator of that rank."""
        v = step.user
        if v.op is None:
            return ""
        operands = [self.formula(x) if isinstance(x, Value) else x for x in v.operands]
        rule = derivative(v.op, step.position, self.formula(v), operands)
        return rule.within(rank) if rule else self.symbol(step)

    def comparison(self, x: Value, paths: Paths) -> str:
        """What the sum is beside the gradient that a backward pass has left in x."""
        name = self.names[id(x)]
        if not x.reached:
            return f"no backward pass has reached {name} yet"
        upstream = self.root.grad if self.root.reached else 1.0
        want, got = (
            mul_no_nan(upstream, paths.total),
            f"backward gave {name}.grad = {short(x.grad)}",
        )
        # every product and every sum may have been rounded
        allowed = (
            4 * len(self.order) * sys.float_info.epsilon * abs(mul_no_nan(upstream, paths.size))
        )
        if (
            x.grad == want
            or (x.grad != x.grad and want != want)
            or abs(x.grad - want) <= allowed < math.inf
        ):
            return f"{got}, {'the same' if upstream == 1 else f'{short(upstream)} times that'}"
        return f"{got}, not this alone: it ran more than once, or from another result too"


def counted(n: int) -> str:
    """A number of things: exact, or a power of ten where nobody would read the digits.

    >>> counted(2 ** 20), counted(2 ** 100_000)
    ('1,048,576', 'about 10^30103')
    """
    return f"{n:,}" if n < 10**30 else f"about 10^{math.log10(n):.0f}"


def _many(n: int, what: str) -> str:
    return f"{counted(n)} {what}{'' if n == 1 else 's'}"


def _number(step: Step) -> str:
    return Formula(step.local).within(POWER)


def _ends(items: Sequence[T], limit: int) -> Sequence[T]:
    """The items, of more than `limit` the first and the last."""
    return items if len(items) <= limit else [*items[: limit // 2], *items[-limit // 2 :]]


def _elided(items: Sequence[T], write: Callable[[T], str], join: str, limit: int = SHOWN) -> str:
    """The items written and joined, with the middle of more than `limit` only counted."""
    parts = [write(item) for item in _ends(items, limit)]
    if len(items) > limit:
        parts.insert(limit // 2, f"… {len(items) - limit:,} more …")
    return join.join(parts)
