"""Disk cache: bytes by key in the user's cache directory, for the next process."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import warnings

from microgradlike._frames import user_level
from microgradlike._io import write_whole

LIMIT = 256 << 20  # bytes of all files; a program takes 0.05 to 1 MB
MAGIC = b"microgradlike 1\n"
# our files, and the temporary ones of `write_whole`
FILE = re.compile(r"[0-9a-f]{40}\.code|\.[0-9a-f]{40}\.code\.[0-9a-f]{16}")
# a named pipe must not wait for its writer
FLAGS = sum(getattr(os, name, 0) for name in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_reported: set[str] = set()  # directories that the user named and that take no files


def folder() -> str | None:
    """Return the directory: MICROGRADLIKE_CACHE, or that of the user; None if it is "off".

    The user's is named by platformdirs. Without that package there is none.
    """
    chosen = os.environ.get("MICROGRADLIKE_CACHE")
    if chosen:
        return None if chosen.lower() == "off" else os.path.abspath(os.path.expanduser(chosen))
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        return None
    found = user_cache_dir("microgradlike", appauthor=False)
    return found if os.path.isabs(found) else None  # a user without a home


def read(key: str) -> bytes | None:
    """Return the content that was written under this key, or None.

    Only a whole regular file counts, of this user, in a directory that nobody else can write.
    """
    with contextlib.suppress(OSError):
        path = _path(key)
        with open(os.open(path, FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size <= LIMIT and _is_own(status):
                head, content = file.read(len(MAGIC) + 32), file.read()
                if head == _head(key, content):
                    os.utime(path)  # the files used last are kept
                    return content
    return None


def write(key: str, content: bytes) -> None:
    """Write the content under this key.

    If the disk does not take it, nothing is written; there is one warning for a directory that the
    user named.
    """
    place = folder()
    if place is None or len(content) > LIMIT // 8:
        return
    try:
        os.makedirs(place, mode=0o700, exist_ok=True)
        write_whole(_path(key), _head(key, content) + content)
        with contextlib.suppress(OSError):  # another process was faster
            _remove_oldest()
    except OSError as error:
        if os.environ.get("MICROGRADLIKE_CACHE") and place not in _reported:
            _reported.add(place)
            warnings.warn(
                f"MICROGRADLIKE_CACHE={place} keeps no programs: {error}; name a directory that"
                ' only you can write, or "off"',
                RuntimeWarning,
                stacklevel=user_level(),
            )


def _path(key: str) -> str:
    """Return the path of a key; raise OSError without a directory that only its owner can write."""
    place = folder() or ""
    status = os.stat(place)
    if not _is_own(status) or (os.name != "nt" and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
        raise PermissionError(errno.EACCES, "others can write there", place)
    return os.path.join(place, f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.code")


def _head(key: str, content: bytes) -> bytes:
    return MAGIC + hashlib.sha256(key.encode() + content).digest()


def _is_own(status: os.stat_result) -> bool:
    # on Windows, the permissions of a profile keep others out
    return os.name == "nt" or status.st_uid == os.geteuid()


def _remove_oldest() -> None:
    """Beyond LIMIT, remove the files that were not used for the longest time."""
    with os.scandir(folder()) as entries:
        files = [(e.stat(follow_symlinks=False), e.path) for e in entries if FILE.fullmatch(e.name)]
    total = sum(status.st_size for status, _ in files)
    for status, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
        if total > LIMIT:
            total -= status.st_size
            with contextlib.suppress(OSError):  # as above
                os.unlink(path)
