"""Simulation: the numbers that an expression would have with a mistake switched on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from microgradlike.engine import Value
from microgradlike.graph import node_operands, topological
from microgradlike.op import Number

Schedule = list[tuple[Value, int]]  # pushes in order: a node, and the position of its operand
Rewrites = dict[str, Callable[..., Number]]


def _ratio(e: Number) -> Number:
    return (e - 1.0) / (e + 1.0)


# forms that learners build an operation from; a number on the left goes to the right
REFLECTED: Rewrites = {
    "add": lambda a, b: b + a if isinstance(a, float) else a + b,
    "mul": lambda a, b: b * a if isinstance(a, float) else a * b,
}
COMPOSED: tuple[Rewrites, ...] = (
    {},
    {
        "sub": lambda a, b: a + -b,
        "div": lambda a, b: a * b**-1.0,
        "sqrt": lambda x: x**0.5,
        "sigmoid": lambda x: 1.0 / (1.0 + (-x).exp()),
        "tanh": lambda x: _ratio((2.0 * x).exp()),
    },
    {"sub": lambda a, b: a + b * -1.0, "neg": lambda x: x * -1.0, "div": lambda a, b: a * b**-1.0},
)


@dataclass(frozen=True)
class Mistake:
    """A mistake: its name, the reason that it is one, the way out, and what it changes.

    `push(p, g, y, *operands)` is sent to the operands of `primitive` at `positions`, the receiver
    first, for a partial p and an upstream gradient g; an empty primitive means all. `rewrite` has
    other formulas for values; `schedules` lists orders of a backward pass; without `adds` each push
    replaces the one before; `seed` is the gradient of the result.
    """

    name: str
    why: str = ""
    way_out: str = ""
    primitive: str = ""
    positions: tuple[int, ...] = (0, 1)
    push: Callable[..., float] | None = None
    rewrite: Rewrites = field(default_factory=dict)
    schedules: Callable[[Value], Iterable[Schedule]] | None = None
    adds: bool = True
    seed: float = 1.0


def simulated(
    y: Value, leaves: dict[str, Value], mistakes: tuple[Mistake, ...]
) -> Iterator[tuple[float, dict[str, float]]]:
    """The values and gradients that an engine with these mistakes may give, one per variant."""
    rewrites = [m.rewrite for m in mistakes]
    choose = next((m.schedules for m in mistakes if m.schedules), one_order)
    if choose is one_order and not all(m.adds for m in mistakes):
        choose = right_orders
    for forms in itertools.product(COMPOSED, ({}, REFLECTED)):
        root, twins = y, leaves
        for rewrite in (*rewrites, forms[0], *forms):  # twice: one form may contain another
            root, twins = rebuilt(root, twins, rewrite)
        if root is y and any(forms):
            continue  # the same graph once more
        for schedule in choose(root):
            grads = backward(root, schedule, mistakes)
            yield root.data, {name: grads.get(id(x), 0.0) for name, x in twins.items()}


def rebuilt(
    y: Value, leaves: dict[str, Value], rewrite: Rewrites
) -> tuple[Value, dict[str, Value]]:
    """The graph of `y` with other formulas for some primitives; itself without these."""
    if not any(v.op and v.op.name in rewrite for v in topological(y)):
        return y, leaves
    new: dict[int, Number] = {}
    for v in topological(y):
        operands = [new.get(id(x), x) for x in v.operands]
        new[id(v)] = rewrite.get(v.op.name, v.op)(*operands) if v.op else Value(v.data)
    return new[id(y)], {name: new.get(id(x), x) for name, x in leaves.items()}


def backward(y: Value, schedule: Schedule, mistakes: tuple[Mistake, ...]) -> dict[int, float]:
    """The gradients after the pushes of a schedule, with mistakes."""
    grads = {id(y): 1.0}
    for mistake in mistakes:
        grads[id(y)] *= mistake.seed
    adds = all(m.adds for m in mistakes)
    for v, i in schedule:
        x = v.operands[i]
        push = _push(v, i, grads.get(id(v), 0.0), mistakes)
        grads[id(x)] = push + (grads.get(id(x), 0.0) if adds else 0.0)
    return grads


def _push(v: Value, i: int, g: float, mistakes: tuple[Mistake, ...]) -> float:
    operands = [x.data if isinstance(x, Value) else x for x in v.operands]
    assert v.op is not None
    p = v.op.partials[i](v.data, *operands)
    for m in mistakes:
        if m.push and m.primitive in ("", v.op.name) and i in m.positions:
            rotated = operands[i:] + operands[:i]  # the operand itself first
            return float(m.push(p, g, v.data, *rotated))
    return float(p * g)


# Orders of a backward pass.


def pushes(nodes: Iterable[Value]) -> Schedule:
    """The pushes of each node in turn."""
    return [(v, i) for v in nodes for i, _ in node_operands(v)]


def one_order(y: Value) -> Iterator[Schedule]:
    """A right order."""
    yield pushes(reversed(topological(y)))


def right_orders(y: Value) -> Iterator[Schedule]:
    """Every right order: users before operands."""
    return (pushes(order) for order in _permutations(y) if _is_right(order))


def wrong_orders(y: Value) -> Iterator[Schedule]:
    """Orders in which a node may push before it has its whole gradient, or push again."""
    yield from one_order(y)
    yield from (pushes(order) for order in _permutations(y) if not _is_right(order))
    yield from _walks(y, depth_first=False)
    yield from _walks(y, whole=False)


def once_per_path(y: Value) -> Iterator[Schedule]:
    """A depth-first order without a set of visited nodes."""
    return _walks(y)


def once_per_operand(y: Value) -> Iterator[Schedule]:
    """A push to each distinct operand: the first or the last of several."""
    (every,) = one_order(y)
    for order in (every, every[::-1]):
        kept = {(id(v), id(v.operands[i])): i for v, i in order}
        yield [(v, i) for v, i in every if kept[id(v), id(v.operands[i])] == i]


def first_level(y: Value) -> Iterator[Schedule]:
    """The pushes of the result alone."""
    yield pushes([y])


def last_operand(y: Value) -> Iterator[Schedule]:
    """As many pushes to the last operand as there are operands; an exponent is none."""
    (every,) = one_order(y)
    last = [(v, max(i for i, _ in node_operands(v))) for v, _ in every]
    yield [(v, i) for v, i in last if v.op and (i == v.op.arity - 1 or v.op.name == "pow")]


def _permutations(y: Value) -> Iterator[list[Value]]:
    """The nodes with operands in any order, the result first; few nodes only."""
    below = [v for v in reversed(topological(y)) if v.op and v is not y]
    many = itertools.permutations(below) if len(below) <= 5 else [below]
    return ([y, *order] for order in many)


def _is_right(order: list[Value]) -> bool:
    place = {id(v): k for k, v in enumerate(order)}
    return all(place.get(id(v.operands[i]), len(order)) > place[id(v)] for v, i in pushes(order))


def _walks(y: Value, *, depth_first: bool = True, whole: bool = True) -> Iterator[Schedule]:
    """Walks without a set of visited nodes, for all orders of the operands of each node.

    A step is all pushes of a node, or, if not `whole`, one push, with all below it before the next.
    """
    nodes = topological(y)
    choices = []
    for v in nodes:
        every = [i for i, _ in node_operands(v)]
        unique = list({id(v.operands[i]): i for i in every}.values())  # as in a set of operands
        choices.append({tuple(order) for kept in (every, unique) for order in (kept, kept[::-1])})
    for choice in itertools.product(*choices):
        below = {id(v): [(v, i) for i in order] for v, order in zip(nodes, choice)}
        schedule: Schedule = []
        agenda = [(y, -1)] if whole else below[id(y)]
        while agenda:
            v, i = agenda.pop(0)
            x: Number = v if i < 0 else v.operands[i]
            schedule += pushes([x]) if whole else [(v, i)]
            agenda = below[id(x)] + agenda if depth_first else agenda + below[id(x)]
        yield schedule
