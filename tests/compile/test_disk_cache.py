"""The disk cache: whole files of their owner, or nothing; and never an error."""

import errno
import os
import sys
import threading

import pytest

from microgradlike.compile import disk_cache

POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    place = tmp_path / "cache"
    monkeypatch.setenv("MICROGRADLIKE_CACHE", str(place))
    return place


def only_file(place):
    (path,) = place.iterdir()
    return path


def test_content_comes_back_under_its_key_alone():
    assert disk_cache.read("a") is None
    disk_cache.write("a", b"content")
    assert disk_cache.read("a") == b"content"
    assert disk_cache.read("b") is None
    disk_cache.write("a", b"")
    assert disk_cache.read("a") == b""


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-1], lambda c: c + b"x", lambda c: b"", bytes.upper]
)
def test_a_spoilt_file_is_ignored_and_replaced(place, spoil):
    disk_cache.write("a", b"content")
    path = only_file(place)
    path.write_bytes(spoil(path.read_bytes()))
    assert disk_cache.read("a") is None
    disk_cache.write("a", b"content")
    assert disk_cache.read("a") == b"content"


def test_every_bit_of_a_file_counts(place):
    disk_cache.write("a", b"content")
    path = only_file(place)
    whole = path.read_bytes()
    for i in range(len(whole)):
        path.write_bytes(whole[:i] + bytes([whole[i] ^ 1]) + whole[i + 1 :])
        assert disk_cache.read("a") is None


def test_a_file_under_another_name_is_ignored(place):
    disk_cache.write("a", b"content")
    path = only_file(place)
    disk_cache.write("b", b"other")
    (other,) = set(place.iterdir()) - {path}
    path.replace(other)
    assert disk_cache.read("b") is None


@POSIX
def test_links_pipes_and_folders_are_ignored(place, tmp_path):
    disk_cache.write("a", b"content")
    path = only_file(place)
    path.rename(tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")
    assert disk_cache.read("a") is None
    path.unlink()
    os.mkfifo(path)
    assert disk_cache.read("a") is None
    with pytest.warns(RuntimeWarning, match="keeps no programs"):
        disk_cache.write("a", b"content")  # a pipe is not replaced
    assert disk_cache.read("a") is None
    path.unlink()
    path.mkdir()
    assert disk_cache.read("a") is None


@POSIX
def test_files_and_folders_of_others_are_ignored(place, monkeypatch):
    disk_cache.write("a", b"content")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert disk_cache.read("a") is None
    with pytest.warns(RuntimeWarning, match="others can write there"):
        disk_cache.write("b", b"content")
    only_file(place)
    own = os.stat(place)
    monkeypatch.setattr(disk_cache, "_is_own", lambda status: status.st_ino == own.st_ino)
    assert disk_cache.read("a") is None


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_is_not_used(place, mode):
    disk_cache.write("a", b"content")
    place.chmod(mode)
    assert disk_cache.read("a") is None
    with pytest.warns(RuntimeWarning, match="others can write there"):
        disk_cache.write("b", b"content")
    only_file(place)
    place.chmod(0o700)
    assert disk_cache.read("a") == b"content"


@POSIX
def test_a_new_folder_is_for_its_owner_alone(place):
    disk_cache.write("a", b"content")
    assert place.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_is_reported_once_and_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    place = str(tmp_path / "file" / "below")
    monkeypatch.setenv("MICROGRADLIKE_CACHE", place)
    with pytest.warns(RuntimeWarning, match="keeps no programs.*only you can write") as caught:
        disk_cache.write("a", b"content")
    assert [w.filename for w in caught] == [__file__]
    disk_cache.write("b", b"content")
    assert disk_cache.read("a") is None


def test_the_users_own_folder_that_cannot_be_made_is_left_alone_in_silence(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MICROGRADLIKE_CACHE", "")
    monkeypatch.setattr(disk_cache, "folder", lambda: str(tmp_path / "file" / "below"))
    disk_cache.write("a", b"content")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_full_or_read_only_disk_changes_nothing(place, monkeypatch, number):
    def fail(path, content):
        raise OSError(number, os.strerror(number), path)

    monkeypatch.setattr(disk_cache, "write_whole", fail)
    with pytest.warns(RuntimeWarning, match="keeps no programs"):
        disk_cache.write("a", b"content")
    assert disk_cache.read("a") is None
    assert list(place.iterdir()) == []


def test_off_reads_and_writes_nothing(place, monkeypatch):
    disk_cache.write("a", b"content")
    monkeypatch.setenv("MICROGRADLIKE_CACHE", "off")
    assert disk_cache.folder() is None
    assert disk_cache.read("a") is None
    disk_cache.write("b", b"content")
    only_file(place)


def test_the_folder_is_the_users_where_none_is_named(monkeypatch):
    import platformdirs

    monkeypatch.setattr(
        platformdirs, "user_cache_dir", lambda name, appauthor: os.path.abspath(name)
    )
    monkeypatch.setenv("MICROGRADLIKE_CACHE", "")
    assert disk_cache.folder() == os.path.abspath("microgradlike")
    monkeypatch.delenv("MICROGRADLIKE_CACHE")
    assert disk_cache.folder() == os.path.abspath("microgradlike")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda name, appauthor: f"~/{name}")
    assert disk_cache.folder() is None
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    assert disk_cache.folder() is None


def test_files_used_last_are_kept_within_the_limit(place, monkeypatch):
    size = len(disk_cache.MAGIC) + 32 + 100
    monkeypatch.setattr(disk_cache, "LIMIT", 8 * size)
    place.mkdir(mode=0o700)
    (place / "foreign").write_bytes(b"x" * 10 * size)
    for i in range(8):
        disk_cache.write(str(i), b"x" * 100)
        for path in place.glob("*.code"):
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**9))
    assert disk_cache.read("0") is not None  # is used now
    disk_cache.write("8", b"x" * 100)
    kept = [i for i in range(9) if disk_cache.read(str(i)) is not None]
    assert kept == [0, 2, 3, 4, 5, 6, 7, 8]
    assert (place / "foreign").exists()


def test_a_file_that_another_process_has_removed_is_no_error(place, monkeypatch):
    monkeypatch.setattr(disk_cache, "LIMIT", 1000)
    unlink = os.unlink
    monkeypatch.setattr(disk_cache.os, "unlink", lambda path: (unlink(path), unlink(path)))
    for i in range(12):
        disk_cache.write(str(i), b"x" * 100)
    assert len(list(place.iterdir())) < 12


def test_content_beyond_an_eighth_of_the_limit_is_not_written(place, monkeypatch):
    monkeypatch.setattr(disk_cache, "LIMIT", 800)
    disk_cache.write("a", b"x" * 101)
    assert disk_cache.read("a") is None
    disk_cache.write("a", b"x" * 100)
    assert disk_cache.read("a") == b"x" * 100


def test_many_writers_leave_one_whole_file(place):
    def work(i):
        disk_cache.write("a", bytes([i]) * 10_000)
        found = disk_cache.read("a")
        assert found is None or (len(found) == 10_000 and len(set(found)) == 1)
        done.append(i)

    done = []
    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    only_file(place)
