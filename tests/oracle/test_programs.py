"""Random programs against 60 digits: ours in every mode, and PyTorch and JAX."""

import pytest
from hypothesis import HealthCheck, given, settings

from microgradlike import jit, value_and_grad
from microgradlike.testing import programs
from tests.oracle import exact, ours
from tests.oracle.bound import bounds
from tests.oracle.census import OURS, Census, peers
from tests.oracle.exact import Result
from tests.oracle.generate import program
from tests.oracle.judge import judged
from tests.oracle.shrink import described, shrunk

CHUNK = 100  # so that workers share the work


def agrees(count, first):
    census = Census(peers(), first)
    for _ in range(count):
        census.add()
    assert not census.differing, f"graph gradients differ in programs {census.differing}"
    if census.unexplained:
        pytest.fail(message(census.unexplained))
    report = census.report()["libraries"]
    assert [tally["wrong"] for tally in report[OURS].values()] == [0, 0, 0]
    assert all(
        tally["programs"] == count for tallies in report.values() for tally in tallies.values()
    )


def message(unexplained):
    """The message for the first unexplained number; a program that fails in ours is shrunk."""
    worst = unexplained[0]
    text = f"{len(unexplained)} number(s) are beyond their bound and no rule explains it;\n{worst}"
    if worst.library != OURS:
        return text
    small, direction = shrunk(*program(worst.number), wrong_in_ours)
    return f"{text}\nshrunk:\n{described(small, direction)}\n{wrong_in_ours(small, direction)}"


def wrong_in_ours(drawn, direction):
    """Our numbers beyond their bound, in all modes."""
    steps = exact.run(drawn, direction)
    limits = bounds(steps)
    found = ours.results(drawn, direction)
    return [(mode, x) for mode, r in found.items() for x in judged(r, steps, limits) if x.wrong]


@pytest.mark.parametrize(
    "chunk", [0, *(pytest.param(k, marks=pytest.mark.long) for k in range(1, 20))]
)
def test_every_mode_is_right_and_every_disagreement_of_others_explained(chunk):
    """100 programs of 1 to 300 instructions, and 2,000 in a longer hunt."""
    agrees(CHUNK, chunk * CHUNK)


@pytest.mark.long
@pytest.mark.parametrize("chunk", range(1000))
def test_every_mode_is_right_and_every_disagreement_explained_over_100_000_programs(chunk):
    agrees(CHUNK, 1_000_000 + chunk * CHUNK)


def test_pytorch_and_jax_take_part():
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    assert [peer.name for peer in peers()] == ["torch", "jax"]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(programs(max_size=12))
def test_every_mode_is_right_on_programs_that_hypothesis_draws(drawn):
    """Few and small, but it shrinks them itself."""
    direction = [1.0, -0.5, 1.0][: len(drawn.point)]
    assert not wrong_in_ours(drawn, direction)


@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.long)])
@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_compiled_programs_are_within_the_same_bound(backend, count):
    """Value and gradient, as one call and as rows of a batch."""
    for number in range(500_000, 500_000 + count):
        drawn, direction = program(number)
        steps = exact.run(drawn, direction)
        limits = bounds(steps)
        places = tuple(range(len(drawn.point)))
        f = value_and_grad(drawn, places)
        once = jit(f, backend=backend)(*drawn.point)
        rows = jit(f, batch=places, reduce=None, backend=backend)(*[[x] * 3 for x in drawn.point])
        for value, gradient in [once, (rows[0][2], [g[2] for g in rows[1]])]:
            found = Result(float(value), [float(g) for g in gradient], None)
            wrong = [x for x in judged(found, steps, limits) if x.wrong]
            assert not wrong, (number, wrong)
