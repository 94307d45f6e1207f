"""Plan: a way to fold the modules of a scene; `plans` lists them from fine to coarse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from viz.fold.collapse import Box
from viz.fold.frames import Turn, turns_around
from viz.fold.groups import Groups, groups
from viz.scene.scene import Cluster, Scene, ancestry


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to fold `scene`: `boxes` by node, and a `note` that names it."""

    scene: Scene
    boxes: dict[str, Box]
    note: str


def plans(scene: Scene, depth: int | None, focus: str | None) -> Iterator[Plan]:
    """Yield the plan for `depth`, or for each depth, the deepest first.

    Each call of a module gets a box; the calls of a batch share one. Of a large sum, the first term
    is drawn, and a box for the others. The modules around node `focus` stay open and their calls
    apart.
    """
    grouped = groups(scene) if focus is None else Groups(scene)
    whole = grouped.scene
    outermost = {x: [*turns_around(turn)][-1] for x, turn in grouped.turns.items()}
    terms = {x: t for x, t in outermost.items() if t.is_term}
    sums = {t.frame: t for t in terms.values()}
    others = {x: _other_terms(t) for x, t in terms.items() if t.call > 1}
    closed = grouped.chained | {c.id for c in whole.clusters if not c.module and c.id not in sums}
    together = "" if all(c.call for c in whole.clusters) else ", all calls of a module together"
    around = ancestry(whole)
    deepest = max(map(len, around.values()))
    home = next((n.cluster for n in scene.nodes if n.id == focus), None)
    opened = {c.id for c in around[home]}
    finest = deepest if closed else deepest - 1  # with all frames open, closed ones are left
    for d in [depth] if depth is not None else range(finest, -1, -1):
        box_of = _frame_boxes(whole, d, closed, opened)
        rest = {x: box for x, box in others.items() if box.cluster not in box_of}
        boxes = {n.id: box_of[n.cluster] for n in whole.nodes if n.cluster in box_of} | rest
        shown = {box.cluster for box in rest.values()}
        clusters = tuple(_first_term(c, sums[c.id]) if c.id in shown else c for c in whole.clusters)
        said = together + (", one term of a sum" if shown else "")
        yield Plan(replace(whole, clusters=clusters), boxes, f"depth={d}{said}")


def _first_term(c: Cluster, term: Turn) -> Cluster:
    kind = f"{c.kind} · term 1 of {term.calls:,}"
    return replace(c, kind=kind, name=kind if c.name == c.kind else c.name)


def _other_terms(term: Turn) -> Box:
    return Box(f"others_{term.frame}", f"{term.calls - 1:,} other terms", term.frame)


def _frame_boxes(
    scene: Scene, depth: int, closed: frozenset[str], opened: set[str]
) -> dict[str | None, Box]:
    """Find the box of each frame: that of the outermost one around that is closed or at `depth`."""
    box_of: dict[str | None, Box] = {}
    for name, around in ancestry(scene).items():
        inner = (c for i, c in enumerate(around) if i >= depth or c.id in closed)
        c = next((c for c in inner if c.id not in opened), None)
        if c is not None:
            calls = 1 if c.call else c.calls
            box_of[name] = Box(f"box_{c.id}", c.title, c.parent, calls)
    return box_of
