"""jit: the same numbers as without it, for every kind of argument, batch and result."""

import math
import pickle
import random
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import (
    Dual,
    TraceError,
    Value,
    derivative,
    grad,
    jit,
    mean,
    nn,
    ops,
    unary,
    value_and_grad,
    where,
)
from microgradlike.compile import recordings
from microgradlike.compile.arguments import Arguments

BACKENDS = ["python", "numpy", "llvm", "eager"]
X = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 0.25]])
Y = np.array([1.0, -1.0, 1.0])


def line(x, y):
    return (x[0] * 3 + x[1].tanh() if hasattr(x[1], "tanh") else x[0] * 3 + math.tanh(x[1])) * y


def score(x, y):
    return (x[0] * 3 - x[1]) * y


@pytest.fixture(params=BACKENDS)
def backend(request):
    return request.param


# arguments and results


def test_an_array_of_no_axis_is_a_number(backend):
    f = jit(lambda x, y: x * y, backend=backend)
    assert float(f(np.array(3.0), 2.0)) == 6
    assert float(f(np.float32(3.0), np.array(2))) == 6


@pytest.mark.parametrize(
    ("f", "args", "want"),
    [
        (lambda x: x * 2, (3,), 6.0),
        (lambda x: x * 2, (np.float32(0.5),), 1.0),
        (lambda x: x[0] + x[1], ([1.0, 2.0],), 3.0),
        (
            lambda x: {"a": x["w"][1], "b": (x["w"][0], 1)},
            ({"w": (1.0, 2.0)},),
            {"a": 2.0, "b": (1.0, 1.0)},
        ),
        (lambda x: x, (5.0,), 5.0),
        (lambda x: 7, (5.0,), 7.0),
        (lambda x: [], (5.0,), []),
        (lambda: 7, (), 7.0),
        (lambda x, y=2: x * y, (5.0,), 10.0),
        (lambda x, kind: x if kind == "same" else -x, (5.0, "same"), 5.0),
        (lambda x, kind: x if kind == "same" else -x, (5.0, "other"), -5.0),
        (lambda x, flag: x if flag else -x, (5.0, False), -5.0),
        (lambda x, other: x if other is None else -x, (5.0, None), 5.0),
    ],
)
def test_arguments_and_results_are_nests(backend, f, args, want):
    got = jit(f, backend=backend)(*args)
    assert got == want
    assert type(got) is type(want)


def test_arrays_go_in_and_come_out(backend):
    f = jit(lambda a, b: (a @ b, a.sum(), a * 2), backend=backend)
    product, total, double = f(X, X.T)
    assert np.allclose(product, X @ X.T)
    assert total == X.sum()
    assert double.dtype == float
    assert np.array_equal(double, X * 2)


def test_keywords_are_arguments(backend):
    f = jit(lambda x, *, scale, shift=0.0: x * scale + shift, backend=backend)
    assert f(2.0, scale=3.0) == 6
    assert f(2.0, scale=3.0, shift=1) == 7
    assert f(2.0, shift=1.0, scale=3.0) == 7


def test_an_array_of_another_order_or_type_is_the_same_numbers(backend):
    f = jit(lambda a: a[0, 1] - 2 * a[1, 0], backend=backend)
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    for other in (a, np.asfortranarray(a), a.astype(np.float32), a.astype(int), a.T.copy().T):
        assert f(other) == -4


# batches


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 9, 33, 1000])
def test_a_batch_is_every_row(backend, reduce, count):
    rng = np.random.default_rng(count)
    x, y = rng.normal(size=(count, 2)), rng.normal(size=count)
    rows = [score(*row) for row in zip(x, y)]
    got = jit(score, batch=(0, 1), reduce=reduce, backend=backend)(x, y)
    if reduce is None:
        assert got.tolist() == rows
    else:
        assert got == pytest.approx(math.fsum(rows) / (count if reduce == "mean" else 1), abs=1e-12)


MAKES = [np.array, np.asfortranarray, np.float32, lambda a: a.tolist(), list]


@pytest.mark.parametrize("make", MAKES)
def test_rows_of_any_make(backend, make):
    f = jit(score, batch=(0, 1), reduce=None, backend=backend)
    assert f(make(X), make(Y)).tolist() == [score(*row) for row in zip(X, Y)]


def test_rows_of_dicts_and_tuples(backend):
    f = jit(lambda p: p["x"][0] - p["x"][1] * p["y"], batch=0, reduce=None, backend=backend)
    want = [x[0] - x[1] * y for x, y in zip(X, Y)]
    assert f({"x": X, "y": Y}).tolist() == want
    g = jit(lambda p: p[0][0] - p[0][1] * p[1], batch=0, reduce=None, backend=backend)
    assert g(list(zip(X, Y))).tolist() == want
    assert g([(x.tolist(), y) for x, y in zip(X, Y)]).tolist() == want


@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_a_sum_beyond_every_double_is_infinite_without_a_warning(backend, reduce):
    assert jit(lambda x: x, batch=0, reduce=reduce, backend=backend)([1.7e308] * 20) == math.inf


def test_what_is_not_in_the_batch_is_the_same_for_all_rows(backend):
    f = jit(lambda w, x, b: w[0] * x + b, batch=1, reduce=None, backend=backend)
    assert f([2.0], [1.0, 2.0, 3.0], 1.0).tolist() == [3, 5, 7]


def test_results_of_a_batch_keep_their_nest(backend):
    f = jit(lambda x: {"array": x * 2, "both": (x[0], 5.0)}, batch=0, reduce=None, backend=backend)
    got = f(X)
    assert np.array_equal(got["array"], X * 2)
    assert got["both"][0].tolist() == X[:, 0].tolist()
    assert got["both"][1].tolist() == [5, 5, 5]
    means = jit(f.f, batch=0, backend=backend)(X)
    assert np.allclose(means["array"], (X * 2).mean(axis=0))
    assert means["both"] == (pytest.approx(1.5), 5)


@pytest.mark.parametrize("reduce", ["mean", "sum"])
def test_of_what_no_row_has_a_part_in_there_is_a_mean_and_a_sum(backend, reduce):
    f = jit(lambda x, w: w * w, batch=0, reduce=reduce, backend=backend)
    assert f([1.0, 2.0, 3.0], 3.0) == (9 if reduce == "mean" else 27)


def test_a_batch_larger_than_a_block_is_the_sum_of_its_blocks():
    f = jit(lambda x: x * x, batch=0, reduce="sum")
    x = np.random.default_rng(0).normal(size=2_000_001)
    assert f(x) == pytest.approx(float(x @ x), rel=1e-13)
    assert f(x) == f(x)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((X, Y[:2]), r"argument 1 has 2 row\(s\), argument 0 has 3; pass as many rows"),
        ((X[:0], Y[:0]), "argument 0 has no rows: .* pass at least one row"),
        (([], []), "argument 0 has no rows: .* pass at least one row"),
        (
            (3.0, Y),
            "argument 0 is 3.0 of type float, which has no rows .*; pass an array, a list",
        ),
        ((np.array(3.0), Y), "argument 0 is .*, which has no rows"),
        (([[1, 2], [3]], [1, 2]), r"argument 0\[1\] is a list of 1 number\(s\), argument 0\[0\]"),
        (({"a": X, "b": Y[:1]}, Y), "the parts of argument 0 have different numbers of rows"),
        ((np.array([["a", "b"]]), [1]), r"argument 0\[0\] is .*'a'"),
        ((np.array([[True, False]]), [1]), r"argument 0\[0\]"),
        ((np.array([[1j, 2]]), [1]), r"argument 0\[0\]"),
        (("ab", [1, 2]), "argument 0 is 'ab' .*, which has no rows"),
        ((X,), r"batch=\(0, 1\) names argument 1, but there are 1 positional"),
    ],
)
def test_what_is_no_batch_says_which_argument(args, message):
    with pytest.raises((TypeError, ValueError), match=message):
        jit(score, batch=(0, 1))(*args)


@pytest.mark.parametrize("x", [object(), 1j, {1, 2}, {"a": "b"}, np.array(["a"]), np.array([True])])
def test_a_stranger_is_a_type_error_that_names_the_argument(x):
    with pytest.raises(TypeError, match="argument 1"):
        jit(lambda a, b: a)(1.0, x)
    with pytest.raises(TypeError, match="argument 'b'"):
        jit(lambda a, b: a)(1.0, b=x)


def test_a_result_that_is_no_number_is_a_type_error():
    with pytest.raises(TypeError, match="the result of the function is 'a'"):
        jit(lambda x: "a")(1.0)


def test_an_argument_that_is_text_is_named_where_it_comes_back_as_the_result():
    with pytest.raises(TypeError, match="the result of the function is 'a'") as caught:
        jit(lambda x, scale=1.0: x)("a", scale=2.0)
    (note,) = caught.value.__notes__
    assert "argument 0 is 'a' of type str" in note
    assert "pass a number" in note


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": -1}, "batch=-1"),
        ({"batch": "x"}, "got 'x' of type str; write batch=0"),
        ({"batch": [0]}, r"got \[0\] of type list; write batch=\(0,\)"),
        ({"batch": True}, "batch=True"),
        ({"reduce": "max"}, "reduce='max' is not available"),
        ({"backend": "fortran"}, "backend='fortran' is not available; choose from 'auto', 'eager'"),
    ],
)
def test_an_option_that_is_none_says_what_there_is(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        jit(lambda x: x, **options)


def test_jit_takes_a_function():
    with pytest.raises(TypeError, match="jit takes a function, got 3; pass the function itself"):
        jit(3)


# backward


def moons_loss(model):
    def loss(x, y):
        return (1 - model(x) * y).relu() + 1e-3 * mean([p * p for p in model.parameters()])

    return loss


def test_backward_is_that_of_the_mean(backend):
    model = nn.MLP(2, [4, 1], rng=random.Random(1))
    loss = moons_loss(model)
    eager = mean([loss(x, y) for x, y in zip(X, Y)])
    eager.backward()
    want = [p.grad for p in model.parameters()]
    compiled = jit(loss, batch=(0, 1), backend=backend)
    for times in (1, 2):  # it accumulates
        if times == 1:
            model.zero_grad()
        assert compiled.backward(X, Y) == pytest.approx(eager.data)
        assert [p.grad for p in model.parameters()] == pytest.approx([times * g for g in want])
        assert all(p.reached for p in model.parameters())


def test_without_a_batch_backward_is_eager_to_the_bit():
    w, v = Value(0.3), Value(-1.7)
    f = jit(lambda x: (w * x).tanh() * v + w, backend="python")
    y = f.f(2.0)
    y.backward()
    want = [w.grad, v.grad]
    w.grad = v.grad = 0.0
    assert f.backward(2.0) == y.data == f(2.0)
    assert [w.grad, v.grad] == want


def test_an_upstream_gradient_scales(backend):
    w = Value(3.0)
    jit(lambda x: w * x, backend=backend).backward(2.0, upstream=-0.5)
    assert w.grad == -1


def test_values_among_the_arguments_have_gradients_too(backend):
    a, b, w = Value(2.0), Value(3.0), Value(5.0)
    f = jit(lambda p, x: p["a"] * p["list"][0] * w * x, backend=backend)
    assert f.backward({"a": a, "list": [b, 7.0]}, 1.0) == 30
    assert (a.grad, b.grad, w.grad) == (15, 10, 6)


@pytest.mark.parametrize("rows", [X, X.tolist(), list(X), [tuple(row) for row in X]], ids=type)
def test_values_beside_a_batch_of_any_make(backend, rows):
    w = Value(2.0)
    f = jit(lambda p, x: p[0] * x[0] * x[1], batch=1, backend=backend)
    mean = float(np.mean(X[:, 0] * X[:, 1]))
    assert f.backward([w], rows) == pytest.approx(2 * mean)
    assert w.grad == pytest.approx(mean)


def test_a_value_in_the_batch_is_refused_by_backward():
    w = Value(2.0)
    f = jit(lambda x: x[0] * x[1], batch=0)
    assert f([[w, 2.0], [3.0, 4.0]]).data == 8
    with pytest.raises(TypeError, match=r"a Value in the batch, .* use grad\(f\)"):
        f.backward([[w, 2.0], [3.0, 4.0]])
    assert w.grad == 0


def test_rows_without_a_number_are_rows(backend):
    f = jit(lambda x: 5.0, batch=0, reduce=None, backend=backend)
    assert f(np.empty((3, 0))).tolist() == [5, 5, 5]


def test_a_module_is_an_argument(backend):
    model = nn.MLP(2, [3, 1], rng=random.Random(1))
    f = jit(lambda model, x: model(x), backend=backend)
    y = model([1.0, -1.0])
    y.backward()
    want = [p.grad for p in model.parameters()]
    model.zero_grad()
    assert f.backward(model, [1.0, -1.0]) == pytest.approx(y.data)
    assert [p.grad for p in model.parameters()] == pytest.approx(want)


def test_a_result_that_was_there_before_hands_its_gradient_on(backend):
    w = Value(2.0)
    h = w * w
    jit(lambda x: h * x, backend=backend).backward(5.0)
    assert w.grad == 20


def test_values_are_read_at_every_call(backend):
    w = Value(2.0)
    f = jit(lambda x: w * x, backend=backend)
    assert f(3.0) == 6
    w.data = 5.0
    assert f(3.0) == 15


def test_backward_wants_one_number(backend):
    w = Value(1.0)
    with pytest.raises(TypeError, match=r"backward needs .* a list of 2 number\(s\); sum them"):
        jit(lambda x: [w * x, x], backend=backend).backward(1.0)
    with pytest.raises(ValueError, match=r"reduce=None .* use reduce='mean' or reduce='sum'"):
        jit(lambda x: w * x, batch=0, reduce=None, backend=backend).backward([1.0])
    assert w.grad == 0


def test_what_depends_on_no_value_has_a_value_and_no_gradient(backend):
    w = Value(1.0)
    f = jit(lambda x: where(x > 0, x * x, w), backend=backend)
    assert f.backward(3.0) == 9
    assert w.grad == 0
    assert jit(lambda x: 5.0, backend=backend).backward(1.0) == 5


def test_a_branch_that_is_not_taken_gives_nothing_however_wild(backend):
    for f in (
        lambda w: where(w > 0, w.log(), 2 * w),
        lambda w: where(w > 0, 1 / (w - w), 2 * w) + where(w < 0, w, (w - 1e9).log()),
        lambda w: where(w <= 0, 2 * w, where(w > 5, w.sqrt() * w.log(), w.log())),
    ):
        w, v = Value(-3.0), Value(-3.0)
        eager = f(w)
        eager.backward()
        assert jit(f, backend=backend).backward(v) == eager.data
        assert v.grad == w.grad


def test_an_exception_in_the_function_comes_out_and_nothing_is_kept(backend):
    fail = [True]

    def f(x):
        if fail[0]:
            raise KeyError("mine")
        return x

    compiled = jit(f, backend=backend)
    with pytest.raises(KeyError, match="mine"):
        compiled(1.0)
    fail[0] = False
    assert compiled(1.0) == 1


# composition


def test_a_gradient_is_compiled():
    f = jit(value_and_grad(lambda w, x: (w[0] * x + w[1]) ** 2), batch=1)
    value, gradient = f(np.array([1.0, 2.0]), [3.0, 4.0])
    assert value == (25 + 36) / 2
    assert gradient.tolist() == [(2 * 5 * 3 + 2 * 6 * 4) / 2, 11]


def test_the_gradient_of_a_jit_function_is_its_gradient():
    f = jit(lambda x: x[0] * x[1] ** 2, batch=())
    assert grad(f)([3.0, 4.0]) == [16, 24]
    assert jit(grad(f))([3.0, 4.0]) == [16, 24]
    x = Value(3.0)
    y = f([x, 4.0])
    assert isinstance(y, Value)
    y.backward()
    assert x.grad == 16


def test_called_with_duals_and_values_it_runs_as_it_stands():
    f = jit(lambda x, w: x * w)
    y = f(Dual(3.0, 1.0), Value(2.0))
    assert (y.primal.data, y.tangent.data) == (6, 2)
    with pytest.raises(TypeError, match=r"neither a Value nor a plain number; use grad\(f\)"):
        f.backward(Dual(3.0, 1.0), Value(2.0))


def test_called_with_values_a_batch_is_differentiable_too():
    w = Value(2.0)
    f = jit(lambda w, x: w * x * x, batch=1)
    y = f(w, [1.0, 2.0])
    y.backward()
    assert (y.data, w.grad) == (5, 2.5)


def test_a_function_recorded_for_one_structure_is_not_run_for_it_again(backend):
    calls = []

    @jit(backend=backend)
    def f(x):
        calls.append(1)
        return ops.tanh(x[0])

    for x in ([1.0], [2.0], (3.0,), [4], np.array([5.0]), [1.0]):
        assert f(x) == math.tanh(x[0])
    assert len(calls) == (6 if backend == "eager" else 3)  # a list, a tuple, an array


def test_no_more_recordings_are_kept_than_a_bound():
    f = jit(lambda x: x[0])
    for n in range(1, 2 * recordings.CACHE_SIZE):
        assert f([float(n)] * n) == n
    assert len(f._recordings) == recordings.CACHE_SIZE


def test_another_module_of_the_same_shape_is_another_recording():
    f = jit(lambda model, x: model(x))
    a, b = nn.Neuron(1, activation="relu"), nn.Neuron(1, activation="tanh")
    for model in (a, b):
        model.w[0].data = -2.0
    assert jit(lambda: f.f(a, [1.0]))() == 0
    assert f.backward(a, [1.0]) == 0
    assert f.backward(b, [1.0]) == math.tanh(-2)


def test_without_llvmlite_numpy_does_and_llvm_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "llvmlite", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert jit(lambda x: x * x)(3.0) == 9
    with pytest.raises(ModuleNotFoundError, match=r'pip install "microgradlike\[llvm\]"'):
        jit(lambda x: x * x, backend="llvm")(3.0)


def test_the_decorator_keeps_name_and_words():
    @jit(batch=0)
    def loss(x):
        """The error."""
        return x

    assert (loss.__name__, loss.__doc__) == ("loss", "The error.")
    assert loss.f([1.0]) == [1.0]


def test_threads_record_each_for_itself():
    f = jit(lambda x: sum(x[i] * x[i + 1] for i in range(len(x) - 1)))
    answers = {}

    def work(n):
        for _ in range(20):
            answers[n] = f([float(i) for i in range(n)])

    threads = [threading.Thread(target=work, args=(n,)) for n in range(2, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: sum(i * (i + 1) for i in range(n - 1)) for n in range(2, 10)}


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=30))
def test_a_long_program_of_one_row_is_the_same_on_every_backend(x):
    def f(x):
        y = x[0]
        for a in x:
            y = y * 0.5 + a
        return y

    want = f(x)
    for backend in BACKENDS:
        assert jit(f, backend=backend)(x) == want


def test_a_program_pickles_prints_and_tells_its_length():
    f = jit(lambda x: (x[0] * x[1]).exp() / 2 + (x[0] * x[1]))
    built = f.program([1.0, 2.0])
    again = pickle.loads(pickle.dumps(built))
    lines = ["v2 = x0 * x1", "v3 = exp(v2)", "v4 = v3 / 2.0", "v5 = v4 + v2", "return v5"]
    assert str(again).splitlines() == str(built).splitlines() == lines
    assert len(again) == 4
    square = jit(lambda x: x * x).program(Value(2.0), gradient=True)
    assert str(square).splitlines()[-1].startswith("return v1, v")


# reports by others


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_of_no_numbers_there_are_no_results(backend, reduce):
    f = jit(lambda x: ([], {}), batch=0, reduce=reduce, backend=backend)
    assert f([1.0, 2.0]) == ([], {})


@pytest.mark.parametrize("batch", [(), 0])
def test_what_a_users_primitive_raises_comes_out(backend, batch):
    def log(x):
        if x <= 0:
            raise ValueError("out of bounds")
        return math.log(x)

    strict = unary("strict", log, lambda y, x: 1 / x)
    f = jit(lambda x: strict(x) * 2.0, batch=batch, reduce=None, backend=backend)
    good, bad = ([1.0] * 9, [1.0] * 8 + [-1.0]) if batch == 0 else (1.0, -1.0)
    assert np.all(f(good) == 0)
    with pytest.raises(ValueError, match="out of bounds"):
        f(bad)
    assert np.all(f(good) == 0)


def test_a_jit_function_inside_another_reads_its_values_at_every_call(backend):
    p = Value(2.0)
    inner = jit(lambda t: t * p, backend=backend)
    f = jit(lambda x: x * inner(2.0), backend=backend)
    assert f(1.0) == 4
    p.data = 5.0
    assert f(1.0) == 10
    assert f.backward(1.0) == 10
    assert p.grad == 2


def test_backward_inside_of_a_recording_is_refused():
    inner = jit(lambda t: t * 2)
    with pytest.raises(TraceError, match="use grad"):
        jit(lambda x: x * inner.backward(2.0))(1.0)


def test_a_derivative_of_what_a_jit_function_closes_over(backend):
    """By plain arguments it gives plain numbers, but not where a derivative depends on them."""

    def f(x):
        return jit(lambda t: t * x * x, backend=backend)(2.0)

    assert grad(f)(3.0) == 12
    assert grad(grad(f))(3.0) == 4
    assert derivative(derivative(f))(3.0) == 4
    assert jit(grad(f), backend=backend)(3.0) == 12
    assert f(3.0) == 18


def test_no_gradient_goes_through_an_upstream_of_0(backend):
    p = Value(0.0)
    jit(lambda x: x * p.sqrt(), backend=backend).backward(1.0, upstream=0.0)
    assert p.grad == 0


def test_derivatives_of_constants_without_an_argument(backend):
    assert jit(lambda: grad(lambda t: t * t)(3.0), backend=backend)() == 6
    assert jit(lambda x: grad(lambda t: t * t)(3.0), batch=0, backend=backend)(np.ones((4, 0))) == 6


def test_a_users_primitive_need_not_bear_nan(backend):
    p = Value(2.6)
    rounded = unary("rounded", lambda x: float(round(x)), lambda y, x: 1.0)
    assert jit(lambda x: rounded(x * p) * p, backend=backend).backward(1.0) == 3 * 2.6
    assert p.grad == 2.6 + 3


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_users_primitive_may_give_an_int(backend):
    whole = unary("whole", lambda x: int(x), lambda y, x: 1.0)
    cube = jit(lambda x: whole(x) * whole(x) * whole(x), backend=backend)
    assert cube(1e200) == math.inf


def test_what_cancels_row_by_row_keeps_its_digits(backend):
    w = Value(-1e8)
    x = 1e8 + np.arange(1000) / 7
    exact = math.fsum(x + w.data) / 1000
    assert abs(jit(lambda x: x + w, batch=0, backend=backend)(x) - exact) <= 1e-14 * exact


def test_large_sums_of_blocks_warn_of_nothing(backend):
    rows = np.full(16384, 1.2e154 / 8192)
    assert jit(lambda x: x, batch=0, reduce="sum", backend=backend)(rows) == pytest.approx(2.4e154)


def test_eager_rows_are_floats_that_do_not_warn():
    f = jit(lambda x: 1 / x, batch=0, reduce=None, backend="eager")
    with pytest.raises(ZeroDivisionError):
        f(np.array([0.0, 2.0]))


def test_batches_of_many_sizes_one_after_the_other(backend):
    f = jit(lambda x: x * 2, batch=0, backend=backend)
    for count in [*range(1, 12), 3, 1, 11, 8]:
        assert f(np.arange(1.0, count + 1)) == count + 1


def test_inputs_are_called_by_the_parameters_of_the_function():
    built = jit(lambda x, how, *, y: x * 2 + y).program(1.0, "fast", y=2.0)
    assert built.names == ("x", "y")
    assert jit(lambda x, *, how: x * 2).program(1.0, how="fast").names == ("x",)
    assert Arguments((1.0, [2.0]), {}, ()).names(dict) == ["argument 0", "argument 1[0]"]
    assert Arguments((np.ones((1, 2)),), {"s": 2.0}, (0,)).names(lambda x, s: x) == [
        "x[0]",
        "x[1]",
        "s",
    ]


@pytest.mark.parametrize(("option", "x"), [("backend", "eager"), ("batch", (0,)), ("reduce", None)])
def test_an_option_that_recordings_depend_on_cannot_be_set_later(option, x):
    f = jit(lambda x: x * 2)
    with pytest.raises(AttributeError, match=f"{option} of a jit function is fixed"):
        setattr(f, option, x)
    assert f(3.0) == 6.0
