"""Contents: a checkpoint as numbers, lists and text, each of the right kind and in its range."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from random import Random
from typing import Any

from microgradlike._validate import double, is_real, real_number, shown, whole_number
from microgradlike.nn.document import ANOTHER_COPY, LoadError, Schema
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.plain import from_json
from microgradlike.nn.training.state import State

HEAD = b'{"format": "microgradlike training"'  # the first bytes of every file that is written


@dataclass(frozen=True, slots=True)
class Contents:
    """The fields of a checkpoint. `callbacks` are pairs of a class's name and a state.

    `settings` are those of `settings_of`, none in a file of an older release.
    """

    examples: int
    checked: int
    batch_size: int
    parameters: dict[str, float]
    optimizer: dict[str, object]
    lr: float
    rng: Random
    losses: list[float]
    validation: list[float]
    stopped: str
    callbacks: list[tuple[str, dict[str, object]]]
    settings: dict[str, object]

    @staticmethod
    def of(content: bytes) -> Contents:
        """The fields of a file; LoadError if one is damaged.

        >>> Contents.of(b"{}")
        Traceback (most recent call last):
        ...
        microgradlike.nn.document.LoadError: is not a microgradlike training file: its format is \
None; pass another file
        """
        fields = SCHEMA.decode(content)
        try:
            found = Contents._checked(from_json(fields))
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise LoadError(f"is damaged: {error}; {ANOTHER_COPY}") from error
        return found

    @staticmethod
    def _checked(fields: dict[str, Any]) -> Contents:
        sizes = {
            name: whole_number(name, fields[name], at_least=0)
            for name in ("examples", "checked", "batch_size")
        }
        parameters = _of_kind(dict, "parameters", fields["parameters"])
        losses, validation = _doubles("losses", fields), _doubles("validation", fields)
        if len(validation) != (len(losses) if sizes["checked"] else 0):
            raise ValueError(
                f"it has {len(losses)} losses, but {len(validation)} of the {sizes['checked']}"
                " validation examples"
            )
        return Contents(
            **sizes,
            parameters={name: double(name, x) for name, x in parameters.items()},
            optimizer=_of_kind(dict, "optimizer", fields["optimizer"]),
            lr=real_number("lr", fields["lr"], at_least=0),
            rng=_generator(fields["rng"]),
            losses=losses,
            validation=validation,
            stopped=_of_kind(str, "stopped", fields["stopped"]),
            callbacks=[_memory(i, x) for i, x in enumerate(_list("callbacks", fields))],
            settings=_of_kind(dict, "settings", fields.get("settings", {})),
        )


FIELDS = frozenset(field.name for field in dataclasses.fields(Contents))
SCHEMA = Schema("microgradlike training", 1, FIELDS, optional=frozenset({"settings"}))


def with_memory(state: State) -> list[Callback]:
    """The callbacks of a training that have a state of their own."""
    return [c for c in state.callbacks if type(c).state_dict is not Callback.state_dict]


def _of_kind(kind: type, name: str, x: object) -> Any:
    if not isinstance(x, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {shown(x)}")
    return x


def _list(name: str, fields: dict[str, Any]) -> list[Any]:
    found: list[Any] = _of_kind(list, name, fields[name])
    return found


def _doubles(name: str, fields: dict[str, Any]) -> list[float]:
    return [double(f"{name}[{i}]", x) for i, x in enumerate(_list(name, fields))]


def _memory(i: int, pair: object) -> tuple[str, dict[str, object]]:
    if not isinstance(pair, list) or [type(x) for x in pair] != [str, dict]:
        raise TypeError(f"callbacks[{i}] must be a name and a dict, its state, got {shown(pair)}")
    return pair[0], pair[1]


def _generator(state: object) -> Random:
    """A random generator in the state that `Random.getstate` gave."""
    parts = _of_kind(list, "rng", state)
    if len(parts) != 3 or parts[0] != Random.VERSION or not isinstance(parts[1], list):
        raise ValueError(f"rng must be the three parts of Random.getstate(), got {shown(state)}")
    if not (parts[2] is None or is_real(parts[2])):
        raise TypeError(f"the last part of rng must be a number or null, got {shown(parts[2])}")
    rng = Random()
    try:
        rng.setstate((parts[0], tuple(parts[1]), parts[2]))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"rng is not a state of Random: {error}") from error
    return rng
