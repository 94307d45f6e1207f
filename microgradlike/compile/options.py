"""Checks of the options of jit, and the backend that an option names."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType

from microgradlike._validate import shown, whole_number

BACKENDS = ("python", "numpy", "llvm")  # modules of `backends`
REDUCE = ("mean", "sum", None)


def checked_batch(batch: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return the positions in ascending order; raise TypeError or ValueError for anything else.

    >>> checked_batch((1, 0)), checked_batch(2)
    ((0, 1), (2,))
    """
    if isinstance(batch, (list, str)):
        better = tuple(batch) if isinstance(batch, list) else 0
        raise TypeError(
            f"batch must be a position or a tuple of positions, got {shown(batch)} of type"
            f" {type(batch).__name__}; write batch={shown(better)}"
        )
    positions = batch if isinstance(batch, tuple) else (batch,)
    name = f"a position in batch={batch!r}"
    return tuple(sorted({whole_number(name, i, at_least=0) for i in positions}))


def checked_reduce(reduce: str | None) -> str | None:
    """Return `reduce`, "mean", "sum" or None; raise ValueError for anything else.

    >>> checked_reduce("sum")
    'sum'
    """
    _require_one_of("reduce", reduce, REDUCE)
    return reduce


def checked_backend(backend: str) -> str:
    """Return the name of a backend, "auto" or "eager"; raise ValueError for anything else.

    >>> checked_backend("auto")
    'auto'
    """
    _require_one_of("backend", backend, ("auto", "eager", *BACKENDS))
    return backend


def backend_named(name: str) -> ModuleType:
    """Return the module of a backend; raise ModuleNotFoundError for one that is not installed.

    Programs of a function that runs eagerly are those of "auto".

    >>> backend_named("numpy").__name__
    'microgradlike.compile.backends.numpy'
    """
    if interpreter() == "python":
        if name in ("numpy", "llvm"):
            raise ModuleNotFoundError(
                f'backend="{name}" needs NumPy; install it, or use backend="python"'
            )
        name = "python"
    installed = _has_llvm()
    if name == "llvm" and not installed:
        raise ModuleNotFoundError(
            'backend="llvm" needs llvmlite 0.45 or later: pip install "microgradlike[llvm]", or use'
            ' backend="numpy"'
        )
    chosen = ("llvm" if installed else "numpy") if name in ("auto", "eager") else name
    return importlib.import_module(f"microgradlike.compile.backends.{chosen}")


def interpreter() -> str:
    """Return the name of the fastest backend that compiles nothing.

    >>> interpreter()
    'numpy'
    """
    from microgradlike._numpy import HAS_NUMPY

    return "numpy" if HAS_NUMPY else "python"


def _has_llvm() -> bool:
    """Return whether llvmlite is installed with an LLVM that reads the text of our modules."""
    if importlib.util.find_spec("llvmlite") is None:
        return False
    from llvmlite import binding

    return bool(binding.llvm_version_info[0] >= 20)


def _require_one_of(name: str, x: object, choices: tuple[object, ...]) -> None:
    if x not in choices:
        raise ValueError(
            f"{name}={x!r} is not available; choose from {', '.join(map(repr, choices))}"
        )
