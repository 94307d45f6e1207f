"""Masked arrays: masked elements have no numbers, and no derivative or program may invent some."""

import numpy as np
import pytest

import microgradlike as mg
from microgradlike import Value, grad, jacobian, jit, jvp, nn, vjp

LINE = np.ma.array([1.0, 2.0, 30.0], mask=[False, False, True])
TABLE = np.ma.array([[1.0, 2.0], [3.0, 30.0]], mask=[[False, False], [False, True]])
VALUES = np.ma.array([Value(1.0), Value(2.0)], mask=[False, True], dtype=object)
LISTED = [1.0, np.ma.masked]


def total(x):
    return sum(list(x))


def fit(*data):
    model = nn.MLP(2, [1])
    optimizer = nn.SGD(model.parameters(), lr=0.1)
    return nn.fit(model, "mse", data, optimizer=optimizer, epochs=1, progress=False)


ENTRANCES = {
    "jit": lambda x: jit(total)(x),
    "jit by keyword": lambda x: jit(lambda *, x: total(x))(x=x),
    "jit of a dict": lambda x: jit(lambda d: total(d["x"]))({"x": x}),
    "jit.backward": lambda x: jit(total).backward(x),
    "jit.program": lambda x: jit(total).program(x),
    "jit over a batch": lambda x: jit(lambda x: x, batch=0)(x),
    "jit over a dict of batches": lambda x: jit(lambda d: d["x"], batch=0)({"x": x}),
    "jit, eager": lambda x: jit(total, backend="eager")(x),
    "result of jit": lambda x: jit(lambda y: x)(1.0),
    "grad": lambda x: grad(total)(x),
    "jacobian": lambda x: jacobian(list)(x),
    "result of jacobian": lambda x: jacobian(lambda y: x)(1.0),
    "tangent": lambda x: jvp(total, ([1.0] * len(x),), (x,)),
    "upstream": lambda x: vjp(list, [1.0] * len(x))[1](x),
}


@pytest.mark.parametrize("x", [LINE, LINE.astype(int), VALUES, LISTED], ids=str)
@pytest.mark.parametrize("enter", ENTRANCES.values(), ids=ENTRANCES)
def test_a_masked_element_is_refused_wherever_arrays_enter(enter, x):
    with pytest.raises(TypeError, match=r"1 masked element.*x\.compressed\(\).* x\.filled\("):
        enter(x)


@pytest.mark.parametrize("data", [(TABLE, [1.0, 2.0]), ([[1.0, 2.0]] * 3, LINE)])
def test_training_data_with_masked_elements_is_refused(data):
    with pytest.raises(
        TypeError, match=r"data\[[01]\] has 1 masked element.*compress.* or x\.filled\("
    ):
        fit(*data)


@pytest.mark.parametrize("f", [mg.mean, mg.sum, mg.logsumexp, lambda x: nn.mse([1.0] * 3, x)])
def test_a_sum_over_a_masked_element_is_refused(f):
    with pytest.raises(TypeError, match="masked of type MaskedConstant"):
        f(LINE)


def test_a_masked_element_is_no_value():
    with pytest.raises(TypeError, match=r"masked .* leave it out by array\.compressed\(\)"):
        Value(LINE[2])


def test_an_array_in_which_nothing_is_masked_has_all_its_numbers():
    x = np.ma.array([1.0, 2.0, 30.0])
    assert jit(total)(x) == jit(lambda x: x, batch=0, reduce="sum")(x) == 33.0
    assert grad(total)(x).tolist() == [1.0, 1.0, 1.0]


def test_what_numpy_masks_inside_a_function_stays_masked():
    assert grad(lambda x: (LINE * x).sum())(1.0) == 3.0
    assert jit(lambda x: (LINE * x).sum())(1.0) == 3.0


@pytest.mark.parametrize("enter", [mg.array, lambda x: mg.array([x, x]), lambda x: mg.array((x,))])
def test_an_array_of_numbers_keeps_no_masked_element(enter):
    with pytest.raises(TypeError, match=r"array has 1 masked element.* x\.filled\("):
        enter(LINE)


def test_the_way_out_of_a_mask_in_a_table_keeps_its_rows():
    with pytest.raises(TypeError, match=r"np\.ma\.compress_rows\(x\)"):
        jit(total)(TABLE)
    assert np.ma.compress_rows(TABLE).ndim == 2
