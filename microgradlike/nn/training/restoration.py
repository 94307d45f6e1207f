"""Restoration: a checkpoint put into a training, all of it or nothing."""

from __future__ import annotations

import os

from microgradlike._io import PathLike
from microgradlike._validate import shown
from microgradlike.engine import Value
from microgradlike.nn.document import LoadError
from microgradlike.nn.files import limit_of
from microgradlike.nn.formats import read_bounded
from microgradlike.nn.module import matched_parameters
from microgradlike.nn.rollback import Snapshot
from microgradlike.nn.training.contents import HEAD, Contents, with_memory
from microgradlike.nn.training.settings import require_same_settings
from microgradlike.nn.training.state import State


class Restoration:
    """The checkpoint at `path`, read and checked against the training `state`.

    Making one changes nothing, so callbacks may begin between it and `apply`. Raises LoadError with
    the reason if the file is missing, damaged, or of another training.
    """

    def __init__(self, path: PathLike, state: State) -> None:
        self._path, self._state = os.fspath(path), state
        self._before = Snapshot(state)
        limit = 100 * limit_of(state.model.state_dict()) + 100 * state.epochs
        try:
            self._contents = Contents.of(read_bounded(path, limit, head=HEAD))
            self._parameters = _matched(self._contents, state)
            _require_same_training(self._contents, state)
            self._load_optimizer()
        except LoadError as error:
            raise self._refusal(error) from error
        finally:
            self._before.put_back()

    def apply(self) -> None:
        """Put everything into the training.

        Raises LoadError if a callback does not take its state; model, optimizer and callbacks are
        then as they were when the file was read.
        """
        try:
            self._load_callbacks()
            self._load_optimizer()
            self._set_numbers()
        except BaseException as error:  # also Ctrl-C
            self._before.put_back()
            if isinstance(error, LoadError):
                raise self._refusal(error) from error
            raise

    def _set_numbers(self) -> None:
        contents, state = self._contents, self._state
        for p, x in self._parameters:
            p.data = x
        state.optimizer.lr, state.rng = contents.lr, contents.rng
        state.history.losses, state.history.validation = contents.losses, contents.validation
        state.history.stopped = contents.stopped

    def _load_callbacks(self) -> None:
        for callback, (name, memory) in zip(with_memory(self._state), self._contents.callbacks):
            try:
                callback.load_state_dict(memory)
            except Exception as error:  # whatever a user's class raises
                raise LoadError(
                    f"has a state of {name} that it refuses: {error!r:.200}; give fit the callback"
                    " that wrote it"
                ) from error

    def _load_optimizer(self) -> None:
        try:
            self._state.optimizer.load_state_dict(self._contents.optimizer)
        except Exception as error:
            kind = type(self._state.optimizer).__name__
            raise LoadError(
                f"has a state that {kind} refuses: {error!s:.300}; give fit the optimizer that"
                " wrote it"
            ) from error

    def _refusal(self, error: LoadError) -> LoadError:
        return LoadError(f"{self._path!s}: {error}; the model is as it was")


def _matched(contents: Contents, state: State) -> list[tuple[Value, float]]:
    try:
        return matched_parameters(state.model, contents.parameters)
    except ValueError as error:
        raise LoadError(str(error)) from error


def _require_same_training(contents: Contents, state: State) -> None:
    for words, found, own in (
        ("examples", contents.examples, state.examples),
        ("validation examples", contents.checked, state.validation_examples),
        ("batch_size", contents.batch_size, state.batch_size),
    ):
        if found != own:
            raise LoadError(
                f"is of a training with {words}={shown(found)}, this one has {own}; to resume it"
                " give the same data, validation_data and batch_size"
            )
    require_same_settings(contents, state)
    names = [name for name, _ in contents.callbacks]
    if names != [type(c).__name__ for c in with_memory(state)]:
        raise LoadError(
            f"is of a training with the callbacks {', '.join(names) or 'none'!r:.200}; to resume"
            " it give the same ones"
        )
