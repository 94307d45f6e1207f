"""Language: a language without Python's functions, with a spelling for each primitive."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from microgradlike import ops
from microgradlike.op import Op


def call_of(function: str, op: Op) -> str:
    """Return a call of the function as a template, with `{}` per operand.

    >>> call_of("exp", ops.exp), call_of("pow", ops.power)
    ('exp({})', 'pow({}, {})')
    """
    return f"{function}({', '.join(['{}'] * op.arity)})"


@dataclass(frozen=True, eq=False)
class Language:
    """A language that programs are written in.

    `spellings` has a template for each primitive, with `{}` per operand; `module` is its file.
    `library` is the file of the functions in them: paragraphs, whose names `defined` finds.
    `definition` gives a user's function its name, which begins with `prefix`; `example` is such a
    function.
    """

    name: str
    module: str
    spellings: Mapping[Op, str]
    library: str
    defined: str
    definition: str
    example: str
    prefix: str = ""

    def templates(
        self, used: Iterable[Op], spellings: Mapping[Op, str]
    ) -> tuple[dict[Op, str], list[str]]:
        """Return a template for each primitive, and definitions of the user's functions in them."""
        templates: dict[Op, str] = {}
        own: list[str] = []
        for op in used:
            if op in spellings:
                function = f"{self.prefix}own{len(own)}"
                own.append(self.definition.format(name=function, text=spellings[op]))
                templates[op] = call_of(function, op)
            elif op in self.spellings:
                templates[op] = self.spellings[op]
            else:
                way_out = f"pass one, such as spellings={{{op.name}: '{self.example}'}}"
                if ops.TABLE.get(op.name) is op:
                    way_out = f"add one to SPELLINGS in microgradlike/compile/export/{self.module}"
                raise TypeError(f"{op.name} has no spelling in {self.name}; {way_out}")
        return templates, own

    def paragraphs(self, used: str) -> list[str]:
        """Return the paragraphs of the library that `used` names, and those that these name."""
        library = importlib.resources.files(__package__) / self.library
        _, *paragraphs = library.read_text(encoding="utf-8").strip().split("\n\n")
        names = [re.findall(self.defined, p, re.MULTILINE)[0] for p in paragraphs]
        wanted: set[str] = set()
        found = set(re.findall(r"\w+", used)) & set(names)
        while found - wanted:
            wanted |= found
            needed = " ".join(p for p, name in zip(paragraphs, names) if name in wanted)
            needed = re.sub("//.*", "", needed)  # comments contain such names as words
            found = set(re.findall(r"\w+", needed)) & set(names)
        return [p for p, name in zip(paragraphs, names) if name in wanted]
