"""primitive: a user's primitive of any number of operands, everywhere a primitive goes."""

import numpy as np
import pytest

from microgradlike import Dual, Value, grad, gradients, jit, local_derivatives, primitive
from microgradlike.testing import check_gradients, check_primitive
from viz import draw, explain

# the volume of a box with a slanted lid
box = primitive(
    "box",
    lambda a, b, c, d: a * b * (c + d) / 2,
    lambda y, a, b, c, d: b * (c + d) / 2,
    lambda y, a, b, c, d: a * (c + d) / 2,
    lambda y, a, b, c, d: a * b / 2,
    lambda y, a, b, c, d: a * b / 2,
    doc="volume of a box with a slanted lid",
    textbook=("b * (c + d) / 2", "a * (c + d) / 2", "a * b / 2", "a * b / 2"),
)
AT = (2.0, 3.0, 4.0, 6.0)
PARTIALS = (15.0, 10.0, 3.0, 3.0)


def test_it_takes_numbers_and_values():
    leaves = [Value(x) for x in AT]
    y = box(*leaves)
    y.backward()
    assert box(*AT) == y.data == 30.0
    assert tuple(v.grad for v in leaves) == local_derivatives(y) == PARTIALS
    assert box(leaves[0], *AT[1:]).operands == (leaves[0], *AT[1:])


def test_it_differentiates_in_every_mode():
    leaves = [Value(x) for x in AT]
    assert tuple(g.data for g in gradients(box(*leaves), leaves)) == PARTIALS
    assert grad(box, argnums=1)(*AT) == 10.0
    assert box(*AT[:3], Dual(6.0, 1.0)).tangent == 3.0
    check_gradients(box, *AT)


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_it_compiles(backend):
    f = jit(
        grad(lambda a, b, c, d: box(a, b, c, d) * a),
        batch=(0, 1, 2, 3),
        reduce=None,
        backend=backend,
    )
    rows = [np.array([x, x + 1]) for x in AT]
    want = [2 * box(*row) for row in zip(*rows)]
    assert [float(g) for g in f(*rows)] == want


def test_it_is_drawn_and_explained():
    a = Value(2.0, "a")
    y = box(a, 3.0, 4.0, 6.0)
    y.backward()
    assert "box" in draw(y).source
    assert "box(2, 3, 4, 6)" in explain(y).replace("a", "2") or "box(a, 3, 4, 6)" in explain(y)


def test_it_is_checked_over_its_domain():
    check_primitive(box)


def test_a_pass_reaches_the_later_operands_behind_a_number():
    leaves = [Value(x) for x in AT[1:]]
    box(AT[0], *leaves).backward()
    assert tuple(v.grad for v in leaves) == PARTIALS[1:]


def test_it_does_not_change_and_a_changed_copy_is_another_one():
    with pytest.raises(AttributeError, match="cannot assign to field 'name'"):
        box.name = "chest"
    with pytest.raises(AttributeError, match="cannot delete field 'name'"):
        del box.name
    chest = box.__replace__(name="chest")
    assert (chest.name, chest.__name__, chest.partials) == ("chest", "chest", box.partials)
    assert box.name == "box"
    with pytest.raises(TypeError, match="nom"):
        box.__replace__(nom="chest")
