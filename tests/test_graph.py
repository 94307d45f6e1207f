"""The order of a graph and what can be read off it, against brute force."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, graph


@st.composite
def dags(draw):
    """A list of nodes: leaves, then results of earlier nodes, with sharing and plain numbers."""
    nodes = [Value(1.0, f"x{i}") for i in range(draw(st.integers(1, 3)))]
    for _ in range(draw(st.integers(1, 12))):
        a, b = (nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(2))
        nodes.append(draw(st.sampled_from([a + b, a * 2.0, 3.0 - b, a.sin(), a.clip(0, b)])))
    return nodes


def below(root):
    """Every node the root depends on, by plain recursion."""
    found = {id(root): root}
    for _, x in graph.node_operands(root):
        found.update(below(x))
    return found


@given(dags())
def test_topological_has_every_node_once_with_operands_first(nodes):
    order = graph.topological(nodes[-1])
    assert {id(v) for v in order} == set(below(nodes[-1]))
    assert len({id(v) for v in order}) == len(order)
    place = {id(v): i for i, v in enumerate(order)}
    assert all(place[id(x)] < place[id(v)] for v in order for _, x in graph.node_operands(v))
    assert order[-1] is nodes[-1]


@given(dags())
def test_several_roots_share_one_order(nodes):
    order = graph.topological(*nodes, nodes[-1])
    assert sorted(map(id, order)) == sorted(set(map(id, nodes)))


def test_roots_are_ordered_as_they_are_given():
    roots = [Value(float(i)) for i in range(40)]
    assert graph.topological(*roots) == roots


def test_no_roots_no_nodes():
    assert graph.topological() == []


@given(dags())
def test_leaves_are_the_nodes_without_op(nodes):
    assert graph.leaves(nodes[-1]) == [v for v in graph.topological(nodes[-1]) if v.op is None]


@given(dags())
def test_uses_lists_every_edge_once(nodes):
    table = graph.users(nodes[-1])
    edges = [
        (id(x), id(v), i) for v in below(nodes[-1]).values() for i, x in graph.node_operands(v)
    ]
    listed = [(x, id(user), i) for x, users in table.items() for user, i in users]
    assert sorted(edges) == sorted(listed)
    assert set(table) == set(below(nodes[-1]))


def paths(root, node):
    """Every path from root down to node, by plain recursion."""
    if root is node:
        return [[node]]
    return [[root, *p] for _, x in graph.node_operands(root) for p in paths(x, node)]


@given(dags())
def test_paths_are_counted_and_the_shortest_is_found(nodes):
    root, node = nodes[-1], nodes[0]
    every = paths(root, node)
    assert graph.count_paths(root, node) == len(every)
    path = graph.path_to(root, node)
    assert len(path) == min(map(len, every), default=0)
    assert all(any(x is a for _, x in graph.node_operands(b)) for a, b in pairwise(path))
    if path:
        assert (path[0], path[-1]) == (node, root)


def test_a_node_that_is_not_below_has_no_path():
    x, y = Value(1.0), Value(2.0)
    assert graph.path_to(x * 2, y) == []
    assert graph.count_paths(x * 2, y) == 0
    assert graph.count_paths(x, x) == 1
    assert graph.path_to(x, x) == [x]


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_path_counts_are_exact_however_large(n):
    x = y = Value(1.0)
    for _ in range(n):
        y = y + y
    assert graph.count_paths(y, x) == 2**n


def test_the_order_does_not_depend_on_addresses():
    def build(seed):
        rng = random.Random(seed)
        nodes = [Value(float(i), str(i)) for i in range(5)]
        for i in range(100):
            nodes.append(rng.choice(nodes) * rng.choice(nodes))
            nodes[-1].label = f"n{i}"
        return [v.label for v in graph.topological(nodes[-1], nodes[-2])]

    garbage = [build(3)]
    assert all(build(3) == garbage[0] for _ in range(5))
