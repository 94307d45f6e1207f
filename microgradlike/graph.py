"""Order, leaves, users and paths of a graph of any nodes with `.op` and `.operands`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from microgradlike.op import Number, Op


class Node(Protocol):
    """A node: `op` is None for a leaf; `operands` are nodes, and floats for plain numbers."""

    @property
    def op(self) -> Op | None:
        """The primitive, or None."""

    @property
    def operands(self) -> tuple[Number, ...]:
        """The operands in order."""


N = TypeVar("N", bound=Node)


def topological(*roots: N) -> list[N]:
    """The roots and every node they depend on, each once, operands before their users.

    Iterative, and the same order on every run: depth first, the last operand first.

    >>> from microgradlike import Value
    >>> x = Value(3.0, "x"); y = x * x; z = y + x
    >>> [v.label or v.op.name for v in topological(z)]
    ['x', 'mul', 'add']
    """
    order: list[N] = []
    closed: dict[int, bool] = {}  # id -> False while its operands are being visited, then True
    stack = list(reversed(roots))
    while stack:
        v = stack.pop()
        done = closed.get(id(v))
        if done is None:
            closed[id(v)] = False
            stack.append(v)
            stack.extend(
                [x for x in v.operands if not isinstance(x, float) and id(x) not in closed]
            )
        elif not done:
            closed[id(v)] = True
            order.append(v)
    return order


def node_operands(v: N) -> Iterator[tuple[int, N]]:
    """The operands of `v` that are nodes, each with its position.

    >>> from microgradlike import Value
    >>> x = Value(3.0, "x")
    >>> [(i, a.label) for i, a in node_operands(2 * x)]
    [(1, 'x')]
    """
    for i, x in enumerate(v.operands):
        if not isinstance(x, float):
            yield i, x


def leaves(*roots: N) -> list[N]:
    """The nodes without operands that the roots depend on, in topological order.

    >>> from microgradlike import Value
    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> [v.label for v in leaves(w * x + x)]
    ['x', 'w']
    """
    return [v for v in topological(*roots) if v.op is None]


def users(*roots: N) -> dict[int, list[tuple[N, int]]]:
    """The users of each node, by its id: pairs of a user and the position of the operand there.

    >>> from microgradlike import Value
    >>> x = Value(3.0); y = x * x
    >>> [(user is y, position) for user, position in users(y)[id(x)]]
    [(True, 0), (True, 1)]
    """
    order = topological(*roots)
    table: dict[int, list[tuple[N, int]]] = {id(v): [] for v in order}
    for user in order:
        for position, operand in node_operands(user):
            table[id(operand)].append((user, position))
    return table


def path_to(root: N, node: N) -> list[N]:
    """A shortest path of nodes from `node` up to `root`, both included; empty if there is none.

    >>> from microgradlike import Value
    >>> x = Value(3.0, "x"); y = (x * x).exp()
    >>> [v.label or v.op.name for v in path_to(y, x)]
    ['x', 'mul', 'exp']
    """
    above: dict[int, N | None] = {id(root): None}
    level = [root]
    while level and id(node) not in above:
        below: list[N] = []
        for user in level:
            for _, x in node_operands(user):
                if id(x) not in above:
                    above[id(x)] = user
                    below.append(x)
        level = below
    if id(node) not in above:
        return []
    path: list[N] = []
    step: N | None = node
    while step is not None:
        path.append(step)
        step = above[id(step)]
    return path


def count_paths(root: N, node: N) -> int:
    """The number of paths from `node` to `root`, an exact integer however many there are.

    >>> from microgradlike import Value
    >>> x = y = Value(1.0)
    >>> for _ in range(100): y = y + y
    >>> count_paths(y, x) == 2 ** 100
    True
    """
    paths: dict[int, int] = {id(node): 1}
    for v in topological(root):
        if v is not node:
            paths[id(v)] = sum(paths.get(id(x), 0) for _, x in node_operands(v))
    return paths.get(id(root), 0)
