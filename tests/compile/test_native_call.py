"""Native calls: the same results, warnings and errors as from the call written in Python."""

import copy
import ctypes
import gc
import inspect
import pickle
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, grad, indeterminate, jit, unary, value_and_grad
from microgradlike.compile import jitted, native_call, object_layout
from microgradlike.compile.jitted import Jitted
from microgradlike.testing.strategies.programs import programs
from tests.bits import outcome, same_bits

pytestmark = pytest.mark.skipif(
    not object_layout.is_known(), reason="this Python has no native calls"
)
pytest.importorskip("llvmlite")
CUBE = unary("cube_in_the_native_tests", lambda x: x * x * x, lambda y, x: 3 * x * x)
A = np.array([0.5, -2.0, 3.0])


@pytest.fixture(autouse=True)
def _native_from_the_second_call_on(monkeypatch):
    monkeypatch.setattr(jitted, "HOT", 1)
    yield
    if "_by_python" in vars(Jitted):  # the other tests run without, except for those that are hot
        Jitted.__call__ = Jitted._by_python
        del Jitted._by_python


def native(f, *args):
    """The function after calls that give it a native call."""
    f(*args)
    f(*args)
    assert f._fast is not None
    return f


def assert_same(f, *args, **kwargs):
    found = outcome(f, *args, **kwargs)
    assert same_bits(found, outcome(f._by_python, *args, **kwargs)), (args, found)


@settings(max_examples=12, deadline=None)
@given(programs(max_size=20), st.sampled_from([1.0, 30.0, 1e200]), st.booleans())
def test_random_programs_have_the_same_bits(program, scale, as_list):
    point = [x * scale for x in program.point]
    f = jit(value_and_grad(lambda xs: program(*xs))) if as_list else jit(program)
    args = [point] if as_list else point
    with indeterminate("zero"):
        f(*args)
        f(*args)
        for x in (args, [np.array(point)] if as_list else [-x for x in point]):
            assert_same(f, *x)
    assert f._fast is not None


STRANGERS = [
    (),
    (1.0,),
    (1.0, 2.0, 3.0),
    (1, 2.0),
    (True, 2.0),
    (np.float64(1.0), 2.0),
    (Value(1.0), 2.0),
    ("a", 2.0),
    (None, 2.0),
    ([1.0], 2.0),
    (A, 2.0),
    (1 << 2000, 2.0),
]
UNLIKE = [
    [0.5, 1.0],
    [0.5, 1.0, 2.0, 3.0],
    [0.5, 1, 3.0],
    [True, 1.0, 3.0],
    [0.5, Value(1.0), 3.0],
    [0.5, "a", 3.0],
    (0.5, 1.0, 3.0),
    A[::-1],
    A.astype(np.float32),
    A.astype(">f8"),
    A.reshape(3, 1),
    A.astype(object),
    np.ma.masked_array(A),
    np.arange(6.0)[::2],
    np.frombuffer(b"\0" * 25, dtype=np.uint8)[1:].view(float),
    {"a": 1.0, "b": 2.0, "c": 3.0}.values(),
]


def test_other_arguments_take_the_way_through_python():
    f = native(jit(lambda x, y: x * y + x), 1.0, 2.0)
    for args in [(3.0, -0.0), *STRANGERS]:
        if any(isinstance(x, Value) for x in args):
            assert f(*args).data == f._by_python(*args).data
        else:
            assert_same(f, *args)
    assert_same(f, 3.0, y=2.0)
    assert_same(f, x=3.0, y=2.0)
    assert_same(f, 3.0, z=2.0)


@pytest.mark.parametrize("like", [A.tolist(), tuple(A.tolist()), A, A.reshape(3, 1)[:, 0]])
def test_other_lists_and_arrays_take_the_way_through_python(like):
    f = native(jit(lambda x: (x[0] * x[1], [x[2] * 2, 1.0], x[0] + x[1])), like)
    for x in [like, *UNLIKE]:
        if any(isinstance(y, Value) for y in x):
            assert f(x)[0].data == f._by_python(x)[0].data
        else:
            assert_same(f, x)


def test_results_nest_as_the_function_nests_them():
    for f in (
        lambda x: x.sum(),
        lambda x: (x.sum(), x * 2),
        lambda x: [x, (x[0], [x.sum()]), x],
        lambda x: (np.array(x.sum() * 2), 3.0, x),
        lambda x: [x[0], -0.0, [1.0]],
        lambda x: (0.0 + -x[0] * 0.0, -x[0] * 0.0),
    ):
        for x in (A, np.ones((2, 2)), np.ones((1, 1, 1))):
            assert_same(native(jit(f), x), x)


def test_functions_without_a_native_call():
    w = Value(2.0)
    for f, x in (
        (jit(lambda x: w * x), 1.0),
        (jit(lambda x: CUBE(x)), 1.0),
        (jit(lambda x: x * 2, backend="numpy"), 1.0),
        (jit(lambda x: x * 2, batch=0), A),
        (jit(lambda x: {"a": x}), 1.0),
        (jit(lambda x: ()), 1.0),
        (jit(lambda x, y: x), True),
        (jit(sum), [1.0] * native_call.LIMIT),
    ):
        args = (x, x) if x is True else (x,)
        for _ in range(3):
            found = outcome(f, *args)
        assert same_bits(found, outcome(Jitted.__call__, f, *args))
        assert f._fast is None


def test_they_can_be_turned_off(monkeypatch):
    monkeypatch.setattr(native_call, "enabled", False)
    f = jit(lambda x: x * 2)
    assert [f(1.0), f(1.0), f(1.0), f._fast] == [2.0, 2.0, 2.0, None]


def test_other_interpreters_have_none(monkeypatch):
    fresh = object_layout.is_known.__wrapped__
    assert fresh()
    with monkeypatch.context() as changed:
        changed.setattr(object_layout, "TUPLE_ITEMS", 7 - object_layout.TUPLE_ITEMS)
        assert not fresh()
    monkeypatch.setattr(object_layout.sys, "platform", "win32")
    assert not fresh()


def test_the_place_for_a_native_call_must_be_found():
    class Other:
        def __init__(self):
            self._fast = None

        def __call__(self):
            return 1.0

    native_call.install(Other)
    assert Other()() == 1.0
    assert "_by_python" not in vars(Other)


@pytest.mark.parametrize("policy", ["warn", "zero", "nan", "raise"])
def test_a_nan_is_looked_into(policy):
    f = native(jit(value_and_grad(lambda x: 1 / (1 / x))), 2.0)
    with indeterminate(policy):
        for x in (0.0, -0.0, float("nan"), float("inf"), 3.0):
            assert_same(f, x)


def test_a_nan_without_products_of_the_chain_rule_is_a_result():
    f = native(jit(lambda x: x - x), 1.0)
    assert_same(f, float("inf"))


def test_a_recording_or_a_derivative_goes_through_the_function():
    f = native(jit(lambda x: x * x), 3.0)
    assert grad(lambda x: f(x) + f(3.0) * x)(2.0) == 13.0
    g = jit(lambda x: f(x) + f(3.0))
    assert [g(2.0), g(2.0)] == [13.0, 13.0]
    seen = []
    h = native(jit(lambda x: (seen.append(type(x).__name__), x * 2)[1]), 1.0)
    jit(lambda x: h(1.0) * x)(2.0)
    assert seen[-1] == "float"  # called as it stands, in the recording
    jit(lambda x: h(1.0) * x)(Value(2.0))
    assert seen[-1] == "float"


def test_a_recording_in_another_thread_is_not_in_the_way():
    f = native(jit(lambda x: x * x), 3.0)
    inside, done, found = threading.Event(), threading.Event(), []

    def slow(x):
        inside.set()
        done.wait(10)
        return x * f(3.0)

    thread = threading.Thread(target=lambda: found.append(jit(slow)(2.0)))
    thread.start()
    inside.wait(10)
    assert f._fast(4.0) == f(4.0) == 16.0
    done.set()
    thread.join()
    assert found == [18.0]


def test_references_are_counted():
    args = [0.5, 1.5, 2.5], A
    f = native(jit(lambda x, y: ((x[0] * x[1], [x[2]]), y * x[0])), *args)
    mark, ones = object(), [None, False, NotImplemented, float, list, np.ndarray, A.dtype]
    counted = [*args, *args[0], *ones, f, f._fast]

    def counts():
        gc.collect()
        return [sys.getrefcount(x) for x in counted]

    calls = (args, (mark, A), (1.0,), ([0.5, 1.5, mark], A))
    for _ in range(2):
        before = counts()
        for _ in range(300):
            for x in calls:
                f._fast(*x)
            f(*args)
        after = counts()
    assert all(abs(a - b) < 20 for a, b in zip(after, before)), list(zip(before, after))


def test_a_function_goes_with_its_native_call():
    f = native(jit(value_and_grad(lambda x: x * x)), 2.0)
    fast = f._fast
    del f
    gc.collect()
    assert fast(3.0) == (9.0, 6.0)
    assert fast("a") is NotImplemented


def test_threads_share_a_native_call():
    f = native(jit(value_and_grad(lambda x: (x * x).sum())), A)
    wrong = []

    def work(k):
        x = A + k
        for _ in range(500):
            y, g = f(x)
            if y != f._by_python(x)[0] or g.tolist() != (2 * x).tolist():
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


class Line:
    def __init__(self, slope):
        self.slope = slope

    @jit
    def at(self, x):
        return self.slope * x


@jit
def square(x):
    """The square."""
    return x * x


def test_the_object_stays_what_it_was():
    f = native(square, 3.0)
    assert Jitted.__call__ is not Jitted._by_python
    assert callable(f)
    assert (f.__name__, f.__doc__) == ("square", "The square.")
    assert str(inspect.signature(f)) == "(x)"
    assert str(inspect.signature(Jitted.__call__)) == "(self, /, *args, **kwargs)"
    assert Jitted.__call__.__doc__ == Jitted._by_python.__doc__
    assert pickle.loads(pickle.dumps(f)) is f
    assert f.__call__(3.0) == Jitted.__call__(f, 3.0) == 9.0
    twice = native(jit(lambda x: 2 * x), 1.0)
    for other in (copy.copy(twice), copy.deepcopy(twice)):
        assert [other(3.0) for _ in range(3)] == [6.0] * 3
    assert list(map(square, [1.0, 2.0])) == [1.0, 4.0]
    with pytest.raises(TypeError):
        Jitted.__call__(3.0)


def test_methods_bind_and_keep_their_own_recordings():
    one, two = Line(2.0), Line(3.0)
    native(jit(lambda x: x), 1.0)
    for _ in range(3):
        assert [one.at(5.0), two.at(5.0)] == [10.0, 15.0]


def test_clear_forgets_the_native_call():
    scale = 2.0
    f = native(jit(lambda x: scale * x), 1.0)
    scale = 3.0
    assert f(1.0) == 2.0
    f.clear()
    assert [f(1.0), f(1.0), f(1.0)] == [3.0] * 3


def test_a_call_that_is_forgotten_meanwhile_gets_no_native_call(monkeypatch):
    f = jit(lambda x: 2.0 * x)
    make = native_call.native_call
    monkeypatch.setattr(native_call, "native_call", lambda *args: (f.clear(), make(*args))[1])
    f(1.0), f(1.0)
    assert f._fast is None


def test_errors_of_the_function_pass_through():
    f = native(jit(lambda x: x[0] * 2), [1.0])
    assert_same(f, [])
    with pytest.raises(IndexError):
        f([])


def test_an_error_while_the_method_in_python_is_looked_up_passes_through():
    class Closed(Jitted):
        def __getattribute__(self, name):
            if name == "_by_python":
                raise LookupError(name)
            return super().__getattribute__(name)

    native(jit(lambda x: x * 2.0), 1.0)
    with pytest.raises(LookupError, match="_by_python"):
        Closed(lambda x: x * 2.0)(1.0)


def test_the_collector_empties_nothing_that_a_builtin_needs_to_be_freed():
    f = native(jit(lambda x: x * 2.0), 1.0)
    held, seen = gc.get_referents(f._fast), set()
    while held:
        x = held.pop()
        if type(x) in {tuple, list} and id(x) not in seen:
            held += gc.get_referents(x)
        seen.add(id(x))
        assert not isinstance(x, ctypes.Structure)


def test_a_structure_takes_the_native_call_again_when_it_comes_back(monkeypatch):
    made, make = [], native_call.native_call
    monkeypatch.setattr(native_call, "native_call", lambda *a: made.append(make(*a)) or made[-1])
    f = jit(lambda x: x[0] * 2.0)
    for x in ([1.5], (1.5,), [1.5], (1.5,)):
        assert [f(x) for _ in range(4)] == [3.0] * 4
        assert f._fast is made[type(x) is tuple]
    assert len(made) == 2


def test_threads_that_install_at_once_install_one_call(monkeypatch):
    ready, make = threading.Barrier(2), native_call._compiled

    def compiled(text):
        ready.wait(10)  # both have seen that there is none
        return make(text)

    class Other(Jitted):
        __slots__ = ()
        __call__ = Jitted.__dict__.get("_by_python", Jitted.__call__)

    by_python = Other.__call__
    monkeypatch.setattr(native_call, "_compiled", compiled)
    threads = [threading.Thread(target=native_call.install, args=(Other,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert vars(Other)["_by_python"] is by_python
    assert Other(lambda x: x + 1)(2.0) == 3.0
