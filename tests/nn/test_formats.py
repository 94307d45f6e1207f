"""Damaged and foreign parameter files."""

import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import nn
from microgradlike.nn import LoadError
from tests.nn.test_files import SUFFIXES, bits, each, good, in_one_folder


class Refusal:
    """Loading must raise LoadError with a reason and leave the model as it was."""

    def __init__(self, folder):
        self.folder = folder
        self.model = nn.MLP(2, [2, 1])

    def of(self, suffix, content, says):
        path = self.folder / f"wrong{suffix}"
        path.write_bytes(content)
        self.of_path(path, says)

    def of_path(self, path, says):
        before = bits(self.model)
        with pytest.raises(LoadError, match=says) as caught:
            nn.load(self.model, path)
        caught.match("the model is as it was")
        assert str(path) in str(caught.value)
        assert bits(self.model) == before


@pytest.fixture
def refused(tmp_path):
    return Refusal(tmp_path)


@each
@in_one_folder
@given(data=st.data())
def test_a_truncated_file_is_refused(refused, suffix, data):
    content = good(refused.model, suffix).rstrip()
    end = data.draw(st.integers(0, len(content) - 1))
    refused.of(suffix, content[:end], "is not (a )?complete")


@each
@in_one_folder
@given(data=st.data())
def test_a_flipped_byte_is_noticed_or_only_a_digit(tmp_path, suffix, data):
    model = nn.MLP(1, [1])
    content = bytearray(good(model, suffix))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / f"flipped{suffix}").write_bytes(content)
    before = bits(model)
    try:
        nn.load(model, tmp_path / f"flipped{suffix}")
    except LoadError:
        assert bits(model) == before
    else:
        assert all(type(p.data) is float for p in model.parameters())
        assert suffix == ".json" or bits(model) == before  # .npz has checksums


@each
@in_one_folder
@given(content=st.binary(max_size=300))
def test_any_bytes_are_refused(refused, suffix, content):
    refused.of(suffix, content, "is not (a )?complete|is not a microgradlike")


@each
def test_a_file_of_another_model_is_refused(refused, suffix):
    refused.of(
        suffix,
        good(nn.MLP(2, [1]), suffix),
        r"another model: missing 'layers\.0\.neurons\.1\.w\.0'.* and 1 more;",
    )
    refused.of(
        suffix,
        good(nn.MLP(2, [2, 2]), suffix),
        r"another model: unexpected 'layers\.1\.neurons\.1\.w\.0', .*\.b'",
    )


@each
def test_a_missing_file_and_a_folder_are_refused(refused, suffix):
    refused.of_path(refused.folder / f"none{suffix}", "cannot be read: No such file")
    (refused.folder / f"folder{suffix}").mkdir()
    refused.of_path(refused.folder / f"folder{suffix}", "cannot be read: Is a directory")


@each
def test_one_format_under_the_others_suffix_is_refused(refused, suffix):
    (other,) = set(SUFFIXES) - {suffix}
    refused.of(suffix, good(refused.model, other), "is not (a )?complete")


@each
def test_a_huge_file_is_refused_unread(refused, suffix):
    path = refused.folder / f"huge{suffix}"
    with open(path, "wb") as file:
        file.truncate(10**12)  # a hole: no disk is used
    refused.of_path(path, "has more than the .* bytes that this model's parameters can take")


def changed(model, **changes):
    document = json.loads(good(model, ".json"))
    del document["checksum"]  # as one does who edits the file
    document.update(changes)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "torch"}, "is not a microgradlike parameters file"),
        ({"version": 2}, "has version 2; this release reads version 1"),
        ({"version": True}, "has version True"),
        ({"version": None}, "has version None"),
        ({"parameters": [1.0]}, "has no parameters by name"),
        (
            {"parameters": {"layers": 1.0}},
            "another model: missing 'layers.* and 4 more; unexpected 'layers'",
        ),
    ],
)
def test_another_document_is_refused(refused, changes, says):
    refused.of(".json", changed(refused.model, **changes), says)


@pytest.mark.parametrize(
    "document", ["[]", "3", "null", '"text"', "{}", '{"format": []}', "[" * 100_000, "1" * 5_000]
)
def test_other_json_is_refused(refused, document):
    refused.of(
        ".json", document.encode(), "is not a microgradlike parameters file|is not complete JSON"
    )


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("null", "has None for 'layers"),
        ("true", "has True for 'layers"),
        ('"1.0"', "has '1.0' for 'layers"),
        ('"Infinity"', "has 'Infinity' for 'layers"),
        ("[1.0]", r"has \[1\.0\] for 'layers"),
        ("NaN", "no number NaN"),
        ("-Infinity", "no number -Infinity"),
        ("1e999", "beyond the largest double"),
        ("1" * 400, "beyond the largest double"),
    ],
)
def test_what_is_no_number_is_refused(refused, number, says):
    content = changed(refused.model).decode()
    name = refused.model.named_parameters()[4][0]
    head, tail = content.split(f'"{name}": ')
    refused.of(".json", f'{head}"{name}": {number}{tail[tail.index(",") :]}'.encode(), says)


def test_a_name_given_twice_is_refused(refused):
    content = good(refused.model, ".json").replace(
        b"layers.0.neurons.0.w.1", b"layers.0.neurons.0.w.0"
    )
    refused.of(".json", content, r"names 'layers\.0\.neurons\.0\.w\.0' twice; remove one")


def npz(model, **changes):
    """The arrays of a good file with some changed, or left out where they are None."""
    with np.load(io.BytesIO(good(model, ".npz"))) as arrays:
        kept = {**arrays, **changes}
    buffer = io.BytesIO()
    np.savez(buffer, **{name: a for name, a in kept.items() if a is not None})
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"format": np.array("torch")},
            "is not a microgradlike parameters file: its format is 'torch'",
        ),
        ({"version": np.array(2)}, "has version 2"),
        ({"version": np.array([1, 1])}, r"has version \[1, 1\]"),
        (
            {"values": None},
            "is not a microgradlike parameters file: it holds 'format, names, version'",
        ),
        ({"more": np.zeros(1)}, "it holds 'format, more, names, values, version'"),
        ({"values": np.zeros(8)}, r"names of shape \(9,\) but values of shape \(8,\)"),
        ({"values": np.zeros((9, 1))}, r"values of shape \(9, 1\)"),
        ({"values": np.zeros(9, dtype=np.float32)}, "values of float32, not text and doubles"),
        ({"values": np.zeros(9, dtype=int)}, "values of int64"),
        ({"names": np.arange(9)}, "has names of int64"),
        ({"names": np.array(["a"] * 9)}, "names 'a' twice"),
        (
            {"values": np.array([1.0, "x"] * 4 + [None], dtype=object)},
            "is not a complete.*allow_pickle",
        ),
    ],
)
def test_other_arrays_are_refused(refused, changes, says):
    refused.of(".npz", npz(refused.model, **changes), says)


def test_a_zip_that_unpacks_to_gigabytes_is_refused(refused):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("values.npy", bytes(50_000_000))
    assert len(buffer.getvalue()) < 100_000
    refused.of(".npz", buffer.getvalue(), "unpacks to 50000000 bytes")


def test_an_array_that_claims_more_than_it_holds_is_refused(refused):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": (10**9,)}
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("values.npy", header.getvalue() + bytes(72))
    refused.of(".npz", buffer.getvalue(), "is not (a )?complete")
