"""Calls: many calls of a module in one frame."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from viz.fold.frames import Frames, Place, Turn
from viz.scene.scene import Scene, ancestry

FEW = 4  # calls of a module, or terms of a sum, that are drawn apart: more are a group


def merge_calls(frames: Frames) -> None:
    """Give the calls of a module one frame, its parameters in it, where there are many calls.

    The calls of a module that feeds itself by way of nodes outside of it stay apart.
    """
    numbers, apart = _numbers(frames.scene)
    while _place(frames, numbers, apart):
        try:
            TopologicalSorter(frames.dependencies()).prepare()
            return
        except CycleError as error:
            cycle = [frames.frames[x] for x in error.args[1] if x in frames.frames]
        merged = {frame.module for frame in cycle if not frame.call}
        if not merged:
            return
        apart |= merged


def _numbers(scene: Scene) -> tuple[dict[str, tuple[int, int]], set[str]]:
    """Number the calls of each module within the call around them, a call after those it needs.

    Returns the number and the count by id of a call, and the modules whose calls need each other.
    """
    around = ancestry(scene)
    siblings: dict[tuple[str | None, str], dict[str, set[str]]] = {}
    for c in sorted(scene.clusters, key=lambda c: c.call):
        siblings.setdefault((c.parent, c.module), {})[c.id] = set()
    cluster = {n.id: n.cluster for n in scene.nodes}
    for source, target in {(cluster[e.source], cluster[e.target]) for e in scene.edges}:
        pairs = zip(around[source], around[target])
        a, b = next(((a, b) for a, b in pairs if a is not b), (None, None))
        if a is not None and b is not None and a.module == b.module:
            siblings[b.parent, b.module][b.id].add(a.id)
    numbers: dict[str, tuple[int, int]] = {}
    mutual: set[str] = set()
    for (_, module), needs in siblings.items():
        order = list(needs)
        if len(order) > FEW:
            try:
                order = list(TopologicalSorter(needs).static_order())
            except CycleError:
                mutual.add(module)
        numbers |= {call: (i, len(order)) for i, call in enumerate(order, 1)}
    return numbers, mutual


def _place(frames: Frames, numbers: dict[str, tuple[int, int]], apart: set[str]) -> bool:
    """Make the frames of calls, and put every node into one; False if all calls stay apart."""
    clusters = frames.scene.clusters
    many = {c.module for c in clusters if numbers[c.id][1] > FEW} - apart
    frames.frames.clear()
    place_of: dict[str | None, Place] = {None: (None, None)}
    made: dict[tuple[str | None, str, str | int], str] = {}
    homes: dict[str | None, list[str]] = {}
    for c in clusters:
        parent, turn = place_of[c.parent]
        call, calls = numbers[c.id]
        merged = c.module in many
        key = (parent, c.module, 0 if merged else call if turn else c.id)
        home = made.setdefault(key, c.id)
        if home == c.id:
            frame = replace(c, parent=parent)
            if merged or turn:
                frame = replace(frame, call=0 if merged else call, calls=calls)
            frames.frames[home] = frame
            homes.setdefault(c.module, []).append(home)
        place_of[c.id] = home, Turn(home, call, calls, turn) if merged else turn
    for n in frames.scene.nodes:
        place = place_of[n.cluster]
        if n.module is not None and n.role == "parameter":
            place = _common(frames, homes[n.module], place[0]), place[1]
        frames.places[n.id] = place
    return bool(many)


def _common(frames: Frames, homes: list[str], within: str | None) -> str | None:
    """Find the innermost frame around those of a module that are `within` a frame."""
    paths = [path for home in homes if within in (None, *(path := frames.around(home)))]
    shared = [level[0] for level in zip(*paths) if len(set(level)) == 1]
    return shared[-1] if shared else None
