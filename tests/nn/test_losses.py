"""Losses over batches."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, functions, nn

EPS = 2.0**-52
SCORE = st.floats(-1e3, 1e3)
BATCH = st.lists(st.tuples(SCORE, st.booleans()), min_size=1, max_size=8)


def gradients(loss, scores, labels):
    leaves = [Value(s) for s in scores]
    loss(leaves, labels).backward()
    return [v.grad for v in leaves]


@given(st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=8))
def test_mse_is_the_mean_of_squares(pairs):
    predictions, targets = zip(*pairs)
    mean = math.fsum((p - t) ** 2 for p, t in pairs) / len(pairs)
    assert math.isclose(nn.mse(predictions, targets), mean, rel_tol=8 * EPS)
    for g, (p, t) in zip(gradients(nn.mse, predictions, targets), pairs):
        assert math.isclose(g, 2 * (p - t) / len(pairs), rel_tol=8 * EPS)


@given(BATCH)
def test_hinge_is_the_mean_shortfall_from_a_margin_of_1(batch):
    scores = [s for s, _ in batch]
    labels = [1 if yes else -1 for _, yes in batch]
    mean = math.fsum(max(0.0, 1 - y * s) for s, y in zip(scores, labels)) / len(batch)
    assert math.isclose(nn.hinge(scores, labels), mean, rel_tol=8 * EPS)
    for g, s, y in zip(gradients(nn.hinge, scores, labels), scores, labels):
        assert math.isclose(g, -y / len(batch) if y * s < 1 else 0.0, rel_tol=8 * EPS)


@given(BATCH)
def test_binary_cross_entropy_is_the_mean_of_its_examples(batch):
    scores, labels = [s for s, _ in batch], [int(yes) for _, yes in batch]
    each = [functions.binary_cross_entropy(s, y) for s, y in zip(scores, labels)]
    mean = math.fsum(each) / len(each)
    assert math.isclose(nn.binary_cross_entropy(scores, labels), mean, rel_tol=8 * EPS)


@given(st.lists(st.tuples(SCORE, SCORE, SCORE, st.integers(0, 2)), min_size=1, max_size=6))
def test_cross_entropy_is_the_mean_of_its_examples(batch):
    rows, labels = [list(row) for *row, _ in batch], [label for *_, label in batch]
    each = [functions.cross_entropy(row, label) for row, label in zip(rows, labels)]
    mean = math.fsum(each) / len(each)
    assert math.isclose(nn.cross_entropy(rows, labels), mean, rel_tol=8 * EPS)


@given(st.floats(-1e300, 1e300), st.sampled_from([0, 1]))
def test_no_score_overflows_a_cross_entropy(score, label):
    by_two = nn.cross_entropy([[0.0, score]], [label])
    assert math.isfinite(by_two)
    assert by_two == nn.binary_cross_entropy([score], [label])


def test_labels_come_as_numpy_gives_them():
    scores = [Value(0.5), Value(-0.5)]
    assert nn.hinge(scores, np.array([1, -1])).data == 0.5
    assert nn.hinge(scores, np.array([1.0, -1.0])).data == 0.5
    assert nn.mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 2.0
    assert nn.cross_entropy(np.zeros((2, 2)), np.array([0, 1])) == math.log(2)
    assert nn.binary_cross_entropy([0.0], [True]) == math.log(2)


def test_targets_may_be_values():
    target = Value(3.0)
    nn.mse([Value(1.0)], [target]).backward()
    assert target.grad == 4.0


LOSSES = {
    "mse": nn.mse,
    "hinge": nn.hinge,
    "binary_cross_entropy": nn.binary_cross_entropy,
    "cross_entropy": nn.cross_entropy,
}


@pytest.mark.parametrize("name", LOSSES)
def test_lengths_that_differ_are_a_value_error(name):
    with pytest.raises(ValueError, match=rf"^{name} takes one .* got 2 output\(s\) and 1"):
        LOSSES[name]([0.0, 0.0], [1])


@pytest.mark.parametrize("name", LOSSES)
def test_an_empty_batch_is_a_value_error(name):
    with pytest.raises(ValueError, match=f"^{name} is a mean over a batch, got an empty one"):
        LOSSES[name]([], [])


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_no_batch_is_a_type_error(name):
    with pytest.raises(TypeError, match=rf"^{name} takes a sequence of outputs.*write \[x\]"):
        LOSSES[name](Value(1.0), [1])
    with pytest.raises(TypeError, match=rf"^{name} takes a sequence of (labels|targets), got 1"):
        LOSSES[name]([Value(1.0)], 1)


@pytest.mark.parametrize(
    ("loss", "output", "label", "says"),
    [
        (nn.hinge, 0.0, 0, r"labels -1 and 1, but label 1 is 0; for 0 and 1 write 2 \* label - 1"),
        (nn.hinge, 0.0, math.nan, "label 1 is nan"),
        (nn.binary_cross_entropy, 0.0, -1, r"a probability between 0 and 1, got -1\.0"),
        (nn.cross_entropy, [0.0, 0.0], 2, r"target 2 .* 2 logit\(s\)"),
    ],
)
def test_a_wrong_label_is_a_value_error(loss, output, label, says):
    with pytest.raises(ValueError, match=says):
        loss([output, output], [1, label])


@pytest.mark.parametrize(
    ("loss", "outputs", "labels", "says"),
    [
        (nn.mse, ["a"], [1.0], "mse takes numbers or Values, but output 0 is 'a' of type str"),
        (
            nn.mse,
            [[1.0], [2.0]],
            [1.0, 2.0],
            r"mse takes .* output 0 is \[1.0\] of type list; give",
        ),
        (nn.mse, [Value(1.0), 2.0], [1.0, [2.0]], r"mse takes .* target 1 is \[2.0\] of type list"),
        (nn.mse, [Value(1.0)], [None], "mse takes .* target 0 is None of type NoneType"),
        (nn.hinge, ["a"], [1], "hinge takes .* output 0 is 'a' of type str"),
        (nn.hinge, [[Value(1.0)]], [1], r"hinge takes .* output 0 is \[.* of type list"),
        (nn.binary_cross_entropy, ["a"], [1], "takes .* output 0 is 'a' of type str"),
        (nn.binary_cross_entropy, [0.0, 0.0], [True, "1"], "takes .* target 1 is '1' of type str"),
        (nn.cross_entropy, ["ab"], [1], "cross_entropy takes .* 'a' of type str"),
        (nn.cross_entropy, [[[1.0], 2.0]], [1], r"takes .* \[1.0\] of type list"),
    ],
)
def test_what_is_no_number_is_a_type_error(loss, outputs, labels, says):
    with pytest.raises(TypeError, match=says):
        loss(outputs, labels)
