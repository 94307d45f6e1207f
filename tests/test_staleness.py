"""A graph built before some `.data` changed: refused on request, and marked in every picture."""

import copy
import html
import inspect
import math
import warnings

import pytest
from hypothesis import assume, given, strategies as st

import viz
from microgradlike import Value, diagnose, graph, ops, primitive, unary
from microgradlike.engine import staleness
from microgradlike.testing import programs
from tests.bits import same_bits


def numbers_now(y):
    """The data of each node of the graph, computed again from its leaves."""
    now = {}
    for v in graph.topological(y):
        at = [now[id(x)] if isinstance(x, Value) else x for x in v.operands]
        now[id(v)] = v.data if v.op is None else v.op.forward(*at)
    return now


def is_out_of_date(y):
    now = numbers_now(y)
    return any(not same_bits(v.data, now[id(v)]) for v in graph.topological(y))


def built(program):
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    assume(isinstance(y, Value) and y.op is not None)
    return xs, y


@given(programs())
def test_no_untouched_graph_is_refused_and_the_gradients_are_the_same_bits(program):
    xs, y = built(program)
    y.backward(check=True)
    checked = [x.grad for x in xs]
    xs, y = built(program)
    y.backward()
    assert same_bits(checked, [x.grad for x in xs])


@given(programs(), st.floats(), st.data())
def test_a_graph_is_refused_exactly_if_a_changed_number_matters(program, number, data):
    _, y = built(program)
    nodes = graph.topological(y)
    data.draw(st.sampled_from(nodes)).data = number
    gradients = [v.grad for v in nodes]
    if is_out_of_date(y):
        with pytest.raises(ValueError, match=r"\.data has changed since; build the"):
            y.backward(check=True)
        assert same_bits([v.grad for v in nodes], gradients)
        assert not y.reached
    else:
        y.backward(check=True)
        assert y.reached


def test_the_error_names_the_node_its_operands_and_both_numbers():
    x = Value(2.0)
    y = x * x
    y.label = "area"
    x.data = 10.0
    with pytest.raises(ValueError, match=r"^area = mul\(10.0, 10.0\) was .* 4.0 and is 100.0"):
        (y + 1).tanh().backward(check=True)
    y.backward()  # without a check the derivatives are taken at the present numbers
    assert x.grad == 20.0


def test_the_first_node_out_of_date_is_named():
    x = Value(2.0, "x")
    h = x.exp()
    y = h.log() * x
    x.data = 3.0
    assert staleness(y)[0] is h
    assert "exp(3.0) was computed as 7.38905609893065 and is 20.0" in staleness(y)[1]


three = primitive("three", lambda a, b, c: a + b * c, *[lambda y, a, b, c: 1.0] * 3)
cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)


@pytest.mark.parametrize(
    "build",
    [
        cube, lambda x: three(x, 2.0, 3.0), lambda x: three(1.0, 2.0, x), lambda x: x.clip(0, 9),
        lambda x: ops.mul_no_nan(x, math.inf), lambda x: x - 1, lambda x: 1 / x, lambda x: 2**x,
        lambda x: -x, lambda x: ops.where(x > 0, x * 2, 7.0), lambda x: sum([x, x, x]),
    ],
)  # fmt: skip
def test_primitives_of_every_kind_are_computed_again(build):
    x = Value(2.0)
    y = build(x)
    y.backward(check=True)
    x.data = -3.0
    with pytest.raises(ValueError, match="build the expression anew"):
        y.backward(check=True)
    x.data = 2.0
    y.backward(check=True)


def test_nan_agrees_with_nan_and_zeros_differ_by_their_sign():
    x = Value(-1.0)
    y = x.log()
    x.data = -2.0
    y.backward(check=True)
    z = Value(0.0)
    y = z * 1.0
    z.data = -0.0
    with pytest.raises(ValueError, match=r"computed as 0\.0 and is -0\.0 now"):
        y.backward(check=True)


def test_a_leaf_is_always_up_to_date():
    x = Value(2.0)
    x.data = 3.0
    x.backward(check=True)
    assert x.grad == 1.0


def test_a_users_forward_that_refuses_the_present_numbers_is_out_of_date():
    rough = unary("rough", math.log, lambda y, x: 1 / x)
    x = Value(2.0)
    y = rough(x)
    x.data = -1.0
    with pytest.raises(
        ValueError, match=r"rough\(-1.0\) was computed as 0.69.* cannot be computed now"
    ):
        y.backward(check=True)


# pictures and diagnoses


def out_of_date():
    x = Value(2.0, "x")
    y = x * x
    y.backward()
    x.data = 10.0
    return y, x


SENTENCE = "mul(10.0, 10.0) was computed as 4.0 and is 100.0 now: a .data has changed since; build"


def test_a_diagnosis_tells_it_first():
    y, _ = out_of_date()
    diagnosis = diagnose(y.exp() * 0)
    assert diagnosis
    assert str(diagnosis).startswith(f"stale: {SENTENCE} the expression anew\n  path")
    assert diagnosis.stale.node is y
    assert diagnosis.stale.path == ("mul", "exp", "mul")
    assert not diagnose(Value(2.0) * 2)


@pytest.mark.parametrize(
    "show",
    [
        lambda y, x: viz.draw(y), lambda y, x: viz.draw_dot(y), lambda y, x: viz.page(y),
        lambda y, x: viz.explain(y), lambda y, x: viz.explain(y, x),
        lambda y, x: viz.to_mermaid(y), lambda y, x: viz.scene_json(y),
    ],
)  # fmt: skip
def test_every_picture_warns_once_at_the_line_of_the_user(show):
    y, x = out_of_date()
    with pytest.warns(UserWarning, match="computed as") as caught:
        show(y, x)
    (warning,) = caught
    assert str(warning.message).startswith(SENTENCE)
    line = inspect.getsourcelines(show)[1]
    assert (warning.filename, line <= warning.lineno <= line + 4) == (__file__, True)


def test_the_words_stand_in_the_picture_too():
    y, _ = out_of_date()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawing, page, text, json = viz.draw(y), viz.page(y), viz.explain(y), viz.scene_json(y)
        mermaid = viz.to_mermaid(y)
    assert SENTENCE in repr(drawing)
    assert SENTENCE in drawing.source
    assert SENTENCE in page.html
    assert SENTENCE in json
    assert text.startswith(SENTENCE)
    assert SENTENCE.split(":")[0] in html.unescape(mermaid.replace("#", "&#"))


def test_a_graph_that_is_up_to_date_gets_no_warning():
    x = Value(2.0, "x")
    y = copy.copy(x) * x
    for show in (viz.draw, viz.page, viz.explain, viz.to_mermaid):
        show(y)  # pytest makes a warning an error
    assert "computed as" not in viz.explain(y)
