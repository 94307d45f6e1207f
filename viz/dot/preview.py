"""Preview: a small PNG for notebooks that show no SVG, such as one that is not trusted."""

from __future__ import annotations

import base64
import re

from viz.dot.render import DPI, render

WIDTH = 1200  # pixels at most: about 80 kB for a neuron, 300 kB for a crowded picture


def preview(svg: str, source: str) -> tuple[str, dict[str, object]]:
    """Return the picture of `source` as a PNG in base64, and its width in a notebook.

    >>> from microgradlike import Value; from viz import draw
    >>> drawing = draw(Value(3.0) * 2)
    >>> image, metadata = preview(drawing.svg(), drawing.source)
    >>> image[:6], list(metadata)
    ('iVBORw', ['width'])
    """
    found = re.search(r'viewBox="\S+ \S+ (\S+)', svg)
    points = float(found[1]) if found else WIDTH
    dpi = min(DPI, 72 * WIDTH / points)
    image = render(source.replace("{", f"{{ graph [dpi={dpi:.1f}]", 1), "png")
    return base64.b64encode(image).decode(), {"width": round(min(points * 4 / 3, WIDTH))}
