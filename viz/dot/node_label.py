"""Node label: the content of a node's box, as a table for DOT."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from viz.colors import FLAG
from viz.label import cell, centered, columns, nested, printable, right, table
from viz.numbers import NOT_YET, short, signed
from viz.scene.scene import SceneEdge, SceneNode

GREY = "#404040"  # dark enough on every fill, by WCAG AA
SMALL = 9.0
LARGE = 14.0
KEY = 5  # columns of "data "


def node_label(node: SceneNode, arrivals: Sequence[SceneEdge], direction: str) -> str:
    """Make the table for `node`; `arrivals` are the edges into it, by position.

    Each edge arrives at its own port, "p0", "p1", ..., which shows its local derivative. A number
    beside the line might lie closer to another edge.
    """
    body = table(_rows(node), cellpadding=1, cellborder=0)
    if not arrivals or node.fold is not None:
        return table([[nested(body, cellpadding=5)]])
    in_column = direction in ("LR", "RL")
    locals_ = [short(e.local, 3) for e in arrivals if in_column and e.local is not None]
    ports = [_port(e, max(map(columns, locals_), default=0)) for e in arrivals]
    if in_column:
        plugs = nested(table([[port] for port in ports], cellspacing=1, cellpadding=2))
        row = [plugs, nested(body, cellpadding=3)]
        return table([row if direction == "LR" else row[::-1]])
    plugs = nested(table([ports], cellspacing=1, cellpadding=2))
    rows = [[plugs], [nested(body, cellpadding=3)]]
    return table(rows if direction == "TB" else rows[::-1])


def _port(edge: SceneEdge, wide: int) -> str:
    name = f"p{edge.position}"
    if edge.local is None:
        return f'<TD PORT="{name}" WIDTH="10" HEIGHT="11"></TD>'
    text = centered(short(edge.local, 3), wide)
    return cell(text, size=SMALL, port=name, bgcolor="#ffffff", cellpadding=2)


def _rows(node: SceneNode) -> list[list[str]]:
    fold, flags = node.fold, node.flags
    if fold is not None:
        flags = tuple(f"{count:,} {flag}" for flag, count in fold.flagged)
    texts = _texts(node)
    pairs = _numbers(node)
    name = printable(node.name) if node.symbol and fold is None else ""
    digits = [("fewest " if fold else "digits ", node.digits)] if node.digits else []
    across = [columns(text) - KEY for text in (*texts, *flags)]  # of both columns
    across += [columns(f"{key}{text}") - KEY for key, text in digits]
    wide = max(0, *across, *[columns(text) for text in (name, *pairs.values())])
    rows = [_heading(node, right(name, wide))] if name else []
    for i, text in enumerate(texts):
        bold = i == 0 and bool(pairs)
        if not pairs:
            text = centered(text, wide + KEY)
        rows.append([cell(text, bold=bold, color=GREY if i else "", colspan=2)])
    for key, text in pairs.items():
        rows.append([cell(key + " ", color=GREY), cell(right(text, wide))])
    for key, right_digits in digits:
        text = key + right(str(right_digits), wide + KEY - columns(key))
        rows.append([cell(text, color=GREY, colspan=2)])
    return rows + [[_flag(centered(flag, wide + KEY))] for flag in flags]


def _texts(node: SceneNode) -> list[str]:
    """List the texts above the numbers that take both columns: a name, and the size of a fold."""
    if node.fold is None:
        if node.role == "constant":
            return [node.name]
        return [] if node.symbol else [printable(node.name)]
    fold = node.fold
    nodes = f"{fold.size:,} node{'s' if fold.size > 1 else ''}"
    if not node.name:
        return [f"… {nodes} folded"]
    parameters = f", {fold.parameters:,} parameters" if fold.parameters else ""
    return [printable(node.name, 48), nodes + parameters]


def _numbers(node: SceneNode) -> dict[str, str]:
    """Map "data" and "grad" to their texts."""
    fold = node.fold
    if fold is not None and node.name:
        data = {} if fold.data is None else {"data": _span(fold.data, short)}
        return {**data, "grad": _span(fold.grad, signed) if fold.grad else NOT_YET}
    if fold is not None or node.role == "constant" or node.data is None:
        return {}
    return {"data": short(node.data), "grad": _grad(node)}


def _heading(node: SceneNode, name: str) -> list[str]:
    symbol = cell(f"{printable(node.symbol)} ", bold=True, size=LARGE)
    given = node.name != f"v{node.id[1:]}"
    return [symbol, cell(name, bold=given, color="" if given else GREY)]


def _grad(node: SceneNode) -> str:
    return NOT_YET if node.grad is None else signed(node.grad)


def _span(span: tuple[float, float], write: Callable[[float, int], str]) -> str:
    low, high = span
    return write(low, 3) if low == high else f"{write(low, 3)} … {write(high, 3)}"


def _flag(flag: str) -> str:
    return cell(flag, bold=True, color="#ffffff", bgcolor=FLAG, colspan=2)
