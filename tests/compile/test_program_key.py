"""The key of a program: another one for whatever changes a bit of its results."""

import platform

import pytest

from microgradlike import Op, jit, ops, unary
from microgradlike.compile import program_key as keys
from microgradlike.compile.backends import llvm, numpy as numpy_backend
from microgradlike.compile.program_key import program_key


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROGRADLIKE_CACHE", str(tmp_path))


def key(f, *options, args=(3.0, 2.0)):
    return program_key(jit(f).program(*args), llvm, *options)


def times(c):
    return lambda x, y: c * x + y


def test_equal_programs_have_one_key():
    assert key(times(2.0)) == key(lambda x, y: 2.0 * x + y)


@pytest.mark.parametrize(
    ("f", "g"),
    [
        (times(2.0), times(3.0)),  # the same source text
        (lambda x, y: x * 0.0, lambda x, y: x * -0.0),
        (lambda x, y: x - y, lambda x, y: y - x),
        (lambda x, y: x + y, lambda x, y: x - y),
        (lambda x, y: [x * y, x], lambda x, y: [x, x * y]),
        (lambda x, y: x.exp(), lambda x, y: y.exp()),
    ],
)
def test_other_programs_have_other_keys(f, g):
    assert key(f) != key(g)


def test_options_inputs_and_machines_are_part_of_the_key(monkeypatch):
    def f(*xs):
        return xs[0] * 2.0

    found = [key(f), key(f, 1), key(f, "1"), key(f, args=(3.0, 2.0, 1.0))]
    monkeypatch.setattr(llvm, "machine", lambda: "another processor")
    found.append(key(f))
    monkeypatch.setattr(keys, "own_sources", lambda: "another version")
    found.append(key(f))
    assert len(set(found)) == 6


def test_a_users_primitive_has_no_key():
    twice = unary("twice", lambda x: 2 * x, lambda y, x: 2.0)
    like_exp = Op("exp", lambda x: 2 * x, (lambda y, x: 2.0,), "", "", "", (((0.0, 1.0),),), None)
    assert key(lambda x, y: twice(x)) is None
    assert key(lambda x, y: like_exp(x)) is None
    assert key(lambda x, y: ops.exp(x)) is not None


def test_other_backends_and_a_cache_that_is_off_have_no_key(monkeypatch):
    assert program_key(jit(times(2.0)).program(1.0, 2.0), numpy_backend) is None
    monkeypatch.setenv("MICROGRADLIKE_CACHE", "off")
    assert key(times(2.0)) is None


def test_sources_changed_since_they_were_imported_have_no_key(monkeypatch):
    keys.own_sources.cache_clear()
    try:
        monkeypatch.setattr(keys, "IMPORTED", 0)
        assert key(times(2.0)) is None
    finally:
        keys.own_sources.cache_clear()


def test_a_changed_source_changes_the_key(monkeypatch, tmp_path):
    source = tmp_path / "ops.py"
    source.write_text("x = 1")
    monkeypatch.setattr(keys, "PACKAGE", str(tmp_path))
    monkeypatch.setattr(keys, "IMPORTED", 1 << 63)
    found = {keys.own_sources.__wrapped__()}
    source.write_text("x = 12")
    found.add(keys.own_sources.__wrapped__())
    (tmp_path / "engine.so").write_text("")
    found.add(keys.own_sources.__wrapped__())
    assert len(found) == 3


def test_another_c_library_or_none_of_a_known_name_changes_the_key(monkeypatch):
    found = {keys.own_sources.__wrapped__()}
    for version in (("glibc", "1.0"), ("", "")):
        monkeypatch.setattr(platform, "libc_ver", lambda version=version: version)
        monkeypatch.setattr(platform, "version", lambda version=version: str(version))
        found.add(keys.own_sources.__wrapped__())
    assert len(found) == 3


def test_sources_that_cannot_be_listed_have_no_key(monkeypatch, tmp_path):
    monkeypatch.setattr(keys, "PACKAGE", str(tmp_path / "archive.zip"))
    assert keys.own_sources.__wrapped__() == ""
