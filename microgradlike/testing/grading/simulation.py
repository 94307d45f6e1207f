"""Simulation: the numbers that an engine with mistakes gives for a small expression.

A backward pass is a schedule: a list of pushes, each from a node to one of its operands. A mistake
changes the formula of a value, the schedule, or the number that is pushed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from microgradlike.engine import Value
from microgradlike.graph import node_operands, topological
from microgradlike.op import Number

Schedule = list[tuple[Value, int]]  # a node, and the position of the operand that it pushes to
Graph = tuple[Value, dict[str, Value]]  # the result, and the leaves by name
Rewrites = dict[str, Callable[..., Number]]


# forms that learners build an operation from; each may hold or not, and applies to those before it
FORMS: tuple[Rewrites, ...] = (
    {
        "sqrt": lambda x: x**0.5,
        "sigmoid": lambda x: 1.0 / (1.0 + (-x).exp()),
        "tanh": lambda x: ((e := (2.0 * x).exp()) - 1.0) / (e + 1.0),
    },
    {"sub": lambda a, b: a + -b, "div": lambda a, b: a * b**-1.0},
    {"neg": lambda x: x * -1.0},
    {  # a number on the left goes to the right
        "add": lambda a, b: b + a if isinstance(a, float) else a + b,
        "mul": lambda a, b: b * a if isinstance(a, float) else a * b,
    },
)


@dataclass(frozen=True)
class Mistake:
    """A mistake: its name, the reason that it is one, the way out, and its changes.

    `rewrite` has other formulas for values. `schedules` lists backward passes of a result; without
    `adds` each push replaces the one before. For a partial p and an upstream gradient g,
    `push(p, g, y, *operands)` is sent to the operands of `primitive` at `positions`, the receiver
    first; an empty primitive stands for all.
    """

    name: str
    why: str = ""
    way_out: str = ""
    rewrite: Rewrites = field(default_factory=dict)
    schedules: Callable[[Value], Iterable[Schedule]] | None = None
    adds: bool = True
    push: Callable[..., float] | None = None
    primitive: str = ""
    positions: tuple[int, ...] = (0, 1)

    @property
    def advice(self) -> str:
        """The reason and the way out, on two lines of a report."""
        return f"  Why: {self.why}.\n  Way out: {self.way_out}."


def simulated(graph: Graph, mistakes: tuple[Mistake, ...]) -> Iterator[dict[str, float]]:
    """The value and gradients that an engine with these mistakes may give, one per variant."""
    adds = all(m.adds for m in mistakes)
    schedules = next((m.schedules for m in mistakes if m.schedules), right_orders)
    most = 1 if adds and schedules is right_orders else None  # all of them give the same sums
    for mistake in mistakes:
        graph = rebuilt(graph, mistake.rewrite)
    for y, leaves in variants(graph):
        for schedule in itertools.islice(schedules(y), most):
            grads = backward(y, schedule, mistakes, adds=adds)
            yield numbers(y, {name: grads.get(id(x), 0.0) for name, x in leaves.items()})


def numbers(y: Value, grads: dict[str, float]) -> dict[str, float]:
    """The value of a result and the gradients of its leaves, under the names of a report."""
    return {"value": y.data, **{f"{name}.grad": g for name, g in grads.items()}}


def backward(
    y: Value, schedule: Schedule, mistakes: tuple[Mistake, ...], *, adds: bool
) -> dict[int, float]:
    """The gradients, by id, after the pushes of a schedule."""
    grads = {id(y): 1.0}
    for v, i in schedule:
        x = v.operands[i]
        before = grads.get(id(x), 0.0) if adds else 0.0
        grads[id(x)] = before + _push(v, i, grads.get(id(v), 0.0), mistakes)
    return grads


def _push(v: Value, i: int, g: float, mistakes: tuple[Mistake, ...]) -> float:
    operands = [x.data if isinstance(x, Value) else x for x in v.operands]
    assert v.op is not None
    p = v.op.partials[i](v.data, *operands)
    for m in mistakes:
        if m.push and m.primitive in ("", v.op.name) and i in m.positions:
            return float(m.push(p, g, v.data, *operands[i:], *operands[:i]))
    return float(p * g)


def variants(graph: Graph) -> list[Graph]:
    """A graph as it is, and with each of the forms that occur in it."""
    graphs = [graph]
    for form in FORMS:
        graphs += [new for old in graphs if (new := rebuilt(old, form)) is not old]
    return graphs


def rebuilt(graph: Graph, rewrite: Rewrites) -> Graph:
    """A graph with other formulas for some primitives; itself if none of them occurs."""
    y, leaves = graph
    nodes = topological(y)
    if not any(v.op and v.op.name in rewrite for v in nodes):
        return graph
    new: dict[int, Number] = {}
    for v in nodes:
        operands = [new.get(id(x), x) for x in v.operands]
        new[id(v)] = rewrite.get(v.op.name, v.op)(*operands) if v.op else Value(v.data)
    return new[id(y)], {name: new.get(id(x), x) for name, x in leaves.items()}


def pushes(nodes: Iterable[Value]) -> Schedule:
    """The pushes of each node in turn."""
    return [(v, i) for v in nodes for i, _ in node_operands(v)]


def descents(y: Value, *, breadth_first: bool = False) -> Iterator[Schedule]:
    """Descents from `y` along every path, for each order of the operands of its nodes.

    This is recursion without a set of visited nodes. A set of operands has equal ones once.
    """
    choices = []
    for first, *others in filter(None, (pushes([v]) for v in topological(y))):
        distinct = [(v, i) for v, i in others if v.operands[i] is not v.operands[first[1]]]
        ways = [[first, *others], [*distinct, first]]
        choices.append(ways if others else ways[:1])
    for choice in itertools.product(*choices):
        below = {id(steps[0][0]): steps for steps in choice}
        agenda, schedule = below.get(id(y), []), []
        while agenda:
            (v, i), *agenda = agenda
            schedule.append((v, i))
            more = below.get(id(v.operands[i]), [])
            agenda = agenda + more if breadth_first else more + agenda
        yield schedule


def visited(y: Value, schedule: Schedule) -> list[Value]:
    """The nodes that a descent comes to, in its order, as often as it does."""
    return [y, *(x for v, i in schedule if isinstance(x := v.operands[i], Value))]


def once_per_path(y: Value) -> Iterator[Schedule]:
    """Orders in which a node stands once for each path to it."""
    return (pushes(visited(y, descent)) for descent in descents(y))


def right_orders(y: Value) -> Iterator[Schedule]:
    """Orders with users before operands: a node stands where a descent comes to it last."""
    for descent in descents(y):
        last = {id(v): v for v in reversed(visited(y, descent))}
        yield pushes(reversed(last.values()))


def wrong_orders(y: Value) -> Iterator[Schedule]:
    """Orders in which a node may push before it has its whole gradient, or push again."""
    below = [v for v in reversed(topological(y)) if v.op and v is not y]
    for order in itertools.permutations(below) if len(below) <= 5 else [below]:
        yield pushes([y, *order])
    yield from descents(y)
    yield from (pushes(visited(y, steps)) for steps in descents(y, breadth_first=True))


def once_per_operand(y: Value) -> Iterator[Schedule]:
    """A push to each distinct operand."""
    schedule = pushes(reversed(topological(y)))
    yield list({(id(v), id(v.operands[i])): (v, i) for v, i in schedule}.values())
