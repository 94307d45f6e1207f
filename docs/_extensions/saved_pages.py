"""Pages and pictures in the outputs of notebooks, as the site shows them.

A `page(y)` at the end of a cell becomes a file in `_static/pages`, shown in a frame, with a link
that opens it in a tab of its own. With the tag `page-link` the cell leaves only the link. A picture
without an alt text is a warning: write it as `image: alt:` in the metadata of the cell.
"""

from __future__ import annotations

import html
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FRAMED = re.compile(r'<iframe [^>]*srcdoc="([^"]*)"[^>]*>.*?</iframe>', re.DOTALL)
OPEN = {"en": "Open this page in a tab of its own", "ko": "이 페이지를 새 탭에서 열기"}
STEP = {"en": "Step through this graph", "ko": "이 그래프를 한 단계씩 따라가기"}
FRAME = (
    '<iframe sandbox="allow-scripts" allowfullscreen loading="lazy" src="{}"'
    ' style="width:100%;height:42rem;border:1px solid #bbb"'
    ' title="Backpropagation, step by step"></iframe>'
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the reading of every document."""
    app.add_css_file("notebooks.css")
    app.connect("doctree-read", save_pages)
    app.connect("doctree-read", require_alt_texts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def cells(doctree: nodes.document) -> list[nodes.container]:
    """List the code cells of a notebook."""
    return [c for c in doctree.findall(nodes.container) if c.get("nb_element") == "cell_code"]


def save_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Write the page of each output to a file, and put a frame and a link in its place."""
    if app.builder.format != "html":
        return
    place = PurePosixPath(app.env.docname)
    root = "../" * (len(place.parts) - 1)
    language = "ko" if "ko" in place.parts else "en"
    found = 0
    for cell in cells(doctree):
        for raw in list(cell.findall(nodes.raw)):
            if (frame := FRAMED.search(raw.astext())) is None:
                continue
            found += 1
            name = f"{'-'.join(place.parts[1:])}-{found}.html"
            folder = Path(app.outdir) / "_static" / "pages"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(html.unescape(frame[1]), encoding="utf-8")
            address = f"{root}_static/pages/{name}"
            only_link = "page-link" in cell["cell_metadata"].get("tags", [])
            text = (STEP if only_link else OPEN)[language]
            link = f'<p class="page-link"><a href="{address}" target="_blank">{text}</a></p>'
            shown = link if only_link else FRAME.format(address) + link
            raw.replace_self(nodes.raw("", shown, format="html"))


def require_alt_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of pictures in outputs that a reader who does not see them cannot read."""
    for cell in cells(doctree):
        page = any("page-link" in raw.astext() for raw in cell.findall(nodes.raw))
        for image in cell.findall(nodes.image):
            if not image.get("alt") and not page:  # a page's picture is not shown
                logging.getLogger(__name__).warning(
                    "a picture has no alt text; write it as mystnb: image: alt: in the cell",
                    location=cell,
                )
