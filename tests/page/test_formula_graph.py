"""The graph that the playground makes of a formula is the one that Python makes."""

import json
import math
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from microgradlike import Value, indeterminate
from microgradlike.expressions.formula import parse_formula
from microgradlike.expressions.grammar import FUNCTIONS, arity
from microgradlike.expressions.parser import ParseError
from microgradlike.ops import TABLE
from tests.bits import same_bits
from tests.page.page_node import hexadecimal, number
from tests.page.test_engine import EXACT, difference
from tests.page.test_formula import larger, mutated, texts
from viz.page.playground import globals_text
from viz.page.scene_json import scene_json
from viz.scene.scene import scene

OPEN = Path(__file__).with_name("open_formula.js")
NUMBERS = st.one_of(
    st.floats(-3, 3), st.floats(width=64), st.sampled_from([0.0, -0.0, 1.0, math.inf, math.nan])
)


class PageFormulas:
    """The formulas of the page in one node process."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program, str(OPEN)], stdin=pipe, stdout=pipe, text=True)
        self.tell(globals_text(scene(Value(1.0))))

    def tell(self, line):
        self.child.stdin.write(json.dumps(line) + "\n")
        self.child.stdin.flush()

    def scene(self, text, values):
        """The columns of the page's scene, or message and position of an error."""
        self.tell([text, [(name, hexadecimal(x)) for name, x in values.items()]])
        answer = json.loads(self.child.stdout.readline())
        assert "stack" not in answer, answer
        return answer

    def sliders(self, text):
        """Start, smallest and largest number of each name."""
        self.tell({"sliders": text})
        rows = json.loads(self.child.stdout.readline())
        return {name: (x, found["min"], found["max"]) for name, x, found in rows}

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


@pytest.fixture(scope="module")
def page_formulas():
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    child = PageFormulas(program)
    yield child
    child.close()


def drawn(text, values):
    """Python's columns of a formula, as `microgradlike page` makes them."""
    y, _ = parse_formula(text).graph(values)
    with indeterminate("zero"):
        y.backward()
    return json.loads(scene_json(y))


def assert_same_graph(page_formulas, text, numbers):
    names = parse_formula(text).names
    values = dict(zip(names, numbers * (1 + len(names))))
    found = page_formulas.scene(text, values)
    with pytest.raises(ValueError, match=r".*") if "message" in found else nullcontext() as caught:
        want = drawn(text, values)
    if caught is not None:  # a probability that is none
        assert found["message"].partition("got")[0] == str(caught.value).partition("got")[0]
        return
    found.pop("taken")
    want["nodes"]["flags"] = [[] for _ in want["nodes"]["data"]]  # the page finds them itself
    computed = {column: found["nodes"].pop(column) for column in ("data", "grad")}
    drawn_grad = want["nodes"].pop("grad")
    drawn_data = want["nodes"].pop("data")
    assert found == want
    assert [g is None for g in computed["grad"]] == [g is None for g in drawn_grad]
    data = [number(x) for x in computed["data"]]
    for i, k in enumerate(want["nodes"]["op"]):
        at = [data[j] for j in want["nodes"]["operands"][i]]
        if k < 0:
            assert same_bits(data[i], float(drawn_data[i]))
        else:
            op = TABLE[want["ops"][k]]
            bound = 0 if op.name in EXACT else 4
            assert difference(op, at, data[i], op.forward(*at)) <= bound, (op, at)


names = st.sampled_from(["x", "y", "w₁", "p"])
literal = st.sampled_from(["2", "0.5", "1", "-1.5", "π", "0"])
leaf = names | names | st.tuples(names, st.sampled_from("+-*/^"), literal).map("".join)
expressions = st.recursive(leaf, larger, max_leaves=12)
formulas = st.one_of(
    expressions,
    st.tuples(expressions, expressions).map("h = {0[0]}; {0[1]} + h".format),
    st.tuples(expressions, expressions).map("h₂ = {0[0]}\nk = h2*h2; k + ({0[1]})".format),
    st.tuples(literal, expressions).map("x = {0[0]}; c = x + y; c/({0[1]})".format),
)
SAME = settings(suppress_health_check=list(HealthCheck), deadline=None)


@settings(SAME, max_examples=60)
@example("b = a + a; c = b + b", [3.0])
@example("where(x > 0, 2, x*y) + leaky_relu(x)", [1.0])
@example("2 + 3", [1.0])
@example("x", [-0.0])
@example("y = x; y", [1.0])
@example("__proto__ * constructor + toString", [1.0, 2.0, 3.0])
@example("가*나 + 다", [1.0, 2.0, 3.0])
@example("mul_no_nan(x, y)", [0.0, math.inf])
@example("binary_cross_entropy(p, 1)", [2.0])
@given(formulas, st.lists(NUMBERS, min_size=1, max_size=4))
def test_the_page_makes_the_graph_of_a_formula_as_python_does(page_formulas, text, numbers):
    assert_same_graph(page_formulas, text, numbers)


@pytest.mark.long
@settings(SAME, max_examples=10_000)
@given(formulas, st.lists(NUMBERS, min_size=1, max_size=4))
def test_the_page_makes_the_graphs_of_many_formulas_as_python_does(page_formulas, text, numbers):
    assert_same_graph(page_formulas, text, numbers)


lines = st.lists(
    st.sampled_from(
        ["a", "b₁", "b1", " = ", "=", "==", "<=", ";", "\n", "(", ")", "2", "+", "e", "x "]
    ),
    max_size=14,
).map("".join)


wrong_lines = lines | texts | st.tuples(lines, mutated).map(";".join)


def assert_same_refusal(page_formulas, text):
    found = page_formulas.scene(text, {})
    if "position" not in found:
        parse_formula(text)
        return
    with pytest.raises(ParseError) as caught:
        parse_formula(text)
    assert (found["message"], found["position"]) == (caught.value.message, caught.value.position)


@settings(SAME, max_examples=150)
@given(wrong_lines)
def test_the_page_refuses_lines_with_pythons_words(page_formulas, text):
    assert_same_refusal(page_formulas, text)


@pytest.mark.long
@settings(SAME, max_examples=10_000)
@given(wrong_lines)
def test_the_page_refuses_many_lines_with_pythons_words(page_formulas, text):
    assert_same_refusal(page_formulas, text)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_starts_where_it_has_a_value_and_so_has_its_slider(page_formulas, name):
    operands = ["x", "y", "z"][: arity(FUNCTIONS[name])]
    text = f"{name}({', '.join(operands)})"
    sliders = page_formulas.sliders(text)
    start = {operand: x for operand, (x, _, _) in sliders.items()}
    assert math.isfinite(parse_formula(text).graph(start)[0].data)
    for operand, (x, low, high) in sliders.items():
        assert low <= x <= high, operand
        assert low < high, operand
        for end in (low, high):
            assert math.isfinite(parse_formula(text).graph({**start, operand: end})[0].data)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("log(x)", 0.1, 5),
        ("sqrt(1 - x**2)", -1, 1),
        ("acosh(x)", 1, 5),
        ("1/x", -5, 5),  # a pole is passed
        ("x*w", -5, 5),
    ],
)
def test_a_slider_goes_as_far_as_the_formula_has_a_value(page_formulas, text, low, high):
    assert page_formulas.sliders(text)["x"][1:] == pytest.approx((low, high))
