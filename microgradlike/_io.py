"""Files that appear whole or not at all, and numbers that JSON does not have."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import stat

PathLike = str | os.PathLike[str]


def write_whole(path: PathLike, content: bytes) -> None:
    """Write a file so that a reader finds the old content or the new one, never a part.

    The new file has the permissions of the old one, and its owner where the system allows that; a
    link stays a link. Raises OSError if the file cannot be written; the old one is then as it was.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(f"{folder}/a", b"content")
    ...     pathlib.Path(f"{folder}/a").read_bytes()
    b'content'
    """
    target = os.path.realpath(path)  # the target of a link
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}")
    old = _status(target)
    if not os.path.isdir(folder):
        reason = f"there is no folder {folder}; create it first"
        raise FileNotFoundError(errno.ENOENT, reason, os.fspath(path))

    def opener(path: str, flags: int) -> int:
        # an unfinished file, too, can be read only by those who may read the old one
        return os.open(path, flags, 0o666 if old is None else stat.S_IMODE(old.st_mode))

    try:
        with open(temporary, "xb", opener=opener) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if old is not None:
            _keep_owner_and_mode(temporary, old)
        os.replace(temporary, target)
    except BaseException as error:  # also Ctrl-C
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError) and error.filename:  # names the temporary file
            raise OSError(error.errno, error.strerror, os.fspath(path)) from None
        raise


def json_number(x: float) -> float | str:
    """A float for a JSON document: JSON lacks inf and nan, which are written as text.

    >>> json_number(-0.0), json_number(math.inf), json_number(-math.inf), json_number(math.nan)
    (-0.0, 'inf', '-inf', 'nan')
    """
    return x if math.isfinite(x) else repr(float(x))


def from_json_number(x: object) -> float:
    """The float of a `json_number`.

    Raises TypeError for anything else, ValueError for a number beyond the largest double.

    >>> from_json_number("-inf"), from_json_number(3)
    (-inf, 3.0)
    """
    if isinstance(x, str) and x in ("inf", "-inf", "nan"):
        return float(x)
    if not isinstance(x, (int, float)) or isinstance(x, bool):
        raise TypeError(f"a number, 'inf', '-inf' or 'nan' is due, got {x!r:.60}")
    try:
        found = float(x)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise ValueError("a number is beyond the largest double, 1.8e308")
    return found


def _status(target: str) -> os.stat_result | None:
    try:
        return os.stat(target)
    except OSError:  # the file does not exist yet
        return None


def _keep_owner_and_mode(path: str, old: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only an administrator can change the owner
            os.chown(path, old.st_uid, old.st_gid)
    os.chmod(path, stat.S_IMODE(old.st_mode))  # after chown, which clears bits
