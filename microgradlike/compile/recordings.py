"""Recordings: the recordings of one function, by the structure of its arguments."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable

from microgradlike.compile.prepared_call import PreparedCall
from microgradlike.compile.recording import Recording

CACHE_SIZE = 64  # recordings that are kept: of the structures that were used last


class Recordings:
    """The recordings for the structures used last; a method has some for each of its instances.

    `calls` and `gradient_calls` are prepared calls for some of them, the latest first. `lock` is held while one is made, and to be held while a program is made from one. Copies and
    pickles are empty.

    >>> len(Recordings())
    0
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._kept: OrderedDict[object, Recording] = OrderedDict()
        self.calls: tuple[PreparedCall, ...] = ()
        self.gradient_calls: tuple[PreparedCall, ...] = ()
        self._of_instances: dict[int, tuple[weakref.ref[object], Recordings]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: object, make: Callable[[], Recording]) -> Recording:
        """Return the recording of this structure, made if there is none."""
        with self.lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = make()
                if len(self._kept) > CACHE_SIZE:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return found

    def discard(self, key: object) -> None:
        """Forget the recording of this structure."""
        with self.lock:
            self._kept.pop(key, None)
            self.calls = ()

    def clear(self) -> None:
        """Forget all recordings, those of instances included."""
        with self.lock:
            self._kept.clear()
            self.calls = self.gradient_calls = ()
            self._of_instances.clear()

    def of_instance(self, instance: object) -> Recordings:
        """Return the recordings of a method bound to `instance`, kept as long as that lives.

        Raises TypeError if nothing can refer to the instance weakly.

        >>> class Line: pass
        >>> recordings, line = Recordings(), Line()
        >>> recordings.of_instance(line) is recordings.of_instance(line)
        True
        """
        key, of_instances = id(instance), self._of_instances
        with self.lock:
            if key not in of_instances:
                try:
                    dies = weakref.ref(instance, lambda _: of_instances.pop(key, None))
                except TypeError as error:
                    raise TypeError(
                        "a jit method refers weakly to its instance, which"
                        f" {type(instance).__name__} does not allow; add '__weakref__' to its"
                        " __slots__"
                    ) from error
                of_instances[key] = dies, Recordings()
            return of_instances[key][1]

    def __reduce__(self) -> tuple[type[Recordings], tuple[()]]:
        return type(self), ()
