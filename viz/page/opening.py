"""Opening: the step, node and language that a page opens with, as in its address."""

from __future__ import annotations

from urllib.parse import urlencode

from microgradlike._validate import shown, whole_number
from microgradlike.engine import Value
from viz.scene.scene import Scene, id_of

NAMED = ("start", "backward", "end")


def opening(
    y: Value, scene: Scene, step: int | str | None, select: Value | str | None, lang: str = ""
) -> str:
    """Write the part of a page's address that opens it at `step` with `select` selected.

    Raises TypeError for a `step` or `select` of another type, ValueError for one that the graph
    does not have.

    >>> from viz.scene.scene import scene
    >>> x = Value(3.0, "x")
    >>> opening(x * x, scene(x * x), "backward", "x")
    'step=backward&select=%400'
    """
    place = {"lang": lang} if lang else {}
    if step is not None:
        place["step"] = str(_require_step(scene, step))
    if select is not None:
        place["select"] = f"@{_find(y, scene, select)}"
    return urlencode(place)


def _require_step(scene: Scene, step: int | str) -> int | str:
    """Check a step: a value per operation, the gradient of the result, a push per derivative."""
    last = sum(bool(n.op) for n in scene.nodes) + 1 + sum(e.local is not None for e in scene.edges)
    if isinstance(step, str):
        if step in NAMED:
            return step
        raise ValueError(
            f"step must be an integer, 'start', 'backward' or 'end', got {step!r:.80};"
            " 'backward' opens the page before the backward pass"
        )
    if whole_number("step", step, at_least=0) > last:
        raise ValueError(
            f"step must be at most {last}, the last step of this graph, got {step}; write 'end'"
            " for the last step"
        )
    return step


def _find(y: Value, scene: Scene, select: Value | str) -> int:
    """Find the place of a node in the scene, by Value or by a name that only it has."""
    if not isinstance(select, (Value, str)):
        raise TypeError(
            f"select must be a Value or a name, got {shown(select)}; pass the Value to be selected"
        )
    if isinstance(select, Value):
        return [n.id for n in scene.nodes].index(id_of(y, select))
    found = [i for i, n in enumerate(scene.nodes) if n.name == select]
    if len(found) != 1:
        raise ValueError(
            f"select must name one node; {select!r:.80} is the name of {len(found) or 'none'}: pass"
            " the Value itself"
        )
    return found[0]
