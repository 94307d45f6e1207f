"""Parameters in files."""

import io
import json
import math
import os
import stat
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, nn
from microgradlike.nn.formats import FORMATS, SCHEMA
from tests.bits import same_bits

SUFFIXES = sorted(FORMATS)
each = pytest.mark.parametrize("suffix", SUFFIXES)
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def bits(model):
    return [struct.pack("<d", p.data) for p in model.parameters()]


class Named(nn.Module):
    """A module whose parameters have the names and numbers of a dict."""

    def __init__(self, numbers):
        self.by_name = {name: Value(x) for name, x in numbers.items()}


def good(model, suffix):
    with tempfile.TemporaryDirectory() as folder:
        nn.save(model, Path(folder, f"good{suffix}"))
        return Path(folder, f"good{suffix}").read_bytes()


# the round trip


@each
@in_one_folder
@given(numbers=st.dictionaries(st.text(st.characters(exclude_characters="\0")), st.floats()))
def test_every_double_comes_back_with_its_bits(tmp_path, suffix, numbers):
    model = Named(numbers)
    twin = Named(dict.fromkeys(numbers, 0.5))
    nn.save(model, tmp_path / f"model{suffix}")
    nn.load(twin, tmp_path / f"model{suffix}")
    for p, q in zip(model.parameters(), twin.parameters()):
        assert same_bits(p.data, q.data)  # but a nan's own bits, which JSON has no place for


@each
def test_a_network_computes_the_same_after_a_round_trip(tmp_path, suffix):
    model, twin = nn.MLP(2, [3, 1]), nn.MLP(2, [3, 1])
    nn.save(model, str(tmp_path / f"model{suffix.upper()}"))
    nn.load(twin, str(tmp_path / f"model{suffix.upper()}"))
    assert bits(twin) == bits(model)
    assert twin([0.3, -0.7]).data == model([0.3, -0.7]).data


def test_json_is_valid_json_with_format_and_version():
    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    content = good(Named({"a": math.inf, "b": math.nan, "c": -math.inf, "d": -0.0}), ".json")
    document = json.loads(content, parse_constant=refuse)
    assert document["format"] == SCHEMA.format
    assert document["version"] == SCHEMA.version
    assert document["parameters"] == {
        "by_name.a": "inf",
        "by_name.b": "nan",
        "by_name.c": "-inf",
        "by_name.d": 0,
    }


def test_npz_opens_in_numpy_without_pickle():
    with np.load(io.BytesIO(good(Named({"a": 2.5}), ".npz")), allow_pickle=False) as arrays:
        assert arrays["names"].tolist() == ["by_name.a"]
        assert arrays["values"].tolist() == [2.5]
        assert arrays["format"].item() == SCHEMA.format
        assert arrays["version"].item() == SCHEMA.version


@each
def test_the_same_parameters_make_the_same_bytes(suffix):
    model = nn.MLP(2, [3, 1])
    assert good(model, suffix) == good(model, suffix)


def test_the_order_in_a_json_file_does_not_matter(tmp_path):
    document = json.loads(good(Named({"a": 1.0, "b": 2.0}), ".json"))
    del document["checksum"]
    document["parameters"] = {"by_name.b": 4, "by_name.a": 3}
    (tmp_path / "m.json").write_text(json.dumps(document))
    model = Named({"a": 0.0, "b": 0.0})
    nn.load(model, tmp_path / "m.json")
    assert [p.data for p in model.parameters()] == [3.0, 4.0]


# the writing of a file


@each
def test_a_failure_to_write_leaves_the_old_file_and_no_other(tmp_path, suffix, monkeypatch):
    path = tmp_path / f"model{suffix}"
    nn.save(nn.MLP(1, [1]), path)
    old = path.read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        nn.save(nn.MLP(1, [1]), path)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == [path.name]


@each
def test_a_link_stays_a_link(tmp_path, suffix):
    target, link = tmp_path / f"target{suffix}", tmp_path / f"link{suffix}"
    target.write_bytes(b"")
    link.symlink_to(target)
    nn.save(nn.MLP(1, [1]), link)
    assert link.is_symlink()
    assert target.stat().st_size > 0


def test_a_file_has_the_usual_permissions(tmp_path):
    (tmp_path / "other").write_bytes(b"")
    nn.save(nn.MLP(1, [1]), tmp_path / "model.json")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("other", "model.json")]
    assert modes[0] == modes[1]


@each
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o400])
def test_a_file_that_was_there_keeps_its_permissions(tmp_path, suffix, mode):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(b"")
    path.chmod(mode)
    nn.save(nn.MLP(1, [1]), path)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert path.stat().st_size > 0


def test_a_private_file_is_private_while_it_is_written(tmp_path, monkeypatch):
    path = tmp_path / "model.json"
    path.write_bytes(b"")
    path.chmod(0o600)
    modes = []
    monkeypatch.setattr(os, "fsync", lambda fd: modes.append(stat.S_IMODE(os.stat(fd).st_mode)))
    nn.save(nn.MLP(1, [1]), path)
    assert modes == [0o600]


@each
@pytest.mark.parametrize("kind", [str, Path])
def test_save_gives_the_path_it_wrote(tmp_path, suffix, kind):
    path = nn.save(nn.MLP(1, [1]), kind(tmp_path / f"model{suffix}"))
    assert isinstance(path, Path)
    assert path == tmp_path / f"model{suffix}"


@pytest.mark.parametrize("model", [[Value(1.0)], Value(1.0), nn.MLP, None])
def test_only_a_module_is_saved_or_loaded(tmp_path, model):
    for act in (nn.save, nn.load):
        with pytest.raises(TypeError, match=r"parameters of a Module, got .* extends nn\.Module"):
            act(model, tmp_path / "model.json")
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        nn.save(nn.MLP(1, [1]), tmp_path / "nowhere" / "model.json")


@pytest.mark.parametrize("name", ["model", "model.pkl", "model.npy", ".json"])
def test_any_other_suffix_is_a_value_error(tmp_path, name):
    for act in (nn.save, nn.load):
        with pytest.raises(ValueError, match=r"suffix must be one of \.json, \.npz, got .*"):
            act(nn.MLP(1, [1]), tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_two_parameters_of_one_name_are_not_saved(tmp_path):
    with pytest.raises(ValueError, match=r"two parameters are called 'by_name\.1'"):
        nn.save(Named({1: 1.0, "1": 2.0}), tmp_path / "model.json")


def test_a_name_that_npz_would_change_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="save it as JSON"):
        nn.save(Named({"a\0": 1.0}), tmp_path / "model.npz")
    nn.save(Named({"a\0": 1.0}), tmp_path / "model.json")
