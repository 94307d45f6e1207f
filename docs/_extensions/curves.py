"""Value and derivatives of a primitive as curves: SVG that takes its colours from the page."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from itertools import pairwise

import matplotlib as mpl
from matplotlib.figure import Figure

from microgradlike._help import called_name
from microgradlike.op import Op

SPAN = 4.0  # of both axes at most
STEPS = 128  # a power of two: whole numbers are met exactly
JUMP = 0.3  # between two samples: no line there
COLORS = {  # of matplotlib, each replaced by one of the page's, see curves.css
    "#000001": "var(--curve-value)",
    "#000002": "var(--curve-first)",
    "#000003": "var(--curve-second)",
    "#000004": "var(--curve-third)",
    "#000005": "var(--curve-axes)",
}
VALUE, *SLOPES, AXES = COLORS
DASHES = ((4, 2), (1, 1.5), (6, 2, 1, 2))


def curves(op: Op) -> str:
    """An SVG element whose title names the curves."""
    index, fixed = _place(op)
    names = op.operand_names
    x = names[index]
    lines = {"y": [_sample(op.forward, index, fixed, t) for t in _range(op, index)]}
    for i, partial in enumerate(op.partials):
        mark = "d" if op.arity == 1 else "∂"
        lines[f"{mark}y/{mark}{names[i]}"] = [
            _sample(lambda *xs, p=partial: float(p(op.forward(*xs), *xs)), index, fixed, t)
            for t in _range(op, index)
        ]
    at = " and ".join(f"{name} = {c:g}" for i, (name, c) in enumerate(fixed) if i != index)
    what = f"{called_name(op)} (y) and its derivative{'s' if op.arity > 1 else ''} over {x}"
    grid = _range(op, index)
    title = f"Curves of {what} from {grid[0]:g} to {grid[-1]:g}{f', at {at}' if at else ''}"
    return _plain(_drawn(op, grid, lines, x, at), op.name, title)


def _place(op: Op) -> tuple[int, list[tuple[str, float]]]:
    """The operand that varies, and the numbers of the others."""
    fixed = [
        next((c for c in (0.5 + i, 1.5) if any(low < c < high for low, high in domain)), 1.5)
        for i, domain in enumerate(op.domain)
    ]
    return int(op.chooses), list(zip(op.operand_names, fixed))


def _range(op: Op, index: int) -> list[float]:
    low = max(op.domain[index][0][0], -SPAN)
    high = min(op.domain[index][-1][1], SPAN)
    return [low + (high - low) * k / STEPS for k in range(STEPS + 1)]


def _sample(f: Callable[..., float], index: int, fixed: list[tuple[str, float]], t: float) -> float:
    xs = [x for _, x in fixed]
    xs[index] = t
    try:
        y = f(*xs)
    except ArithmeticError:  # a partial over floats, at a pole
        return math.nan
    return y if abs(y) < 1e3 else math.nan


def _drawn(op: Op, grid: list[float], lines: dict[str, list[float]], x: str, at: str) -> str:
    settings = {"svg.fonttype": "none", "svg.hashsalt": op.name, "path.simplify_threshold": 0.2}
    with mpl.rc_context(settings | {"font.size": 9, "axes.linewidth": 0.6}):
        figure = Figure(figsize=(3.6, 2.3), layout="constrained")
        axes = figure.add_subplot()
        for (label, ys), color, dashes in zip(lines.items(), COLORS, ((), *DASHES)):
            style = {"color": color, "dashes": dashes, "linewidth": 1.6}
            if op.kink is None:  # no jumps: only poles, at which samples are nan
                axes.plot(grid, ys, label=label, **style)
                continue
            axes.plot(*_broken(grid, ys), label=label, **style)
            axes.plot(*_alone(grid, ys), "o", color=color, markersize=2.5)
        finite = [y for ys in lines.values() for y in ys if math.isfinite(y)]
        low, high = max(min(finite), -SPAN), min(max(finite), SPAN)
        pad = 0.08 * (high - low or 1)
        axes.set_ylim(low - pad, high + pad)
        axes.set_xlabel(f"{x}{f'    ({at})' if at else ''}", color=AXES)
        axes.tick_params(colors=AXES, width=0.6)
        for side, spine in axes.spines.items():
            spine.set(color=AXES, visible=side in ("left", "bottom"))
        axes.legend(
            frameon=False, labelcolor=AXES, ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1),
            handlelength=2.6, columnspacing=1.2,
        )  # fmt: skip
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return written.getvalue()


def _is_broken(a: float, b: float) -> bool:
    return not abs(b - a) <= JUMP


def _broken(grid: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    """The samples, with a gap at each jump that no slope of the curve explains."""
    points = list(zip(grid, ys))
    out = points[:1]
    for (_, before), (t, y) in pairwise(points):
        if _is_broken(before, y):
            out.append((t, math.nan))
        out.append((t, y))
    return [t for t, _ in out], [y for _, y in out]


def _alone(grid: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    """Samples with a jump on either side: the decided values at kinks."""
    around = zip(grid[1:], ys, ys[1:], ys[2:])
    found = [(t, y) for t, a, y, b in around if _is_broken(a, y) and _is_broken(y, b)]
    found = [(t, y) for t, y in found if math.isfinite(y)]
    return [t for t, _ in found], [y for _, y in found]


def _plain(svg: str, name: str, title: str) -> str:
    """The element alone: without ids that repeat on a page, long digits, fonts and colours."""
    element = svg[svg.index("<svg") :]
    element = re.sub(r"<(metadata|title)\b.*?</\1>|<!--.*?-->", "", element, flags=re.DOTALL)
    element = re.sub(r' id="(?:figure|axes|patch|line2d|text|[xy]tick|legend|matplotlib)[^"]*"', "",
                     element)  # fmt: skip
    element = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.1f}", element)
    element = re.sub(r"<style.*?</style>|font-family: [^;]*; ", "", element, flags=re.DOTALL)
    element = re.sub(r' (?:xmlns:xlink|version|width|height)="[^"]*"', "", element, count=4)
    element = element.replace("xlink:href", "href")
    for color, of_page in COLORS.items():
        element = element.replace(color, of_page)
    element = re.sub(r"\n\s*", "\n", element)
    head = f'<svg class="curves" role="img" aria-labelledby="curves-{name}"'
    return element.replace("<svg", head, 1).replace(
        ">", f'><title id="curves-{name}">{title}</title>', 1
    )
