"""Groups: alike parts of a scene in one frame, which shows one call, or one term, at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from viz.fold.calls import merge_calls
from viz.fold.frames import Frames, Turn, turns_around
from viz.fold.leaves import place_leaves
from viz.fold.parts import ROOM, cut_parts
from viz.fold.sums import fold_sums
from viz.scene.scene import Scene, SceneNode


@dataclass(frozen=True, slots=True)
class Groups:
    """The frames of a scene, and the turns in them.

    `scene` has frames in place of clusters, `turns` the innermost turn by the id of a node.
    `closed` has the ids of frames that start folded, `chained` those in which a call uses an
    earlier one. Frames with the same number in `choices` show the same call: that of a model, and
    its term in the loss.
    """

    scene: Scene
    turns: dict[str, Turn] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    chained: frozenset[str] = frozenset()
    choices: dict[str, int] = field(default_factory=dict)


def groups(scene: Scene, *, cut: bool = False) -> Groups:
    """Group the calls of modules and the terms of sums; `cut` the rest into parts, too."""
    frames = Frames(scene)
    merge_calls(frames)
    fold_sums(frames)
    place_leaves(frames)
    if cut:
        cut_parts(frames)
    nodes = tuple(_placed(frames, n) for n in scene.nodes)
    ordered = dict.fromkeys(x for frame in frames.frames for x in frames.around(frame))
    clusters = tuple(frames.frames[x] for x in ordered)
    return Groups(
        replace(scene, nodes=nodes, clusters=clusters),
        {x: turn for x, (_, turn) in frames.places.items() if turn is not None},
        frozenset(frames.closed),
        frozenset(frames.chained),
        _choices(frames),
    )


def page_groups(scene: Scene) -> Groups:
    """Group a scene that has no room in a first picture, so that folded, it has."""
    return Groups(scene) if len(scene.nodes) <= ROOM else groups(scene, cut=True)


def _placed(frames: Frames, n: SceneNode) -> SceneNode:
    """Put a node into its frame, with the name that a parameter has there."""
    frame = frames.places[n.id][0]
    if frame == n.cluster:
        return n
    name = n.name
    names = [frames.frames[x].name for x in frames.around(frame)] if n.role == "parameter" else []
    for k in range(len(names)):
        name = name.removeprefix(".".join([*names[k:], ""]))
    return replace(n, cluster=frame, name=name)


def _choices(frames: Frames) -> dict[str, int]:
    """Number the choices: one for the frames within the same calls that have as many themselves."""
    choices: dict[str, int] = {}
    number: dict[tuple[str, int], int] = {}
    inner = dict.fromkeys(turn for _, turn in frames.places.values())
    for t in dict.fromkeys(t for turn in inner for t in turns_around(turn)):
        key = t.around.frame if t.around else "", t.calls
        choices.setdefault(t.frame, number.setdefault(key, len(number)))
    return choices
