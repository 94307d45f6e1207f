"""Threads of this process that share a list of items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


@cache
def thread_pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Return the pool that all functions share; after a fork, `process` asks for a new one."""
    return ThreadPoolExecutor(threads, thread_name_prefix="microgradlike")


def in_threads(pool: ThreadPoolExecutor, f: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return `[f(x) for x in items]`, computed by this thread and others of the pool.

    Each takes the next item when it is ready, and this thread waits only for items that another has
    begun. After an error no more begin; the error of the first failed item is raised.

    >>> in_threads(thread_pool(2, 0), abs, [-1, 2, -3])
    [1, 2, 3]
    """
    left = deque(enumerate(items))
    results: dict[int, R] = {}
    errors: dict[int, Exception] = {}

    def take() -> None:
        while not errors:
            try:
                i, x = left.popleft()
            except IndexError:  # none is left
                return
            try:
                results[i] = f(x)
            except Exception as error:
                errors[i] = error

    try:  # one submission per thread: for each item it would cost as much as the item
        others = [pool.submit(take) for _ in range(1, min(pool._max_workers, len(items)))]
        take()
        for other in others:
            if not other.cancel():  # it has begun
                other.result()
    finally:  # after Ctrl-C, the others finish the items that they have begun
        left.clear()
    if errors:
        raise errors[min(errors)]
    return [results[i] for i in range(len(items))]
