"""Losses over batches."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, functions, nn
from microgradlike.nn.losses import LOSSES, resolve

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
def test_binary_cross_entropy_with_logits_is_the_mean_of_its_examples(batch):
    scores, labels = [s for s, _ in batch], [int(yes) for _, yes in batch]
    each = [functions.binary_cross_entropy_with_logits(s, y) for s, y in zip(scores, labels)]
    mean = math.fsum(each) / len(each)
    assert math.isclose(nn.binary_cross_entropy_with_logits(scores, labels), mean, rel_tol=8 * EPS)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=8))
def test_binary_cross_entropy_is_the_mean_of_its_examples(batch):
    chances, labels = [p for p, _ in batch], [int(yes) for _, yes in batch]
    each = [functions.binary_cross_entropy(p, y) for p, y in zip(chances, labels)]
    assert nn.binary_cross_entropy(chances, labels) == pytest.approx(
        sum(each) / len(each), rel=8 * EPS
    )


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
    assert by_two == nn.binary_cross_entropy_with_logits([score], [label])


def test_labels_come_as_numpy_gives_them():
    scores = [Value(0.5), Value(-0.5)]
    assert nn.hinge(scores, np.array([1, -1])).data == 0.5
    assert nn.hinge(scores, np.array([1.0, -1.0])).data == 0.5
    assert nn.mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])) == 2.0
    assert nn.cross_entropy(np.zeros((2, 2)), np.array([0, 1])) == math.log(2)
    assert nn.binary_cross_entropy_with_logits([0.0], [True]) == math.log(2)
    assert nn.binary_cross_entropy(np.array([0.5]), np.array([1])) == math.log(2)


def test_targets_may_be_values():
    target = Value(3.0)
    nn.mse([Value(1.0)], [target]).backward()
    assert target.grad == 4.0


@pytest.mark.parametrize("name", LOSSES)
def test_lengths_that_differ_are_a_value_error(name):
    with pytest.raises(ValueError, match=rf"^{name} takes one .* got 2 prediction\(s\) and 1"):
        LOSSES[name]([0.0, 0.0], [1])


@pytest.mark.parametrize("name", LOSSES)
def test_an_empty_batch_is_a_value_error(name):
    with pytest.raises(ValueError, match=f"^{name} is a mean over a batch, got an empty one"):
        LOSSES[name]([], [])


@pytest.mark.parametrize("name", LOSSES)
def test_a_list_of_targets_needs_a_list_of_predictions(name):
    with pytest.raises(TypeError, match=rf"^{name} takes a list of predictions.*\[prediction\]"):
        LOSSES[name](Value(1.0), [1])


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"cross_entropy"}))
def test_a_list_of_predictions_needs_a_list_of_targets(name):
    with pytest.raises(TypeError, match=rf"^{name} takes numbers.*one number per example"):
        LOSSES[name]([Value(1.0)], 1)


@pytest.mark.parametrize(
    ("loss", "output", "label", "says"),
    [
        (nn.hinge, 0.0, 0, r"targets -1 and 1, got 0; .* 2 \* label - 1"),
        (nn.hinge, 0.0, math.nan, "got nan"),
        (nn.binary_cross_entropy, 0.5, -1, r"a probability between 0 and 1, got -1\.0"),
        (nn.binary_cross_entropy_with_logits, 0.0, -1, r"between 0 and 1, got -1\.0"),
        (nn.cross_entropy, [0.0, 0.0], 2, "target 2 is out of range for 2 logit"),
    ],
)
def test_a_wrong_label_is_a_value_error_that_counts_the_example(loss, output, label, says):
    with pytest.raises(ValueError, match=says) as caught:
        loss([output, output], [1, label])
    assert caught.value.__notes__ == ["in example 1"]
    with pytest.raises(ValueError, match=says):
        loss(output, label)


@pytest.mark.parametrize("score", [-0.5, 1.5, Value(3.0), math.inf])
def test_a_score_where_a_probability_is_expected_names_the_loss_for_scores(score):
    with pytest.raises(ValueError, match=r"probability.*use binary_cross_entropy_with_logits"):
        nn.binary_cross_entropy([score], [1])


@pytest.mark.parametrize(
    ("loss", "outputs", "labels", "says"),
    [
        (nn.mse, ["a"], [1.0], "mse takes numbers or Values, but a prediction is 'a' of type str"),
        (nn.mse, [[1.0], [2.0]], [1.0, 2.0], r"prediction is \[1.0\] of type list; give it one"),
        (nn.mse, [Value(1.0), 2.0], [1.0, [2.0]], r"mse takes a list of predictions.* got 2.0"),
        (nn.mse, [Value(1.0)], [None], "mse takes .* target is None of type NoneType"),
        (nn.hinge, ["a"], [1], "hinge takes .* prediction is 'a' of type str"),
        (nn.hinge, [[Value(1.0)]], [1], r"hinge takes .* prediction is \[.* of type list"),
        (nn.binary_cross_entropy, ["a"], [1], "takes .* prediction is 'a' of type str"),
        (nn.binary_cross_entropy_with_logits, [0.0, 0.0], [True, None], "target is None"),
        (nn.cross_entropy, ["ab"], [1], "cross_entropy takes .* 'a' of type str"),
        (nn.cross_entropy, [[[1.0], 2.0]], [1], r"takes .* \[1.0\] of type list"),
    ],
)
def test_what_is_no_number_is_a_type_error(loss, outputs, labels, says):
    with pytest.raises(TypeError, match=says):
        loss(outputs, labels)


# one example, and examples of several numbers


@given(BATCH)
def test_the_mean_of_single_examples_is_the_loss_of_the_list(batch):
    scores, labels = [s for s, _ in batch], [2 * int(yes) - 1 for _, yes in batch]
    for loss in (nn.mse, nn.hinge):
        each = [loss(s, y) for s, y in zip(scores, labels)]
        assert loss(scores, labels) == functions.mean(each)
        assert type(loss(Value(scores[0]), labels[0])) is Value


def test_one_example_of_a_class_is_a_row_and_an_index():
    assert nn.cross_entropy([0.0, 0.0], 1) == math.log(2)
    assert nn.cross_entropy((Value(0.0), 0.0), np.int64(1)).data == math.log(2)


def test_predictions_of_several_numbers_are_averaged_too():
    assert nn.mse([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [3.0, 0.0]]) == 5.0
    assert nn.mse([1.0, 2.0], [1.0, 0.0]) == 2.0


# the three forms of a loss


def double(x):
    return 2 * x


@pytest.mark.parametrize(
    "loss",
    ["mse", nn.mse, lambda prediction, target: (prediction - target) ** 2],
)
def test_two_parameters_are_a_prediction_and_a_target(loss):
    assert resolve(loss, ([1.0], [5.0]))(double, 1.0, 5.0) == 9.0


def test_a_default_does_not_count_as_a_parameter():
    def scaled(prediction, target, scale=3.0):
        return scale * (prediction - target)

    assert resolve(scaled, ([1.0], [5.0]))(double, 1.0, 5.0) == -9.0


@pytest.mark.parametrize(
    ("loss", "data"),
    [
        (lambda model, x, y: 0, ([1.0], [2.0])),
        (lambda model, x, y, scale=1: 0, ([1.0], [2.0])),
        (lambda model, *example: 0, ([1.0], [2.0])),
        (lambda model, x: 0, ([1.0],)),
        (lambda model, x, y, z: 0, ([1.0], [2.0], [3.0])),
    ],
)
def test_a_loss_of_the_model_is_taken_as_it_is(loss, data):
    assert resolve(loss, data) is loss


@pytest.mark.parametrize(
    ("loss", "data", "error", "says"),
    [
        ("l2", ([1.0], [2.0]), ValueError, "no loss is called 'l2'; choose one of mse, hinge"),
        (
            3,
            ([1.0], [2.0]),
            TypeError,
            'a function or the name of one, got 3 of type int; write "mse"',
        ),
        (lambda y: y, ([1.0], [2.0]), TypeError, r"takes 1 .* write loss\(prediction, target\)"),
        (lambda m, x, y, z: y, ([1.0], [2.0]), TypeError, r"takes 4 .*, and data has 2 part"),
        ("mse", ([1.0], [2.0], [3.0]), TypeError, r"data has 3 part.*loss\(model, x, y\)"),
        ("mse", ([1.0],), TypeError, "data has 1 part"),
        ("hinge", ([1.0, 2.0], [1, 0]), ValueError, "targets -1 and 1, got 0"),
        ("binary_cross_entropy_with_logits", ([1.0], [-1]), ValueError, "got -1.0; for labels"),
    ],
)
def test_a_loss_that_does_not_fit_says_what_does(loss, data, error, says):
    with pytest.raises(error, match=says):
        resolve(loss, data)


def test_a_loss_of_a_model_with_two_parameters_is_told_of_the_third():
    loss = resolve(lambda model, point: model(point), ([1.0], [2.0]))
    with pytest.raises(TypeError) as caught:
        loss(double, 1.0, 2.0)
    (note,) = caught.value.__notes__
    assert "called as loss(prediction, target)" in note
    assert "loss(model, x, y) it needs three parameters" in note


def test_text_is_no_list_of_targets():
    scores = [Value(1.0), Value(2.0)]
    with pytest.raises(TypeError, match=r"a target must be .*, got 'a' of type str"):
        nn.cross_entropy(scores, "a")


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits])
def test_a_bool_is_a_target(loss):
    assert loss(0.25, True) == loss(0.25, 1)
    assert loss(0.25, False) == loss(0.25, 0)


def test_an_error_in_a_loss_by_name_is_not_blamed_on_its_form():
    loss = resolve("mse", ([[1.0]], [1.0]))
    with pytest.raises(TypeError) as caught:
        loss(lambda x: "a", [1.0], 1.0)
    assert not any("three parameters" in note for note in getattr(caught.value, "__notes__", []))
