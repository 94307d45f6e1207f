"""Formulas in the page: the parser in JavaScript and the one in Python give the same answers."""

import json
import math
import re
import shutil
import string
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value
from microgradlike.expressions import grammar
from microgradlike.expressions.composites import composites, refusals
from microgradlike.expressions.grammar import COMPARISONS, FUNCTIONS, MESSAGES, arity
from microgradlike.expressions.parser import ParseError, parse
from microgradlike.graph import topological
from viz.page.grammar_text import grammar_text, step_name
from viz.page.word_table import SLOT, _stands_in, words

PARSE = Path(__file__).with_name("parse.js")
# Unicode's tables in Python and in a browser may differ in age: only what both are sure to know
OLD = unicodedata.ucd_3_2_0


class Parsers:
    """The parser of the page in one node process, asked together with Python's."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen(
            [program, str(PARSE)], stdin=pipe, stdout=pipe, encoding="utf-8"
        )
        self.tell(grammar_text())

    def tell(self, line):
        self.child.stdin.write(json.dumps(line) + "\n")
        self.child.stdin.flush()

    def page(self, text):
        """The answer of the page: names and steps, or message and position."""
        self.tell([text])
        (answer,) = json.loads(self.child.stdout.readline())
        assert "stack" not in answer, answer
        if "message" in answer:
            filled = answer["template"].format(**answer["values"])
            assert (answer["message"], filled) == (filled, filled)
            return answer["message"], answer["position"]
        steps = [(f, x if f else number_or_name(x)) for f, x in answer["steps"]]
        return repr((tuple(answer["names"]), steps))

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait()


def number_or_name(x):
    return float(x["number"]) if isinstance(x, dict) else x


def ours(text):
    try:
        found = parse(text)
    except ParseError as error:
        return error.message, error.position
    return repr((found.names, [(step_name(f) if f else None, x) for f, x in found._steps]))


@pytest.fixture(scope="module")
def parsers():
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    child = Parsers(program)
    yield child
    child.close()


assigned = st.characters(exclude_categories=("Cn", "Cs")).filter(lambda c: OLD.category(c) != "Cn")
near_misses = st.builds(
    lambda name, k, c: name[:k] + c + name[k + 1 :],
    st.sampled_from(sorted(FUNCTIONS)),
    st.integers(0, 10),
    st.sampled_from(["", *string.ascii_lowercase, "_", "1", "₂", "é"]),
)
WORDS = [
    *grammar.INFIX, *grammar.OPENERS, *grammar.CONSTANTS, ")", ",",
    *"xyw_²³⁻⁰₀₁₂½√|.=[ '\"\\\n\t\u3000\x1c\ufeffé𝐱",
    "x1", "constructor", "toString(", "__proto__",
    "w₁₂", "ŷ", "2", "0.5", "1.", ".5e3", "1e3", "1e308", "9" * 30, "1e400", "  ",
]  # fmt: skip
pieces = st.one_of(
    st.sampled_from(WORDS),
    near_misses,
    near_misses.map("{}(".format),
    st.sampled_from(sorted(FUNCTIONS)).map("{}(".format),
)
leaves = st.sampled_from(["x", "y", "w₁", "π", "e", "∞", "nan", "2", "0.5", "1e-3", "1e308", "ŵ"])


def call(name, operands):
    return f"{name}({', '.join(operands[: arity(FUNCTIONS[name])])})"


def larger(inner):
    infix = st.sampled_from(sorted(set(grammar.INFIX) - {*COMPARISONS, "≤", "≥"}))
    compare = st.sampled_from([*COMPARISONS, "≤", "≥"])
    names = st.sampled_from(sorted(FUNCTIONS))
    return st.one_of(
        st.tuples(inner, infix, inner).map(" ".join),
        st.tuples(st.sampled_from(["-", "−", "+", "√", "∛"]), inner).map("".join),
        st.tuples(inner, st.sampled_from(["²", "³", "⁻¹", "¹²"])).map("({0[0]}){0[1]}".format),
        inner.map("({})".format) | inner.map("|{}|".format),
        st.builds(call, names, st.tuples(inner, inner, inner)),
        st.tuples(inner, compare, inner, inner).map("where({0[0]}{0[1]}{0[2]},{0[3]},1)".format),
    )


valid = st.recursive(leaves, larger, max_leaves=25)
mutated = st.builds(
    lambda text, k, piece, cut: (
        text[: k % (len(text) + 1)] + piece + text[k % (len(text) + 1) + cut :]
    ),
    valid,
    st.integers(0, 1000),
    pieces,
    st.integers(0, 2),
)
deep = st.builds(
    lambda word, k, text: word * k + text, st.sampled_from(["(", "-", "|", "sin(", "2^", "√"]),
    st.integers(190, 210), valid,
)  # fmt: skip
long = st.builds(lambda c, k, end: c * k + end, assigned, st.integers(30, 90), pieces)
texts = st.one_of(
    valid, mutated, mutated, st.lists(pieces, max_size=14).map("".join), st.text(assigned),
    deep, long,
)  # fmt: skip
quick = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@settings(quick, max_examples=200)
@given(text=texts)
def test_the_page_reads_any_text_as_python_does(parsers, text):
    assert parsers.page(text) == ours(text)


@pytest.mark.long
@settings(quick, max_examples=20_000)
@given(text=texts)
def test_the_page_reads_any_of_many_texts_as_python_does(parsers, text):
    assert parsers.page(text) == ours(text)


@pytest.mark.parametrize("text", ["x" * 10_000, "𝐱" * 10_000, "x" * 10_001, "𝐱" * 10_001])
def test_the_length_of_a_formula_is_counted_in_characters(parsers, text):
    assert parsers.page(text) == ours(text)


def characters():
    return [c for c in map(chr, range(0x110000)) if OLD.category(c) not in ("Cn", "Cs", "Co")]


def test_every_character_of_python_s_names_belongs_to_names_in_the_page(parsers):
    letters = [c for c in characters() if c.isalnum() and f"a{c}".isidentifier()]
    for i in range(0, len(letters), 9_999):
        text = "a" + "".join(letters[i : i + 9_999])
        assert parsers.page(text) == ours(text) == repr(((text,), [(None, text)]))


@pytest.mark.long
def test_every_character_is_read_in_the_page_as_in_python_at_the_start_and_within_a_name(parsers):
    for c in characters():
        assert parsers.page(c) == ours(c)
        assert parsers.page(f"a{c}b") == ours(f"a{c}b")


def test_a_page_finds_the_translation_of_each_message_by_its_english():
    """The first row whose English fits is told, so a row with a longer text stands first."""
    templates = [*MESSAGES.values(), *(r[-1] for rows in refusals().values() for r in rows)]
    shown = grammar_text()
    rows = [text for text in words()["en"] if _stands_in(shown, text)]
    for template in templates:
        message = SLOT.sub("'x' ²", template)
        fits = (r for r in rows if re.fullmatch(".+".join(map(re.escape, SLOT.split(r))), message))
        assert next(fits) == template


def run(steps, values):
    """The result of the steps of a composite function, as a page computes it."""
    stack = []
    for name, x in steps:
        if name is None:
            stack.append(values[x] if isinstance(x, str) else x)
        else:
            operands = stack[-x:]
            del stack[-x:]
            stack.append((COMPARISONS | FUNCTIONS)[name](*operands))
    return stack.pop()


def shape(y):
    """The graph of a result as text, which shows its order, its numbers and where they meet."""
    if not isinstance(y, Value):
        return repr(y)
    order = topological(y)
    place = {id(v): k for k, v in enumerate(order)}
    return repr([(v.op, v.data, [place.get(id(x), x) for x in v.operands]) for v in order])


@pytest.mark.parametrize("name", grammar.COMPOSITES)
@pytest.mark.parametrize("a", [0.25, -2.0, 0.0, math.nan, Value(0.75, "a"), Value(-0.5, "a")])
@pytest.mark.parametrize("b", [0.0, 1.0, 0.5, Value(0.5, "b"), Value(1.0, "b")])
def test_a_composite_function_in_steps_builds_the_graph_that_its_python_builds(name, a, b):
    f = FUNCTIONS[name]
    operands = [a, b][: arity(f)]
    given = dict(zip("ab", operands))
    try:
        want = f(*operands)
    except ValueError:
        assert any(operand == "a" for operand, _, _ in refusals()[name])
        return
    steps = next(
        steps
        for case, steps in composites()[name]
        if all(type(given[k]) is float and given[k] == x for k, x in case.items())
    )
    assert shape(run(steps, given)) == shape(want)


def test_a_refusal_names_the_operand_and_says_whether_nodes_are_refused():
    found = {name: [row[:2] for row in rows] for name, rows in refusals().items()}
    assert found == {
        "binary_cross_entropy": [("a", True), ("b", False)],
        "binary_cross_entropy_with_logits": [("b", False)],
    }
