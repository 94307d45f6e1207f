"""Parts: runs of nodes that fold as modules do, of a graph with too much beside each other."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

from viz.fold.frames import Frames, Turn

ROOM = 60  # boxes of a first picture, at most
EACH = 6  # parts that a run is cut into, and nodes in the smallest ones


def cut_parts(frames: Frames) -> None:
    """Cut the content of each frame with more than a picture holds, unless it has turns.

    Runs of a topological order never form a cycle.
    """
    content: dict[str | None, list[str]] = defaultdict(list)
    turns: dict[str | None, set[Turn | None]] = defaultdict(set)
    for x in _in_order(frames):
        if x in frames.frames:
            content[frames.frames[x].parent].append(x)
        else:
            parent, turn = frames.places[x]
            content[parent].append(x)
            turns[parent].add(turn)
    for parent, items in content.items():
        if len(items) > ROOM and len(turns[parent]) <= 1:
            _cut(frames, items, parent)


def _in_order(frames: Frames) -> list[str]:
    """Order nodes and frames so that each comes after those beside it that it needs."""
    needs = frames.dependencies()
    order: list[str] = []
    closed: dict[str, bool] = {}  # False while its needs are being visited, then True
    stack = [*reversed(frames.frames), *reversed(frames.places)]
    while stack:
        x = stack.pop()
        done = closed.get(x)
        if done is None:
            closed[x] = False
            stack.append(x)
            stack.extend(need for need in sorted(needs.get(x, ())) if need not in closed)
        elif not done:
            closed[x] = True
            order.append(x)
    return order


def _cut(frames: Frames, items: list[str], parent: str | None) -> None:
    """Cut a run into parts, and those into smaller ones; part 3.2 is the second one in part 3."""
    waiting = [(items, parent, "part ")]
    while waiting:
        run, around, prefix = waiting.pop()
        size = max(EACH, math.ceil(len(run) / EACH))
        for k in range(0, len(run), size):
            name = f"{prefix}{k // size + 1}"
            home = frames.frame(name, name, around, name)
            part = run[k : k + size]
            if k + size < len(run):  # the last part, with the result, may start open
                frames.closed.add(home)
            if len(part) > 2 * EACH:
                waiting.append((part, home, f"{name}."))
                continue
            for x in part:
                if x in frames.frames:
                    frames.frames[x] = replace(frames.frames[x], parent=home)
                else:
                    frames.places[x] = home, frames.places[x][1]
