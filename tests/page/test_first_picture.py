"""The first picture of a page: at most 60 boxes at any size, each node in one, without a cycle."""

import json
import shutil
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, mean, nn
from tests.viz.test_groups import random_program
from viz.fold.parts import ROOM
from viz.page.scene_json import scene_json

SCRIPT = Path(__file__).with_name("first_picture.js")


class Pictures:
    """A node process that folds and lays out scenes as the page does."""

    def __init__(self, program):
        pipe = subprocess.PIPE
        self.child = subprocess.Popen([program, str(SCRIPT)], stdin=pipe, stdout=pipe, text=True)

    def of(self, y, calls=()):
        """The first picture, those with other calls shown, and that of everything open."""
        question = {"scene": json.loads(scene_json(y)), "calls": list(calls)}
        self.child.stdin.write(json.dumps(question) + "\n")
        self.child.stdin.flush()
        return json.loads(self.child.stdout.readline())


@pytest.fixture(scope="module")
def pictures():
    made = Pictures(shutil.which("node") or pytest.skip("needs node"))
    yield made
    made.child.communicate()


def assert_sound(found, count):
    for picture in found:
        assert sum(size for _, size in picture["boxes"]) == count
        needs = {}
        for source, target in picture["edges"]:
            needs.setdefault(target, set()).add(source)
        TopologicalSorter(needs).prepare()  # raises CycleError


def count(y):
    return len(json.loads(scene_json(y))["nodes"]["op"])


def chain(n):
    y = Value(1.0)
    for _ in range(n - 1):
        y = y.sin()
    return y


def batch(n):
    model = nn.MLP(2, [4, 4, 1])
    return mean([(model([0.1 * i, 0.2]) - 1) ** 2 for i in range(n)])


def wide(n):
    return (nn.MLP(n, [4, 1])([Value(0.1 * i) for i in range(n)]) - 1) ** 2


def squares(n):
    w = Value(0.5, "w")
    return sum((w * i - 1) ** 2 for i in range(n))


@pytest.mark.parametrize("shape", [chain, batch, wide, squares])
@pytest.mark.parametrize("n", [5, 61, 400])
def test_the_first_picture_has_at_most_sixty_boxes(pictures, shape, n):
    y = shape(n)
    found = pictures.of(y, [2, 3])
    assert all(len(picture["boxes"]) <= ROOM for picture in found[:-1])
    assert_sound(found, count(y))


def test_twenty_thousand_nodes_have_room_as_well(pictures):
    y = chain(20_000)
    first, _ = pictures.of(y)
    assert len(first["boxes"]) <= ROOM


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 10**9), st.lists(st.integers(1, 8), max_size=3))
def test_a_random_program_has_room_and_no_cycle_of_boxes(pictures, seed, calls):
    y = random_program(seed)
    found = pictures.of(y, calls)
    assert len(found[0]["boxes"]) <= ROOM
    assert_sound(found, count(y))
