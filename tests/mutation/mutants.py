"""Mutants: every small change that cosmic-ray's operators can make to a module."""

import ast
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutation.rules import Places

# Shifts and bit operations of floats are a TypeError, so these mutants would only adorn the score;
# `is` of primitives or None means `==`; | is in annotations, which are not run.
LEFT_OUT = re.compile(
    r".*(RShift|LShift|BitOr|BitAnd|BitXor|FloorDiv|Invert).*"
    r"|.*_(Add|Sub|Mul|Div|Pow)_Mod|.*_USub_Not"
    r"|.*Comparison.*_(Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)"
    r"|.*Comparison.*_(Is|IsNot)_(Eq|NotEq|Lt|LtE|Gt|GtE)"
)


@dataclass(frozen=True)
class Mutant:
    """One change: the module's path, cosmic-ray's operator, and the number of its place.

    `place` says the same by the text of the function or statement that it is in, and so lives
    through changes elsewhere in the module. `line` is where it is, `rule` whether that is in a
    derivative rule of the table, `primitives` are those concerned, where it is in the table.
    """

    module: str
    operator: str
    occurrence: int
    place: str
    line: int
    rule: bool
    primitives: tuple[str, ...]

    def code(self, source):
        """The module's source with the change in it; None if it is the same."""
        return mutate_code(source, get_operator(self.operator)(), self.occurrence)


def mutants(root, module):
    """Every mutant of a module in the order of its lines, derivative rules first."""
    source = (Path(root) / module).read_text(encoding="utf-8")
    tree = get_ast(source)
    places = Places(source if module.endswith("/ops.py") else "")
    statements = Statements(source)
    found = []
    for name in operator_names():
        operator = get_operator(name)
        if LEFT_OUT.fullmatch(name) or operator.arguments():
            continue
        positions = [p for node in ast_nodes(tree) for p in operator().mutation_positions(node)]
        seen = Counter()
        for occurrence, (start, _) in enumerate(positions):
            place = f"{statements.around(*start)} {seen[start]}"
            seen[start] += 1
            concerned = tuple(places.primitives(*start))
            rule = places.rule(*start)
            found.append(Mutant(module, name, occurrence, place, start[0], rule, concerned))
    return sorted(found, key=lambda m: (not m.rule, m.line, m.operator, m.occurrence))


class Statements:
    """The functions of a module, and the other statements at its top."""

    def __init__(self, source):
        self.lines = source.splitlines()
        tree = ast.parse(source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        self.spans = [(node.lineno, node.end_lineno) for node in [*tree.body, *functions]]

    def around(self, line, column):
        """A name for a place: the hash of the smallest statement around it, and the position."""
        spans = [(last - first, first, last) for first, last in self.spans if first <= line <= last]
        _, first, last = min(spans)
        text = "\n".join(self.lines[first - 1 : last])
        return f"{hashlib.sha256(text.encode()).hexdigest()[:16]} {line - first} {column}"


def difference(source, code):
    """The first line that differs, before and after."""
    old, new = source.splitlines(), code.splitlines()
    i = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)) - 1)
    return old[i].strip(), new[i].strip()
