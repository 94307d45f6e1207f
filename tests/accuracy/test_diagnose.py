"""diagnose names the first node where finite numbers made a nan or an inf."""

import math

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, cos, diagnose, graph, ops


def test_a_healthy_graph_has_nothing_to_say():
    x = Value(2.0)
    y = (x * x).exp()
    assert not diagnose(y)
    y.backward()
    assert str(diagnose(y)) == "every value and every gradient is finite"


def test_the_first_bad_value_is_named_with_operands_label_and_path():
    x = Value(-1.0, "x")
    bad = (x * 2).log()
    bad.label = "log of x"
    y = bad.exp() + x
    finding = diagnose(y).value
    assert finding.node is bad
    assert str(finding) == "value: log(-2.0) = nan\n  path to the result: log of x → exp → add"


def test_a_leaf_that_was_given_a_nan_is_named():
    assert "the leaf w is nan" in str(diagnose(Value(math.nan, "w") * 2))
    assert "the leaf without a label is inf" in str(diagnose(Value(math.inf) * 2))


def test_a_plain_number_that_is_nan_is_named_by_the_node_that_uses_it():
    assert "add(1.0, nan) = nan" in str(diagnose(Value(1.0) + math.nan))


def test_a_gradient_that_blows_up_is_named_with_its_factors():
    x = Value(0.0, "x")
    y = 3 * x.sqrt()
    assert not diagnose(y), "no backward pass, no gradient to blame"
    y.backward()
    finding = diagnose(y).gradient
    assert finding.node.op is ops.sqrt
    assert "d sqrt(0.0) / d operand 1 = inf, times the upstream gradient 3.0 is inf" in str(finding)
    assert finding.path == ("sqrt", "mul")


def test_an_upstream_that_is_not_finite_is_named_at_the_result():
    x = Value(1.0, "x")
    y = x * 2
    y.backward(math.inf)
    assert "the gradient that arrives at mul(1.0, 2.0) is inf" in str(diagnose(y).gradient)


def test_a_sum_of_gradients_that_overflows_is_named():
    x = Value(1.0, "x")
    y = x * 1e308 + x * 1e308
    y.backward()
    assert "the gradient that arrives at x is inf" in str(diagnose(y).gradient)


def test_the_module_is_named():
    from microgradlike import nn

    class Root(nn.Module):
        def __init__(self):
            self.inner = Log()

        def __call__(self, x):
            return self.inner(x) * 2

    class Log(nn.Module):
        def __call__(self, x):
            return x.log()

    found = diagnose(Root()(Value(0.0)))
    assert found.value.module == "Root/inner"
    assert "in module: Root/inner" in str(found)


@pytest.mark.parametrize("stranger", [1.0, None, [Value(1.0)]])
def test_only_a_value_is_diagnosed(stranger):
    with pytest.raises(TypeError, match=r"diagnose\(y\) takes a Value, got"):
        diagnose(stranger)


STEPS = [ops.exp, ops.log, ops.sqrt, ops.neg, lambda x: x * x]


@given(st.lists(st.sampled_from(STEPS), max_size=8), st.floats(-3, 3))
def test_the_named_node_has_finite_operands_and_everything_before_it_is_finite(steps, at):
    y = Value(at)
    for step in steps:
        y = step(y)
    order = graph.topological(y)
    bad = [v for v in order if not math.isfinite(v.data)]
    found = diagnose(y).value
    assert (found is None) == (not bad)
    if found:
        assert found.node is bad[0]


def test_lost_digits_are_a_finding_of_their_own():
    pytest.importorskip("mpmath")
    x = Value(1e-8, "x")
    lost = 1 - cos(x)
    y = lost / (x * x)
    found = diagnose(y)
    assert found
    assert found.value is found.gradient is None
    assert found.digits.node is lost
    assert str(found) == (
        "digits: 0.0 of 16 digits of the value are right; lost at 1 - cos(x)\n"
        "  path to the result: sub → div"
    )


def test_digits_of_a_gradient_are_found_where_the_value_keeps_its_own():
    pytest.importorskip("mpmath")
    x = Value(1e-8, "x")
    y = 1 + (1 - cos(x)) / (x * x)
    message = diagnose(y).digits.message
    assert message.startswith("0.0 of 16 digits of ")


def test_a_graph_with_a_nan_has_no_finding_about_digits():
    x = Value(1e-8, "x")
    assert diagnose((1 - cos(x)) / (x * x) + Value(-1.0).log()).digits is None
