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
    },
    {"sub": lambda a, b: a + b * -1.0, "neg": lambda x: x * -1.0, "div": lambda a, b: a * b**-1.0},
)


@dataclass(frozen=True)
class Mistake:
    """A mistake: its name, the reason that it is one, the way out, and what it changes.

    `push(p, g, y, *operands)` is sent to the operands of `primitive` at `positions`, for a partial p
    and an upstream gradient g; an empty primitive means all. `rewrite` has other formulas for
    values; `schedules` lists orders of a backward pass; without `adds` each push replaces the one
    before; `seed` is the gradient of the result.
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
        for rewrite in (*rewrites, *forms):
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
    for below in _directions(y):
        yield from (_walk(y, below, depth_first=d) for d in (True, False))
        yield _recursion(y, below)


def once_per_operand(y: Value) -> Iterator[Schedule]:
    """A push to each distinct operand: the first or the last of several."""
    (every,) = one_order(y)
    for order in (every, every[::-1]):
        kept = {(id(v), id(v.operands[i])): i for v, i in order}
        yield [(v, i) for v, i in every if kept[id(v), id(v.operands[i])] == i]


def first_level(y: Value) -> Iterator[Schedule]:
    """The pushes of the result alone."""
    yield pushes([y])


def one_operand(y: Value) -> Iterator[Schedule]:
    """The pushes to the first operands, or to the last."""
    (every,) = one_order(y)
    yield [(v, i) for v, i in every if i == min(j for j, _ in node_operands(v))]
    yield [(v, i) for v, i in every if i == max(j for j, _ in node_operands(v))]


def repeated(y: Value) -> Iterator[Schedule]:
    """A depth-first order without a set of visited nodes, reversed."""
    for below in _directions(y):
        order, agenda = [], [(y, False)]
        while agenda:
            v, done = agenda.pop()
            if done:
                order.append(v)
            else:
                agenda += [(v, True), *[(v.operands[i], False) for i in below[id(v)]]]
        yield pushes(reversed(order))


def _directions(y: Value) -> Iterator[dict[int, list[int]]]:
    """The positions of each node's operands in the orders of a walk, equal ones twice or once."""
    nodes = topological(y)
    for distinct in (False, True):
        choices = []
        for v in nodes:
            unique = {id(x): i for i, x in node_operands(v)}.values()
            positions = list(unique) if distinct else [i for i, _ in node_operands(v)]
            choices.append([positions, positions[::-1]] if len(positions) > 1 else [positions])
        for choice in itertools.product(*choices):
            yield {id(v): positions for v, positions in zip(nodes, choice)}


def _permutations(y: Value) -> Iterator[list[Value]]:
    """The nodes with operands in any order, the result first; few nodes only."""
    below = [v for v in reversed(topological(y)) if v.op and v is not y]
    if len(below) <= 5:
        yield from ([y, *order] for order in itertools.permutations(below))
    else:
        yield [y, *below]


def _is_right(order: list[Value]) -> bool:
    place = {id(v): k for k, v in enumerate(order)}
    return all(
        place.get(id(x), len(order)) > k for k, v in enumerate(order) for _, x in node_operands(v)
    )


def _walk(y: Value, below: dict[int, list[int]], *, depth_first: bool) -> Schedule:
    """All pushes of a node, then its operands, without a set of visited nodes."""
    agenda, seen = [y], []
    while agenda:
        v = agenda.pop(0)
        seen.append(v)
        operands = [v.operands[i] for i in below[id(v)]]
        agenda = operands + agenda if depth_first else agenda + operands
    return pushes(seen)


def _recursion(y: Value, below: dict[int, list[int]]) -> Schedule:
    """A push to an operand, then that operand's own pushes, then the next operand."""
    schedule, agenda = [], [(y, i) for i in below[id(y)]]
    while agenda:
        v, i = agenda.pop(0)
        schedule.append((v, i))
        x = v.operands[i]
        agenda = [(x, j) for j in below[id(x)]] + agenda
    return schedule
