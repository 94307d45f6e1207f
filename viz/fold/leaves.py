"""Leaves: inputs and weights that only one call or one term needs, beside it."""

from __future__ import annotations

from dataclasses import replace

from viz.fold.calls import FEW
from viz.fold.frames import Frames, Place, Turn, turns_around
from viz.fold.sums import MANY


def place_leaves(frames: Frames) -> None:
    """Put a leaf into the turn that needs it: a weight beside its term, inputs in their own frame.

    Many inputs that only frames need get a frame, too. A leaf needs nothing, so no frame of leaves
    can feed itself.
    """
    inputs: dict[tuple[str | None, str | None], dict[str, Turn | None]] = {}
    for n in frames.scene.nodes:
        parent, around = frames.places[n.id]
        users = [frames.places[x] for x in frames.users[n.id]]
        if n.op or n.role == "constant" or any(place[0] == parent for place in users):
            continue
        turn = _common_turn({_turn_below(frames, place, parent) for place in users}, around)
        if n.role == "input":
            inputs.setdefault((parent, turn.frame if turn else None), {})[n.id] = turn
        elif turn is not None:
            frames.places[n.id] = turn.frame, turn
    for (parent, frame), found in inputs.items():
        if len(set(found.values())) > FEW or (frame is None and len(found) > MANY):
            home = frames.frame("inputs", "inputs", parent, "inputs", frame)
            for x, turn in found.items():
                frames.places[x] = home, turn and replace(turn, frame=home, is_term=False)
            if frame is None:
                frames.closed.add(home)


def _common_turn(turns: set[Turn | None], around: Turn | None) -> Turn | None:
    """Find the one call that all of `turns` are, such as term 3 in every call of a neuron."""
    if len({turn and (turn.frame, turn.call) for turn in turns}) != 1:
        return None
    turn = turns.pop()
    return replace(turn, around=around) if turn and turns else turn


def _turn_below(frames: Frames, place: Place, parent: str | None) -> Turn | None:
    """Find the turn of a node in a frame that stands directly in `parent`."""
    inside = (t for t in turns_around(place[1]) if frames.frames[t.frame].parent == parent)
    return next(inside, None)
