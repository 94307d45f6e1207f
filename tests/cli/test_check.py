"""The command check: orders, kinks and missing derivatives."""

import re

import pytest

from microgradlike.cli.main import main
from tests.user_directory import user_directory  # noqa: F401

MODULE = """
import math
from microgradlike import cos, unary

versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
detached = unary("detached", math.sin, lambda y, x: math.cos(getattr(x, "data", x)))

def numbers_only(x):
    return versine(x)

def detaches(x):
    return detached(x)
"""


@pytest.fixture(name="partials")
def module_of_partials(here):
    (here / "user_partials.py").write_text(MODULE)
    return here


def test_two_orders_are_checked_by_default_and_counted(here, capsys):
    assert main(["check", "user_module:neuron", "--points", "3"]) == 0
    line = capsys.readouterr().out
    assert re.search(
        r"6 first derivatives at 3 points agree with differences of values, within \d", line
    )
    assert re.search(r"; 12 derivatives of order 2 with differences of gradients, within \d", line)


def test_order_is_the_highest_order_checked(here, capsys):
    assert main(["check", "user_module:neuron", "--points", "3", "--order", "1"]) == 0
    assert "order 2" not in capsys.readouterr().out
    assert main(["check", "microgradlike:tanh", "--points", "3", "--order", "3"]) == 0
    assert "; 3 derivatives of order 3 with differences of those of order 2" in (
        capsys.readouterr().out
    )
    assert main(["check", "user_module:neuron", "--at", "w=1,x=2", "--order", "1"]) == 0
    assert "d²neuron" not in capsys.readouterr().out


@pytest.mark.parametrize("order", ["0", "-1", "two"])
def test_an_order_below_1_is_refused(order, here, capsys):
    assert main(["check", "user_module:neuron", f"--order={order}"]) == 2
    assert "--order" in capsys.readouterr().err


def test_a_partial_that_detaches_gives_status_1_and_a_table(partials, capsys):
    assert main(["check", "user_partials:detaches"]) == 1
    assert "d²detaches/dx²" in capsys.readouterr().out
    assert main(["check", "user_partials:detaches", "--order", "1"]) == 0


def test_missing_second_derivatives_are_reported_and_give_status_0(partials, capsys):
    for at in ([], ["--at", "x=0.5"]):
        assert main(["check", "user_partials:numbers_only", *at]) == 0
        out, err = capsys.readouterr()
        assert "order 2 could not be checked: the partial of versine takes numbers only" in out
        assert err == ""


def test_kinks_are_counted(here, capsys):
    assert main(["check", "user_module:kink", "--points", "5"]) == 0
    assert "at a kink" not in capsys.readouterr().out
    assert main(["check", "microgradlike:floor", "--points", "5"]) == 0
    assert "5 first derivatives at 5 points agree" in capsys.readouterr().out


def test_an_expression_is_checked_at_a_point_and_at_random_ones(here, capsys):
    assert main(["check", "-sin(x)*w", "--at", "x=1,w=2"]) == 0
    printed = capsys.readouterr().out
    assert "gradient of f, value -1.68294197: no derivative is wrong" in printed
    assert "d²f/dx dw" in printed
    assert printed.endswith('\nto draw the graph: microgradlike draw "-sin(x)*w" --at x=1,w=2\n')
    assert main(["check", "lambda*x", "--points", "2"]) == 0
    assert capsys.readouterr().out.startswith("lambda*x: 4 first derivatives at 2 points agree")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sin(x", "unclosed bracket: expected ')'"),
        ("2*x", "--at: the function has no 'w'; it has x"),
        ("w*x", "no value for x; add it to --at"),
        ("2 + 3", "check takes a function of named numbers, as in f(w, x), got 2 + 3"),
        ("module.loss", "check takes MODULE:FUNCTION such as mymodule:loss, or an expression"),
        ("folder/module.py", "check takes MODULE:FUNCTION such as mymodule:loss, or an expression"),
    ],
)
def test_a_text_that_cannot_be_checked_is_refused(text, said, here, capsys):
    assert main(["check", text, "--at", "w=1"]) == 2
    assert said in capsys.readouterr().err
