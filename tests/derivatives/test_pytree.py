"""Pytree: a nested argument as a flat list of numbers, and back."""

import collections
import copy
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Dual, Value, nn
from microgradlike.derivatives.pytree import HasParameters, LeafSpec, Pytree, array, is_array

Pair = collections.namedtuple("Pair", "a b")
NUMBERS = st.integers(-9, 9) | st.floats(-9, 9) | st.fractions(0, 1, max_denominator=4)
ARRAYS = st.sampled_from([(), (0,), (3,), (2, 2), (1, 0, 2)]).map(
    lambda shape: np.arange(float(np.prod(shape))).reshape(shape)
)
NESTS = st.recursive(
    NUMBERS | ARRAYS,
    lambda below: (
        st.lists(below, max_size=3)
        | st.tuples(below, below)
        | st.builds(Pair, below, below)
        | st.dictionaries(st.text("abc", max_size=2) | st.integers(0, 3), below, max_size=3)
        | st.dictionaries(st.text("abc", max_size=2), below).map(collections.OrderedDict)
    ),
    max_leaves=10,
)


def shape(x):
    """The nest with the shape of an array, or None, in the place of its numbers."""
    if isinstance(x, dict):
        return type(x), [(key, shape(value)) for key, value in x.items()]
    if isinstance(x, (list, tuple)):
        return type(x), [shape(value) for value in x]
    return x.shape if isinstance(x, np.ndarray) else None


@given(NESTS)
def test_the_row_put_back_is_the_same_nest(x):
    tree = Pytree(x, "x")
    assert all(type(number) is float for number in tree.leaves)
    again = tree.unflatten(tree.leaves)
    assert shape(again) == shape(x)
    assert Pytree(again, "again").leaves == tree.leaves


@given(NESTS)
def test_what_comes_back_shares_nothing_that_can_change_with_what_went_in(x):
    before = copy.deepcopy(x)
    tree = Pytree(x, "x")
    for again in (tree.unflatten(tree.leaves), tree.as_argument(tree.leaves)):
        spoil(again)
    assert repr(x) == repr(before)


def spoil(x):
    if isinstance(x, np.ndarray):
        x.fill(99.0)
    elif isinstance(x, (list, tuple)):
        for part in x:
            spoil(part)
        if isinstance(x, list):
            x.append(99.0)
    elif isinstance(x, dict):
        for part in x.values():
            spoil(part)
        x["new"] = 99.0


@given(NESTS)
def test_map_visits_every_leaf_once_in_order(x):
    tree = Pytree(x, "x")
    visited = []
    tree.map(visited.append)
    assert [leaf.start for leaf in visited] == sorted(leaf.start for leaf in visited)
    assert sum(leaf.size for leaf in visited) == len(tree.leaves)


@given(NESTS)
def test_a_nest_matches_itself(x):
    tree = Pytree(x, "x")
    assert tree.leaves_of(x, "y") == tree.leaves


def test_a_dict_matches_in_any_order_of_its_keys():
    tree = Pytree({"a": 1.0, "b": [2.0, 3.0]}, "x")
    assert tree.leaves_of({"b": [20.0, 30.0], "a": 10.0}, "y") == [10.0, 20.0, 30.0]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ([1.0], "at y[1], expected an array of shape (2,), got nothing"),
        (
            [1.0, np.zeros(3)],
            "at y[1], expected an array of shape (2,), got an array of shape (3,)",
        ),
        ([1.0, 2.0], "at y[1], expected an array of shape (2,), got a number"),
        ([1.0, np.zeros(2), 3.0], "at y[2], expected nothing, got a number"),
        (1.0, "at y[0], expected a number, got nothing"),
        ({"a": 1.0}, "at y[0], expected a number, got nothing"),
    ],
)
def test_where_nests_differ_the_message_says_at_which_place(other, said):
    with pytest.raises(ValueError, match="y must have the structure of x") as info:
        Pytree([1.0, np.zeros(2)], "x").leaves_of(other, "y")
    assert said in str(info.value)


class Key:
    """A key that prints like any other of its kind."""

    def __repr__(self):
        return "key"


def test_keys_that_print_alike_are_kept_apart():
    one, two = Key(), Key()
    tree = Pytree({one: 1.0, two: 2.0}, "x")
    assert tree.unflatten([3.0, 4.0]) == {one: 3.0, two: 4.0}
    assert tree.leaves_of({two: 20.0, one: 10.0}, "y") == [10.0, 20.0]


# kinds of containers


def test_a_dict_of_somebodys_stays_of_its_kind():
    d = collections.defaultdict(list, a=1)
    again = Pytree(d, "x").unflatten([5.0])
    assert type(again) is collections.defaultdict
    assert (again.default_factory, dict(again), dict(d)) == (list, {"a": 5.0}, {"a": 1})


def test_a_counter_gets_numbers_in_the_place_of_its_counts():
    again = Pytree(collections.Counter(a=2, b=3), "x").unflatten([5.0, 7.0])
    assert type(again) is collections.Counter
    assert dict(again) == {"a": 5.0, "b": 7.0}


def test_a_list_of_somebodys_keeps_its_attributes():
    class Named(list):
        pass

    x = Named([1.0, 2.0])
    x.name = "w"
    again = Pytree(x, "x").unflatten([3.0, 4.0])
    assert (type(again), again.name, list(again), list(x)) == (Named, "w", [3.0, 4.0], [1.0, 2.0])


def test_a_named_tuple_stays_one():
    assert Pytree(Pair(1, Pair(2, 3)), "x").unflatten([4.0, 5.0, 6.0]) == Pair(4.0, Pair(5.0, 6.0))


def test_a_module_is_its_parameters_by_name_and_a_module_for_the_function():
    neuron = nn.Neuron(2)
    before = [p.data for p in neuron.parameters()]
    tree = Pytree([neuron, 1.0], "x")
    assert tree.leaves[:3] == neuron.parameters()
    assert tree.unflatten([1.0, 2.0, 3.0, 4.0]) == [{"w.0": 1.0, "w.1": 2.0, "b": 3.0}, 4.0]
    stand_in, number = tree.as_argument([1.0, 2.0, 3.0, 4.0])
    assert type(stand_in) is nn.Neuron
    assert (stand_in.w, stand_in.b, number) == ([1.0, 2.0], 3.0, 4.0)
    assert [p.data for p in neuron.parameters()] == before


def test_what_holds_parameters_says_how():
    bare = type("Bare", (HasParameters,), {})()
    with pytest.raises(NotImplementedError, match="Bare has no named_parameters"):
        bare.named_parameters()
    with pytest.raises(NotImplementedError, match="Bare has no with_parameters"):
        bare.with_parameters([])


# arrays


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float16, np.float32, np.longdouble, object])
def test_an_array_of_any_real_kind_is_read_as_doubles(kind):
    tree = Pytree(np.array([[1, 2], [3, 4]], kind), "x")
    assert tree.leaves == [1.0, 2.0, 3.0, 4.0]
    assert all(type(x) is float for x in tree.leaves)
    assert tree.unflatten(tree.leaves).dtype == float


def test_a_view_is_read_in_its_own_order():
    x = np.arange(6).reshape(2, 3).T
    assert Pytree(x, "x").leaves == [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]
    assert Pytree(x, "x").unflatten(Pytree(x, "x").leaves).tolist() == x.tolist()


def test_an_array_of_fractions_and_values_keeps_the_values():
    v = Value(2.0)
    tree = Pytree(np.array([Fraction(1, 2), v], object), "x")
    assert tree.leaves == [0.5, v]
    assert tree.unflatten(tree.leaves).tolist() == [0.5, v]


def test_a_function_gets_an_array_of_objects_in_every_mode():
    tree = Pytree(np.array([1.0, 2.0]), "x")
    assert tree.as_argument([1.0, 2.0]).dtype == object
    assert tree.unflatten([1.0, 2.0]).dtype == float
    assert tree.unflatten([1.0, Value(2.0)]).dtype == object


def test_an_array_without_numbers_and_one_without_dimensions():
    assert array([], (2, 0)).shape == (2, 0)
    assert array([], (2, 0)).dtype == float
    assert array([3.0], ()).shape == ()
    assert array([Value(3.0)], ()).dtype == object
    assert (LeafSpec(0, (2, 0)).size, LeafSpec(0, ()).size, LeafSpec(0).size) == (0, 1, 1)


def test_arrays_are_known_without_importing_numpy():
    code = (
        "import sys; from microgradlike.derivatives.pytree import Pytree, is_array;"
        "tree = Pytree([1.0, {'a': 2}], 'x');"
        "assert not is_array([1.0]) and tree.as_argument(tree.leaves) == [1.0, {'a': 2.0}];"
        "assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert is_array(np.zeros(2))
    assert not is_array(np.float64(2))


# single, describe


@pytest.mark.parametrize("x", [1, 2.0, Value(1.0), Dual(1.0, 1.0), np.array(3), np.float32(1)])
def test_one_number_is_single(x):
    assert Pytree(x, "x").single


@pytest.mark.parametrize(
    ("x", "said"),
    [
        ([1.0], "a list of 1 number(s)"),
        ((), "a tuple of 0 number(s)"),
        ({"a": [1, 2]}, "a dict of 2 number(s)"),
        (Pair(1, 2), "a Pair of 2 number(s)"),
        (np.zeros((2, 3)), "an array of shape (2, 3)"),
        (np.zeros(1), "an array of shape (1,)"),
        (nn.Neuron(2), "a Neuron of 3 number(s)"),
    ],
)
def test_anything_else_is_described(x, said):
    assert not Pytree(x, "x").single
    assert Pytree(x, "x").describe() == said


def test_one_number_is_described_as_that():
    assert Pytree(1.0, "x").describe() == Pytree(np.array(1.0), "x").describe() == "a number"


# strangers


@pytest.mark.parametrize(
    "stranger",
    [None, True, np.True_, "ab", b"ab", 2j, {1.0}, frozenset(), range(2), object, iter([1.0])],
    ids=lambda x: type(x).__name__,
)
def test_a_stranger_is_named_with_the_place_it_was_found_at(stranger):
    with pytest.raises(TypeError, match=r"x\['w'\]\[1\] is .* expected numbers, Values"):
        Pytree({"w": [1.0, stranger]}, "x")


@pytest.mark.parametrize("stranger", [True, "a", 1j, None, [1.0]], ids=repr)
def test_a_stranger_in_an_array_is_named(stranger):
    array = np.empty(2, object)
    array[:] = [1.0, stranger]
    with pytest.raises(TypeError, match="an element of x is "):
        Pytree(array, "x")


def nested(depth):
    x = 1.0
    for _ in range(depth):
        x = [x]
    return x


def test_fifty_lists_within_one_another_are_fine_and_more_are_an_error():
    assert Pytree(nested(50), "x").unflatten([2.0]) == eval("[" * 50 + "2.0" + "]" * 50)
    with pytest.raises(ValueError, match="nested more than 50 deep; does it contain itself"):
        Pytree(nested(51), "x")


def test_what_contains_itself_is_an_error_and_not_a_loop():
    own_list, own_dict = [1.0], {"a": 1.0}
    own_list.append((own_list,))
    own_dict["self"] = own_dict
    for x in (own_list, own_dict):
        with pytest.raises(ValueError, match="does it contain itself"):
            Pytree(x, "x")
    own_array = np.empty(1, object)
    own_array[0] = own_array
    with pytest.raises(TypeError, match="an element of x is "):
        Pytree(own_array, "x")
