"""Artefacts: the object that went in comes out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from microgradlike.compile.artefact import from_bytes, to_bytes


@dataclass
class Line:
    points: Any
    inside: Any

    def __post_init__(self):
        self.length = len(self.points)


def test_an_object_is_made_anew_of_its_fields():
    found = from_bytes(to_bytes([Line(np.arange(3), {"a": 1}), "text"], (Line,)), (Line,))
    assert found[1] == "text"
    assert type(found[0]) is Line
    assert found[0].length == 3
    assert found[0].inside == {"a": 1}


@pytest.mark.parametrize("dtype", [np.float64, np.int64, np.intp, np.uint8])
@pytest.mark.parametrize("shape", [(0,), (3,), (0, 2), (2, 3)])
def test_an_array_keeps_its_type_shape_and_bits(dtype, shape):
    x = np.zeros(shape, dtype)
    if dtype is np.float64:
        x = x - 0.0
        x[..., :1] = np.nan
    y, z = from_bytes(to_bytes([x.T, x]))
    assert (y.dtype, y.shape, y.tobytes()) == (x.dtype, x.T.shape, x.T.tobytes())
    assert (z.dtype, z.shape, z.tobytes()) == (x.dtype, x.shape, x.tobytes())
    assert z.flags.writeable


@pytest.mark.parametrize("x", [object(), Line([1], 2), np.array([None]), 1j])
def test_anything_else_is_refused(x):
    with pytest.raises(TypeError, match="cannot be kept on disk"):
        to_bytes({"x": x})
