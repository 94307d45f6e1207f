"""Word table: the texts of the page in every language, a column of `static/words.csv` each."""

from __future__ import annotations

import csv
import json
from importlib.resources import files

ENGLISH = "en"  # the column that is the key of the others, and the text in the code


def words() -> dict[str, dict[str, str]]:
    """Read the texts of each language but English, by their English.

    >>> words()["ko"]["fold all"]
    '모두 접기'
    """
    text = (files(__package__) / "static" / "words.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    languages = [name for name in rows[0] if name != ENGLISH]
    return {name: {row[ENGLISH]: row[name] for row in rows} for name in languages}


def words_text(script: str) -> str:
    """Write the global WORDS with the texts that occur in `script`.

    >>> words_text('t("fold all")')
    'const WORDS = {"ko":{"fold all":"모두 접기"}};'
    """
    used = {
        language: {en: own for en, own in table.items() if en in script}
        for language, table in words().items()
    }
    text = json.dumps(used, separators=(",", ":"), ensure_ascii=False)
    return f"const WORDS = {text};".replace("<", "\\u003c")
