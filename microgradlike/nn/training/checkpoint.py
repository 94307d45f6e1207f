"""Checkpoint: a training in a file, to go on from after an interruption, bit for bit.

JSON with a format, a version, the parameters by name, the state of the optimiser and its rate, of
the generator and of the callbacks, and the history. No code is in it, and none is run to read it.
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
from microgradlike._validate import is_real, whole_number
from microgradlike.nn.files import limit_of, parameters_of, same_names
from microgradlike.nn.formats import LoadError, read_bounded
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.state import State

FORMAT = "microgradlike training"
VERSION = 1


class Checkpoint(Callback):
    """Writes the training to `path`, a `.json` file, after every `every` epochs and the last one.

    Not more often than every `seconds`, as an epoch may take less than a file; so much is lost
    where the process is killed, and an epoch at most by Ctrl-C. The file appears whole or not at
    all; `fit(..., resume=path)` goes on from it. It is written when the other callbacks are done.
    Raises ValueError for another suffix, FileNotFoundError where there is no such directory.

    >>> Checkpoint("training.json", every=10).every
    10
    """

    def __init__(self, path: PathLike, *, every: int = 1, seconds: float = 1.0) -> None:
        self.path, self.every = Path(path), whole_number("every", every, at_least=1)
        if self.path.suffix.lower() != ".json":
            raise ValueError(f"a checkpoint is a .json file, got {os.fspath(path)!r:.100}")
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"{os.fspath(path)}: there is no directory {os.fspath(self.path.parent)}; make it"
                " first"
            )
        if not (is_real(seconds) and seconds >= 0):
            raise ValueError(f"seconds between two files are 0 or more, got {seconds!r:.60}")
        self.seconds = seconds
        self._last: float | None = None  # when a file was written
        self._due: dict[str, Any] | None = None  # what is to be written at the end

    def begin(self, state: State) -> None:
        """Forget the files of a training before."""
        self._last = self._due = None

    def __call__(self, state: State) -> None:
        """Write the file, if its time has come."""
        last = state.epoch == state.epochs or state.history.stopped
        if not last and state.epoch % self.every:
            return
        now = monotonic()
        if last or self._last is None or now - self._last >= self.seconds:
            write(self.path, state)
            self._last, self._due = monotonic(), None
        else:
            self._due = _plain(document_of(state))  # a copy: the training goes on

    def end(self, state: State) -> None:
        """Write what was not, after an interruption: the last epoch that was complete."""
        if self._due is not None:
            _write(self.path, self._due)


def write(path: PathLike, state: State) -> None:
    """Write a training to a file; OSError where it cannot be written, the old one is there then."""
    _write(path, _plain(document_of(state)))


def document_of(state: State) -> dict[str, Any]:
    """What stands in the file of a training."""
    history = state.history
    return {
        "format": FORMAT,
        "version": VERSION,
        "examples": state.examples,
        "checked": state.checked,
        "batch_size": state.batch_size,
        "parameters": parameters_of(state.model),
        "optimizer": state.optimizer.state_dict(),
        "lr": float(state.optimizer.lr),
        "rng": state.rng.getstate(),
        "losses": list(history.losses),
        "validation": list(history.validation),
        "stopped": history.stopped,
        "callbacks": [[type(c).__name__, c.state_dict()] for c in remembering(state)],
    }


def _write(path: PathLike, document: Mapping[str, Any]) -> None:
    write_whole(path, (json.dumps(document, allow_nan=False) + "\n").encode())


def read(path: PathLike, state: State) -> None:
    """Bring a training to where the file says that it was.

    Raises LoadError with the reason, and leaves model and optimiser as they are, where the file is
    missing, damaged, or of another training.
    """
    try:
        names = parameters_of(state.model)
        document = _document(read_bounded(path, 100 * limit_of(names) + 100 * state.epochs))
        found = {str(name): float(x) for name, x in document["parameters"].items()}
        same_names(set(names), set(found))
        _same_batches(document, state)
        _restore(document, state)
    except (LoadError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        said = str(error) if isinstance(error, LoadError) else f"is damaged: {error!r:.200}"
        raise LoadError(f"{os.fspath(path)}: {said}; the model is as it was") from error
    for name, p in state.model.named_parameters():
        p.data = found[name]


def remembering(state: State) -> list[Callback]:
    """The callbacks that have something to remember."""
    return [c for c in state.callbacks if type(c).state_dict is not Callback.state_dict]


def _document(content: bytes) -> dict[str, Any]:
    document = _numbers(json.loads(content))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise LoadError(f"is no {FORMAT} file")
    if document["version"] != VERSION:
        version = document["version"]
        raise LoadError(f"has version {version!r:.60}; this release reads version {VERSION}")
    return document


def _same_batches(document: Mapping[str, Any], state: State) -> None:
    words = {"examples": "examples", "checked": "validation examples", "batch_size": "batch_size"}
    for name, what in words.items():
        if document[name] != getattr(state, name):
            raise LoadError(
                f"is of a training with {what}={document[name]!r:.60}, this one has"
                f" {getattr(state, name)}; to go on from it give the same data, validation and"
                " batch_size"
            )


def _restore(document: Mapping[str, Any], state: State) -> None:
    """All but the parameters: the optimiser last, which takes its state whole or not at all."""
    rng, lr = Random(), float(document["lr"])
    version, words, spare = document["rng"]
    rng.setstate((version, tuple(words), spare))
    losses = [float(x) for x in document["losses"]]
    validation = [float(x) for x in document["validation"]]
    kept = remembering(state)
    names = [name for name, _ in document["callbacks"]]
    if names != [type(c).__name__ for c in kept]:
        raise LoadError(
            f"is of a training with the callbacks {', '.join(map(str, names)) or 'none'!r:.200}; to"
            " go on from it give the same ones"
        )
    for callback, (_, memory) in zip(kept, document["callbacks"]):
        callback.load_state_dict(memory)
    state.optimizer.load_state_dict(document["optimizer"])
    state.optimizer.lr, state.rng = lr, rng
    state.history.losses, state.history.validation = losses, validation
    state.history.stopped = str(document["stopped"])


def _plain(x: Any) -> Any:
    """The same for JSON, which has no way to write an infinity or nan as a number."""
    if isinstance(x, float):
        return x if math.isfinite(x) else {"double": json_number(x)}
    if isinstance(x, dict):
        return {name: _plain(part) for name, part in x.items()}
    return [_plain(part) for part in x] if isinstance(x, (list, tuple)) else x


def _numbers(x: Any) -> Any:
    """What `_plain` wrote, as it was."""
    if isinstance(x, dict):
        if set(x) == {"double"}:
            return from_json_number(x["double"])
        return {name: _numbers(part) for name, part in x.items()}
    return [_numbers(part) for part in x] if isinstance(x, list) else x
