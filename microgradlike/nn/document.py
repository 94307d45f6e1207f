"""JSON documents with a checksum, read without trust.

A document is an object with a format, a version and fields, and in `checksum` the SHA-256 of all
that: of the same object as JSON with sorted keys, without spaces and in ASCII. Spaces and the order
of keys may change; a changed name, number or text is noticed. A document without a checksum is read
too: older releases wrote none, and whoever edits a file by hand removes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from microgradlike._validate import shown

ANOTHER_COPY = "take another copy of the file"


class LoadError(ValueError):
    """The error of a file that does not hold the parameters of the model; the model is as it was.

    >>> from microgradlike.nn.document import Schema
    >>> Schema("microgradlike parameters", 1, frozenset()).decode(b"{}")
    Traceback (most recent call last):
    ...
    microgradlike.nn.document.LoadError: is not a microgradlike parameters file: its format is \
None; pass another file
    """


class Schema(NamedTuple):
    """The format, the version and the names of the fields of a kind of document.

    Documents of older releases lack the fields that are `optional`.

    >>> points = Schema("points", 1, frozenset({"x"}))
    >>> points.decode(points.encode({"x": [0.5]}))
    {'x': [0.5]}
    """

    format: str
    version: int
    fields: frozenset[str]
    optional: frozenset[str] = frozenset()

    def encode(self, fields: Mapping[str, Any], *, indent: int | None = None) -> bytes:
        """The document as JSON.

        Raises ValueError or TypeError for fields that JSON cannot hold, such as an infinity.

        >>> Schema("points", 1, frozenset({"x"})).encode({"x": 2})[:40]
        b'{"format": "points", "version": 1, "chec'
        """
        import json

        head = {"format": self.format, "version": self.version}
        checksum = _checksum({**head, **fields})
        document = {**head, "checksum": checksum, **fields}
        return (json.dumps(document, indent=indent, allow_nan=False) + "\n").encode()

    def decode(self, content: bytes) -> dict[str, Any]:
        """The fields of a document; LoadError if it is damaged or of another kind.

        >>> Schema("points", 1, frozenset({"x"})).decode(b'{"format": "points", "version": 2}')
        Traceback (most recent call last):
        ...
        microgradlike.nn.document.LoadError: has version 2; this release reads version 1, a later \
one may read others
        """
        try:
            return self._decoded(content)
        except LoadError:
            raise
        except (ValueError, RecursionError) as error:
            raise LoadError(f"is not complete JSON: {error}; {ANOTHER_COPY}") from error

    def _decoded(self, content: bytes) -> dict[str, Any]:
        found = _parsed(content)
        document = found if isinstance(found, dict) else {}
        self.require_format(document.get("format"), document.get("version"))
        unknown = set(document) - self.fields - {"format", "version", "checksum"}
        if unknown:
            raise LoadError(f"has an unknown field {min(unknown)!r:.100}; remove it")
        if "checksum" in document and document.pop("checksum") != _checksum(document):
            raise LoadError(
                "does not agree with its checksum: it was damaged, or edited by hand; to accept an"
                ' edit, remove the field "checksum"'
            )
        for name in sorted(self.fields - self.optional - set(document)):
            raise LoadError(f"has no field {name!r}; {ANOTHER_COPY}")
        return {name: document[name] for name in document if name in self.fields}

    def require_format(self, format_: object, version: object) -> None:
        """Raise LoadError for another format or version.

        >>> Schema("points", 1, frozenset()).require_format("points", 1)
        """
        if format_ != self.format:
            raise LoadError(
                f"is not a {self.format} file: its format is {shown(format_)}; pass another file"
            )
        if version != self.version or isinstance(version, bool):
            raise LoadError(
                f"has version {shown(version)}; this release reads version {self.version}, a later"
                " one may read others"
            )


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A dict of pairs; LoadError for a name that comes twice.

    >>> unique([("a", 1), ("a", 2)])
    Traceback (most recent call last):
    ...
    microgradlike.nn.document.LoadError: names 'a' twice; remove one of the two
    """
    found: dict[str, Any] = {}
    for name, x in pairs:
        if name in found:
            raise LoadError(f"names {name!r:.100} twice; remove one of the two")
        found[name] = x
    return found


def _parsed(content: bytes) -> object:
    import json

    if content.startswith(b"\xef\xbb\xbf"):
        raise LoadError("is not complete JSON: it begins with a byte order mark; save it without")
    return json.loads(
        content.decode(),
        object_pairs_hook=unique,
        parse_constant=_refuse_constant,
        parse_float=_finite,
    )


def _refuse_constant(name: str) -> float:
    raise LoadError(f"is not JSON, which has no number {name}; {ANOTHER_COPY}")


def _finite(text: str) -> float:
    x = float(text)
    if x - x != 0:
        raise LoadError(f"has {text:.40}, a number beyond the largest double; {ANOTHER_COPY}")
    return x


def _checksum(document: Mapping[str, Any]) -> str:
    import hashlib
    import json

    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
