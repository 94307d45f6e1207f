"""Names: the nodes of a scene under names that tell them apart."""

from __future__ import annotations

from collections import Counter

from viz.scene.scene import Scene, ancestry


def distinct_names(scene: Scene) -> dict[str, str]:
    """Map the id of each node to its name, with the modules that tell it from other nodes.

    Where several nodes have the name "w.1", it becomes "neurons.3.w.1". Constants and folded
    boxes keep their names.

    >>> from microgradlike import Value
    >>> from viz.scene.scene import scene
    >>> distinct_names(scene(Value(3.0, "x") * 2))
    {'n1': 'x', 'n2_1': '2', 'n2': 'v2'}
    """
    around = ancestry(scene)
    names = {n.id: n.name for n in scene.nodes}
    modules = {
        n.id: ["" if c.name == c.kind else f"{c.name}." for c in around[n.cluster]]
        for n in scene.nodes
        if n.role not in ("constant", "folded")
    }
    while modules:
        counts = Counter(names.values())
        modules = {i: left for i, left in modules.items() if left and counts[names[i]] > 1}
        for i, left in modules.items():
            names[i] = left.pop() + names[i]
    return names
