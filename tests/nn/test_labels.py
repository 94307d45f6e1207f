"""Labels: a compiled training refuses each one that the eager loss refuses, before any step."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, nn
from microgradlike.nn.training.dataset import Dataset
from microgradlike.nn.training.labels import COLUMNS, DISTINCT, check_labels, checked_examples

BACKENDS = ["eager", "python", "numpy", "llvm"]
COMPILED = BACKENDS[1:]


def points(count):
    return [[0.1 * i, 0.5] for i in range(count)]


def trained(loss, labels, *, backend="numpy", width=1, **options):
    """The model after one step on the labels."""
    model = nn.MLP(2, [width], rng=random.Random(0))
    sgd = nn.SGD(model.parameters(), lr=0.1)
    data = (points(len(labels)), labels)
    options = {"epochs": 1, "progress": False} | options
    nn.fit(model, loss, data, optimizer=sgd, backend=backend, **options)
    return model


LOSSES = {
    "hinge": lambda m, x, y: nn.hinge(m(x), y),
    "bce": lambda m, x, y: nn.binary_cross_entropy(m(x).sigmoid(), y),
    "logits": lambda m, x, y: nn.binary_cross_entropy_with_logits(m(x), y),
    "cross": lambda m, x, y: nn.cross_entropy(m(x), y),
}
WRONG = [
    ("hinge", [1, -1, 0], "takes targets -1 and 1, got 0"),
    ("hinge", [1, -1, math.nan], "takes targets -1 and 1, got nan"),
    ("hinge", [True, False], "takes targets -1 and 1, got 0"),
    ("bce", [0, 1, -1], "between 0 and 1, got -1"),
    ("bce", [0, 1, math.nan], "between 0 and 1, got nan"),
    ("logits", [0, 1, 1.5], "between 0 and 1, got 1.5"),
    ("logits", [1, -1], "between 0 and 1, got -1"),
    ("cross", [0, 1, 2, 3], r"target 3 is out of range for 3 logit"),
    ("cross", [0, -1], r"target -1 is out of range for 3 logit"),
    ("cross", [0, 1, 0.5], "index of a class, got 0.5"),
    ("cross", [0, 1, math.nan], "index of a class, got nan"),
]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("name", "labels", "says"), WRONG)
def test_a_label_that_the_eager_loss_refuses_is_refused_by_each_backend(
    backend, name, labels, says
):
    with pytest.raises((TypeError, ValueError), match=says):
        trained(LOSSES[name], labels, backend=backend, width=3 if name == "cross" else 1)


@pytest.mark.parametrize("backend", COMPILED)
def test_no_parameter_moves_before_the_labels_are_checked(backend):
    model = nn.MLP(2, [1], rng=random.Random(0))
    before = [p.data for p in model.parameters()]
    sgd = nn.SGD(model.parameters(), lr=0.1)
    labels = [1, -1, 1, -1, 0]
    options = {"epochs": 1, "batch_size": 1, "seed": None, "progress": False, "backend": backend}
    with pytest.raises(ValueError, match="takes targets -1 and 1, got 0") as caught:
        nn.fit(model, LOSSES["hinge"], (points(5), labels), optimizer=sgd, **options)
    assert [p.data for p in model.parameters()] == before
    assert "in example 4 of data, with the label 0.0" in caught.value.__notes__


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("loss", ["hinge", LOSSES["hinge"]])
def test_the_labels_of_validation_data_are_checked_too(backend, loss):
    wrong = (points(2), [1, 0])
    with pytest.raises(ValueError, match="takes targets -1 and 1, got 0"):
        trained(loss, [1, -1], backend=backend, validation_data=wrong)


@pytest.mark.parametrize("backend", COMPILED)
def test_a_loss_of_ones_own_refuses_a_label_by_any_error(backend):
    def loss(model, x, y):
        if isinstance(y, float):
            assert y in (1.0, 2.0), f"no label {y}"
        return (model(x) - y) ** 2

    with pytest.raises(AssertionError, match=r"no label 3\.0") as caught:
        trained(loss, [1, 2, 3, 1], backend=backend)
    assert caught.value.__notes__ == ["in example 2 of data, with the label 3.0"]


@pytest.mark.parametrize("error", [AttributeError, ZeroDivisionError, OverflowError])
def test_errors_of_arithmetic_on_plain_numbers_are_not_about_labels(error):
    """`y.exp()` and `1 / y` are right in a program, for y a float and y = 0."""

    def loss(row):
        raise error

    check_labels(loss, Dataset(([1.0, 2.0],), "data"))


def test_a_label_of_which_a_program_alone_can_take_the_reciprocal_trains():
    def loss(model, x, y):
        return (model(x) - 1 / y).tanh() ** 2

    trained(loss, [0.0, 1.0])


BOOLS = [[True, False, True], np.array([True, False, True]), [np.True_, np.False_, np.True_]]
BOOLS += [np.array([True, False, True], object), (True, False, True)]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("labels", BOOLS)
def test_bools_are_0_and_1(backend, labels):
    loss = "binary_cross_entropy_with_logits"
    want = trained(loss, [1, 0, 1], backend=backend).state_dict()
    assert trained(loss, labels, backend=backend).state_dict() == want


@pytest.mark.parametrize(
    "part",
    [
        [[True, 2.0], [False, 3.0]],
        {"a": [True, False], "b": [2.0, 3.0]},
        np.array([[True, 2.0], [False, 3.0]], object),
        [{"a": True, "b": 2.0}, {"a": np.False_, "b": 3.0}],
    ],
)
def test_bools_are_numbers_at_any_depth_and_the_data_stay_as_they_were(part):
    before = repr(part)
    assert Dataset((part,), "data").rows.tolist() == [[1.0, 2.0], [0.0, 3.0]]
    assert repr(part) == before


COLUMN = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0, math.inf, math.nan]), min_size=1)


@given(COLUMN)
def test_every_distinct_label_is_in_a_checked_example(labels):
    checked = checked_examples(Dataset(([0.0] * len(labels), labels), "data"))
    assert {repr(labels[i]) for i in checked} == set(map(repr, labels))
    assert len(checked) <= 1 + len(set(map(repr, labels)))
    assert checked[0] == 0


@given(st.integers(DISTINCT + 1, 300), st.randoms(), st.booleans(), st.booleans())
def test_of_many_labels_the_extremes_and_the_odd_ones_are_checked(count, rng, half, nan):
    labels = [float(i) for i in range(count)]
    rng.shuffle(labels)
    labels += [2.5] * half + [math.nan] * nan
    dataset = Dataset(([0.0] * len(labels), labels), "data")
    found = [labels[i] for i in checked_examples(dataset)]
    assert {0.0, count - 1.0} <= set(found)
    assert (2.5 in found) == half
    assert any(map(math.isnan, found)) == nan
    assert len(found) <= 5


def test_many_columns_of_labels_count_as_one():
    labels = np.arange(8.0 * (COLUMNS + 1)).reshape(8, -1)
    labels[5, 2] = 0.5
    assert checked_examples(Dataset((np.zeros(8), labels), "data")) == [0, 5, 7]


def test_labels_in_several_columns_are_checked_each():
    labels = [[0, 7], [0, 8], [1, 7], [0, 7]]
    assert checked_examples(Dataset(([0.0] * 4, labels), "data")) == [0, 1, 2]


def test_all_numbers_of_a_single_part_are_labels():
    assert checked_examples(Dataset(([[1, 0], [1, 0], [2, 0]],), "data")) == [0, 2]


def test_a_wrapped_integer_is_no_label():
    """Losses of NumPy's numbers are those of doubles."""
    assert nn.mse(np.array([3], np.uint8), np.array([5], np.uint8)) == 4.0
    assert nn.mse(np.int8(100), np.int8(-100)) == 40_000.0
    assert type(nn.mse(np.float32(0.1), 0.3)) is float


@pytest.mark.parametrize("yes", [True, np.True_])
def test_a_bool_is_1_to_every_loss(yes):
    for loss in (nn.mse, nn.hinge, nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits):
        assert loss(0.25, yes) == loss(0.25, 1) == loss([0.25], [yes])
    assert nn.cross_entropy([0.0, 1.0], yes) == nn.cross_entropy([0.0, 1.0], 1)
    assert nn.cross_entropy([[0.0, 1.0]], [yes]) == nn.cross_entropy([0.0, 1.0], 1)
    assert nn.mse(Value(2.0), yes).data == 1.0


def test_text_is_no_label():
    with pytest.raises(TypeError, match=r"data\[1\]\[0\] is 'cat' of type str; expected numbers"):
        trained("mse", ["cat", "dog"])
