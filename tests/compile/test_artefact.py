"""Artefacts: the object that went in comes out."""

import numpy as np
import pytest

from microgradlike.compile.artefact import Kept, from_bytes, to_bytes


class Line(Kept):
    left_out = ("length",)

    def __init__(self, points):
        self.points, self.inside = points, {"a": 1}
        self.link()

    def link(self):
        self.length = len(self.points)


def test_an_object_comes_back_linked_anew():
    found = from_bytes(to_bytes([Line(np.arange(3)), "text"], (Line,)), (Line,))
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


@pytest.mark.parametrize("x", [object(), Line([1]), np.array([None]), 1j])
def test_anything_else_is_refused(x):
    with pytest.raises(TypeError, match="cannot be kept on disk"):
        to_bytes({"x": x})
