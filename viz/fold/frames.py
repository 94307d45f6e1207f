"""Frames: the places of nodes in nested frames, and the dependencies between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from viz.scene.scene import Cluster, Scene, SceneNode


@dataclass(frozen=True, slots=True)
class Turn:
    """Call number `call` of `calls` of the module in a frame; of a sum, a term.

    `around` is the turn of an outer frame that it belongs to, None if there is none.
    """

    frame: str
    call: int
    calls: int
    around: Turn | None
    is_term: bool = False


Place = tuple[str | None, Turn | None]  # the frame around a node, and its innermost turn
Way = list[tuple[str, Turn | None]]  # the frames around an item, with its turns in them, and itself


class Frames:
    """Frames of `scene` under construction, with the place of each node by its id.

    `frames` has those around a frame before the frame itself; `closed` has those that start
    folded, `chained` those in which a call uses an earlier one. `operands` and `users` list the
    ids at the other ends of a node's edges.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.nodes: dict[str, SceneNode] = {n.id: n for n in scene.nodes}
        self.operands: dict[str, list[str]] = {n.id: [] for n in scene.nodes}
        self.users: dict[str, list[str]] = {n.id: [] for n in scene.nodes}
        for e in scene.edges:
            self.operands[e.target].append(e.source)
            self.users[e.source].append(e.target)
        self.frames: dict[str, Cluster] = {}
        self.places: dict[str, Place] = {}
        self.closed: set[str] = set()
        self.chained: set[str] = set()
        self._made: dict[tuple[object, ...], str] = {}

    def frame(self, name: str, kind: str, parent: str | None, *key: object) -> str:
        """Find the frame with this key in `parent`, or make it; return its id."""
        made = self._made.setdefault((parent, *key), f"g{len(self._made) + 1}")
        self.frames.setdefault(made, Cluster(made, name, parent, kind, ""))
        return made

    def around(self, frame: str | None) -> tuple[str, ...]:
        """List the frames around a frame, the outermost first, and the frame itself."""
        path: list[str] = []
        while frame is not None:
            path.append(frame)
            frame = self.frames[frame].parent
        return tuple(reversed(path))

    def dependencies(self) -> dict[str, set[str]]:
        """List for each item, a node or frame, the items beside it that it is computed from.

        An edge from one turn of a frame to another is inside the frame.
        """
        paths = {place: self._path(place) for place in set(self.places.values())}
        needs: dict[str, set[str]] = defaultdict(set)
        self.chained = set()
        for node, operands in self.operands.items():
            end = [*paths[self.places[node]], (node, None)]
            for x in operands:
                a, b = _where_they_part([*paths[self.places[x]], (x, None)], end)
                if a == b:
                    self.chained.add(a)
                else:
                    needs[b].add(a)
        return needs

    def _path(self, place: Place) -> Way:
        frame, turn = place
        turns = {t.frame: t for t in turns_around(turn)}
        return [(name, turns.get(name)) for name in self.around(frame)]


def turns_around(turn: Turn | None) -> Iterator[Turn]:
    """Yield a turn and those around it."""
    while turn is not None:
        yield turn
        turn = turn.around


def _where_they_part(start: Way, end: Way) -> tuple[str, str]:
    """Find the two items beside each other that hold the ends of an edge; a frame for its turns."""
    return next(
        (a, b)
        for (a, turn), (b, other) in zip(start, end)
        if a != b or (turn and other and turn.call != other.call)
    )
