"""Checks of the built site: `python docs/check_site.py build/site`, after `sphinx-build`.

Sphinx with -W finds links that lead nowhere in the pages' sources. This reads what it wrote, as a
browser does: links, anchors and ids, texts of pictures, resources, and the index of the search.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

RESOURCES = {
    "img": "src",
    "script": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "object": "data",
}
AWAY = re.compile(r"(?:@import\s+|url\(\s*)[\"']?((?:https?:)?//[^\"')\s]+)")


class Page(HTMLParser):
    """The links, ids, resources and pictures of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.links: list[str] = []
        self.ids: Counter[str] = Counter()
        self.resources: list[str] = []
        self.pictures: list[tuple[str, str]] = []  # address, alt text
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the references of a tag."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids[given["id"]] += 1
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.pictures.append((given.get("src", ""), given.get("alt", "")))
        if given.get(RESOURCES.get(tag, ""), ""):
            self.resources.append(given[RESOURCES[tag]])
        self.resources += AWAY.findall(given.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Keep the references of a style sheet inside the page."""
        if self.cdata_elem == "style":
            self.resources += AWAY.findall(data)


def is_away(address: str) -> bool:
    """The address is on the network: it has a host, or needs another program."""
    parts = urlsplit(address)
    return bool(parts.netloc or (parts.scheme and parts.scheme != "data"))


def page_problems(page: Page, pages: dict[Path, Page]) -> Iterator[str]:
    """The mistakes of one page."""
    for name, count in page.ids.items():
        if count > 1:
            yield f"{count} elements have the id {name!r}; give each its own"
    for address, text in page.pictures:
        if not text.strip():
            yield f"the picture {address[:60]} has no alt text"
    for address in page.resources:
        if is_away(address):
            yield f"the page needs the network, for {address}; ship the file with the site"
    local = [a for a in page.resources if not urlsplit(a).scheme]
    for address in [*page.links, *local]:
        if problem := link_problem(address, page, pages):
            yield problem


def link_problem(address: str, page: Page, pages: dict[Path, Page]) -> str | None:
    """The mistake in a link within the site, if there is one."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
    if not target.is_file():
        return f"the link {address} leads to no file"
    anchor = "" if "=" in parts.fragment else unquote(parts.fragment)  # y.html#step=3&lang=ko
    if anchor and target in pages and anchor not in pages[target].ids:
        return f"the link {address} leads to no place on that page"
    return None


def stylesheet_problems(site: Path) -> Iterator[str]:
    """The style sheets that load something from the network."""
    for path in sorted(site.rglob("*.css")):
        for address in AWAY.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: needs the network, for {address}"


def public_names() -> dict[str, list[str]]:
    """The public names of each package."""
    import microgradlike
    import microgradlike.nn
    import microgradlike.testing
    import viz

    modules = (microgradlike, microgradlike.nn, microgradlike.testing, viz)
    return {module.__name__: list(module.__all__) for module in modules}


def found_by_search(site: Path) -> set[str]:
    """The short names of all objects that the search offers."""
    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])  # Search.setIndex(...)
    return {entry[-1].rpartition(".")[2] for group in index["objects"].values() for entry in group}


def search_problems(site: Path) -> Iterator[str]:
    """The public names that the search does not find."""
    found = found_by_search(site)
    for module, names in public_names().items():
        for name in names:
            if name not in found:
                yield f"search: {module}.{name} is not found by its name; the reference lacks it"


def problems(site: Path) -> list[str]:
    """A line for each mistake in a built site."""
    site = site.resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    if not pages:
        return [f"{site} holds no page; build it first: sphinx-build -W -j auto docs {site}"]
    lines = [
        f"{path.relative_to(site)}: {problem}"
        for path, page in pages.items()
        for problem in page_problems(page, pages)
    ]
    return [*lines, *stylesheet_problems(site), *search_problems(site)]


def main() -> None:
    """Print the mistakes of a site; the exit status is 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("site", type=Path, help="the folder that sphinx-build wrote")
    site = parser.parse_args().site
    lines = problems(site)
    print("\n".join(lines) or f"{site}: links, ids, pictures, resources and search are right")
    raise SystemExit(bool(lines))


if __name__ == "__main__":
    main()
