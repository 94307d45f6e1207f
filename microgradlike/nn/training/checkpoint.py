"""Checkpoint: a training in a file, to resume bit for bit after an interruption.

The file is JSON with a format, a version, the parameters by name, the learning rate, the history,
and the states of the optimizer, the random generator and the callbacks. Reading it runs no code.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from microgradlike._io import PathLike, from_json_number, json_number, write_whole
from microgradlike._validate import is_real, shown, whole_number
from microgradlike.engine import Value
from microgradlike.nn.files import limit_of
from microgradlike.nn.formats import LoadError, read_bounded
from microgradlike.nn.module import Module, matched_parameters
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.settings import require_same_settings
from microgradlike.nn.training.state import State

FORMAT = "microgradlike training"
VERSION = 1


class Checkpoint(Callback):
    """Write the training to `path`, a `.json` file, after every `every` epochs and the last one.

    Files are at least `seconds` apart, as an epoch may be faster than a file: that much is lost if
    the process is killed, and one epoch at most by Ctrl-C. The file appears whole or not at all,
    after the other callbacks. `fit(..., resume=path)` continues from it. Raises ValueError for
    another suffix, FileNotFoundError for a missing directory.

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
        if not (is_real(seconds) and seconds >= 0):
            raise ValueError(f"seconds must be 0 or more, got {shown(seconds)}")
        self.seconds = seconds
        self._last: float | None = None  # the time of the last file
        self._due: dict[str, Any] | None = None  # content to be written at the end

    def begin(self, state: State) -> None:
        """Forget the files of an earlier training."""
        self._last = self._due = None

    def __call__(self, state: State) -> None:
        """Write the file, if it is due."""
        last = state.epoch == state.epochs or state.history.stopped
        if not last and state.epoch % self.every:
            return
        now = monotonic()
        if last or self._last is None or now - self._last >= self.seconds:
            write(self.path, state)
            self._last, self._due = monotonic(), None
        else:
            self._due = _json_ready(_document(state))  # a copy: the training goes on

    def end(self, state: State) -> None:
        """Write the last complete epoch after an interruption, unless it has been written."""
        if self._due is not None:
            _write(self.path, self._due)


def write(path: PathLike, state: State) -> None:
    """Write a training to a file. Raises OSError if that fails; the old file then stays."""
    _write(path, _json_ready(_document(state)))


def _document(state: State) -> dict[str, Any]:
    """The content of the file of a training."""
    history = state.history
    return {
        "format": FORMAT,
        "version": VERSION,
        "examples": state.examples,
        "checked": state.validation_examples,
        "batch_size": state.batch_size,
        "settings": state.settings,
        "parameters": state.model.state_dict(),
        "optimizer": state.optimizer.state_dict(),
        "lr": float(state.optimizer.lr),
        "rng": state.rng.getstate(),
        "losses": list(history.losses),
        "validation": list(history.validation),
        "stopped": history.stopped,
        "callbacks": [[type(c).__name__, c.state_dict()] for c in _with_memory(state)],
    }


def _write(path: PathLike, document: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(document, allow_nan=False) + "\n").encode())


def read(path: PathLike, state: State) -> None:
    """Restore the state of a training from a file.

    Raises LoadError with the reason, and leaves model and optimizer as they are, if the file is
    missing, damaged, or of another training.
    """
    try:
        limit = 100 * limit_of(state.model.state_dict()) + 100 * state.epochs
        document = _parsed(read_bounded(path, limit))
        found = {str(name): float(x) for name, x in document["parameters"].items()}
        matched = _matched(state.model, found)
        _require_same_batches(document, state)
        require_same_settings(document, state)
        _restore(document, state)
    except (LoadError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = str(error) if isinstance(error, LoadError) else f"is damaged: {error!r:.200}"
        raise LoadError(f"{os.fspath(path)}: {reason}; the model is as it was") from error
    for p, x in matched:
        p.data = x


def _matched(model: Module, found: dict[str, float]) -> list[tuple[Value, float]]:
    try:
        return matched_parameters(model, found)
    except ValueError as error:
        raise LoadError(str(error)) from None


def _with_memory(state: State) -> list[Callback]:
    """The callbacks that have a state of their own."""
    return [c for c in state.callbacks if type(c).state_dict is not Callback.state_dict]


def _parsed(content: bytes) -> dict[str, Any]:
    document = _from_json(json.loads(content))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise LoadError(f"is not a {FORMAT} file")
    if document["version"] != VERSION:
        version = document["version"]
        raise LoadError(f"has version {shown(version)}; this release reads version {VERSION}")
    return document


def _require_same_batches(document: Mapping[str, Any], state: State) -> None:
    for key, words, own in (
        ("examples", "examples", state.examples),
        ("checked", "validation examples", state.validation_examples),
        ("batch_size", "batch_size", state.batch_size),
    ):
        if document[key] != own:
            raise LoadError(
                f"is of a training with {words}={shown(document[key])}, this one has {own}; to"
                " resume it give the same data, validation_data and batch_size"
            )


def _restore(document: Mapping[str, Any], state: State) -> None:
    """Restore everything but the parameters; the optimizer last, as it takes all or nothing."""
    rng, lr = Random(), float(document["lr"])
    version, words, spare = document["rng"]
    rng.setstate((version, tuple(words), spare))
    losses = [float(x) for x in document["losses"]]
    validation = [float(x) for x in document["validation"]]
    kept = _with_memory(state)
    names = [name for name, _ in document["callbacks"]]
    if names != [type(c).__name__ for c in kept]:
        raise LoadError(
            f"is of a training with the callbacks {', '.join(map(str, names)) or 'none'!r:.200}; to"
            " resume it give the same ones"
        )
    for callback, (_, memory) in zip(kept, document["callbacks"]):
        callback.load_state_dict(memory)
    state.optimizer.load_state_dict(document["optimizer"])
    state.optimizer.lr, state.rng = lr, rng
    state.history.losses, state.history.validation = losses, validation
    state.history.stopped = str(document["stopped"])


def _json_ready(x: Any) -> Any:
    """`x` in the form for JSON, which has no number for infinities and nan."""
    if isinstance(x, float):
        return x if math.isfinite(x) else {"double": json_number(x)}
    if isinstance(x, dict):
        return {name: _json_ready(part) for name, part in x.items()}
    return [_json_ready(part) for part in x] if isinstance(x, (list, tuple)) else x


def _from_json(x: Any) -> Any:
    """The inverse of `_json_ready`."""
    if isinstance(x, dict):
        if set(x) == {"double"}:
            return from_json_number(x["double"])
        return {name: _from_json(part) for name, part in x.items()}
    return [_from_json(part) for part in x] if isinstance(x, list) else x
