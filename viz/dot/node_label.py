"""Node label: the content of a node's box, as a table for DOT."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from viz.colors import FLAG
from viz.label import cell, nested, printable, table
from viz.numbers import NOT_YET, short, signed
from viz.scene.scene import Fold, SceneEdge, SceneNode

GREY = "#404040"  # dark enough on every fill, by WCAG AA
SMALL = 9.0
LARGE = 14.0


def node_label(node: SceneNode, arrivals: Sequence[SceneEdge], direction: str) -> str:
    """Make the table for `node`; `arrivals` are the edges into it, by position.

    Each edge arrives at its own port, "p0", "p1", ..., which shows its local derivative. A number
    beside the line might lie closer to another edge.
    """
    body = table(_rows(node), cellpadding=1, cellborder=0)
    if not arrivals or node.fold is not None:
        return table([[nested(body, cellpadding=5)]])
    ports = [_port(e) for e in arrivals]
    if direction in ("LR", "RL"):
        plugs = nested(table([[port] for port in ports], cellspacing=1, cellpadding=2))
        row = [plugs, nested(body, cellpadding=3)]
        return table([row if direction == "LR" else row[::-1]])
    plugs = nested(table([ports], cellspacing=1, cellpadding=2))
    rows = [[plugs], [nested(body, cellpadding=3)]]
    return table(rows if direction == "TB" else rows[::-1])


def _port(edge: SceneEdge) -> str:
    name = f"p{edge.position}"
    if edge.local is None:
        return f'<TD PORT="{name}" WIDTH="10" HEIGHT="11"></TD>'
    return cell(short(edge.local, 3), size=SMALL, port=name, bgcolor="#ffffff")


def _rows(node: SceneNode) -> list[list[str]]:
    if node.fold is not None:
        rows = _folded(node, node.fold)
    elif node.role == "constant":
        rows = [[cell(node.name)]]
    else:
        rows = [_heading(node)]
        if node.data is not None:
            rows += [_number("data", short(node.data)), _number("grad", _grad(node))]
    flags = node.flags
    if node.fold is not None:
        flags = tuple(f"{count:,} {flag}" for flag, count in node.fold.flagged)
    return rows + [[_flag(flag)] for flag in flags]


def _heading(node: SceneNode) -> list[str]:
    name = printable(node.name)
    if not node.symbol:
        return [cell(name, bold=True, align="LEFT", colspan=2)]
    symbol = cell(f"{printable(node.symbol)} ", bold=True, size=LARGE, align="LEFT")
    given = node.name != f"v{node.id[1:]}"
    return [symbol, cell(name, bold=given, color="" if given else GREY, align="RIGHT")]


def _number(name: str, text: str) -> list[str]:
    return [cell(name + " ", color=GREY, align="LEFT"), cell(text, align="RIGHT")]


def _grad(node: SceneNode) -> str:
    return NOT_YET if node.grad is None else signed(node.grad)


def _folded(node: SceneNode, fold: Fold) -> list[list[str]]:
    nodes = f"{fold.size:,} node{'s' if fold.size > 1 else ''}"
    if not node.name:
        return [[cell(f"… {nodes} folded")]]
    parameters = f", {fold.parameters:,} parameters" if fold.parameters else ""
    rows = [
        [cell(printable(node.name, 48), bold=True, align="LEFT", colspan=2)],
        [cell(nodes + parameters, color=GREY, align="LEFT", colspan=2)],
    ]
    if fold.data is not None:
        rows.append(_number("data", _span(fold.data, short)))
    rows.append(_number("grad", _span(fold.grad, signed) if fold.grad else NOT_YET))
    return rows


def _span(span: tuple[float, float], write: Callable[[float, int], str]) -> str:
    low, high = span
    return write(low, 3) if low == high else f"{write(low, 3)} … {write(high, 3)}"


def _flag(flag: str) -> str:
    return cell(flag, bold=True, color="#ffffff", bgcolor=FLAG, colspan=2)
