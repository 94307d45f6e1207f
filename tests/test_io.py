"""Whole files, and numbers that JSON does not have."""

import errno
import json
import math
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

import microgradlike
from microgradlike._io import _lock, from_json_number, json_number, write_whole
from tests.bits import same_bits

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX's")


def environment():
    """The environment of a child that finds the package of this run."""
    root = str(Path(microgradlike.__file__).parents[1])
    return os.environ | {"PYTHONPATH": root}


def test_a_file_is_made_and_replaced(tmp_path):
    path = tmp_path / "a"
    for content in (b"one", b"two, longer", b""):
        write_whole(path, content)
        assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["a"]


@posix
def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o400])
def test_the_mode_is_kept(tmp_path, mode):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_whole(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="for administrators")
def test_the_owner_is_kept(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    os.chown(path, 12345, 23456)
    path.chmod(0o640)
    write_whole(path, b"new")
    status = path.stat()
    assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (12345, 23456, 0o640)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_no_other(tmp_path, monkeypatch, step):
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(OSError, match="disk full"):
            write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("name", "way_out"), [("no/a", "create it"), ("there", "[Dd]irectory|denied")]
)
def test_an_error_names_the_path_that_was_given(tmp_path, monkeypatch, name, way_out):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(OSError, match=way_out) as caught:
        write_whole(name, b"new")
    assert caught.value.filename == name
    assert os.listdir(tmp_path) == ["there"]


# other kinds of files


def open_socket(path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))  # the name stays


@posix
@pytest.mark.parametrize(
    ("kind", "make"),
    [("a named pipe", os.mkfifo), ("a socket", open_socket)] if sys.platform != "win32" else [],
)
@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_and_a_socket_stay_what_they_are(tmp_path, monkeypatch, kind, make, linked):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    make("special")
    os.symlink("special", "link")
    path = "link" if linked else "special"
    says = f"this is {kind}, which cannot be replaced by a file; write to a new file.*'{path}'"
    with pytest.raises(OSError, match=says):
        write_whole(path, b"new")
    assert not stat.S_ISREG(os.stat("special").st_mode)
    assert sorted(os.listdir()) == ["link", "special"]


@posix
def test_a_terminal_is_a_device_and_no_file(tmp_path):
    near, far = os.openpty()
    try:
        (tmp_path / "a").symlink_to(os.ttyname(far))
        with pytest.raises(OSError, match="is a character device, which cannot be replaced"):
            write_whole(tmp_path / "a", b"new")
        assert (tmp_path / "a").is_symlink()
    finally:
        os.close(near)
        os.close(far)


@posix
def test_links_in_a_circle_are_an_error(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match=r"symbolic links.*/a'"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()


@posix
def test_a_link_to_a_file_that_is_not_there_yet_makes_it(tmp_path):
    (tmp_path / "a").symlink_to("b")
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "b").read_bytes() == b"new"
    assert (tmp_path / "a").is_symlink()


@posix
def test_another_hard_link_keeps_the_old_content(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    os.link(tmp_path / "a", tmp_path / "b")
    write_whole(tmp_path / "a", b"new")
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"new", b"old"]


@pytest.mark.parametrize("name", ["a.", "a ", "n" * 200, "ä€😀" * 20, "-a", ".a"])
def test_any_name_that_the_system_has_is_written(tmp_path, name):
    if sys.platform == "win32" and name[-1] in ". ":
        name = "a"  # the system drops these
    write_whole(tmp_path / name, b"new")
    assert os.listdir(tmp_path) == [name]


def test_a_name_that_no_file_can_have_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match="nnn"):
        write_whole(tmp_path / ("n" * 5000), b"new")
    with pytest.raises(OSError, match=r"is no name of a file: .*embedded null .*choose another"):
        write_whole(tmp_path / "a\0", b"new")
    assert os.listdir(tmp_path) == []


# temporary files


LEFT = ".a.0123456789abcdef"


def test_a_file_that_a_killed_writer_left_is_removed(tmp_path):
    kept = [".a.0123456789abcdeg", ".a.0123", ".b.0123456789abcdef", "a.0123456789abcdef"]
    for name in [LEFT, *kept]:
        (tmp_path / name).write_bytes(b"half")
    write_whole(tmp_path / "a", b"new")
    assert sorted(os.listdir(tmp_path)) == sorted(["a", *kept])


@posix
def test_a_real_kill_leaves_a_file_and_the_next_save_removes_it(tmp_path):
    code = (
        "import os, signal, sys; from microgradlike._io import write_whole;"
        "os.fsync = lambda fd: os.kill(os.getpid(), signal.SIGKILL); write_whole('a', b'new')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment())
    assert done.returncode == -9
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".a.")
    write_whole(tmp_path / "a", b"new")
    assert os.listdir(tmp_path) == ["a"]


def test_a_file_that_another_writer_has_open_stays(tmp_path):
    with open(tmp_path / LEFT, "wb") as file:
        _lock(file)
        write_whole(tmp_path / "a", b"new")
        assert sorted(os.listdir(tmp_path)) == [LEFT, "a"]


@posix
def test_a_link_of_such_a_name_is_left_alone(tmp_path):
    (tmp_path / "b").write_bytes(b"mine")
    (tmp_path / LEFT).symlink_to("b")
    write_whole(tmp_path / "a", b"new")
    assert sorted(os.listdir(tmp_path)) == [LEFT, "a", "b"]


@posix
@pytest.mark.parametrize("times", [1, 3, 99])
def test_a_writer_whose_temporary_file_is_taken_writes_another(tmp_path, monkeypatch, times):
    taken = []

    def take(fd):
        if len(taken) < times:
            taken.extend(tmp_path.glob(".a.*"))
            taken[-1].unlink()

    (tmp_path / "a").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", take)
    if times < 99:
        write_whole(tmp_path / "a", b"new")
    else:
        with pytest.raises(OSError, match="choose another folder"):
            write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == (b"new" if times < 99 else b"old")
    assert os.listdir(tmp_path) == ["a"]


WRITER = """
import sys
from microgradlike._io import write_whole
for i in range(int(sys.argv[2])):
    write_whole("a", sys.argv[1].encode() * (i % 7 + 1) * 5000)
"""


@posix
@pytest.mark.parametrize("count", [40, pytest.param(2_000, marks=pytest.mark.long)])
def test_of_several_writers_one_wins_and_a_reader_sees_no_mixture(tmp_path, count):
    path = tmp_path / "a"
    path.write_bytes(b"z" * 5000)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, letter, str(count)],
            cwd=tmp_path,
            env=environment(),
            stderr=subprocess.PIPE,
        )
        for letter in "xy"
    ]
    while any(writer.poll() is None for writer in writers):
        content = path.read_bytes()
        assert content == content[:1] * len(content)
        assert len(content) % 5000 == 0
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    assert os.listdir(tmp_path) == ["a"]


# disks


@posix
def test_a_disk_that_is_full_half_way_keeps_the_old_file(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    code = (
        "import resource; from microgradlike._io import write_whole;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000));"  # no file may be larger
        "write_whole('a', bytes(5000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True
    )
    assert b"File too large; an older file is as it was: 'a'" in done.stderr
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.EPERM])
def test_a_folder_that_takes_no_file_is_named(tmp_path, monkeypatch, code):
    def refuse(*_):
        raise OSError(code, os.strerror(code), "the temporary file")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match=r"takes no new file; choose another folder: .*a'$") as caught:
        write_whole(tmp_path / "a", b"new")
    assert str(tmp_path) in caught.value.strerror


@posix
def test_a_disk_that_gives_other_bytes_back_is_an_error(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"old")

    def damage(fd):
        os.pwrite(fd, b"N", 0)

    monkeypatch.setattr(os, "fsync", damage)
    with pytest.raises(OSError, match="gave other bytes back than were written; an older file"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


# numbers


@given(st.floats())
def test_every_double_comes_back_from_json(x):
    assert same_bits(from_json_number(json.loads(json.dumps(json_number(x), allow_nan=False))), x)


@pytest.mark.parametrize("x", [True, None, "1.0", "Infinity", [1.0]])
def test_anything_else_is_a_type_error(x):
    with pytest.raises(TypeError, match="a number, 'inf', '-inf' or 'nan' is due, got"):
        from_json_number(x)


@pytest.mark.parametrize("x", [10**400, math.inf])
def test_a_number_beyond_every_double_is_a_value_error(x):
    with pytest.raises(ValueError, match="beyond the largest double"):
        from_json_number(x)
