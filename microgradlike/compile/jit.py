"""jit: a function that runs as a program. It imports no more, so `import microgradlike` is fast."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar, overload

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from microgradlike.compile.jitted import Jitted

__all__ = ["jit"]

P = ParamSpec("P")
R = TypeVar("R")


@overload
def jit(
    f: Callable[P, R],
    /,
    *,
    backend: str = ...,
    executor: Executor | None = ...,
    threads: int | None = ...,
    split: int | None = ...,
) -> Jitted[P, R]: ...
@overload
def jit(
    *,
    backend: str = ...,
    executor: Executor | None = ...,
    threads: int | None = ...,
    split: int | None = ...,
) -> Callable[[Callable[P, R]], Jitted[P, R]]: ...
@overload  # the parameters of f are one row, the arguments of a call are many
def jit(
    f: Callable[..., R],
    /,
    *,
    batch: int | tuple[int, ...],
    reduce: str | None = ...,
    backend: str = ...,
    executor: Executor | None = ...,
    threads: int | None = ...,
    split: int | None = ...,
) -> Jitted[..., R]: ...
@overload
def jit(
    *,
    batch: int | tuple[int, ...],
    reduce: str | None = ...,
    backend: str = ...,
    executor: Executor | None = ...,
    threads: int | None = ...,
    split: int | None = ...,
) -> Callable[[Callable[..., R]], Jitted[..., R]]: ...
def jit(
    f: Callable[P, R] | None = None,
    /,
    *,
    batch: int | tuple[int, ...] = (),
    reduce: str | None = "mean",
    backend: str = "auto",
    executor: Executor | None = None,
    threads: int | None = None,
    split: int | None = None,
) -> Jitted[P, R] | Callable[[Callable[P, R]], Jitted[P, R]]:
    """Record `f` once for each structure of its arguments; from then on it runs as a program.

    Arguments and results are numbers, arrays and nested lists, tuples and dicts of these. Values
    that `f` uses are read at every call, and `backward(...)` adds to their gradients. All else is
    fixed when `f` is recorded: global numbers, random ones, the `.data` and `.grad` of a Value, a
    Module's `training` flag, and which objects the Values are. Pass a flag as an argument (a bool,
    a str or None has recordings of its own), and call `clear()` of the result after other changes.
    Called with Values or Modules, `f` runs eagerly and can be differentiated. A jit method binds to
    its instance, and `batch` does not count `self`.

    - `batch`: position(s) of arguments with a leading axis of rows; `f` is written for one row.
    - `reduce`: "mean" or "sum" over the rows; with None, results have the leading axis of rows.
      Each backend adds the rows in an order of its own, so means and sums may differ in the last
      bits from one backend to another. The results of a row do not, for + - × ÷ √.
    - `backend`: "python" (per row the bits of eager), "numpy", "llvm" (machine code, from the extra
      `llvm`), "auto" ("llvm" if it is installed, else "numpy") or "eager" (`f` as it stands).
      Without NumPy "auto" is "python", and results are lists.
    - `executor`: a `concurrent.futures.Executor` whose workers share a batch; the bits stay. A call
      from one of its own threads is not shared.
    - `threads`: threads of this process that share a large batch if there is no executor. It pays
      for machine code ("llvm"), which runs in parallel; a user's primitive runs in one at a time.
    - `split`: rows of a batch per worker task; by default as many as take some milliseconds.

    Returns a Jitted. Raises TypeError or ValueError for another option. A call raises TraceError if
    `f` needs a number to decide what to do or changes one, RuntimeError if a worker dies; it can be
    repeated. A Jitted can be pickled if `f` can, without executor and recordings: define `f` with
    def at the top of a module.

    >>> from microgradlike import Value
    >>> w = Value(2.0)
    >>> @jit(batch=0)
    ... def loss(x):
    ...     return (w * x - 1) ** 2
    >>> loss([1.0, 2.0, 3.0]), loss.backward([1.0, 2.0, 3.0]), w.grad
    (11.666666666666666, 11.666666666666666, 14.666666666666666)
    """
    from microgradlike.compile.jitted import Jitted  # imports NumPy

    decorate = functools.partial(
        Jitted,
        batch=batch,
        reduce=reduce,
        backend=backend,
        executor=executor,
        threads=threads,
        split=split,
    )
    return decorate if f is None else decorate(f)
