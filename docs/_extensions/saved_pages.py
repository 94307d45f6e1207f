"""Pages and pictures in the outputs of notebooks, as the site shows them.

A `page(y)` at the end of a cell becomes a file in `_static/pages`, shown in a frame, with a link
that opens it in a tab of its own. With the tag `page-link` the cell leaves only the link. A picture
that is wider than the text has a link to the whole. A picture without an alt text is a warning:
write it as `image: alt:` in the metadata of the cell.
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
PAGES = "_static/pages"
OPEN = {"en": "Open this page in a tab of its own", "ko": "이 페이지를 새 탭에서 열기"}
WHOLE = {"en": "Open this picture in full size", "ko": "이 그림을 원래 크기로 열기"}
WIDE = 900  # pixels; the column of text has about 750
STEP = {"en": "Step through this graph", "ko": "이 그래프를 한 단계씩 따라가기"}
SVG_WIDTH = re.compile(r'<svg width="([\d.]+)"')
FRAME = (
    '<iframe sandbox="allow-scripts" allowfullscreen loading="lazy" src="{}"'
    ' style="box-sizing:border-box;width:100%;height:42rem;border:1px solid #bbb"'
    ' title="Backpropagation, step by step"></iframe>'
)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in the reading of every document."""
    app.add_css_file("notebooks.css")
    app.connect("doctree-read", save_pages)
    app.connect("doctree-read", link_wide_pictures)
    app.connect("doctree-read", require_alt_texts)
    app.connect("html-page-context", name_the_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def place_of(app: Sphinx) -> tuple[PurePosixPath, str, str]:
    """Return the name of the document, the way from it to the root, and its language."""
    place = PurePosixPath(app.env.docname)
    return place, "../" * (len(place.parts) - 1), "ko" if "ko" in place.parts else "en"


def opened(address: str, text: str) -> str:
    """Write a link that opens a tab of its own."""
    return f'<p class="page-link"><a href="{address}" target="_blank">{text}</a></p>'


def beginning(app: Sphinx, uri: str) -> str:
    """Read the first characters of a picture that is SVG."""
    path = Path(app.srcdir) / uri
    return path.read_text(encoding="utf-8")[:200] if path.suffix == ".svg" else ""


def cells(doctree: nodes.document) -> list[nodes.container]:
    """List the code cells of a notebook."""
    return [c for c in doctree.findall(nodes.container) if c.get("nb_element") == "cell_code"]


def save_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Write the page of each output to a file, and put a frame and a link in its place."""
    if app.builder.format != "html":
        return
    place, root, language = place_of(app)
    found = 0
    for cell in cells(doctree):
        for raw in list(cell.findall(nodes.raw)):
            if (frame := FRAMED.search(raw.astext())) is None:
                continue
            found += 1
            name = f"{'-'.join(place.parts[1:])}-{found}.html"
            folder = Path(app.outdir) / PAGES
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(html.unescape(frame[1]), encoding="utf-8")
            address = f"{root}{PAGES}/{name}#lang={language}"
            only_link = "page-link" in cell["cell_metadata"].get("tags", [])
            link = opened(address, (STEP if only_link else OPEN)[language])
            shown = link if only_link else FRAME.format(address) + link
            raw.replace_self(nodes.raw("", shown, format="html"))


def link_wide_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Put a link to the whole picture below one that the column of text makes small."""
    _, root, language = place_of(app)
    for cell in cells(doctree):
        for image in list(cell.findall(nodes.image)):
            if (width := SVG_WIDTH.match(beginning(app, image["uri"]))) and float(width[1]) > WIDE:
                address = f"{root}_images/{PurePosixPath(image['uri']).name}"
                link = nodes.raw("", opened(address, WHOLE[language]), format="html")
                image.parent.insert(image.parent.index(image) + 1, link)


def name_the_language(
    app: Sphinx, name: str, template: str, context: dict[str, object], doctree: object
) -> None:
    """Tell browsers and screen readers that a page is Korean."""
    if "ko" in PurePosixPath(name).parts:
        context["language"] = "ko"


def require_alt_texts(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of pictures in outputs that a reader who does not see them cannot read."""
    for cell in cells(doctree):
        shows_page = any(PAGES in raw.astext() for raw in cell.findall(nodes.raw))
        if not shows_page and not all(image.get("alt") for image in cell.findall(nodes.image)):
            logging.getLogger(__name__).warning(
                "a picture has no alt text; write it as mystnb: image: alt: in the cell",
                location=cell,
            )
