"""One source, two forms: what mypyc changes, what it must not, and what differs all the same.

These run in both forms; `__compiled__` tells which one it is.
"""

import copy
import gc
import math
import operator
import pickle
import sys
import threading
import tomllib
import weakref
from importlib import import_module

import numpy as np
import pytest

import microgradlike
from microgradlike import Dual, TraceError, Value, __compiled__, binary, nn, unary
from microgradlike.cli.main import main
from microgradlike.compile.trace import Trace
from microgradlike.graph import node_operands
from microgradlike.scalar import Scalar
from tests import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = PROJECT["tool"]["microgradlike"]["compiled"]


@pytest.mark.parametrize("name", MODULES)
def test_all_of_the_modules_are_compiled_or_none(name):
    assert import_module(name).__file__.endswith(".py") != __compiled__


def test_the_command_line_tells_which_form_it_is(capsys):
    assert main(["--version"]) == 0
    assert ("(compiled)" in capsys.readouterr().out) == __compiled__
    assert type(microgradlike.__compiled__) is bool


# subclasses


class Named(Value):
    """A leaf with something more, as a user may write it."""

    def __init__(self, data, *, unit="m"):
        super().__init__(data, label=f"length in {unit}")
        self.unit = unit

    def twice(self):
        return self * 2

    def __repr__(self):
        return f"{self.data} {self.unit}"


class Slotted(Value):
    __slots__ = ("unit",)


def test_a_subclass_in_plain_python_has_attributes_methods_and_a_gradient():
    x = Named(3.0, unit="km")
    y = x * x + x.twice()
    y.backward()
    assert (x.grad, x.label, repr(x), type(y)) == (8.0, "length in km", "3.0 km", Value)
    assert isinstance(x, Value)
    assert y.operands[0].operands == (x, x)


def test_a_subclass_may_override_an_operator_and_call_the_one_above():
    class Loud(Value):
        def __add__(self, other):
            heard.append(other)
            return super().__add__(other)

        def relu(self):
            return super().relu() * 1.0

    heard = []
    x = Loud(1.0)
    assert ((x + 2).data, (3 + x).data, x.relu().op.name, heard) == (3.0, 4.0, "mul", [2])


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_leaves_of_any_class_are_copied_and_pickled_whole(copied):
    x = Named(3.0, unit="km")
    x.grad = 2.0
    other = copied(x)
    assert (type(other), other.data, other.grad, other.unit) == (Named, 3.0, 2.0, "km")
    v = copied(Value(-113.0, "v"))
    assert (v.data, v.label, v.op, v.reached) == (-113.0, "v", None, False)
    d = copied(Dual(Dual(1.0, 2.0, tag=1), 3.0, tag=2))
    assert repr(d) == repr(Dual(Dual(1.0, 2.0, tag=1), 3.0, tag=2))


def test_a_scalar_of_the_users_own_has_every_operator_and_method():
    class Counted(Scalar):
        __slots__ = ("uses",)

        def __init__(self, uses=0):
            self.uses = uses

        @classmethod
        def apply(cls, op, *operands):
            return cls(1 + sum(x.uses for x in operands if isinstance(x, Counted)))

    x = Counted()
    assert ((x + 1) * x - 2 / x).uses == 4
    assert (2**x).uses == (-abs(x)).uses - 1 == x.tanh().uses == x.clip(0, 1).uses == 1
    assert (x % 2 + 2 % x).uses == (x // 2 - 2 // x).uses == 3
    assert [y.uses for y in (*divmod(x, 2), *divmod(2, x))] == [1, 1, 1, 1]
    assert math.floor(x).uses == math.trunc(x).uses == round(x).uses == 1
    assert copy.copy(Counted(5)).uses == 5


def test_only_a_subclass_can_be_referred_to_weakly_and_have_more_attributes():
    x = Value(1.0)
    with pytest.raises(TypeError, match="weak reference"):
        weakref.ref(x)
    with pytest.raises(AttributeError):
        x.unit = "m"
    with pytest.raises(AttributeError):
        _ = x.unit
    y = Named(1.0)
    assert weakref.ref(y)() is y
    z = Slotted(1.0)
    z.unit = "m"
    with pytest.raises(AttributeError):
        z.more = 1
    assert (z * 2).operands[0].unit == "m"


# primitives of the user's


def test_a_users_primitive_works_on_values_of_any_class():
    cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    x, y = Named(2.0), Value(2.0)
    (cube(x) + cube(y)).backward()
    assert (x.grad, y.grad, cube(2.0)) == (12.0, 12.0, 8.0)


def test_what_a_users_forward_of_two_operands_raises_has_a_note_of_where():
    rough = binary("rough", lambda a, b: a // b, lambda y, a, b: 1.0, lambda y, a, b: 0.0)
    with pytest.raises(ZeroDivisionError) as caught:
        rough(Value(2.0), 0.0)
    assert caught.value.__notes__ == ["in the forward function of 'rough' at (2.0, 0.0); see ieee"]


def test_what_a_users_partial_raises_passes_through_and_leaves_no_gradient():
    class Oops(Exception):
        pass

    def partial(y, x):
        raise Oops

    x = Value(2.0)
    y = x * unary("f", lambda x: x, partial)(x)
    with pytest.raises(Oops) as caught:
        y.backward()
    assert (x.grad, x.reached, y.reached) == (0.0, False, False)
    assert caught.value.__notes__ == ["in the derivative of 'f' at (2.0)"]


# numbers


def test_the_double_that_mypyc_takes_for_no_value_is_a_number_like_others():
    x = Value(-113.0)
    y = x * 1.0 + 0.0
    y.backward(-113.0)
    assert (x.data, y.data, x.grad, y.grad) == (-113.0, -113.0, -113.0, -113.0)


@pytest.mark.parametrize("n", [2**31, 2**62, 2**63, -(2**63) - 1, 2**64, 2**100, 10**300])
def test_integers_of_any_size_are_their_nearest_double(n):
    x = Value(n)
    assert x.data == float(n)
    assert [(x + n).data, (n - x).data, (x * n).data] == [2 * float(n), 0.0, float(n) * float(n)]


def test_data_and_grad_take_what_is_a_real_number():
    x = Value(1.0)
    for number in (2, np.float64(2), np.float32(2), True + 1):
        x.data, x.grad = number, number
        assert ((x * 3).data, x.grad) == (6.0, 2.0)
    x.data = 2
    assert repr(x.data) == "2.0"


def test_both_forms_refuse_in_the_same_words():
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"^\.data takes a real number, got 'one' of type str; "):
        x.data = "one"
    with pytest.raises(TypeError, match=r"^\.grad takes a real number, got None of type "):
        x.grad = None
    with pytest.raises(TypeError, match=r"^a label must be a str, got 3 of type int; "):
        x.label = 3
    assert (x.data, x.grad, x.label) == (1.0, 0.0, "")


def test_a_run_has_a_number_also_after_more_runs_than_32_bits_can_count(monkeypatch):
    from microgradlike import engine

    start = iter(range(2**33 + 1, 2**34, 2))
    monkeypatch.setattr(engine, "next_stamp", start.__next__)
    x = Value(3.0)
    y = x * x
    y.backward()
    y.backward()
    assert (x.grad, y.grad, x.reached) == (12.0, 1.0, True)


# freeing


def chain(n):
    a, y = Value(0.5), Value(1.0)
    for _ in range(n):
        y = y * a
    return y


def test_a_long_chain_is_freed_wherever_its_last_reference_goes():
    limit = sys.getrecursionlimit()
    y = chain(300_000)
    y.backward()
    del y
    holder = {"list": [chain(300_000)]}
    holder.clear()
    mixed = Named(1.0)
    for _ in range(100_000):  # lists and nodes by turns
        mixed = [mixed[0] * 2.0] if isinstance(mixed, list) else [mixed * 2.0]
    del mixed
    assert sys.getrecursionlimit() == limit


def test_long_chains_are_freed_from_below_a_long_list_of_other_objects():
    class Link:
        pass

    link = None
    for _ in range(100_000):  # 100,000 deallocators inside one another, each of which frees a node
        following, link = link, Link()
        link.following, link.node = following, Value(1.0) * 2.0
    link.node = chain(100_000)
    del link, following
    assert chain(10).data == 0.5**10


def test_objects_that_are_used_again_after_they_were_freed_last_are_whole():
    """Compiled, one generator of each kind is kept for the next, also one that had to wait."""

    class Node:
        op = None

        def __init__(self, below):
            self.operands = (below, 2.0)
            self.walk = node_operands(below)
            next(self.walk, None)

    for _ in range(3):
        node = Value(1.0) * 2.0
        for _ in range(5_000):
            node = Node(node)
        del node
        walks = [node_operands(Value(float(i)) * 2.0) for i in range(100)]
        assert [next(walk)[1].data for walk in walks] == [float(i) for i in range(100)]


def test_threads_free_their_chains_at_the_same_time():
    def work():
        for _ in range(4):
            done.append(chain(50_000).data)

    done = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [0.0] * 16


def test_a_recording_of_a_long_chain_is_freed_though_its_tracers_refer_to_it():
    w = Named(0.5)
    gone = weakref.ref(w)
    x = Trace().input()
    y = w * x
    for _ in range(20_000):
        y = y * 0.5 + x
    assert gc.is_tracked(y)
    del w, x, y
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("use", [operator.index, math.sin, bool, hash, "abc".__getitem__])
def test_a_tracer_refuses_pythons_own_questions_for_its_number(use):
    with pytest.raises(TraceError, match="needs the number"):
        use(Trace().input())


@pytest.mark.long
def test_a_chain_of_ten_million_nodes_is_built_differentiated_and_freed():
    y = chain(10**7)
    y.backward()
    assert y.grad == 1.0


# the collector


class Keeper(nn.Module):
    """A module that keeps its own result, which knows the call it was made in: a cycle."""

    def __init__(self):
        self.w = Value(2.0)

    def __call__(self, x):
        self.out = self.w * x
        return self.out


def test_nodes_are_no_work_for_the_collector_when_compiled():
    assert gc.is_tracked(Value(1.0) * 2.0) != __compiled__


def test_a_module_that_keeps_its_own_result_is_freed_once_it_lets_go_of_it():
    gc.disable()
    try:
        module = Keeper()
        module(3.0)
        module.out = None
        gone = weakref.ref(module)
        del module
        assert gone() is None
    finally:
        gc.enable()


def test_the_collector_sees_through_plain_nodes_only():
    module = Keeper()
    module(3.0)
    gone = weakref.ref(module)
    del module
    gc.collect()
    assert (gone() is not None) == __compiled__  # the price of being no work for it
    if __compiled__:
        gone().out = None
        assert gone() is None
