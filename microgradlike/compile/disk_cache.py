"""Disk cache: compiled programs in the user's cache directory, for the next process."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from functools import cache

from microgradlike._io import write_whole

VARIABLE = "MICROGRADLIKE_CACHE"  # "off", or a directory
LIMIT = 256 << 20  # bytes of all files; the largest programs of the benchmarks take 1 MB
SMALLER = LIMIT * 3 // 4  # once there are more, those used last are kept up to this size
MAGIC = b"microgradlike 1\n"
# ours, and the temporary ones of `write_whole`
FILE = re.compile(r"[0-9a-f]{40}\.code|\.[0-9a-f]{40}\.code\.[0-9a-f]{16}")
FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


def folder() -> str | None:
    """Return the directory of the cache; None if it is off, or platformdirs is not installed.

    >>> import os; os.environ["MICROGRADLIKE_CACHE"] = "off"
    >>> folder() is None
    True
    """
    chosen = os.environ.get(VARIABLE, "")
    if chosen.lower() == "off":
        return None
    return os.path.abspath(os.path.expanduser(chosen)) if chosen else _folder_of_user()


@cache
def _folder_of_user() -> str | None:
    try:
        from platformdirs import user_cache_dir
    except ImportError:
        return None
    return user_cache_dir("microgradlike", appauthor=False)


def read(key: str) -> bytes | None:
    """Return the content that was written under this key, or None.

    Only a whole regular file counts, of this user, in a directory that nobody else can write.
    """
    path = _path(key)
    try:
        if path is None or not _is_own_folder(os.path.dirname(path)):
            return None
        with open(os.open(path, FLAGS), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_own(status) and status.st_size <= LIMIT):
                return None
            head, content = file.read(len(MAGIC) + 32), file.read()
        if head != _head(key, content):
            return None
        os.utime(path)  # the files used last are kept
    except OSError:
        return None
    return content


def write(key: str, content: bytes) -> None:
    """Write the content under this key; do nothing if the disk does not take it."""
    path = _path(key)
    if path is None or len(content) > LIMIT // 8:
        return
    with contextlib.suppress(OSError):
        place = os.path.dirname(path)
        os.makedirs(place, mode=0o700, exist_ok=True)
        if _is_own_folder(place):
            write_whole(path, _head(key, content) + content)
            _remove_oldest(place)


def _path(key: str) -> str | None:
    place = folder()
    name = hashlib.sha256(key.encode()).hexdigest()[:40]
    return None if place is None else os.path.join(place, f"{name}.code")


def _head(key: str, content: bytes) -> bytes:
    return MAGIC + hashlib.sha256(key.encode() + content).digest()


def _is_own_folder(path: str) -> bool:
    status = os.stat(path)
    writers = stat.S_IWGRP | stat.S_IWOTH
    return os.name == "nt" or (_is_own(status) and not status.st_mode & writers)


def _is_own(status: os.stat_result) -> bool:
    # on Windows, the permissions of a profile keep others out
    return os.name == "nt" or status.st_uid == os.geteuid()


def _remove_oldest(place: str) -> None:
    """Remove the files that were not used for the longest time if all are above LIMIT."""
    with os.scandir(place) as entries:
        files = [(e.stat(follow_symlinks=False), e.path) for e in entries if FILE.fullmatch(e.name)]
    total = sum(status.st_size for status, _ in files)
    if total > LIMIT:
        for status, path in sorted(files, key=lambda f: f[0].st_mtime_ns):
            if total <= SMALLER:
                break
            with contextlib.suppress(OSError):  # another process was faster
                os.unlink(path)
            total -= status.st_size
