"""Plain data as JSON and back: numbers with infinities and nan, text, lists and dicts.

JSON has no infinity and no nan: they are {"double": "inf"}. A dict whose only key is "double" is
wrapped in another one, {"double": {"double": ...}}, to tell the two apart.
"""

from __future__ import annotations

import math
from typing import Any

from microgradlike._io import from_json_number, json_number
from microgradlike._validate import shown

DIGITS = 4300  # of an integer; Python reads no more


def to_json(x: object, owner: str) -> Any:
    """A copy of `x` for a JSON document; tuples become lists.

    Raises TypeError for data of another type, ValueError for an integer of more than 4300 digits;
    the message begins with `owner`, the noun of what holds `x`.

    >>> to_json({"best": math.inf, "at": (1, 2)}, "the state of Best")
    {'best': {'double': 'inf'}, 'at': [1, 2]}
    >>> to_json([{1}], "the state of Best")
    Traceback (most recent call last):
    ...
    TypeError: the state of Best holds {1} of type set, which JSON lacks; convert it to a number, \
text, list or dict
    """
    if isinstance(x, float):
        return x if math.isfinite(x) else {"double": json_number(x)}
    if isinstance(x, int) and x.bit_length() > 3.32 * DIGITS:
        raise ValueError(f"{owner} holds an integer of over {DIGITS} digits; store it as text")
    if x is None or isinstance(x, (int, str)):
        return x
    if isinstance(x, (list, tuple)):
        return [to_json(part, owner) for part in x]
    if isinstance(x, dict):
        for name in x:
            if not isinstance(name, str):
                raise TypeError(
                    f"{owner} has the key {shown(name)} of type {type(name).__name__}, and JSON"
                    " has text only; write str(key), and convert it back on loading"
                )
        plain = {name: to_json(part, owner) for name, part in x.items()}
        return {"double": plain} if set(plain) == {"double"} else plain
    raise TypeError(
        f"{owner} holds {shown(x)} of type {type(x).__name__}, which JSON lacks; convert it to a"
        " number, text, list or dict"
    )


def from_json(x: Any) -> Any:
    """The inverse of `to_json`.

    >>> from_json({"best": {"double": "inf"}, "at": [1, 2]})
    {'best': inf, 'at': [1, 2]}
    """
    if isinstance(x, list):
        return [from_json(part) for part in x]
    if not isinstance(x, dict):
        return x
    wrapped = x["double"] if set(x) == {"double"} else None
    if isinstance(wrapped, str):
        return from_json_number(wrapped)
    if isinstance(wrapped, dict) and set(wrapped) == {"double"}:
        x = wrapped
    return {name: from_json(part) for name, part in x.items()}
