"""Damaged and foreign parameter files."""

import io
import json
import warnings
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
        ({"parameters": [1.0]}, "in place of parameters by name"),
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


def zipped(members, change=lambda content: content):
    """A zip of members, of which one is listed twice if it is named twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
    return change(buffer.getvalue())


def members(model):
    with zipfile.ZipFile(io.BytesIO(good(model, ".npz"))) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_a_member_that_is_no_array_is_refused(refused):
    kept = members(refused.model)
    kept[-1] = ("values.npy", b"plain text, with no magic")
    refused.of(".npz", zipped(kept), "is not a complete .npz file: .*magic")
    kept[-1] = ("values.npy", b"")
    refused.of(".npz", zipped(kept), "is not a complete .npz file: ")


def test_a_member_that_is_listed_twice_is_refused(refused):
    kept = members(refused.model)
    refused.of(".npz", zipped([*kept, kept[-1]]), "names 'values' twice; remove one")
    refused.of(".npz", zipped([*kept, ("values", kept[-1][1])]), "names 'values' twice")


def test_an_array_of_another_version_of_the_format_is_refused(refused):
    kept, buffer = members(refused.model), io.BytesIO()
    np.lib.format.write_array(buffer, np.zeros(9), version=(2, 0))
    kept[-1] = ("values.npy", buffer.getvalue())
    refused.of(".npz", zipped(kept), "is an array of another version of NumPy's format")


@pytest.mark.parametrize("shape", [b"(8,)", b"(99,)"])
def test_an_array_that_is_shorter_or_longer_than_its_file_is_refused(refused, shape):
    kept = members(refused.model)
    content = kept[-1][1].replace(b"(9,), }" + b" " * (len(shape) - 4), shape + b", }")
    kept[-1] = ("values.npy", content)
    refused.of(".npz", zipped(kept), "values.npy holds 72 bytes, and its shape .* takes")


def test_every_byte_of_every_array_is_under_the_checksum_of_the_zip(refused):
    content = good(refused.model, ".npz")
    for name, member in members(refused.model):
        start = content.index(member)
        for at in {0, 8, len(member) // 2, len(member) - 1}:
            spoiled = bytearray(content)
            spoiled[start + at] ^= 1
            refused.of(".npz", bytes(spoiled), f"Bad CRC-32 for file '{name}'; take another copy")


class Fragile(nn.MLP):
    """Sets one parameter, and raises."""

    def load_state_dict(self, state):
        self.parameters()[0].data = 7.0
        raise self.error


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), KeyboardInterrupt()])
def test_a_module_that_loads_half_way_is_as_it_was(tmp_path, error):
    model = Fragile(2, [1])
    model.error, before = error, bits(model)
    path = nn.save(model, tmp_path / "model.json")
    kind = LoadError if isinstance(error, ValueError) else type(error)
    with pytest.raises(kind):
        nn.load(model, path)
    assert bits(model) == before


@pytest.mark.parametrize(
    ("number", "says"),
    [(2**53 + 1, r"holds 9007199254740992\.0 for 'w', which is 90.*3"), (True, "has True for 'w'")],
)
def test_a_number_that_no_file_gives_back_is_not_saved(tmp_path, number, says):
    model = nn.MLP(1, [1])
    model.state_dict = lambda: {"w": number}
    with pytest.raises(ValueError, match=rf"model\.json is not written, as it {says}"):
        nn.save(model, tmp_path / "model.json")
    assert not (tmp_path / "model.json").exists()


def test_a_model_of_an_older_release_still_loads(tmp_path):
    model, twin = nn.MLP(2, [2, 1]), nn.MLP(2, [2, 1])
    (tmp_path / "old.json").write_bytes(changed(model))
    nn.load(twin, tmp_path / "old.json")
    assert bits(twin) == bits(model)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text.replace('sum": "', 'sum": "0').encode(), 'remove the field "checksum"'),
        (lambda text: text.replace("checksum", "checksun").encode(), "unknown field 'checksun'"),
        (lambda text: text.encode("utf-8-sig"), "begins with a byte order mark; save it without"),
        (lambda text: text.encode("utf-16-le"), "is not complete JSON"),
        (lambda text: text.replace("parameters:", "").encode("utf-32"), "is not complete JSON"),
    ],
)
def test_a_text_that_was_not_written_so_is_refused(refused, spoil, says):
    refused.of(".json", spoil(good(refused.model, ".json").decode()), says)
