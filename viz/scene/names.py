"""Names: the nodes of a scene under names that tell them apart."""

from __future__ import annotations

from collections import Counter

from viz.scene.scene import Scene


def distinct_names(scene: Scene) -> dict[str, str]:
    """Map the id of each node to its name, with the modules that tell it from other nodes.

    Where several nodes have the name "w.1", it becomes "neurons.3.w.1". Constants and folded
    boxes keep their names.

    >>> from microgradlike import Value
    >>> from viz.scene.scene import scene
    >>> distinct_names(scene(Value(3.0, "x") * 2))
    {'n1': 'x', 'n2_1': '2', 'n2': 'v2'}
    """
    clusters = {c.id: c for c in scene.clusters}
    names = {n.id: n.name for n in scene.nodes}
    around = {
        n.id: n.cluster for n in scene.nodes if n.role not in ("constant", "folded") and n.cluster
    }
    while around:
        counts = Counter(names.values())
        around = {i: c for i, c in around.items() if counts[names[i]] > 1}
        for i, c in list(around.items()):
            cluster = clusters[c]
            if cluster.name != cluster.kind:
                names[i] = f"{cluster.name}.{names[i]}"
            if cluster.parent is None:
                del around[i]
            else:
                around[i] = cluster.parent
    return names
