"""named_scope: nodes made under a name are framed as those of a module's call are."""

import threading

import pytest

from microgradlike import Value, named_scope, nn
from microgradlike.scope import current
from viz.fold.groups import groups
from viz.scene.scene import scene


def titles(y):
    return [c.title for c in scene(y).clusters]


def test_scopes_nest_and_have_the_names_given_to_them():
    with named_scope("block"), named_scope("head 1"):
        y = Value(2.0, "x") * 3.0
    assert y.scope.path == ("block", "head 1")
    assert titles(y) == ["block", "head 1"]
    assert current.get() is None


def test_scopes_of_one_name_are_calls_of_one_part():
    y = Value(1.0)
    for _ in range(3):
        with named_scope("step"):
            y = y * 2.0 + 1.0
    assert titles(y) == [f"step · call {k} of 3" for k in (1, 2, 3)]


def test_many_scopes_of_one_name_share_a_frame():
    y = Value(1.0)
    for _ in range(9):
        with named_scope("step"):
            y = y * 2.0 + 1.0
    (frame,) = groups(scene(y)).scene.clusters
    assert (frame.name, frame.calls) == ("step", 9)


def test_a_module_keeps_its_name_inside_a_scope():
    class Two(nn.Module):
        def __init__(self):
            self.first = nn.Neuron(1)

        def __call__(self, x):
            with named_scope("half"):
                return self.first([x])

    assert Two()(Value(1.0)).scope.path == ("Two", "half", "first")


def test_a_parameter_belongs_to_the_scope_that_alone_uses_it():
    class Scaled(nn.Module):
        def __init__(self):
            self.a, self.b = Value(2.0), Value(3.0)

        def __call__(self, x):
            with named_scope("inner"):
                y = self.a * x * self.b
            return y + self.b

    drawn = scene(Scaled()(Value(1.0)))
    frame = {c.id: c.name for c in drawn.clusters}
    assert {n.name: frame[n.cluster] for n in drawn.nodes if n.role == "parameter"} == {
        "a": "inner",
        "b": "Scaled",
    }


def test_an_error_ends_the_scope():
    with pytest.raises(KeyError), named_scope("broken"):
        raise KeyError
    assert current.get() is None


def test_a_scope_is_of_its_own_thread():
    seen = []
    with named_scope("here"):
        thread = threading.Thread(target=lambda: seen.append((Value(1.0) * 2.0).scope))
        thread.start()
        thread.join()
    assert seen == [None]


@pytest.mark.parametrize(("name", "error"), [(3, TypeError), ("", ValueError), (" ", ValueError)])
def test_another_name_is_refused(name, error):
    with pytest.raises(error, match="named_scope takes a name"), named_scope(name):
        pass
