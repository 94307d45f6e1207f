"""Practice: mistakes made on purpose are named, and right answers are never called wrong."""

import math
import shutil
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from microgradlike import Value
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.testing import programs
from tests.page.page_node import PageNode
from viz.scene.scene import id_of, scene

MISTAKES = ("overwrite", "path", "upstream", "sign", "operand", "value", "order")


@pytest.fixture(scope="module")
def judge():
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    child = PageNode(program, Path(__file__).with_name("practice_answer.js"))
    yield child
    child.close()


@dataclass(frozen=True)
class Push:
    """One push of a backward pass: along operand slot `slot` of `user`, into `operand`."""

    user: Value
    operand: Value
    slot: int


def partial(v, slot):
    xs = [x.data if isinstance(x, Value) else x for x in v.operands]
    return partial_at(v.op, slot, v.data, *xs)


def pushes_of(v):
    return [Push(v, x, slot) for slot, x in enumerate(v.operands) if isinstance(x, Value)]


class Learner:
    """A backward pass by hand: `gradients` so far, and the answers of one who makes mistakes."""

    def __init__(self, y):
        self.pushes = [p for v in reversed(topological(y)) if v.op for p in pushes_of(v)]
        self.gradients = {id(y): 1.0}
        self.early = self.without_order(y)

    @staticmethod
    def without_order(y):
        """The upstream gradient of each push if a node pushes as soon as it receives."""
        gradients, early, begun = {id(y): 1.0}, {}, {id(y)}

        def visit(v):
            for p in pushes_of(v):
                early[p] = gradients[id(v)]
                pushed = early[p] * partial(v, p.slot)
                gradients[id(p.operand)] = gradients.get(id(p.operand), 0.0) + pushed
                if p.operand.op and id(p.operand) not in begun:
                    begun.add(id(p.operand))
                    visit(p.operand)

        visit(y)
        return early

    def right(self, p):
        upstream = self.gradients[id(p.user)]
        return self.gradients.get(id(p.operand), 0.0) + upstream * partial(p.user, p.slot)

    def wrong(self, p):
        """Answers by mistake, several for some."""
        upstream, slope = self.gradients[id(p.user)], partial(p.user, p.slot)
        before = self.gradients.get(id(p.operand), 0.0)
        yield "upstream", before + slope
        yield "sign", before - upstream * slope
        yield "value", before + upstream * p.operand.data
        yield "value", before + upstream * p.user.data
        yield "order", before + self.early[p] * slope
        for slot in range(len(p.user.operands)):
            if slot != p.slot:
                yield "operand", before + upstream * partial(p.user, slot)
        if id(p.operand) in self.gradients:
            yield "overwrite", upstream * slope
            yield "path", before

    def go_on(self, p):
        self.gradients[id(p.operand)] = self.right(p)


def learner_of(y):
    """The gradients of a whole pass without mistakes, by name."""
    learner = Learner(y)
    for p in learner.pushes:
        learner.go_on(p)
    names = {n.id: n.name for n in scene(y).nodes}
    return {names[id_of(y, v)]: learner.gradients[id(v)] for v in topological(y)}


def typed(x):
    """A right number as people type it."""
    forms = {repr(x), f"{x:.3g}", f"{x:.4g}", f"{x:.10g}"}
    if abs(x) >= 0.1:
        forms.add(f"{x:.2f}")
    exact = Fraction(x).limit_denominator(50)
    if abs(exact - Fraction(x)) <= 1e-12 * abs(Fraction(x)):
        forms.add(f"{exact.numerator}/{exact.denominator}")
    return sorted(forms)


def is_usable(y):
    """True if all numbers are finite."""
    values = topological(y)
    slopes = [partial(v, s) for v in values if v.op for s in range(len(v.operands))]
    return y.op is not None and all(map(math.isfinite, [v.data for v in values] + slopes))


def ready_nodes(y, k):
    """The nodes that can push after k pushes: those with all contributions, once."""
    left = Learner(y).pushes[k:]
    receiving = {id(p.operand) for p in left}
    return [v for v in {id(p.user): p.user for p in left}.values() if id(v) not in receiving]


def questions(y):
    """Every push with the right answer and the mistakes that differ from it."""
    learner = Learner(y)
    for k, p in enumerate(learner.pushes):
        right = learner.right(p)
        before = learner.gradients.get(id(p.operand), 0.0)
        scale = abs(before) + abs(right)
        wrong = [
            (mistake, x)
            for mistake, x in learner.wrong(p)
            if math.isfinite(x) and abs(x - right) > 0.006 * abs(right) + 1e-6 * scale
        ]
        yield k, right, wrong
        learner.go_on(p)


def judged(judge, y):
    """Pairs of what was done, "right" or a mistake, and what was found."""
    asked = [
        (k, done, text)
        for k, right, wrong in questions(y)
        for done, texts in [("right", typed(right)), *((m, [f"{x:.5g}"]) for m, x in wrong)]
        for text in texts
    ]
    answer = judge.send(y, typed=[[k, text] for k, _, text in asked])
    place = {n.id: i for i, n in enumerate(scene(y).nodes)}
    for order in answer["orders"]:
        accepted = {i for i, found in enumerate(order["nodes"]) if found["isRight"]}
        assert accepted == {place[id_of(y, v)] for v in ready_nodes(y, order["k"])}
    return [
        (done, text, found) for (_, done, text), found in zip(asked, answer["answers"], strict=True)
    ]


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.long)])
def test_the_mistake_that_was_made_is_named_and_a_right_answer_is_right(judge, count):
    made, named, first = Counter(), Counter(), Counter()
    graphs = []

    @settings(
        max_examples=count,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(programs(min_size=3, max_size=30))
    def check(line):
        y = line(*map(Value, line.point))
        assume(is_usable(y))  # another graph is drawn in its place
        graphs.append(len(topological(y)))
        for done, text, found in judged(judge, y):
            made[done] += 1
            if done == "right":
                assert found["isRight"], (text, found)
            else:
                named[done] += done in found["mistakes"]
                first[done] += found["mistakes"][:1] == [done]

    check()
    print(made, named, first, sep="\n")
    assert len(graphs) >= count
    assert all(named[m] >= 0.95 * made[m] > 0 for m in MISTAKES), (made, named)
