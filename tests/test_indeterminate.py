"""Products 0·∞ of the chain rule: counted as 0 in silence only where the zero is structural."""

import inspect
import math
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from microgradlike import (
    IndeterminateWarning,
    Value,
    absolute,
    cbrt,
    clip,
    cos,
    derivative,
    diagnose,
    erfc,
    exp,
    floor,
    grad,
    gradients,
    hessian,
    hypot,
    indeterminate,
    jacobian,
    jit,
    jvp,
    log,
    logaddexp,
    maximum,
    minimum,
    ops,
    relu,
    sign,
    sqrt,
    tanh,
    unary,
    vjp,
    where,
)
from microgradlike.indeterminate_form import products_behind
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.page.page_node import page_node as page_node  # a fixture
from viz import draw_dot, explain
from viz.scene.scene import scene

UNKNOWN = {  # a formula, the point, its derivative there (the limit)
    "1/(1/x)": (lambda x: 1 / (1 / x), 0.0, 1.0),
    "exp(log(x))": (lambda x: exp(log(x)), 0.0, 1.0),
    "sqrt(x)**2": (lambda x: sqrt(x) ** 2, 0.0, 1.0),
    "cbrt(x)**3": (lambda x: cbrt(x) ** 3, 0.0, 1.0),
    "x*sqrt(x)": (lambda x: x * sqrt(x), 0.0, 0.0),
    "sqrt(x*x)": (lambda x: sqrt(x * x), 0.0, None),
    "sqrt(1-cos(x))": (lambda x: sqrt(1 - cos(x)), 0.0, None),
    "log of an underflow": (lambda x: -log(exp(x)), -800.0, -1.0),
    "log of another underflow": (lambda x: log(erfc(x)), 30.0, None),
    "logaddexp of a logarithm": (lambda x: logaddexp(1.0, log(x)), 0.0, math.exp(-1)),
}
STRUCTURAL = {
    "relu that is off": (lambda x: sqrt(relu(x)), -1.0),
    "clip": (lambda x: sqrt(clip(x, 0.0, 1.0)), -1.0),
    "the loser of maximum": (lambda x: sqrt(maximum(x, 0.0)), -1.0),
    "the loser of minimum": (lambda x: sqrt(minimum(x, 0.0)), 1.0),
    "sign": (lambda x: sqrt(1 - sign(x)), 1.0),
    "floor": (lambda x: sqrt(floor(x)), 0.5),
    "a constant 0 as factor": (lambda x: 0 * sqrt(x), 0.0),
    "a constant 0 below the root": (lambda x: sqrt(0 * x), 1.0),
    "0 over x": (lambda x: sqrt(0 / x), 1.0),
    "to the power 0": (lambda x: sqrt(x) ** 0, 0.0),
    "the branch not taken": (lambda x: where(x > 0, sqrt(x), 0.0), -1.0),
    "a branch of constant 0": (lambda x: sqrt(where(x > 0, x, 0.0)), -1.0),
    "a kink": (lambda x: sqrt(absolute(x)), 0.0),
}
SPECIAL = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 2.0, math.inf, -math.inf, -800.0])
PROGRAMS = settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)


def by_backward(f, x):
    leaf = Value(x, "x")
    f(leaf).backward()
    return leaf.grad


def by_graph(f, x):
    leaf = Value(x)
    return gradients(f(leaf) * 1.0, [leaf])[0].data


def compiled(backend):
    def by_jit(f, x):
        return jit(grad(f), backend=backend)(x)

    return by_jit


def by_jit_backward(f, x):
    leaf = Value(x)
    jit(lambda: f(leaf)).backward()
    return leaf.grad


MODES = {
    "backward": by_backward,
    "gradients": by_graph,
    "grad": lambda f, x: grad(f)(x),
    "grad of a Value": lambda f, x: grad(f)(Value(x)).data,
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "rows": lambda f, x: jacobian(f)(x),
    "columns": lambda f, x: jacobian(lambda v: [f(v[0]), f(v[0])])([x])[0][0],
    "derivative": lambda f, x: derivative(f)(x),
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "jit.backward": by_jit_backward,
    "python": compiled("python"),
    "numpy": compiled("numpy"),
    "llvm": compiled("llvm"),
    "derivative in jit": lambda f, x: jit(derivative(f))(x),
}


def caught(f, *args):
    """The result, and the texts of the IndeterminateWarnings."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        result = f(*args)
    return result, [str(w.message) for w in found if w.category is IndeterminateWarning]


def require_llvm(mode):
    if mode == "llvm":
        pytest.importorskip("llvmlite")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_limit_counts_as_0_with_one_warning(mode, case):
    require_llvm(mode)
    f, x, _ = UNKNOWN[case]
    result, found = caught(MODES[mode], f, x)
    assert result == 0
    assert len(found) == 1
    assert "indeterminate" in found[0]
    assert "× -inf" in found[0] or "× inf" in found[0] or "inf ×" in found[0]
    assert "indeterminate('zero')" in found[0]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", STRUCTURAL)
def test_a_structural_zero_is_silent(mode, case):
    require_llvm(mode)
    result, found = caught(MODES[mode], *STRUCTURAL[case])
    assert (result, found) == (0, [])


@pytest.mark.parametrize("mode", MODES)
def test_the_policy_decides(mode):
    require_llvm(mode)
    f, x, _ = UNKNOWN["sqrt(x)**2"]
    with indeterminate("zero"):
        assert caught(MODES[mode], f, x) == (0, [])
    with indeterminate("nan"):
        result, found = caught(MODES[mode], f, x)
    assert math.isnan(result)
    assert found == []
    with indeterminate("raise"), pytest.raises(FloatingPointError, match="indeterminate"):
        MODES[mode](f, x)


@pytest.mark.parametrize("policy", ["zero", "nan", "raise"])
@pytest.mark.parametrize("mode", MODES)
def test_no_policy_touches_a_structural_zero(mode, policy):
    require_llvm(mode)
    for f, x in STRUCTURAL.values():
        with indeterminate(policy):
            assert MODES[mode](f, x) == 0


def test_the_policy_ends_with_the_block_and_is_of_the_thread():
    with pytest.raises(ValueError, match=r"indeterminate\('ignore'\).*'zero'"):
        indeterminate("ignore").__enter__()
    f, x, _ = UNKNOWN["1/(1/x)"]
    with indeterminate("zero"):
        assert caught(by_backward, f, x)[1] == []
        other = []
        thread = threading.Thread(target=lambda: other.append(caught(by_backward, f, x)[1]))
        thread.start()
        thread.join()
    assert len(other[0]) == 1
    assert len(caught(by_backward, f, x)[1]) == 1

    @indeterminate("zero")
    def decided():
        return by_backward(f, x)

    assert caught(decided) == (0, [])


def test_the_warning_names_node_label_operand_and_line():
    x = Value(0.0, "depth")
    y = sqrt(x) ** 2
    line = inspect.currentframe().f_lineno + 2
    with pytest.warns(IndeterminateWarning) as found:
        y.backward()
    text = str(found[0].message)
    assert "0.0 × inf at sqrt(0.0), operand 1 (depth)" in text
    assert (found[0].filename, found[0].lineno) == (__file__, line)


def test_several_products_are_one_warning():
    x = [Value(0.0), Value(0.0)]
    y = sqrt(x[0]) ** 2 + sqrt(x[1]) ** 2
    _, found = caught(y.backward)
    assert len(found) == 1
    assert "and 1 more" in found[0]


def test_raise_leaves_every_gradient_as_it_was():
    x, w = Value(0.0), Value(2.0)
    x.grad, w.grad = 5.0, 7.0
    with indeterminate("raise"), pytest.raises(FloatingPointError):
        (w * (sqrt(x) ** 2)).backward()
    assert (x.grad, w.grad) == (5.0, 7.0)


def test_nan_reaches_what_depends_on_the_product_alone():
    x, w = Value(0.0), Value(2.0)
    with indeterminate("nan"):
        (w * sqrt(x) ** 2 + 3 * w).backward()
    assert math.isnan(x.grad)
    assert w.grad == 3


def test_a_nan_itself_is_not_reported():
    assert caught(by_backward, lambda x: sqrt(x) * math.nan, 0.0)[1] == []


def test_an_upstream_gradient_of_plain_0_is_structural():
    x = Value(0.0)
    assert caught(sqrt(x).backward, 0.0)[1] == []
    assert x.grad == 0
    assert caught(jvp, sqrt, (0.0,), (0.0,)) == ((0.0, 0.0), [])
    assert caught(vjp(sqrt, 0.0)[1], 0.0) == ((0.0,), [])


def test_the_hessian_of_a_smooth_function_written_with_a_pole():
    found = caught(hessian(lambda v: sqrt(v[0] ** 2 + v[1] ** 2) ** 2), [0.0, 0.0])
    assert found[1] != []


def test_a_naive_softmax_of_a_hopeless_example():
    def loss(v):
        return -log(exp(v[1]) / (exp(v[0]) + exp(v[1])))

    result, found = caught(grad(loss), [0.0, -800.0])
    assert result == [0, 0]  # true: 1 and -1
    assert len(found) == 1


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_rows_of_a_batch_are_told_apart(backend):
    require_llvm(backend)
    w = Value(2.0, "w")
    loss = jit(lambda x: sqrt(w - x) ** 2 + sqrt(relu(x - w)), batch=0, backend=backend)
    good, bad = np.array([1.0, 1.5]), np.array([1.0, 2.0])
    assert caught(loss.backward, good)[1] == []
    _, found = caught(loss.backward, bad)
    assert len(found) == 1
    assert "row 1 of the batch" in found[0]
    w.grad = 0.0
    with indeterminate("nan"):
        loss.backward(bad)
    assert math.isnan(w.grad)
    w.grad = 0.0
    with indeterminate("raise"), pytest.raises(FloatingPointError, match="row 1"):
        loss.backward(bad)
    assert w.grad == 0


def test_all_blocks_of_a_batch_are_one_warning():
    w = Value(2.0, "w")
    loss = jit(lambda x: sqrt(w - x) ** 2, batch=0, backend="python")
    rows = np.full(2100, 2.0)  # blocks have 1,024 rows
    assert len(caught(loss.backward, rows)[1]) == 1


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_feature_of_0_is_a_constant(backend):
    require_llvm(backend)
    w = Value(2.0, "w")
    loss = jit(lambda x: sqrt(w * x), batch=0, backend=backend)
    assert caught(loss.backward, [0.0, 1.0])[1] == []
    assert caught((lambda x: sqrt(w * x).backward()), 0.0)[1] == []


def test_shards_report_once_and_follow_the_policy():
    w = Value(2.0, "w")
    rows = np.full(64, 2.0)
    for executor in (None, ThreadPoolExecutor(2)):
        loss = jit(lambda x: sqrt(w - x) ** 2, batch=0, executor=executor, split=8)
        assert len(caught(loss.backward, rows)[1]) == 1
        with indeterminate("zero"):
            assert caught(loss.backward, rows)[1] == []
        w.grad = 0.0
        with indeterminate("raise"), pytest.raises(FloatingPointError):
            loss.backward(rows)
        assert w.grad == 0
        with indeterminate("nan"):
            loss.backward(rows)
        assert math.isnan(w.grad)
        w.grad = 0.0


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(2)])
def test_a_row_has_its_number_in_the_batch_and_not_in_the_shard(executor):
    rows = np.array([1.0] * 20 + [0.0] * 12)
    slopes = jit(grad(lambda x: sqrt(x) ** 2), batch=0, reduce=None, executor=executor, split=8)
    _, (warning,) = caught(slopes, rows)
    assert "row 20 of the batch" in warning
    with indeterminate("raise"), pytest.raises(FloatingPointError, match="row 20 of the batch"):
        slopes(rows)


def test_a_primitive_of_ones_own_may_be_flat():
    def step(flat):
        return unary("gate", lambda x: max(x, 0.0), lambda y, x: sign(y), flat=flat)

    for flat, count in (True, 0), (False, 1):
        gate = step(flat)
        assert len(caught(by_backward, lambda x, gate=gate: sqrt(gate(x)), -1.0)[1]) == count


EVERYDAY = [op for op in ops.TABLE.values() if op.name not in ("where", "atan2")]


@PROGRAMS
@given(programs(ops=EVERYDAY, max_size=12), st.data())
def test_reverse_modes_report_the_same(line, data):
    x = [data.draw(SPECIAL) for _ in line.point]

    def backward():
        leaves = [Value(n) for n in x]
        line(*leaves).backward()
        return [v.grad for v in leaves]

    def graph():
        leaves = [Value(n) for n in x]
        return [0.0 + g.data for g in gradients(line(*leaves), leaves)]

    assume(isinstance(line(*map(Value, x)), Value))
    numbers, found = caught(backward)
    for mode in (graph, lambda: list(grad(line, tuple(range(len(x))))(*x))):
        others, too = caught(mode)
        assert same_bits(numbers, others)
        assert bool(found) == bool(too)


@PROGRAMS
@given(programs(ops=EVERYDAY, max_size=12), st.data())
def test_a_silent_nan_policy_means_the_same_number(line, data):
    """The policy "nan" changes numbers only if something is reported."""
    x = tuple(data.draw(SPECIAL) for _ in line.point)
    every = tuple(range(len(x)))
    zero, found = caught(grad(line, every), *x)
    with indeterminate("nan"):
        nan, _ = caught(grad(line, every), *x)
    if found:
        assert all(b != b or same_bits(a, b) for a, b in zip(zero, nan))
    else:
        assert same_bits(zero, nan)


@PROGRAMS
@given(programs(ops=EVERYDAY, max_size=12), st.data())
def test_the_page_marks_the_edges_that_python_marks(page_node, line, data):
    leaves = [Value(data.draw(SPECIAL)) for _ in line.point]
    y = line(*leaves)
    assume(isinstance(y, Value))
    caught(y.backward)
    (state,) = page_node.ask(y)
    drawn = scene(y)
    same = same_bits(
        [g for g, n in zip(state["grad"], drawn.nodes) if n.grad is not None],
        [n.grad for n in drawn.nodes if n.grad is not None],
    )
    assume(same)  # a primitive whose JavaScript rounds differently may miss a zero
    assert state["indeterminate"] == [i for i, e in enumerate(drawn.edges) if e.indeterminate]


def test_words_and_pictures_mark_the_edge():
    x = Value(0.0, "x")
    y = 1 / (1 / x)
    with indeterminate("zero"):
        y.backward()
    finding = diagnose(y).indeterminate
    assert finding is not None
    assert finding.kind == "indeterminate"
    assert "div(1.0, 0.0), operand 2 (x)" in str(finding)
    assert "limit may be another number" in explain(y, x)
    assert '0 · ∞?"' in draw_dot(y).source
    quiet = sqrt(relu(Value(-1.0)))
    quiet.backward()
    assert diagnose(quiet).indeterminate is None
    assert "0 · ∞?" not in draw_dot(quiet).source
    assert products_behind(sqrt(Value(0.0)) ** 2) == []  # no backward pass yet


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_branch_that_is_not_taken_is_not_counted(backend):
    require_llvm(backend)

    def slope(x):
        return where(x > 1, grad(lambda z: sqrt(z) ** 2)(x), 3 * x)

    assert caught(jit(slope, backend=backend), 0.0) == (0.0, [])
    second = jit(grad(grad(lambda x: x**1.5)), backend=backend)
    assert caught(second, 4.0) == (pytest.approx(0.375), [])


LOST = {  # uses of a gradient in which a nan would be lost
    "comparison": lambda g: where(g < 0.5, 7.0, 9.0),
    "condition": lambda g: where(g, 7.0, 9.0),
    "power": lambda g: g**0,
    "hypot": lambda g: hypot(g, math.inf),
}


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
@pytest.mark.parametrize("use", LOST)
def test_a_product_whose_nan_would_be_lost_is_reported(use, backend):
    require_llvm(backend)

    def f(x):
        return LOST[use](grad(lambda v: sqrt(v) ** 2)(x)) + x

    recorded = jit(f, backend=backend)
    (want, eagerly), (got, compiled) = caught(f, 0.0), caught(recorded, 0.0)
    assert (want, len(eagerly)) == (got, len(compiled)) == (got, 1)
    assert caught(recorded, 4.0) == (f(4.0), [])
    rows = jit(f, backend=backend, batch=0, reduce="sum")
    assert caught(rows, [4.0, 1.0]) == (f(4.0) + f(1.0), [])
    assert caught(rows, [4.0, 0.0])[0] == f(4.0) + want
    with indeterminate("nan"):
        assert recorded(0.0) == f(0.0)
    with indeterminate("raise"), pytest.raises(FloatingPointError):
        recorded(0.0)


def test_hypot_at_its_kink_is_not_structural():
    assert len(caught(grad(lambda x: sqrt(hypot(x, 0.0))), 0.0)[1]) == 1


def test_saturation_is_not_structural():
    assert len(caught(grad(lambda x: log(1 - tanh(x))), 1000.0)[1]) == 1
