"""Files that appear whole or not at all, and numbers that JSON does not have."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import re
import stat
import sys
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl

PathLike = str | os.PathLike[str]

ATTEMPTS = 10  # to write a file whose temporary file others remove
KINDS = {
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


def write_whole(path: PathLike, content: bytes) -> None:
    """Write a file so that a reader finds the old content or the new one, never a part.

    Only a regular file is replaced, once the new one has been read back from the disk. The new file
    has the permissions of the old one, and its owner where the system allows that; a link stays a
    link, while another hard link keeps the old content. Of several writers at once, the last one
    wins. Files that a killed writer left are removed. Raises OSError if the file cannot be written;
    the old one is then as it was.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(f"{folder}/a", b"content")
    ...     pathlib.Path(f"{folder}/a").read_bytes()
    b'content'
    """
    require_regular(path)
    target = os.path.realpath(path)  # the target of a link
    folder, name = os.path.split(target)
    if not os.path.isdir(folder):
        reason = f"there is no folder {folder}; create it first"
        raise FileNotFoundError(errno.ENOENT, reason, os.fspath(path))
    beginning = f".{name[:50]}."
    try:
        _remove_abandoned(folder, beginning)
        for _ in range(ATTEMPTS):
            if _replaced(os.path.join(folder, beginning + os.urandom(8).hex()), target, content):
                return
        raise OSError(errno.EBUSY, f"a new file in {folder} is gone at once; choose another folder")
    except OSError as error:  # names the temporary file, or none
        if error.errno is None:
            raise
        reason = f"{error.strerror}; an older file is as it was"
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            reason = f"{error.strerror}: {folder} takes no new file; choose another folder"
        raise OSError(error.errno, reason, os.fspath(path)) from None


def require_regular(path: PathLike, way_out: str = "write to a new file, and copy that") -> None:
    """Raise OSError for a path to a directory, device, named pipe or socket; a file may be missing.

    >>> require_regular("/")
    Traceback (most recent call last):
    ...
    IsADirectoryError: [Errno 21] Is a directory; name a file in it: '/'
    """
    status = _status(path)
    if status is None:
        return
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        reason = "Is a directory; name a file in it"
        raise IsADirectoryError(errno.EISDIR, reason, os.fspath(path))
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "no regular file")
        reason = f"this is {kind}, which cannot be replaced by a file; {way_out}"
        raise OSError(errno.EINVAL, reason, os.fspath(path))


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


def _status(path: PathLike) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):  # there is no such file yet
        return None
    except ValueError as error:  # a character that no name has
        reason = f"this is no name of a file: {error}; choose another name"
        raise OSError(errno.EINVAL, reason, os.fspath(path)) from error


def _replaced(temporary: str, target: str, content: bytes) -> bool:
    """Replace `target` by a new file; False if another writer took the new one for abandoned."""
    old = _status(target)

    def opener(path: str, flags: int) -> int:
        # an unfinished file, too, can be read only by those who may read the old one
        return os.open(path, flags, 0o666 if old is None else stat.S_IMODE(old.st_mode))

    try:
        with open(temporary, "x+b", opener=opener) as file:
            _lock(file)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            if file.read() != content:
                raise OSError(errno.EIO, "the disk gave other bytes back than were written")
        if old is not None:
            _keep_owner_and_mode(temporary, old)
        os.replace(temporary, target)
    except BaseException as error:  # also Ctrl-C
        if isinstance(error, FileNotFoundError) and os.path.isdir(os.path.dirname(temporary)):
            return False
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return True


def _lock(file: BinaryIO) -> None:
    """Mark a file as in use; the system takes the mark away when the process ends."""
    if sys.platform != "win32":  # which deletes no open file in any case
        with contextlib.suppress(OSError):  # some file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_abandoned(folder: str, beginning: str) -> None:
    """Remove temporary files of this beginning that no process has open."""
    temporary = re.compile(re.escape(beginning) + "[0-9a-f]{16}")
    found: list[os.DirEntry[str]] = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # some folders give no list
        found = [e for e in entries if temporary.fullmatch(e.name)]
    for entry in found:
        with contextlib.suppress(OSError):  # it is in use, or gone
            if entry.is_file(follow_symlinks=False):
                _remove_unless_locked(entry.path)


def _remove_unless_locked(path: str) -> None:
    if sys.platform == "win32":
        os.unlink(path)
    else:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)


def _keep_owner_and_mode(path: str, old: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):  # only an administrator can change the owner
            os.chown(path, old.st_uid, old.st_gid)
    os.chmod(path, stat.S_IMODE(old.st_mode))  # after chown, which clears bits
