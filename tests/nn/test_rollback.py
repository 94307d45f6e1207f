"""Snapshots: everything is as it was, and the same object."""

from array import array
from collections import Counter, OrderedDict, defaultdict, deque
from random import Random

import numpy as np
import pytest

from microgradlike import Value, nn
from microgradlike.nn.rollback import Snapshot


class Slotted:
    __slots__ = ("__secret", "later", "x")

    def __init__(self):
        self.x, self.__secret = 1, [2]

    def change(self):
        self.x, self.later = 5, 6
        self.__secret.append(3)

    def __repr__(self):
        return f"Slotted({self.x}, {self.__secret})"


class Plain:
    def __init__(self):
        self.list, self.slotted = [1], Slotted()

    def __repr__(self):
        return f"Plain({vars(self)})"

    def change(self):
        self.list.append(2)
        self.slotted.change()
        self.more = 1


def frozen():
    numbers = np.arange(3.0)
    numbers.flags.writeable = False
    return numbers


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (lambda: [1, [2]], lambda x: (x[1].append(3), x.clear())),
        (lambda: {"a": [1], "b": {2}}, lambda x: (x["a"].append(2), x["b"].add(3), x.pop("a"))),
        (lambda: ([1], frozenset({2})), lambda x: x[0].append(2)),
        (lambda: deque([[1], 2], maxlen=2), lambda x: (x[0].append(2), x.append(5))),
        (lambda: array("d", [1.0]), lambda x: x.append(2.0)),
        (lambda: bytearray(b"ab"), lambda x: x.pop()),
        (lambda: np.arange(3.0), lambda x: x.__setitem__(1, 9.0)),
        (lambda: np.array([[1], 2], dtype=object), lambda x: (x[0].append(2), x.fill(0))),
        (lambda: [frozen()], lambda x: x.append(0)),
        (lambda: Counter("aab"), lambda x: x.update("abc")),
        (lambda: OrderedDict(a=1, b=2), lambda x: x.move_to_end("a")),
        (lambda: defaultdict(list, a=[1]), lambda x: (x["a"].append(2), x["c"])),
        (Plain, Plain.change),
        (Slotted, Slotted.change),
    ],
)
def test_everything_is_put_back_in_place(make, change):
    x, want = make(), repr(make())
    holder = {"deep": [x]}
    before = Snapshot(holder, len, np, int)
    for _ in range(2):
        change(x)
        assert repr(holder["deep"][0]) != want
        before.put_back()
        assert holder["deep"][0] is x
        assert repr(x) == want


class Hidden:
    __slots__ = ()

    @property
    def __dict__(self):
        raise RuntimeError("hidden")


class Fixed(dict):
    def clear(self):
        raise TypeError("fixed")


def test_an_object_that_hides_or_refuses_does_not_stop_the_others():
    fixed, seen = Fixed(a=1), [1]
    before = Snapshot(seen, Hidden(), fixed, {"seen": seen})
    fixed["b"] = 2
    seen.append(2)
    before.put_back()
    assert (seen, fixed) == ([1], {"a": 1, "b": 2})


def test_a_dict_that_has_not_changed_is_never_empty():
    cleared = []

    class Watched(dict):
        def clear(self):
            cleared.append(self)
            super().clear()

    watched, seen = Watched(a=[1]), set("ab")
    before = Snapshot(watched, seen)
    watched["a"].append(2)
    before.put_back()
    assert (watched, seen, cleared) == ({"a": [1]}, set("ab"), [])


def test_values_and_generators_are_put_back():
    model, rng = nn.MLP(2, [2, 1]), Random(0)
    model.loop, p = model, model.parameters()[3]
    data, grad, state = p.data, p.grad, rng.getstate()
    before = Snapshot(model, rng)
    p.data, p.grad, model.layers = 7.0, 8.0, []
    rng.gauss(0.0, 1.0)
    before.put_back()
    assert (p.data, p.grad, rng.getstate()) == (data, grad, state)
    assert model.parameters()[3] is p


def test_a_graph_below_a_result_is_left_alone():
    x = Value(2.0)
    y = x * x
    before = Snapshot(y)
    x.data = 5.0
    before.put_back()
    assert (x.data, y.data) == (5.0, 4.0)
