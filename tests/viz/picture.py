"""Measures of a picture: its boxes, frames, titles and lines, from Graphviz's own output."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import combinations

from viz.dot.render import PYGRAPHVIZ

STEPS = 12  # points on each piece of a curve
SLACK = 1.5  # points: a line ends on the border of its box, and numbers are rounded


@dataclass(frozen=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float

    def middle(self):
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def holds(self, x, y, slack=SLACK):
        return (
            self.left + slack < x < self.right - slack
            and self.bottom + slack < y < self.top - slack
        )

    def overlaps(self, other):
        return (
            min(self.right, other.right) - max(self.left, other.left) > SLACK
            and min(self.top, other.top) - max(self.bottom, other.bottom) > SLACK
        )


class Picture:
    """`nodes`, `frames` and `titles` are boxes by name; `lines` are (source, target, points)."""

    def __init__(self, source, *, wheel=False):
        command = [sys.executable, "-P", "-c", PYGRAPHVIZ, "json0"] if wheel else ["dot", "-Tjson0"]
        done = subprocess.run(
            command, input=source.encode(), capture_output=True, timeout=60, check=True
        )
        layout = json.loads(done.stdout)
        self.width, self.height = (float(x) for x in layout["bb"].split(",")[2:])
        self.nodes, self.frames, self.titles, self.gates = {}, {}, {}, {}
        names = {}
        for o in layout["objects"]:
            name = names[o["_gvid"]] = o["name"]
            if name.startswith("cluster_"):
                self.frames[name[8:]] = Box(*map(float, o["bb"].split(",")))
                if "lp" in o:
                    self.titles[name[8:]] = _around(o["lp"], o["lwidth"], o["lheight"])
            elif "pos" in o:
                into = self.gates if name.startswith("gate_") else self.nodes
                into[name] = _around(o["pos"], o["width"], o["height"])
        self.lines = [
            (names[e["tail"]], names[e["head"]], list(_points(e["pos"])))
            for e in layout.get("edges", ())
            if e.get("style") != "invis"
        ]

    def overlapping(self):
        """Pairs of nodes that lie on each other."""
        return [
            (a, b)
            for (a, one), (b, other) in combinations(self.nodes.items(), 2)
            if one.overlaps(other)
        ]

    def struck(self):
        """Lines through a box or title that is not their end, as (source, target, what)."""
        things = [*self.nodes.items(), *((f"title {k}", v) for k, v in self.titles.items())]
        found = []
        for source, target, points in self.lines:
            for name, box in things:
                if name not in (source, target) and any(box.holds(x, y) for x, y in points):
                    found.append((source, target, name))
        return found


def _around(middle, width, height):
    x, y = map(float, middle.split(","))
    w, h = 72 * float(width), 72 * float(height)
    return Box(x - w / 2, y - h / 2, x + w / 2, y + h / 2)


def _points(pos):
    """Points on a spline of Graphviz: cubic Bezier curves, with the tip of an arrow."""
    for spline in pos.split(";"):
        numbers = re.findall(
            r"(?<![es],)(-?[\d.e+-]+),(-?[\d.e+-]+)", re.sub(r"[es],\S+", "", spline)
        )
        p = [(float(x), float(y)) for x, y in numbers]
        for i in range(0, len(p) - 3, 3):
            for k in range(STEPS + 1):
                t = k / STEPS
                weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
                yield tuple(sum(w * q[d] for w, q in zip(weights, p[i : i + 4])) for d in (0, 1))
