"""Animation: a picture that plays the backward pass, as SVG and CSS alone, also in an <img>."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from viz.colors import EDGE, FLAG, WHITE
from viz.dot.gates import routes
from viz.numbers import NOT_YET, signed
from viz.scene.scene import Scene

STEP, LONGEST = 0.9, 45.0  # seconds: of one step, of all steps together
BEFORE, AFTER = 1.5, 4.0  # seconds before the first step and after the last one
PUSH = "#7b2d8b"  # an edge while a gradient moves along it
REST = f"stroke:{EDGE};stroke-width:1"  # and before and after that
SHAPES = ("path", "polygon")


def animate(svg: str, scene: Scene, tooltips: Mapping[str, str]) -> str:
    """Make the picture play its backward pass in a loop, one node per step, from the result.

    In `svg` every title is the id of its node or edge in the scene; `tooltips` has the text that
    replaces it. A node shows "–" until its gradient is complete. Its edges light up while it pushes
    that gradient to its operands. A reader who prefers reduced motion sees the end, and so does a
    renderer without animations. Classes and keyframes begin with the id of the picture.
    """
    root = ET.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    root.set("xmlns", "http://www.w3.org/2000/svg")
    named = [g for g in root.iter("g") if g.find("title") is not None]
    nodes = {g.findtext("title"): g for g in named if g.get("class") == "node"}
    lines = {g.findtext("title"): g for g in named if g.get("class") == "edge"}
    name = f"{root.get('id')}-"  # of this picture's classes and keyframes
    order = [n for n in reversed(scene.nodes) if n.grad is not None]
    step = {n.id: k for k, n in enumerate(order)}
    for node in order:
        if node.id in nodes and node.grad is not None:
            _reveal(nodes[node.id], signed(node.grad), name, step[node.id])
    for i, (edge, route) in enumerate(zip(scene.edges, routes(scene))):
        if edge.target in step and edge.source in step:
            line = lines[f"e{i}"]
            line.set("class", f"edge {name}push{step[edge.target]}")
            for gate in route:  # the pieces that lead to it, which other lines share
                line.extend(copy.copy(part) for part in lines[gate.id] if part.tag == "path")
    for title in root.iter("title"):
        title.text = tooltips.get(title.text or "", "")
    style = ET.Element("style")
    style.text = "\n".join(_rules(name, len(order)))
    root.insert(0, style)
    return ET.tostring(root, encoding="unicode") + "\n"


def _reveal(group: ET.Element, gradient: str, name: str, k: int) -> None:
    """Show fill and gradient as before step k, and lay their later form over them."""
    for i, element in reversed(list(enumerate(group))):
        is_fill = element.tag in SHAPES and element.get("fill") not in (WHITE, FLAG, "none")
        is_gradient = element.tag == "text" and element.text == gradient
        if is_fill or (is_gradient and group[i - 1].text == "grad"):
            revealed = copy.deepcopy(element)
            revealed.set("class", f"{name}from{k}")
            group.insert(i + 1, revealed)
            if is_fill:
                element.set("fill", WHITE)
            else:
                element.text = NOT_YET
                right = float(element.get("x", "0")) + float(element.attrib.pop("textLength"))
                element.attrib.update({"x": f"{right:.1f}", "text-anchor": "end"})
                element.attrib.update({"class": f"{name}until{k}", "fill": "none"})


def _rules(name: str, steps: int) -> Iterator[str]:
    """Yield the CSS: for each step, the elements that appear, disappear and light up."""
    seconds = min(STEP, LONGEST / max(1, steps))
    total = BEFORE + steps * seconds + AFTER
    yield "@media (prefers-reduced-motion:no-preference){"
    for k in range(steps):
        for kind, inner in (("from", ""), ("until", ""), ("push", " *")):
            rule = f"{{animation:{name}{kind}{k} {total:.2f}s step-end infinite}}"
            yield f".{name}{kind}{k}{inner}{rule}"
    yield "}"
    for k in range(steps):
        start, end = (100 * (BEFORE + n * seconds) / total for n in (k, k + 1))
        yield f"@keyframes {name}from{k}{{0%{{opacity:0}}{start:.3f}%{{opacity:1}}}}"
        yield f"@keyframes {name}until{k}{{0%{{fill:#000}}{start:.3f}%{{fill:none}}}}"
        lit = f"{start:.3f}%{{stroke:{PUSH};stroke-width:2.5}}"
        yield f"@keyframes {name}push{k}{{0%{{{REST}}}{lit}{end:.3f}%{{{REST}}}}}"
