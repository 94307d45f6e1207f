"""Disk: files that appear whole or not at all, and are read up to a bound."""

from __future__ import annotations

import contextlib
import os
import stat

from microgradlike.nn.formats import LoadError

PathLike = str | os.PathLike[str]


def write_whole(path: PathLike, content: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part.

    The new one has the permissions of the old one; where `path` is a link it stays one. Raises
    OSError where the file cannot be written; the old one is then as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(f"{folder}/a", b"content")
    ...     read_bounded(f"{folder}/a", 100)
    b'content'
    """
    target = os.path.realpath(path)  # of a link, what it points to
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}")
    mode = _permissions(target)

    def opener(path: str, flags: int) -> int:
        # not even before it is complete may anyone read it who may not read the old one
        return os.open(path, flags, 0o666 if mode is None else mode)

    try:
        with open(temporary, "xb", opener=opener) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)  # what the umask took away
        os.replace(temporary, target)
    except BaseException:  # also Ctrl-C
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def read_bounded(path: PathLike, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes; LoadError where there is none such.

    >>> read_bounded("/no/such/file", 100)
    Traceback (most recent call last):
    ...
    microgradlike.nn.formats.LoadError: cannot be read: No such file or directory
    """
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}") from error
    if len(content) > limit:
        raise LoadError(f"has more than the {limit} bytes that this model's parameters can take")
    return content


def _permissions(target: str) -> int | None:
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except OSError:  # there is no such file yet
        return None
