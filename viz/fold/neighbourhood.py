"""Cut: a scene without what lies far from one of its nodes; boxes tell how much that was."""

from __future__ import annotations

from collections import deque

from viz.fold.collapse import Box, regroup
from viz.scene.scene import Scene, SceneNode

Neighbours = dict[str, list[str]]
MOST_PARTS = 16  # boxes that a cut leaves behind: one for each connected part, while that is few


def cut(scene: Scene, start: str, *, max_nodes: int, hops: int | None = None) -> Scene:
    """At most `max_nodes` nodes of `scene`, the nearest to node `start`, at most `hops` edges away.

    Without `hops`, distance is counted from users to operands only, and boxes of modules stay.
    Among equally near nodes those with the largest gradients stay.
    """
    parts = max(1, min(MOST_PARTS, max_nodes // 8))
    distance = _distances(scene, start, hops)
    near = [n for n in scene.nodes if n.id in distance]
    if len(near) == len(scene.nodes) <= max_nodes:
        return scene
    modules = {n.id for n in near if n.fold is not None and hops is None}
    if len(modules) > max_nodes // 2:
        modules = set()
    near.sort(key=lambda n: (n.id != start, n.id not in modules, distance[n.id], -_size(n)))
    shown = {n.id for n in near[: max_nodes - parts]}
    boxes: dict[str, Box] = {}
    for i, part in enumerate(_parts(scene, shown, parts), 1):
        if len(part) == 1:
            continue  # a box of one node says less than the node
        clusters = {n.cluster for n in part}
        box = Box(f"part{i}", "", clusters.pop() if len(clusters) == 1 else None)
        boxes.update((n.id, box) for n in part)
    return regroup(scene, boxes)


def _size(n: SceneNode) -> float:
    size = abs(n.grad or 0.0)
    return size if size == size else 0.0


def _distances(scene: Scene, start: str, hops: int | None) -> dict[str, int]:
    """The number of edges from `start`. A constant is as near as its user: it is part of it."""
    constants = {n.id for n in scene.nodes if n.role == "constant"}
    neighbours = _neighbours(scene, both_ways=hops is not None)
    distance = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in neighbours[here]:
            far = distance[here] + (there not in constants)
            if there not in distance and (hops is None or far <= hops):
                distance[there] = far
                queue.append(there)
    return distance


def _neighbours(scene: Scene, *, both_ways: bool) -> Neighbours:
    table: Neighbours = {n.id: [] for n in scene.nodes}
    for e in scene.edges:
        table[e.target].append(e.source)
        if both_ways:
            table[e.source].append(e.target)
    return table


def _parts(scene: Scene, shown: set[str], most: int) -> list[list[SceneNode]]:
    """What is not shown, in at most `most` parts: connected ones where those are few enough.

    Nothing in a part depends on the part by way of a node that is shown, so no arrow goes back.
    """
    level = _levels(scene, shown)
    neighbours = _neighbours(scene, both_ways=True)
    part_of: dict[str, int] = {}
    connected: dict[int, list[SceneNode]] = {}
    for node in scene.nodes:
        if node.id in level:
            if node.id not in part_of:
                _flood(node.id, len(connected), neighbours, level, part_of)
            connected.setdefault(part_of[node.id], []).append(node)
    if len(connected) <= most:
        return list(connected.values())
    stages: dict[int, list[SceneNode]] = {}
    for node in scene.nodes:
        if node.id in level:
            stages.setdefault(min(level[node.id], most - 1), []).append(node)
    return list(stages.values())


def _levels(scene: Scene, shown: set[str]) -> dict[str, int]:
    """For each hidden node, how often the graph below it changes from shown to hidden, at most.

    A leaf that only hidden nodes use goes with the first of them.
    """
    operands = _neighbours(scene, both_ways=False)
    level: dict[str, int] = {}
    for node in scene.nodes:
        into = node.id not in shown
        level[node.id] = max(
            (level.get(x, 0) + (into and x in shown) for x in operands[node.id]), default=0
        )
    users: Neighbours = {}
    for e in scene.edges:
        users.setdefault(e.source, []).append(e.target)
    for name, sources in operands.items():
        if not sources and name in users and shown.isdisjoint(users[name]):
            level[name] = min(level[user] for user in users[name])
    return {name: stage for name, stage in level.items() if name not in shown}


def _flood(
    start: str, number: int, neighbours: Neighbours, level: dict[str, int], part_of: dict[str, int]
) -> None:
    part_of[start] = number
    stack = [start]
    while stack:
        for there in neighbours[stack.pop()]:
            if there not in part_of and level.get(there) == level[start]:
                part_of[there] = number
                stack.append(there)
