"""Legend: the key to the shapes, numbers and colors of a picture, as a table for DOT."""

from __future__ import annotations

import math

from viz.colors import DIGITS, YELLOW, Scale, digits_color
from viz.dot.node_label import GREY, SMALL
from viz.label import cell, nested, table
from viz.numbers import NOT_YET, signed
from viz.scene.digits import LOST, legend_lines
from viz.scene.scene import OFF, OFF_NOTE, Role, Scene
from viz.scene.stale import STALE

NO_EFFECT = "0 = no effect"  # of a small change of the node on the result
DIGITS_NOTES = (
    "digits: of data, of grad; the fewer ones color the box",
    "a line has the color of the data that it carries",
)
KEYS: dict[Role, tuple[int, str]] = {  # border and style, as close to the node's as a table allows
    "input": (1, "rounded"),
    "parameter": (1, "rounded"),
    "constant": (0, ""),
    "operation": (1, ""),
    "result": (3, ""),
    "folded": (1, "dashed"),
}


def legend(scene: Scene, scale: Scale | None) -> str:
    """Make the table below a picture: the roles that occur, the scale of gradients, the notes."""
    rows = [_roles(scene)]
    if any(n.digits is not None for n in scene.nodes):
        rows.append(_digits_bar(scene))
    elif scale is not None:
        rows.append(_bar(scene, scale))
    lines = [*scene.notes]
    if any(OFF in n.flags for n in scene.nodes):
        lines.insert(0, OFF_NOTE)
    if any(e.local is not None for e in scene.edges):
        lines[:0] = ["number where an arrow arrives: the local derivative, ", "∂ node / ∂ operand"]
    if any(n.digits is not None for n in scene.nodes):
        if any(n.fold is not None for n in scene.nodes):
            lines.insert(0, "fewest: the fewest digits in the box")
        lines[:0] = [*DIGITS_NOTES, *legend_lines(scene)]
    if scene.stale:
        parts = scene.stale.removesuffix(STALE), STALE[2:]
        marked = [[cell(x, size=SMALL, bold=True, bgcolor=YELLOW)] for x in parts]
        rows.append(table(marked))
    rows += [table([[cell(line, size=SMALL, color=GREY)]]) for line in lines]
    return table([[nested(row, align="LEFT")] for row in rows], cellspacing=2)


def _roles(scene: Scene) -> str:
    present = {node.role for node in scene.nodes}
    keys = [_key(role) for role in KEYS if role in present]
    return table([keys], cellspacing=4, align="LEFT")


def _key(role: Role) -> str:
    border, style = KEYS[role]
    inside = cell(role, size=SMALL, cellpadding=4, border=border, style=style, align="CENTER")
    if role != "parameter":
        return inside
    return nested(table([[inside]], cellspacing=1), border=1, style="rounded")  # a double line


def _digits_bar(scene: Scene) -> str:
    ticks = [
        cell(f"{x}", size=SMALL, bgcolor=digits_color(x), cellpadding=3)
        for x in range(DIGITS, -1, -4)
    ]
    at_least = any(n.digits and n.digits.at_least for n in scene.nodes)
    text = "digits that can be counted on:" if at_least else "right digits of 16:"
    bar = [cell(text, size=SMALL, color=GREY, cellpadding=3), *ticks]
    if any(n.digits is not None and math.isnan(n.digits.fewest) for n in scene.nodes):
        bar.append(cell("? undecided", size=SMALL, bgcolor=YELLOW, cellpadding=3))
    if any(flag not in (OFF, LOST) for n in scene.nodes for flag in n.flags):
        bar.append(cell("nan or ∞", size=SMALL, bgcolor=YELLOW, cellpadding=3))
    return table([bar], align="LEFT")


def _bar(scene: Scene, scale: Scale) -> str:
    ticks = [
        cell(signed(x, 2) if x else NO_EFFECT, size=SMALL, bgcolor=scale.color(x), cellpadding=3)
        for x in scale.ticks()
    ]
    bar = [cell("grad", size=SMALL, color=GREY, cellpadding=3), *ticks]
    if any(n.grad is None and n.role not in ("constant", "folded") for n in scene.nodes):
        bar.append(cell(f"{NOT_YET} none yet", size=SMALL, cellpadding=3))
    if any(flag != OFF for n in scene.nodes for flag in n.flags):
        bar.append(cell("nan or ∞", size=SMALL, bgcolor=YELLOW, cellpadding=3))
    return table([bar], align="LEFT")
