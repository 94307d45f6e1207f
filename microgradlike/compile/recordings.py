"""Recordings: the recordings of one function, by the structure of its arguments."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable

from microgradlike.compile.arguments import Arguments
from microgradlike.compile.executable import Executable
from microgradlike.compile.prepared_call import PreparedCall
from microgradlike.compile.recording import Recording

enabled = True  # prepared calls; tests turn them off: results, warnings and errors stay the same
PREPARED = 4  # prepared calls that are tried before the long way
TRIES = 4  # to prepare a call; after them its arguments are taken for others than it can read
CACHE_SIZE = 64  # recordings that are kept: of the structures that were used last


class Recordings:
    """The recordings for the structures used last; a method has some for each of its instances.

    `calls` are prepared calls for some of them, the latest first: of the function, and under True
    for its gradients. `lock` is held while one is made, and to be held while a program is made from
    one. Copies and pickles are empty.

    >>> len(Recordings())
    0
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._kept: OrderedDict[object, Recording] = OrderedDict()
        self.calls: dict[bool, tuple[PreparedCall, ...]] = {False: (), True: ()}
        self.native: Recording | None = None  # that has a native call
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
                    self._forget_oldest()
            self._kept.move_to_end(key)
            return found

    def _forget_oldest(self) -> None:
        """Forget a recording: of those without a shorter way, whose use would not be seen here."""
        calls = self.calls[False] + self.calls[True]
        used = {id(self.native), *(id(call.recording) for call in calls)}
        del self._kept[next(key for key, x in self._kept.items() if id(x) not in used)]

    def prepare(
        self, arguments: Arguments, recording: Recording, executable: Executable, *, gradient: bool
    ) -> None:
        """Keep a prepared call for arguments like these, if they and the recording allow it."""
        if gradient and any(v.op is not None for v in recording.values):
            return  # gradients of results are passed on to leaves
        if not enabled or arguments.kwargs or arguments.scalars:
            return
        call = recording.prepared.get(gradient)
        if call is None and recording.tries < TRIES:
            recording.tries += 1
            call = PreparedCall(arguments, recording, executable)
        if call is None or call.inputs(arguments.args) is None:
            return
        with self.lock:  # another thread may have forgotten the recording
            if self._kept.get(arguments.key) is recording:
                recording.prepared[gradient] = call
                others = [x for x in self.calls[gradient] if x is not call]
                self.calls[gradient] = (call, *others[: PREPARED - 1])

    def discard(self, key: object) -> None:
        """Forget the recording of this structure."""
        with self.lock:
            self._kept.pop(key, None)
            self.calls = {False: (), True: ()}

    def clear(self) -> None:
        """Forget all recordings, those of instances included."""
        with self.lock:
            self._kept.clear()
            self.calls, self.native = {False: (), True: ()}, None
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
