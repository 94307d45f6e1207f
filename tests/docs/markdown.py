"""Pages as Markdown: blocks of code, links and pictures, also those inside of directives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests import ROOT

MARKDOWN = MarkdownIt("commonmark").enable("table")
PICTURE = re.compile(r"<img\b[^>]*>")


@dataclass(frozen=True)
class Fence:
    """A block of code; `before` is the text between it and the block before."""

    page: str
    line: int
    language: str
    code: str
    before: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def tokens(text: str, line: int = 1) -> Iterator[tuple[Token, int]]:
    """The tokens of a text whose first line has that number, each with its line."""
    for token in MARKDOWN.parse(text):
        start = line + (token.map[0] if token.map else 0)
        if token.type == "fence" and re.match(r"{(?!code-cell)", token.info):
            yield from tokens(token.content, start + 1)
        else:
            yield token, start


def fences_of(text: str, page: str) -> Iterator[Fence]:
    before = ""
    for token, line in tokens(text):
        if token.type == "inline":
            before += f"{token.content}\n"
        elif token.type == "fence":
            language = token.info.partition(" ")[0]
            yield Fence(page, line + 1, language, token.content, before.strip())
            before = ""


def fences(page: str) -> list[Fence]:
    return list(fences_of((ROOT / page).read_text(encoding="utf-8"), page))


def links_and_pictures(page: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The addresses of links, and of pictures with their alt texts."""
    links: list[str] = []
    pictures: list[tuple[str, str]] = []
    for token, _ in tokens((ROOT / page).read_text(encoding="utf-8")):
        for part in [token, *(token.children or [])]:
            if part.type == "link_open":
                links.append(str(part.attrs["href"]))
            elif part.type == "image":
                pictures.append((str(part.attrs["src"]), part.content))
            elif part.type in ("html_block", "html_inline"):
                pictures += [
                    (attribute(tag, "src"), attribute(tag, "alt"))
                    for tag in PICTURE.findall(part.content)
                ]
    return links, pictures


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def pages() -> list[str]:
    """All pages for readers, from the project's root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("benchmarks/*.md")]
    return sorted(path.relative_to(ROOT).as_posix() for path in found)
