"""Source: functions as self-contained text, with the values that they take from outside."""

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

from microgradlike._validate import shown
from microgradlike.op import Op

Function = ast.FunctionDef | ast.Lambda


class Source:
    """Python functions as text: `functions`, and `imports`, the modules that they need.

    Values from outside a function are written into it: numbers as literals, other functions as
    further text, closure variables likewise. Only the standard library is imported.

    >>> source = Source("f")
    >>> half = 0.5
    >>> source.name_of(lambda x: math.sin(x) * half, "wave")
    'wave'
    >>> print(source.functions[0], source.imports)
    def wave(x):
        return math.sin(x) * 0.5 {'math'}
    """

    def __init__(self, *taken: str) -> None:
        self.functions: list[str] = []
        self.imports: set[str] = set()
        self._taken = {*taken, *dir(builtins)}
        self._names: dict[int, str] = {}
        self._alive: list[object] = []  # an id is unique only among living objects

    def name_of(self, f: object, wish: str) -> str:
        """Return a name for `f` in the text: of the standard library, or `wish`, or one like it.

        Raises TypeError if `f` has no source or uses what cannot be written as text.
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
                _refuse(wish, f"{shown(f)} has no Python source")
            self._alive.append(f)
            self._names[id(f)] = self._free(wish)
            self.functions.append(self._text(f, self._names[id(f)]))
        return self._names[id(f)]

    def expression(self, x: object, name: str) -> str:
        """Return `x`, called `name`, as an expression; raise TypeError if there is none."""
        if type(x) is float and not math.isfinite(x):
            self.imports.add("math")
            return f"math.{x}" if x > 0 or x != x else "-math.inf"
        if x is None or type(x) in (float, int, bool, str):
            return repr(x)
        if type(x) in (tuple, list, dict):
            return self._collection(x, name)
        if isinstance(x, ModuleType) and x.__name__.split(".")[0] in sys.stdlib_module_names:
            self.imports.add(x.__name__)
            return x.__name__
        if isinstance(x, Op):
            return self.name_of(x.forward, f"_{x.name}")
        return self.name_of(x, name)

    def _collection(self, x: Any, name: str) -> str:
        if type(x) is dict:
            pairs = [
                f"{self.expression(k, name)}: {self.expression(y, name)}" for k, y in x.items()
            ]
            return f"{{{', '.join(pairs)}}}"
        items = "".join(f"{self.expression(y, name)}, " for y in x)
        return f"({items})" if type(x) is tuple else f"[{items}]"

    def _free(self, wish: str) -> str:
        name = wish
        while name in self._taken or re.fullmatch(r"[xv]\d+", name):
            name += "_"
        self._taken.add(name)
        return name

    def _text(self, f: FunctionType, name: str) -> str:
        node = _definition(f, name)
        outside = {x: self._syntax(value, x) for x, value in _outside(f, node, name)}
        body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
        inlined = _Inlined(outside)
        given = f.__kwdefaults__ or {}
        node.args.defaults = [self._syntax(x, name) for x in f.__defaults__ or ()]
        node.args.kw_defaults = [
            self._syntax(given[a.arg], name) if a.arg in given else None
            for a in node.args.kwonlyargs
        ]
        inside = [inlined.visit(statement) for statement in body]
        function = ast.FunctionDef(name, node.args, inside, [])
        return ast.unparse(ast.fix_missing_locations(function))

    def _syntax(self, x: object, name: str) -> ast.expr:
        return ast.parse(self.expression(x, name), mode="eval").body


class _Stripped(ast.NodeTransformer):
    """Removal of annotations, docstrings and decorators."""

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


class _Inlined(ast.NodeTransformer):
    """Replacement of outside names by expressions."""

    def __init__(self, outside: dict[str, ast.expr]) -> None:
        self.outside = outside

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.outside.get(node.id, node)


def _outside(f: FunctionType, node: Function, name: str) -> Iterator[tuple[str, object]]:
    """Yield the names that a function takes from outside, with their values."""
    own = set(_own_names(f.__code__))
    cells = dict(zip(f.__code__.co_freevars, f.__closure__ or ()))
    body = node.body if isinstance(node.body, list) else [node.body]
    for part in (part for top in body for part in ast.walk(top)):
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            _refuse(name, f"it assigns {', '.join(part.names)}, which lies outside of it")
        if not isinstance(part, ast.Name) or part.id in own:
            continue
        if part.id in cells:
            yield part.id, cells[part.id].cell_contents
        elif part.id in f.__globals__:
            yield part.id, f.__globals__[part.id]
        elif not hasattr(builtins, part.id):
            _refuse(name, f"{part.id} is not defined")


def _own_names(code: CodeType) -> Iterator[str]:
    """Yield the names of the local variables of a function and of the functions inside it."""
    yield from (*code.co_varnames, *code.co_cellvars)
    for x in code.co_consts:
        if isinstance(x, CodeType):
            yield from _own_names(x)


def _definition(f: FunctionType, name: str) -> Function:
    """Return the syntax of a function: the definition in its file that compiles to its code."""
    code = f.__code__
    try:
        nodes = _functions("".join(inspect.findsource(code)[0]))
    except (OSError, SyntaxError):
        _refuse(name, "its source file is not available")
    found = [node for node in nodes if _is_compiled_from(code, node)]
    if not found:  # from 3.13 on, "<string>" may be the text of `python -c`
        is_file = not code.co_filename.startswith("<")
        changed = "has changed since it was defined" if is_file else "is not available"
        _refuse(name, f"its source file {changed}")
    stripped: Function = _Stripped().visit(copy.deepcopy(found[0]))
    return stripped


@functools.lru_cache(maxsize=8)
def _functions(text: str) -> list[Function]:
    return [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.Lambda))]


def _is_compiled_from(code: CodeType, node: Function) -> bool:
    """Return whether `node` compiles to `code`, in a function with the closure's variables."""
    lines = [part.lineno for part in getattr(node, "decorator_list", [])]
    if min([*lines, node.lineno]) != code.co_firstlineno:
        return False
    free = [ast.arg(name) for name in code.co_freevars]
    inside: list[ast.stmt] = [ast.Expr(node) if isinstance(node, ast.Lambda) else node]
    if code.co_name not in (*code.co_freevars, "<lambda>"):
        inside.insert(0, ast.Global([code.co_name]))  # a global, by which the function calls itself
    outer = ast.FunctionDef("outer", ast.arguments([], free, None, [], [], None, []), inside, [])
    module = ast.fix_missing_locations(ast.Module([outer], []))
    flags = code.co_flags & __future__.annotations.compiler_flag
    compiled = compile(module, code.co_filename, "exec", flags, dont_inherit=True)
    return any(_shape(x) == _shape(code) for x in _codes(compiled))


def _shape(code: CodeType) -> tuple[object, ...]:
    """Return features of code that do not depend on the surrounding module.

    Instructions depend on it: a call of a name that the module imports compiles differently.
    """
    constants = [repr(x) for x in code.co_consts if not isinstance(x, CodeType)]
    variables = code.co_varnames, code.co_freevars, code.co_names
    return code.co_name, variables, constants, set(code.co_positions())


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield the code objects in the function that a module consists of."""
    for outer in code.co_consts:
        if isinstance(outer, CodeType):
            yield from (x for x in outer.co_consts if isinstance(x, CodeType))


def _refuse(name: str, why: str) -> NoReturn:
    raise TypeError(
        f"{name.removeprefix('_')} cannot be exported to Python: {why}; define its forward in a"
        " file, as a plain function of floats that uses only numbers and the standard library"
    )
