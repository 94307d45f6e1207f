"""Checkpoint: a training in a file, to resume bit for bit after an interruption.

The file is a JSON document with the parameters by name, the learning rate, the history, and the
states of the optimizer, the random generator and the callbacks. Reading it runs no code.
"""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic
from typing import Any

from microgradlike._io import PathLike, require_regular, write_whole
from microgradlike._validate import is_real, shown, whole_number
from microgradlike.nn.document import LoadError
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.rollback import Snapshot
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.contents import SCHEMA, Contents, with_memory
from microgradlike.nn.training.plain import from_json, to_json
from microgradlike.nn.training.state import State


class Checkpoint(Callback):
    """Write the training to `path`, a `.json` file, after every `every` epochs and the last one.

    Files are at least `seconds` apart, as an epoch may be faster than a file: that much is lost if
    the process is killed, and one epoch at most by Ctrl-C. The file appears whole or not at all,
    after the other callbacks. `fit(..., resume=path)` continues from it. Raises ValueError for
    another suffix, TypeError for anything but a path, OSError for a missing directory and for a
    path that is not a regular file.

    >>> Checkpoint("training.json", every=10).every
    10
    """

    def __init__(self, path: PathLike, *, every: int = 1, seconds: float = 1.0) -> None:
        self.path, self.every = Path(path), whole_number("every", every, at_least=1)
        if self.path.suffix.lower() != ".json":
            raise ValueError(f"a checkpoint must be a .json file, got {os.fspath(path)!r:.100}")
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"{os.fspath(path)}: there is no directory {os.fspath(self.path.parent)}; make it"
                " first"
            )
        require_regular(path)
        if not (is_real(seconds) and seconds >= 0):
            raise ValueError(f"seconds must be 0 or more, got {shown(seconds)}")
        self.seconds = seconds
        self._target = os.path.abspath(path)  # the directory may be changed during the training
        self._last: float | None = None  # the time of the last file
        self._due: dict[str, Any] | None = None  # content to be written at the end

    def begin(self, state: State) -> None:
        """Forget the files of an earlier training.

        Raises ValueError for an optimizer that does not load its own state.
        """
        self._last = self._due = None
        _require_loadable(state.optimizer)

    def __call__(self, state: State) -> None:
        """Write the file, if it is due."""
        last = state.epoch == state.epochs or state.history.stopped
        if not last and state.epoch % self.every:
            return
        now = monotonic()
        if last or self._last is None or now - self._last >= self.seconds:
            _write(self._target, _document(state))
            self._last, self._due = monotonic(), None
        else:
            self._due = _document(state)  # a copy: the training goes on

    def end(self, state: State) -> None:
        """Write the last complete epoch after an interruption, unless it has been written."""
        if self._due is not None:
            _write(self._target, self._due)


def _document(state: State) -> dict[str, Any]:
    """The content of the file of a training, as plain JSON."""
    history, optimizer = state.history, state.optimizer
    callbacks = [
        [type(c).__name__, _plain(c.state_dict(), type(c).__name__)] for c in with_memory(state)
    ]
    training = {
        "examples": state.examples,
        "checked": state.validation_examples,
        "batch_size": state.batch_size,
        "settings": state.settings,
        "parameters": state.model.state_dict(),
        "lr": float(optimizer.lr),
        "rng": state.rng.getstate(),
        "losses": list(history.losses),
        "validation": list(history.validation),
        "stopped": history.stopped,
    }
    return {
        **to_json(training, "the training"),
        "optimizer": _plain(optimizer.state_dict(), type(optimizer).__name__),
        "callbacks": callbacks,
    }


def _require_loadable(optimizer: Optimizer) -> None:
    before, kind = Snapshot(optimizer), type(optimizer).__name__
    try:
        optimizer.load_state_dict(from_json(_plain(optimizer.state_dict(), kind)))
    except ValueError as error:
        raise ValueError(
            f"{kind} refuses its own state, so that no checkpoint could be resumed: {error}; define"
            " state_dict() and load_state_dict(state) in pairs"
        ) from error
    finally:
        before.put_back()


def _plain(memory: object, kind: str) -> Any:
    """The state of a callback or of the optimizer, as plain JSON."""
    try:
        return to_json(memory, f"the state of {kind}")
    except RecursionError:
        raise ValueError(
            f"the state of {kind} is nested too deeply, or holds itself; make it flat"
        ) from None


def _write(path: str, document: dict[str, Any]) -> None:
    """Write a file, once the code that reads it has read it.

    Raises ValueError for a training that could not be resumed, OSError if the file cannot be
    written; the old file then stays.
    """
    content = SCHEMA.encode(document)
    try:
        Contents.of(content)
    except LoadError as error:
        raise ValueError(
            f"{path} is not written, as it could not be read: {error.__cause__ or error}; an older"
            " file is as it was"
        ) from error
    write_whole(path, content)
