"""Source: functions as text that stands by itself, each with what it needs of its surroundings."""

from __future__ import annotations
import __future__

import ast
import builtins
import copy
import functools
import inspect
import math
import re
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any, NoReturn

from microgradlike.op import Op

Function = ast.FunctionDef | ast.Lambda


class Source:
    """Python functions as text: `texts`, one for each, and `imports`, the modules they need.

    What a function takes from outside is written into it: a number as that number, a function as
    another text, a closure's variables likewise. Nothing but the standard library is imported.

    >>> source = Source("f")
    >>> half = 0.5
    >>> source.name_of(lambda x: math.sin(x) * half, "wave")
    'wave'
    >>> print(source.texts[0], source.imports)
    def wave(x):
        return math.sin(x) * 0.5 {'math'}
    """

    def __init__(self, *taken: str) -> None:
        self.texts: list[str] = []
        self.imports: set[str] = set()
        self._taken = {*taken, *dir(builtins)}
        self._names: dict[int, str] = {}
        self._alive: list[object] = []  # so that an id stays a function's own

    def name_of(self, f: Any, wish: str) -> str:
        """What calls `f`: a name of the standard library, or `wish`, or a name like that.

        TypeError where there is no source of `f`, or it needs what cannot be written down.
        """
        module = str(getattr(f, "__module__", "")).lstrip("_")  # "_operator" has a public name
        called = str(getattr(f, "__name__", ""))
        if getattr(sys.modules.get(module), called, None) is f:
            if module == "builtins":
                return called
            if module in sys.stdlib_module_names:
                self.imports.add(module)
                return f"{module}.{called}"
        if id(f) not in self._names:
            if not isinstance(f, FunctionType):
                _refuse(wish, f"{f!r:.60} is no function with a source")
            self._alive.append(f)
            self._names[id(f)] = self._free(wish)
            self.texts.append(self._text(f, self._names[id(f)]))
        return self._names[id(f)]

    def expression(self, x: Any, name: str) -> str:
        """What a thing called `name` is written as; TypeError where it cannot be."""
        if type(x) is float and not math.isfinite(x):
            self.imports.add("math")
            return f"math.{x}" if x > 0 or x != x else "-math.inf"
        if x is None or type(x) in (float, int, bool, str):
            return repr(x)
        if type(x) in (tuple, list):
            items = "".join(f"{self.expression(y, name)}, " for y in x)
            return f"({items})" if type(x) is tuple else f"[{items}]"
        if type(x) is dict:
            items = ", ".join(
                f"{self.expression(k, name)}: {self.expression(y, name)}" for k, y in x.items()
            )
            return f"{{{items}}}"
        if isinstance(x, ModuleType) and x.__name__.split(".")[0] in sys.stdlib_module_names:
            self.imports.add(x.__name__)
            return x.__name__
        if isinstance(x, Op):
            return self.name_of(x.forward, f"_{x.name}")
        return self.name_of(x, name)

    def _free(self, wish: str) -> str:
        name = wish
        while name in self._taken or re.fullmatch(r"[xv]\d+", name):
            name += "_"
        self._taken.add(name)
        return name

    def _text(self, f: FunctionType, name: str) -> str:
        node = _node(f, name)
        outside = {x: self._tree(value, x) for x, value in _outside(f, node, name)}
        body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
        written = _Written(outside)
        given = f.__kwdefaults__ or {}
        node.args.defaults = [self._tree(x, name) for x in f.__defaults__ or ()]
        node.args.kw_defaults = [
            self._tree(given[a.arg], name) if a.arg in given else None for a in node.args.kwonlyargs
        ]
        inside = [written.visit(statement) for statement in body]
        function = ast.FunctionDef(name, node.args, inside, [])
        return ast.unparse(ast.fix_missing_locations(function))

    def _tree(self, x: Any, name: str) -> ast.expr:
        return ast.parse(self.expression(x, name), mode="eval").body


class _Bare(ast.NodeTransformer):
    """Code without what is said about it: annotations, docstrings, decorators."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is None:
            return ast.Pass()
        return ast.Assign([node.target], self.visit(node.value))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns, node.decorator_list = None, []
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


class _Written(ast.NodeTransformer):
    """Code with what it takes from outside put in."""

    def __init__(self, outside: dict[str, ast.expr]) -> None:
        self.outside = outside

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.outside.get(node.id, node)


def _outside(f: FunctionType, node: Function, name: str) -> Iterator[tuple[str, Any]]:
    """The names that a function takes from outside of it, with what they stand for."""
    own = set(_own_names(f.__code__))
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
    body = node.body if isinstance(node.body, list) else [node.body]
    for part in (part for top in body for part in ast.walk(top)):
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            _refuse(name, f"it changes {', '.join(part.names)}, which may lie outside of it")
        if not isinstance(part, ast.Name) or part.id in own:
            continue
        if part.id in cells:
            yield part.id, cells[part.id].cell_contents
        elif part.id in f.__globals__:
            yield part.id, f.__globals__[part.id]
        elif not hasattr(builtins, part.id):
            _refuse(name, f"there is no {part.id}")


def _own_names(code: CodeType) -> Iterator[str]:
    """The names of the variables of a function and of those inside of it."""
    yield from (*code.co_varnames, *code.co_cellvars)
    for x in code.co_consts:
        if isinstance(x, CodeType):
            yield from _own_names(x)


def _node(f: FunctionType, name: str) -> Function:
    """The syntax of a function: what stands in its file and compiles to the code that it has."""
    code = f.__code__
    try:
        nodes = _functions("".join(inspect.findsource(code)[0]))
    except (OSError, SyntaxError):
        _refuse(name, "the text that it was made from is not there")
    found = [node for node in nodes if _is_compiled_from(code, node)]
    if not found:
        _refuse(name, "its file is not the one any more that it was made from")
    bare: Function = _Bare().visit(copy.deepcopy(found[0]))
    return bare


@functools.lru_cache(maxsize=8)
def _functions(text: str) -> list[Function]:
    return [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.Lambda))]


def _is_compiled_from(code: CodeType, node: Function) -> bool:
    """Whether `node` compiles to `code`, inside of a function that has the closure's variables."""
    lines = [part.lineno for part in getattr(node, "decorator_list", [])]
    if min([*lines, node.lineno]) != code.co_firstlineno:
        return False
    free = [ast.arg(name) for name in code.co_freevars]
    inside: list[ast.stmt] = [ast.Expr(node) if isinstance(node, ast.Lambda) else node]
    if code.co_name not in (*code.co_freevars, "<lambda>"):
        inside.insert(0, ast.Global([code.co_name]))  # as a global it calls itself
    outer = ast.FunctionDef("outer", ast.arguments([], free, None, [], [], None, []), inside, [])
    module = ast.fix_missing_locations(ast.Module([outer], []))
    flags = code.co_flags & __future__.annotations.compiler_flag
    compiled = compile(module, code.co_filename, "exec", flags, dont_inherit=True)
    return any(_shape(x) == _shape(code) for x in _codes(compiled))


def _shape(code: CodeType) -> tuple[Any, ...]:
    """What is the same of equal code, whether its module is compiled as a whole or piece by piece.

    The instructions are not: calls of what a module imports are spelled otherwise in it.
    """
    constants = [repr(x) for x in code.co_consts if not isinstance(x, CodeType)]
    variables = code.co_varnames, code.co_freevars, code.co_names
    return code.co_name, variables, constants, set(code.co_positions())


def _codes(code: CodeType) -> Iterator[CodeType]:
    """What is compiled in the function that a module consists of."""
    for outer in code.co_consts:
        if isinstance(outer, CodeType):
            yield from (x for x in outer.co_consts if isinstance(x, CodeType))


def _refuse(name: str, why: str) -> NoReturn:
    raise TypeError(
        f"{name.removeprefix('_')} cannot be written down as Python: {why}; make its forward a"
        " plain function of floats, in a file, that uses no more than numbers and the standard"
        " library"
    )
