"""The brute force that the state machine is held against: derivatives as sums over paths.

A Node knows nothing of the library but the operations' values. Its derivative is the sum, over all
paths, of the product of partials, path by path and without a memory of what was visited. Numbers
are small and whole and degrees bounded, so doubles are exact.
"""

import operator
from dataclasses import dataclass

import pytest
from hypothesis import given

from microgradlike import ops, unary
from tests.derivatives.test_linear_map import SMALL

ARMED = []


class Refusal(Exception):
    pass


def blow(y, x):
    if ARMED:
        raise ARMED[0]
    return 1.0


FUSE = unary("fuse", lambda x: x, blow)
# by name: the operation; its partials, at the numbers that stand in the nodes
OPERATIONS = {
    "add": (operator.add, lambda y, a, b: (1, 1)),
    "sub": (operator.sub, lambda y, a, b: (1, -1)),
    "mul": (operator.mul, lambda y, a, b: (b, a)),
    "max": (ops.maximum, lambda y, a, b: (((a > b) + (a >= b)) / 2, ((b > a) + (b >= a)) / 2)),
    "neg": (operator.neg, lambda y, a: (-1,)),
    "relu": (ops.relu, lambda y, a: (float(y > 0),)),
    "fuse": (FUSE, lambda y, a: (1,)),
}
LARGEST = 3.0  # the largest leaf that SMALL draws


@dataclass(eq=False)
class Node:
    """The model of a Value; `size`, `degree` and `ties` bound the digits of its slopes."""

    value: object
    data: float
    op: str = ""
    operands: tuple = ()
    grad: float = 0.0
    reached: bool = False
    size: float = LARGEST
    degree: int = 1
    ties: int = 0
    paths: int = 1

    def partials(self):
        at = [x.data if isinstance(x, Node) else x for x in self.operands]
        slopes = OPERATIONS[self.op][1](self.data, *at) if self.op else ()
        return [(x, p) for x, p in zip(self.operands, slopes) if isinstance(x, Node)]


def slope(root, x):
    """d(root)/dx: the sum over paths, without a memory of what was visited."""
    if root is x:
        return 1
    return sum(p * slope(operand, x) for operand, p in root.partials())


def curvature(root, x, z):
    """d²(root)/dx dz, for leaves."""
    bends = 0
    if root.op == "mul":
        a, b = (o if isinstance(o, Node) else Node(None, o) for o in root.operands)
        bends = slope(a, x) * slope(b, z) + slope(b, x) * slope(a, z)
    return bends + sum(p * curvature(operand, x, z) for operand, p in root.partials())


def below(root):
    found, stack = {id(root): root}, [root]
    while stack:
        for x in stack.pop().operands:
            if isinstance(x, Node) and id(x) not in found:
                found[id(x)] = x
                stack.append(x)
    return list(found.values())


def made(value, data, op, operands):
    """The Node of a result, or None where slopes might have more digits than a double."""
    parts = [x if isinstance(x, Node) else Node(None, x, degree=0, paths=0) for x in operands]
    sizes, degrees = [x.size for x in parts], [x.degree for x in parts]
    product = op == "mul"
    node = Node(
        value, data, op, operands,
        size=sizes[0] * sizes[1] if product else sum(sizes),
        degree=sum(degrees) if product else max(degrees),
        ties=max(x.ties for x in parts) + (op == "max"),
        paths=sum(x.paths for x in parts),
    )  # fmt: skip
    fits = node.size < 2**20 and node.degree <= 6 and node.ties <= 4 and node.paths <= 200
    return node if fits else None


# the brute force itself, against derivatives by hand


def leaf(x):
    return Node(None, x)


def result(op, *operands):
    at = [x.data if isinstance(x, Node) else x for x in operands]
    return made(None, OPERATIONS[op][0](*at), op, operands)


@given(SMALL, SMALL)
def test_slopes_and_curvatures_of_a_polynomial_are_those_by_hand(a, b):
    x, y = leaf(a), leaf(b)
    square = result("mul", x, x)
    root = result("sub", result("mul", square, y), result("neg", result("mul", 3.0, x)))
    assert root.data == a * a * b + 3 * a
    assert (slope(root, x), slope(root, y), slope(root, square)) == (2 * a * b + 3, a * a, b)
    assert curvature(root, x, x) == 2 * b
    assert curvature(root, x, y) == curvature(root, y, x) == 2 * a
    assert curvature(root, y, y) == 0
    assert {id(v) for v in below(root)} >= {id(x), id(y), id(square), id(root)}


def test_kinks_are_as_the_edge_table_says():
    zero, tie = leaf(0.0), leaf(2.0)
    assert slope(result("relu", zero), zero) == 0
    assert slope(result("max", tie, 2.0), tie) == 0.5
    assert slope(result("max", tie, tie), tie) == 1


def test_what_might_not_be_exact_is_left_out():
    x = leaf(3.0)
    power = x
    while (grown := result("mul", power, x)) is not None:
        power = grown
    assert power.data == 3.0**6


def test_an_armed_fuse_raises_in_its_partial_only():
    ARMED.append(Refusal)
    try:
        assert FUSE(2.0) == 2.0
        with pytest.raises(Refusal):
            FUSE.partials[0](2.0, 2.0)
    finally:
        ARMED.clear()
    assert FUSE.partials[0](2.0, 2.0) == 1.0
