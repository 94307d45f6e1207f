"""The public names: their full paths, the objects, and the members that have an entry."""

from __future__ import annotations

import importlib
import inspect
import re
import types
from typing import Any

import microgradlike
import viz
from microgradlike import compat, nn, testing
from microgradlike._help import called_name
from microgradlike.nn.training import train
from microgradlike.op import Op
from microgradlike.ops import TABLE
from microgradlike.scalar import Scalar

MODULES = {
    "microgradlike": microgradlike,
    "microgradlike.nn": nn,
    "microgradlike.nn.train": train,
    "microgradlike.testing": testing,
    "microgradlike.compat": compat,
    "viz": viz,
}
SHORT = {home for home in MODULES if "." in home}  # modules that are spelled out in programs
# public, though no package exports them
GIVEN = (
    "microgradlike.compile.jitted.Jitted",
    "microgradlike.compile.program.Program",
    "microgradlike.op.Op",
    "microgradlike.expressions.formula.Formula",
    "microgradlike.expressions.formula.parse_formula",
    "microgradlike.expressions.parser.Expression",
    "microgradlike.expressions.parser.ParseError",
    "microgradlike.expressions.parser.parse",
)
PACKAGES = ("microgradlike", "viz")
DOCUMENTED = (types.FunctionType, property, classmethod, staticmethod)
INTERNAL = {"bound_to", "findable"}  # of the objects that `jit` and `grad` make


def path_of(op: Op) -> str:
    """The full name of a primitive: exported ones are those of the package."""
    name = called_name(op)
    home = "microgradlike" if getattr(microgradlike, name, None) is op else "microgradlike.ops"
    return f"{home}.{name}"


def public_paths() -> list[str]:
    """The full name of each public object but modules, without those that have two homes."""
    found: dict[int, str] = {}
    for home, module in MODULES.items():
        for name in module.__all__:
            x = getattr(module, name)
            if not inspect.ismodule(x):
                found.setdefault(id(x), path_of(x) if isinstance(x, Op) else f"{home}.{name}")
    return [*found.values(), *GIVEN]


def imported(path: str) -> Any:
    """The object or module of that full name."""
    if path in MODULES:
        return MODULES[path]
    home, _, name = path.rpartition(".")  # a module may have the name of the function in it
    try:
        return getattr(MODULES.get(home) or importlib.import_module(home), name)
    except ModuleNotFoundError:
        return getattr(imported(home), name)


def short_name(path: str) -> str:
    """The name as it is spelled in programs: `nn.fit`, `tanh`, `compat.Value`."""
    home, _, name = path.rpartition(".")
    return f"{home.partition('.')[2]}.{name}" if home in SHORT else name


def documented_members(x: type) -> list[str]:
    """The public methods and properties of a class with an entry of their own.

    A method that the class inherits from another public one, or overrides, has its entry there.
    """
    public = [kind for kind in map(imported, public_paths()) if inspect.isclass(kind)]
    bases = [kind for kind in x.__mro__[1:] if kind in public]
    methods = {name for name, _ in primitive_methods(x)} | INTERNAL
    own = [kind for kind in x.__mro__ if kind.__module__.partition(".")[0] in PACKAGES]
    members = {name: member for kind in reversed(own) for name, member in vars(kind).items()}
    first = {name: None for kind in own for name in vars(kind)}  # in the order of the source
    return [
        name
        for name in first
        if not name.startswith("_")
        and name not in methods
        and not any(hasattr(base, name) for base in bases)
        and isinstance(members[name], DOCUMENTED)
    ]


def is_made(x: object) -> bool:
    """True for a class whose objects a function makes: a user does not call it."""
    return inspect.isclass(x) and bool(re.search(r"`\w+` makes it", inspect.getdoc(x) or ""))


def primitive_methods(x: type) -> list[tuple[str, str]]:
    """The methods that are primitives, each with the full name of its primitive."""
    names = {name: op for op in TABLE.values() for name in (op.name, *op.aliases)}
    own = issubclass(x, Scalar)
    return [(name, path_of(op)) for name, op in names.items() if own and name in vars(Scalar)]


PUBLIC = {short_name(path): path for path in public_paths()}
PUBLIC |= {path.rpartition(".")[2]: path for path in reversed(public_paths())}
PUBLIC |= {path_of(op).rpartition(".")[2]: path_of(op) for op in TABLE.values()}
