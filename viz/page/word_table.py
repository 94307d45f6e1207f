"""Word table: the texts of the page in every language, a column of `static/words.csv` each."""

from __future__ import annotations

import csv
import json
import re
from functools import cache
from importlib.resources import files

ENGLISH = "en"  # the column that is the key of the others, and the text in the code
CALL = re.compile(r'(?<![\w.])t\(\s*"((?:[^"\\]|\\.)*)"')  # a text in a module
SLOT = re.compile(r"\{\w+\}")


@cache
def words() -> dict[str, list[str]]:
    """Read the texts by language; the texts at one place of each list mean the same.

    >>> words()["ko"][words()["en"].index("fold all")]
    '모두 접기'
    """
    text = (files(__package__) / "static" / "words.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines())
    return {name: [row[k] for row in rows] for k, name in enumerate(head)}


def in_every_language(text: str) -> list[str]:
    """List an English text of the table and its translations.

    >>> in_every_language("fold all")
    ['fold all', '모두 접기']
    """
    k = words()[ENGLISH].index(text)
    return [texts[k] for texts in words().values()]


def texts_with(part: str) -> list[str]:
    """List the English texts of the table that have `part` in them.

    >>> texts_with("fold all")
    ['fold all']
    """
    return [text for text in words()[ENGLISH] if part in text]


def require_language(lang: object) -> str:
    """Check that `lang` is None or a language of the table; give "" for None.

    >>> require_language("tlh")
    Traceback (most recent call last):
    ...
    ValueError: lang must be one of 'en', 'ko', got 'tlh'; leave it out for the browser's language
    """
    if lang is None:
        return ""
    if isinstance(lang, str) and lang in words():
        return lang
    known = ", ".join(map(repr, words()))
    raise ValueError(
        f"lang must be one of {known}, got {lang!r:.40}; leave it out for the browser's language"
    )


def with_words(modules: str, every: str, shown: str) -> tuple[str, str]:
    """Write the global WORDS for `modules`, and the modules with numbers in place of texts.

    `every` is the source of all modules, `shown` the text of the template and of the globals. WORDS
    has the texts of the page by language: first those that are found by their English, as many as
    its `found` tells, since they stand in `shown`; then those of the modules, known by their place.

    >>> with_words('say(t("fold all"))', "", "")[1]
    'say(t(0))'
    """
    table = words()
    called = {_unescaped(text) for text in CALL.findall(every + modules)}
    used = {_unescaped(text) for text in CALL.findall(modules)}
    found = [
        k
        for k, text in enumerate(table[ENGLISH])
        if not (text in called and SLOT.search(text)) and _stands_in(shown, text)
    ]
    rest = [k for k, text in enumerate(table[ENGLISH]) if text in used and k not in found]
    place = {table[ENGLISH][k]: at for at, k in enumerate([*found, *rest])}
    lists = {name: [texts[k] for k in [*found, *rest]] for name, texts in table.items()}
    text = json.dumps({**lists, "found": len(found)}, separators=(",", ":"), ensure_ascii=False)

    def numbered(call: re.Match[str]) -> str:
        at = place.get(_unescaped(call[1]))
        return call[0] if at is None else f"t({at}"

    return f"const WORDS = {text};".replace("<", "\\u003c"), CALL.sub(numbered, modules)


def _stands_in(shown: str, text: str) -> bool:
    """True if HTML or JSON may hold the text, with anything in its slots."""
    parts = SLOT.split(text)
    return all(part in shown or json.dumps(part)[1:-1] in shown for part in parts)


def _unescaped(literal: str) -> str:
    return str(json.loads(f'"{literal}"'))
