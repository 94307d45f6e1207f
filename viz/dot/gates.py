"""Gates: the points where lines cross the frames of modules, and the order of nodes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from viz.scene.scene import Scene, ancestry

NUMBERED = ("input", "parameter", "folded")  # the nodes whose names have an order
DIGITS = "0123456789"
Side = Literal["in", "out"]
Place = tuple[tuple[int, int, int], ...]


class Gate(NamedTuple):
    """A point on the frame of `cluster`: the output of `source` enters or leaves there.

    All lines from one source share a gate, so that one line crosses the frame.
    """

    cluster: str
    source: str
    side: Side

    @property
    def id(self) -> str:
        """The name of the gate, and of the line that ends in it, in DOT."""
        return f"gate_{self.cluster}_{self.source}"


def routes(scene: Scene) -> list[list[Gate]]:
    """List for each edge the gates that its line goes through, from source to target.

    >>> from microgradlike import Value, nn
    >>> from viz.scene.scene import scene
    >>> [[gate.id for gate in route] for route in routes(scene(nn.Neuron(1)([Value(2.0)])))]
    [[], ['gate_c1_n1'], [], [], []]
    """
    home = {n.id: n.cluster for n in scene.nodes}
    around = ancestry(scene)
    found = []
    for e in scene.edges:
        out, into = around[home[e.source]], around[home[e.target]]
        common = sum(a is b for a, b in zip(out, into))
        left = [Gate(c.id, e.source, "out") for c in reversed(out[common:])]
        found.append(left + [Gate(c.id, e.source, "in") for c in into[common:]])
    return found


def places(scene: Scene) -> dict[str, Place]:
    """Give each node a key by which nodes sort: layers.0 before layers.1, x0 before x1.

    Names that differ in the number at their end stand in its order, others in the order in which
    the formula of the result has them.
    """
    around = ancestry(scene)
    first: dict[tuple[str | None, str], int] = {}  # turn in the formula, by frame and name
    found: dict[str, Place] = {}
    for turn, node in enumerate(reversed(scene.nodes)):  # from the result, first operands first
        own = node.name.partition(" · ")[0] if node.role in NUMBERED else f"{node.id}."
        path = [(c.parent, c.name, c.call) for c in around[node.cluster]]
        place = []
        for frame, text, call in (*path, (node.cluster, own, turn)):
            stem = text.rstrip(DIGITS)
            number = int(text[len(stem) :][:9] or 0)
            place.append((first.setdefault((frame, stem), turn), number, call))
        found[node.id] = tuple(place)
    return found


def columns(scene: Scene, routes: list[list[Gate]]) -> list[list[str]]:
    """List the groups of leaves and boxes that stand in one column, and in order.

    Their lines go to the same boxes and frames, and no node of a group depends on another.
    """
    position = {n.id: i for i, n in enumerate(scene.nodes)}
    depth = dict.fromkeys(position, 0)
    for e in sorted(scene.edges, key=lambda e: position[e.target]):
        depth[e.target] = max(depth[e.target], depth[e.source] + 1)
    ahead: dict[str, set[str]] = {}
    boxes = {n.id for n in scene.nodes if n.fold is not None}
    for e, route in zip(scene.edges, routes):
        if route or e.target in boxes:
            ahead.setdefault(e.source, set()).add(route[0].cluster if route else e.target)
    groups: dict[object, list[str]] = {}
    for n in scene.nodes:
        if n.id in ahead and n.role in NUMBERED:
            key = n.cluster, depth[n.id], frozenset(ahead[n.id])
            groups.setdefault(key, []).append(n.id)
    return list(groups.values())
