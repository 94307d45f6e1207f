"""Neighborhood: the part of a scene near one node; boxes stand for the rest."""

from __future__ import annotations

import math
from collections import deque

from viz.fold.collapse import Box, collapse
from viz.scene.scene import Scene, SceneNode

Neighbours = dict[str, list[str]]
MOST_PARTS = 16  # boxes for the rest: one per connected part, while these are few


def neighbourhood(scene: Scene, start: str, *, max_nodes: int, hops: int | None = None) -> Scene:
    """Keep at most `max_nodes` nodes of `scene`, the nearest to `start` within `hops` edges.

    Without `hops`, distance is counted from users to operands only, and boxes of modules are kept.
    Among equally near nodes, those with the largest gradients are kept.
    """
    most_parts = max(1, min(MOST_PARTS, max_nodes // 8))
    distance = _distances(scene, start, hops)
    near = [n for n in scene.nodes if n.id in distance]
    if len(near) == len(scene.nodes) <= max_nodes:
        return scene
    modules = {n.id for n in near if n.fold is not None and hops is None}
    if len(modules) > max_nodes // 2:
        modules = set()
    near.sort(key=lambda n: (n.id != start, n.id not in modules, distance[n.id], -_abs_grad(n)))
    shown = {n.id for n in near[: max_nodes - most_parts]}
    boxes: dict[str, Box] = {}
    for i, part in enumerate(_hidden_parts(scene, shown, most_parts), 1):
        if len(part) == 1:
            continue  # a box of one node says less than the node
        clusters = {n.cluster for n in part}
        box = Box(f"part{i}", "", clusters.pop() if len(clusters) == 1 else None)
        boxes.update((n.id, box) for n in part)
    return collapse(scene, boxes)


def _abs_grad(n: SceneNode) -> float:
    size = abs(n.grad or 0.0)
    return 0.0 if math.isnan(size) else size


def _distances(scene: Scene, start: str, hops: int | None) -> dict[str, int]:
    """Count the edges from `start`; a constant is as near as its user."""
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


def _hidden_parts(scene: Scene, shown: set[str], most: int) -> list[list[SceneNode]]:
    """Divide the hidden nodes into at most `most` parts, connected ones if these are few enough.

    No node of a part depends on the same part by way of a visible node, so no arrow goes back.
    """
    stage = _stages(scene, shown)
    neighbours = _neighbours(scene, both_ways=True)
    part_of: dict[str, int] = {}
    connected: dict[int, list[SceneNode]] = {}
    for node in scene.nodes:
        if node.id in stage:
            if node.id not in part_of:
                _flood_part(node.id, len(connected), neighbours, stage, part_of)
            connected.setdefault(part_of[node.id], []).append(node)
    if len(connected) <= most:
        return list(connected.values())
    by_stage: dict[int, list[SceneNode]] = {}
    for node in scene.nodes:
        if node.id in stage:
            by_stage.setdefault(min(stage[node.id], most - 1), []).append(node)
    return list(by_stage.values())


def _stages(scene: Scene, shown: set[str]) -> dict[str, int]:
    """Find for each hidden node the most changes from shown to hidden on a path below it.

    A leaf that only hidden nodes use gets the stage of the first of them.
    """
    operands = _neighbours(scene, both_ways=False)
    stage: dict[str, int] = {}
    for node in scene.nodes:
        hidden = node.id not in shown
        stage[node.id] = max(
            (stage.get(x, 0) + (hidden and x in shown) for x in operands[node.id]), default=0
        )
    users: Neighbours = {}
    for e in scene.edges:
        users.setdefault(e.source, []).append(e.target)
    for name, sources in operands.items():
        if not sources and name in users and shown.isdisjoint(users[name]):
            stage[name] = min(stage[user] for user in users[name])
    return {name: number for name, number in stage.items() if name not in shown}


def _flood_part(
    start: str, number: int, neighbours: Neighbours, stage: dict[str, int], part_of: dict[str, int]
) -> None:
    """Assign part `number` to the hidden nodes of one stage that are connected to `start`."""
    part_of[start] = number
    stack = [start]
    while stack:
        for there in neighbours[stack.pop()]:
            if there not in part_of and stage.get(there) == stage[start]:
                part_of[there] = number
                stack.append(there)
