"""Svg: Graphviz's SVG, cleaned so that several pictures can share a page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from viz.label import ADVANCE, SPACE, columns

# block-size is the height, for browsers alone: other renderers take no height of "auto". Then all
# that a picture in a page would inherit from it
STYLE = (
    "max-width:100%;block-size:auto;fill:#000;stroke:none;direction:ltr;letter-spacing:0;"
    "word-spacing:0;text-transform:none;font-style:normal;font-weight:400;"
    "font-family:'DejaVu Sans Mono',Menlo,Consolas,'Courier New',monospace"
)
KEPT: dict[str, set[str]] = {
    "svg": {"width", "height", "viewBox"},
    "g": {"id", "class", "transform"},
    "title": set(),
    "path": {"d", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polygon": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "polyline": {"points", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "ellipse": {"cx", "cy", "rx", "ry", "fill", "stroke", "stroke-width", "stroke-dasharray"},
    "text": {"x", "y", "text-anchor", "font-size", "font-weight", "fill"},
}


def clean(raw: bytes, source: str, tooltips: Mapping[str, str]) -> str:
    """Give the SVG unique ids, a width that fits its column, and text of fixed length.

    The prefix of the ids is a hash of `source`, the DOT text: two pictures on a page do not
    collide, and the same picture has the same bytes. `tooltips` are the texts that appear when the
    pointer rests on a node, an edge or a cluster, by its id in the DOT text.
    """
    prefix = "g" + hashlib.sha256(source.encode()).hexdigest()[:10]
    root = ET.fromstring(raw)
    for element in list(root.iter()):
        _strip(element)
    for group in root.iter("g"):
        _set_title(group, tooltips)
        group.set("id", f"{prefix}-{group.get('id', '')}")
    for text in root.iter("text"):
        _pin(text)
    for side in ("width", "height"):  # in pixels: not every renderer takes points
        root.set(side, f"{float(root.get(side, '0').removesuffix('pt')) * 4 / 3:g}")
    root.attrib.update(xmlns="http://www.w3.org/2000/svg", id=prefix, style=STYLE)
    root.attrib.update({"role": "img", "aria-label": "computation graph"})
    return ET.tostring(root, encoding="unicode") + "\n"


def _strip(element: ET.Element) -> None:
    """Drop the namespace, and every child and attribute that is not in KEPT."""
    element.tag = _local(element.tag)
    for child in list(element):
        if _local(child.tag) not in KEPT:
            element.remove(child)
    known = KEPT.get(element.tag, set())
    kept = {k: "none" if v == "transparent" else v for k, v in element.attrib.items() if k in known}
    element.attrib.clear()
    element.attrib.update(kept)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _set_title(group: ET.Element, tooltips: Mapping[str, str]) -> None:
    title = group.find("title")
    if title is None:
        return
    name = group.get("id") if group.get("class") == "edge" else title.text
    text = tooltips.get(name or "")
    if text is None:
        group.remove(title)
    else:
        title.text = text


def _pin(text: ET.Element) -> None:
    """Fix the text to the length that the layout assumed, whatever font the reader has.

    Its place includes the spaces before it.
    """
    given = text.text or ""
    column = ADVANCE * float(text.get("font-size", "14"))
    before = (len(given) - len(given.lstrip(SPACE))) * column
    text.set("x", f"{float(text.get('x', '0')) + before:g}")
    text.text = " ".join(given.split())
    length = columns(text.text) * column
    text.attrib.update(textLength=f"{length:.1f}", lengthAdjust="spacingAndGlyphs")
