"""jit: a function as a program. Nothing else, so that `import microgradlike` stays light."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor


def jit(
    f: Callable[..., Any] | None = None,
    /,
    *,
    batch: int | tuple[int, ...] = (),
    reduce: str | None = "mean",
    backend: str = "auto",
    executor: Executor | None = None,
    split: int | None = None,
) -> Any:
    """Make `f` a function that is recorded once and then run as a program, without Python.

    Arguments and results are numbers, arrays and nests of them; text, booleans and None are taken
    as they are. Those whose positions are in `batch` have a leading axis of rows (a list is a list
    of rows, and of a dict every part has that axis): `f` is written for one row, and its results
    are the mean over the rows, their sum, or (`reduce=None`) have the leading axis too. Values that
    `f` uses are read at every call, and `backward(...)` adds to their gradients. All else that it
    uses is as it was when it was recorded: plain numbers of its surroundings, random ones, the
    `.data` of a Value, and which Value a name stood for. It is recorded anew for other structures
    of the arguments.

    `backend` is "python" (eager arithmetic, bit for bit), "numpy", "llvm" (machine code; wants the
    extra `llvm`), "auto" (llvm where it is installed, else numpy), or "eager", which runs `f` as it
    stands. Called with Values, a function runs as it stands too: the result can be differentiated.

    `executor` is any `concurrent.futures.Executor`, such as a process pool or a Dask client's
    `get_executor()`: its workers share a batch, in pieces of `split` rows (by default as many as
    take some milliseconds). The pieces are the same without it, and so are the bits. It may be set
    later: `f.executor = pool`. Where a worker dies there is a RuntimeError and nothing is changed:
    the call can be repeated.

    Raises TraceError where `f` needs a number to know what to do, as `if x > 0:` does.

    >>> from microgradlike import Value
    >>> w = Value(2.0)
    >>> @jit(batch=0)
    ... def loss(x):
    ...     return (w * x - 1) ** 2
    >>> loss([1.0, 2.0, 3.0]), loss.backward([1.0, 2.0, 3.0]), w.grad
    (11.666666666666666, 11.666666666666666, 14.666666666666666)
    """
    if f is None:
        return functools.partial(
            jit, batch=batch, reduce=reduce, backend=backend, executor=executor, split=split
        )
    from microgradlike.compile.jitted import Jitted  # which wants NumPy

    return Jitted(f, batch, reduce, backend, executor, split)
