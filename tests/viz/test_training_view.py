"""A training view knows which numbers of a graph may change, and their places."""

import json
import math
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, functions, nn, ops, unary
from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.graph import topological
from microgradlike.testing import programs
from viz import page
from viz.page.training_json import training_json
from viz.scene.scene import scene
from viz.training.branch_free import BRANCHES, is_branch_free
from viz.training.training_view import TrainingSetup, training_view

POINTS = [(0.5, -0.25), (1.5, 0.25), (-1.0, 2.0)]
LABELS = [0, 1, 1]


def hinge(model, x, y):
    return (1 - (2 * y - 1) * model(x)).relu()


def entropy(model, x, y):
    return functions.cross_entropy(model(x), y)


def of_labels_sign(model, x, y):
    return -model(x) if y > 0 else model(x)


def of_scores_sign(model, x, y):
    score = model(x)
    return score * score if score > 0 else -score * y


def mlp(*widths, **options):
    return nn.MLP(2, list(widths), rng=Random(0), **options)


def made(model, loss, data=(POINTS, LABELS), known=SPELLINGS, **options):
    return training_view(TrainingSetup.of(model, data, loss, **options), known)


@pytest.mark.parametrize(
    ("loss", "width", "free", "fixed"),
    [
        (hinge, 1, [1, 1, 1], False),
        (entropy, 3, [1, 1, 0], False),
        (of_labels_sign, 1, [1, 1, 0], False),
        (of_scores_sign, 1, [0, 0, 0], True),
    ],
)
def test_what_may_be_another_number_depends_on_the_branches_of_the_loss(loss, width, free, fixed):
    found = made(mlp(3, width), loss)
    assert [v is not None for v in found.leaves] == [bool(x) for x in free]
    assert found.fixed == fixed
    assert found.live == all(free)
    assert len(found.scores) == width


@pytest.mark.parametrize("i", range(len(POINTS)))
@pytest.mark.parametrize(("loss", "width"), [(hinge, 1), (entropy, 3), (of_labels_sign, 1)])
def test_the_graph_is_that_of_the_example_asked_for(loss, width, i):
    model = mlp(3, width)
    found = made(model, loss, probe=i)
    assert found.y.data == loss(model, POINTS[i], LABELS[i]).data
    assert [v.data for v in found.leaves[:2]] == list(POINTS[i])
    given = model(POINTS[i])
    assert [v.data for v in found.scores] == [v.data for v in (given if width > 1 else [given])]


def test_scores_are_nodes_of_the_graph():
    found = made(mlp(3, 3), entropy)
    assert set(map(id, found.scores)) <= set(map(id, topological(found.y)))


def test_a_loss_that_calls_the_model_otherwise_has_no_scores():
    def loss(model, x, y):
        return (model([x[1], x[0]]) - y) ** 2

    assert made(mlp(3, 1), loss).scores == ()


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (([[1.0, 2.0]], [3]), ("x0", "x1", "y")),
        (([1.0], [3.0]), ("x", "y")),
        (([{"a": 1.0, "b": [2.0, 3.0]}], [3.0]), ("x_a", "x_b0", "x_b1", "y")),
    ],
)
def test_numbers_of_an_example_are_named_by_the_arguments_of_the_loss(data, names):
    w = Value(2.0, "w")

    class Model(nn.Module):
        def __init__(self):
            self.w = w

        def __call__(self, x):
            return self.w * 2

    assert made(Model(), lambda model, x, y: model(x) * y, data).names == names


def test_a_model_that_gives_no_values_has_no_scores():
    class Held(nn.Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return [1.0]

    assert made(Held(), lambda model, x, y: model.w * x[0]).scores == ()


def test_a_loss_without_a_signature_has_plain_names():
    class Loss:
        __signature__ = "none"

        def __call__(self, model, x, y):
            return model(x) - y

    assert made(mlp(1), Loss()).names == ("x00", "x01", "x1")


def test_a_primitive_without_a_spelling_fixes_everything():
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)

    def loss(model, x, y):
        return cube(model(x)) * y

    assert made(mlp(1), loss).fixed
    assert not made(mlp(1), loss, known=SPELLINGS | {cube: "(x) => x ** 3"}).fixed


def test_the_parameters_gradients_are_left_alone():
    model = mlp(3, 1)
    made(model, hinge)
    page(model, data=(POINTS, LABELS), loss=hinge)
    assert not any(p.reached or p.grad for p in model.parameters())


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ((lambda x: x, hinge), TypeError, "must be a Module, got .*nn.Module"),
        ((mlp(1), lambda m, x, y: 2.0), TypeError, "must be a Value, got 2.0"),
        ((mlp(1), "l2"), ValueError, "no loss is called 'l2'; choose one of mse"),
        ((mlp(1), hinge, [1, 2]), TypeError, "data must be a tuple"),
        ((mlp(1), hinge, ([(1.0, 2.0)], [1, 2])), ValueError, "2"),
    ],
)
def test_a_wrong_argument_is_refused_with_the_way_out(arguments, error, said):
    with pytest.raises(error, match=said):
        made(*arguments)


@pytest.mark.parametrize("probe", [-1, 3])
def test_a_probe_out_of_range_is_refused(probe):
    with pytest.raises((IndexError, ValueError), match="probe"):
        made(mlp(1), hinge, probe=probe)


# is_branch_free


def structure(f, point):
    """The graph of `f` there without its numbers: primitives, and where operands stand.

    A `mul_no_nan` is written as the product that it is, unless that is 0 times infinity.
    """
    product = {ops.mul_no_nan: ops.mul}
    xs = [Value(x) for x in point]
    order = topological(f(*xs))
    place = {id(v): i for i, v in enumerate(order)}
    kind = {id(x): f"x{i}" for i, x in enumerate(xs)}
    operands = [[place[id(x)] if isinstance(x, Value) else x for x in v.operands] for v in order]
    return [(product.get(v.op, v.op) or kind.get(id(v)), row) for v, row in zip(order, operands)]


@settings(max_examples=200, deadline=None)
@given(programs(max_size=12), st.data())
def test_a_function_that_is_straight_has_one_graph_wherever_it_is(line, data):
    if not is_branch_free(line, *line.point):
        assert any(i.op in BRANCHES for i in line.instructions)
        return
    other = [data.draw(st.floats(-50, 50)) for _ in line.point]
    assert structure(line, line.point) == structure(line, other)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_logsumexp_is_straight_for_it_branches_at_infinity_only(a, b):
    assert is_branch_free(lambda x, y: functions.logsumexp([x, y]), a, b)


def test_a_branch_by_a_parameter_is_one_too():
    w = Value(2.0)
    assert not is_branch_free(lambda x: x if w > 1 else -x, 1.0)
    assert not is_branch_free(lambda x: ops.where(w < x, x, w), 1.0)
    assert not is_branch_free(lambda x: ops.where(x * w, x, w), 1.0)
    assert not is_branch_free(lambda x: x * {1.0: 2.0}.get(x, 3.0), 1.0)
    assert is_branch_free(lambda x: w * x, 1.0)


# as JSON


def columns(found):
    return json.loads(training_json(found, scene(found.y), []))


def test_places_are_those_of_the_scene():
    model = mlp(3, 1)
    found = made(model, hinge)
    got = columns(found)
    nodes = json.loads(json.dumps([n.data for n in scene(found.y).nodes]))
    assert [nodes[i] for i in got["parameters"]["node"]] == [p.data for p in model.parameters()]
    assert [nodes[i] for i in got["numbers"]["node"]] == [0.5, -0.25, 0.0]
    assert [nodes[i] for i in got["scores"]] == [found.scores[0].data]
    assert sum(layer["size"] for layer in got["layers"]) == len(model.parameters())


def test_a_parameter_that_the_example_does_not_use_has_no_place():
    class Table(nn.Module):
        def __init__(self):
            self.rows = [Value(1.0), Value(2.0)]

        def __call__(self, x):
            return self.rows[0] * x

    got = columns(made(Table(), lambda m, x, y: (m(x) - y) ** 2, ([1.0], [2.0])))
    assert got["parameters"]["node"][1] == -2


def test_other_points_are_offered_for_two_classes_in_the_plane_only():
    assert set(columns(made(mlp(1), hinge))["sets"]) == {"moons", "circles", "xor"}
    rows = columns(made(mlp(1), hinge, (POINTS, [-1, 1, 1])))["sets"]["moons"]
    assert {row[2] for row in rows} == {-1.0, 1.0}
    assert columns(made(mlp(3), entropy))["sets"] == {}
    assert columns(made(mlp(1), hinge, (POINTS, [0.1, 0.2, 0.3])))["sets"] == {}


def test_units_are_measured_by_the_slope_of_the_table():
    units = columns(made(mlp(1), hinge))["units"]
    assert units == {
        "relu": {"slope": 1.0, "flat": "dead"},
        "tanh": {"slope": 1.0, "flat": "saturated"},
        "sigmoid": {"slope": 0.25, "flat": "saturated"},
    }


def test_hostile_names_stay_text():
    class Model(nn.Module):
        def __init__(self):
            self.parts = {"</script><script>alert(1)</script>": Value(1.0), "<!--": Value(2.0)}

        def __call__(self, x):
            return sum(self.parts.values(), Value(0.0)) * x

    text = training_json(
        found := made(Model(), lambda m, x, y: m(x) * y, ([1.0], [2.0])), scene(found.y), []
    )
    assert "<" not in text
    assert text.isascii()


@pytest.mark.parametrize("x", [math.inf, math.nan])
def test_numbers_that_are_not_finite_are_refused(x):
    with pytest.raises(ValueError, match=r"example 1 of data .*(inf|nan).*remove"):
        made(mlp(1), hinge, ([(0.0, 1.0), (x, 1.0)], [1, 0]))


def test_a_number_that_the_loss_does_not_use_may_be_any():
    class First(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x[0]

    found = made(First(), lambda model, x, y: (model(x) - 1.0) ** 2)
    assert found.live
    assert columns(found)["numbers"]["node"][1:] == [-2, -2]
    assert len(found.scores) == 1
    constant = made(mlp(1), lambda model, x, y: Value(1.0))
    assert constant.live
    assert columns(constant)["numbers"]["node"] == [-2, -2, -2]


def test_what_a_loss_cannot_do_with_a_number_that_is_not_known_is_a_branch():
    weights = {0: 1.0, 1: 5.0}

    def by_table(model, x, y):
        return weights[y] * (model(x) - y) ** 2

    def by_method(model, x, y):
        return model(x) if float.is_integer(y) else -model(x)

    for loss in (by_table, by_method):
        found = made(mlp(1), loss)
        assert [v is not None for v in found.leaves] == [True, True, False]
        assert found.why.startswith("Not trained in the page")


def test_scores_are_found_however_the_model_is_called():
    class Line(nn.Module):
        def __init__(self):
            self.w, self.b = Value(0.5), Value(1.0)

        def __call__(self, x):
            return self.w * x + self.b + Value(0.0)

    squared = lambda model, x, y: (model(x) - y) ** 2  # noqa: E731
    in_a_list = lambda model, x, y: (model([x]) - y) ** 2  # noqa: E731
    data = ([0.0, 1.0], [1.0, 3.0])
    assert len(made(Line(), squared, data).scores) == 1
    assert len(made(nn.MLP(1, [1]), in_a_list, data).scores) == 1


def test_the_middle_between_two_classes_is_that_of_the_score():
    def of_probability(model, x, y):
        return (model(x).sigmoid() - y) ** 2

    class Sure(nn.Module):
        def __init__(self):
            self.inner = mlp(1)

        def __call__(self, x):
            return self.inner(x).sigmoid()

    def squared(model, x, y):
        return (model(x) - y) ** 2

    assert columns(made(Sure(), squared))["middle"] == 0.5
    assert columns(made(mlp(1), of_probability))["middle"] == 0.0


def test_why_something_is_fixed_is_said():
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    assert made(mlp(1), hinge).why == ""
    assert "the label" in made(mlp(3), entropy).why
    assert "a parameter" in made(mlp(1), of_scores_sign).why
    strange = made(mlp(1), lambda model, x, y: cube(model(x)) * y)
    assert "cannot compute cube" in strange.why
    assert "spellings=" in strange.why


class Dropping(nn.Module):
    def __init__(self):
        rng = Random(0)
        self.hidden = nn.Layer(2, 4, rng=rng)
        self.dropout = nn.Dropout(0.5)
        self.out = nn.Layer(4, 1, nonlin=False, rng=rng)

    def __call__(self, x):
        return self.out(self.dropout(self.hidden(x)))


def test_a_graph_holds_no_mask():
    """One that was drawn for the picture would train as part of the model."""
    model = Dropping()
    view = made(model, hinge)
    assert model.training
    assert model.dropout.training
    model.eval()
    assert view.y.data == made(model, hinge).y.data == hinge(model, POINTS[0], LABELS[0]).data
    assert not model.training
