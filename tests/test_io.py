"""Whole files, and numbers that JSON does not have."""

import json
import math
import os
import stat
import sys

import pytest
from hypothesis import given, strategies as st

from microgradlike._io import from_json_number, json_number, write_whole
from tests.bits import same_bits

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes are POSIX's")


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
