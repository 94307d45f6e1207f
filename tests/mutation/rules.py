"""Places: the primitives and derivative rules at each place in ops.py."""

import ast

CONSTRUCTORS = {"unary": 2, "binary": 2, "_ternary": 2}  # by name: the index of the first partial


class Places:
    """The pieces of the table: rows, their partials, and the functions used there.

    >>> places = Places('f = unary("f", math.sin, lambda y, x: cos(x))')
    >>> places.rule(1, 32), places.rule(1, 16), places.primitives(1, 16)
    (True, False, ['f'])
    """

    def __init__(self, source):
        self._lines = source.encode().splitlines()
        tree = ast.parse(source)
        self._functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        self._pieces = []  # (node, name of the primitive, True in a rule)
        for call in ast.walk(tree):
            first = CONSTRUCTORS.get(getattr(getattr(call, "func", None), "id", ""))
            if first is not None and call.args and isinstance(call.args[0], ast.Constant):
                name = call.args[0].value
                self._add(call, name, False)
                for argument in call.args[first:]:
                    if not isinstance(argument, ast.Constant):
                        self._add(argument, name, True)

    def rule(self, line, column):
        """True if the place is in the derivative rule of a primitive."""
        return any(rule for node, _, rule in self._pieces if self._has(node, line, column))

    def primitives(self, line, column):
        """The names of the primitives whose value or derivative uses the place."""
        return sorted({name for node, name, _ in self._pieces if self._has(node, line, column)})

    def _add(self, piece, name, rule):
        pieces, seen = [piece], set()
        while pieces:
            node = pieces.pop()
            self._pieces.append((node, name, rule))
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(self._functions)
            pieces += [self._functions[f] for f in sorted(used - seen)]
            seen |= used

    def _has(self, node, line, column):
        start = node.lineno, self._column(node.lineno, node.col_offset)
        end = node.end_lineno, self._column(node.end_lineno, node.end_col_offset)
        return start <= (line, column) < end

    def _column(self, line, offset):
        return len(self._lines[line - 1][:offset].decode())  # ast counts bytes
