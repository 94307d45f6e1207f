"""Seeded mistakes: wrong derivative rules of every kind are found by the check."""

import math
from random import Random

import pytest
from hypothesis import Phase, given, settings

from microgradlike import Value, engine, ops
from microgradlike.engine import local_derivatives
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from microgradlike.testing import (
    GradientError,
    check_gradients,
    check_primitive,
    gradient_property,
    points,
    programs,
)
from microgradlike.testing.check.point import parameter_names

HUNT = settings(max_examples=100, derandomize=True, database=None, phases=[Phase.generate])


def swapped(partials, i):
    return lambda y, *x: partials[i](y, *x[1:], x[0])


# y output, x operands, i index; common mistakes, as changes to a right rule
KINDS = {
    "sign": lambda partials, i: lambda y, *x: -partials[i](y, *x),
    "factor": lambda partials, i: lambda y, *x: 2 * partials[i](y, *x),
    "factor of a hundredth too much": lambda partials, i: lambda y, *x: 1.01 * partials[i](y, *x),
    "factor of a thousandth too much": lambda partials, i: lambda y, *x: 1.001 * partials[i](y, *x),
    "missing term": lambda partials, i: lambda y, *x: partials[i](y, *x) - 1,
    "forgotten operand": lambda partials, i: lambda y, *x: 0.0,
    "constant partial": lambda partials, i: lambda y, *x: 1.0,
    "inverted": lambda partials, i: lambda y, *x: ops.div.forward(1.0, partials[i](y, *x)),
    "operand too much": lambda partials, i: lambda y, *x: x[i] * partials[i](y, *x),
    "output too much": lambda partials, i: lambda y, *x: y * partials[i](y, *x),
    "swapped operands": swapped,
    "another operand's rule": lambda partials, i: partials[i - 1],
    "output for operand": lambda partials, i: lambda y, *x: partials[i](y, *x[:i], y, *x[i + 1 :]),
    "operand for output": lambda partials, i: lambda y, *x: partials[i](x[i], *x),
}

# mistakes seen in the wild, by primitive and operand
WILD = {
    ("pow", 0, "exponent off by one"): lambda y, a, b: b * a**b,
    ("pow", 0, "forgotten exponent"): lambda y, a, b: a ** (b - 1),
    ("pow", 1, "forgotten logarithm"): lambda y, a, b: y,
    ("pow", 1, "logarithm of the exponent"): lambda y, a, b: y * ops.log(abs(b) + 1e-9),
    ("div", 1, "square forgotten"): lambda y, a, b: -a / b,
    ("tanh", 0, "square forgotten"): lambda y, x: 1 - y,
    ("sigmoid", 0, "second factor forgotten"): lambda y, x: y,
    ("sqrt", 0, "half forgotten"): lambda y, x: 1 / y,
    ("tan", 0, "one forgotten"): lambda y, x: y * y,
    ("atan", 0, "of asin"): lambda y, x: 1 / ops.sqrt(abs(1 - x * x) + 1e-9),
    ("log10", 0, "base forgotten"): lambda y, x: 1 / x,
    ("relu", 0, "one everywhere"): lambda y, x: 1.0,
    ("relu", 0, "the operand"): lambda y, x: y,
    ("abs", 0, "one everywhere"): lambda y, x: 1.0,
    ("softplus", 0, "of the output"): lambda y, x: ops.sigmoid(y),
    ("hypot", 0, "not divided"): lambda y, a, b: a,
    ("logaddexp", 0, "not a share"): lambda y, a, b: ops.exp(a),
    ("maximum", 0, "half always"): lambda y, a, b: 0.5,
    ("clip", 0, "one outside"): lambda y, x, lo, hi: 1.0,
}


def with_partial(op, i, partial):
    return op.__replace__(partials=(*op.partials[:i], partial, *op.partials[i + 1 :]))


def some_points(op, count=60):
    """Points of the domain that are independent of the strategy under test."""
    random = Random(op.name)
    found = []
    while len(found) < count:
        point = tuple(random.uniform(-4, 4) for _ in op.domain)
        inside = all(any(lo < x < hi for lo, hi in domain) for x, domain in zip(point, op.domain))
        if inside and (op.kink is None or op.kink(*point) > 0.01):
            found.append(point)
    return found


def is_a_mistake(op, wrong, i):
    """True if the change matters; twice 0 or a swap of summands does not."""
    for point in some_points(op):
        y = op.forward(*point)
        right, other = (partial_at(which, i, y, *point) for which in (op, wrong))
        if math.isnan(other) or abs(right - other) > 1e-4 * max(abs(right), 1e-2):
            return True
    return False


def seeded(kinds, is_a_mistake):
    """Every primitive with one partial changed in each way that matters."""
    for op in TABLE.values():
        for i in range(op.arity):
            for kind, change in kinds.items():
                wrong = with_partial(op, i, change(op.partials, i))
                if is_a_mistake(op, wrong, i):
                    yield kind, op, wrong


MISTAKES = [
    *seeded(KINDS, is_a_mistake),
    *((kind, TABLE[name], with_partial(TABLE[name], i, p)) for (name, i, kind), p in WILD.items()),
]


def found(wrong):
    """The GradientError of a primitive within 100 examples, or None."""

    @HUNT
    @given(points(wrong))
    def derivatives_are_right(point):
        check_gradients(wrong, *point)

    try:
        derivatives_are_right()
    except GradientError as error:
        return error
    return None


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("name", TABLE)
def test_every_mistake_in_a_primitive_is_found_within_100_examples(name):
    mistakes = [(kind, wrong) for kind, op, wrong in MISTAKES if op.name == name]
    missed = [kind for kind, wrong in mistakes if not found(wrong)]
    assert len(mistakes) >= 2
    assert not missed


CLEAR = ("sign", "factor", "factor of a hundredth too much", "swapped operands")
BY_PROPERTY = {
    "gradient_property": lambda wrong: gradient_property(everyday_ranges(wrong), order=1)(wrong)(),
    "check_primitive": check_primitive,
}


def everyday_ranges(op):
    """The hull of each operand's domain, from -4 to 4."""
    return {
        name: (max(min(low for low, _ in domain), -4.0), min(max(high for _, high in domain), 4.0))
        for name, domain in zip(parameter_names(op, op.arity), op.domain)
    }


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("check", BY_PROPERTY.values(), ids=BY_PROPERTY.keys())
@pytest.mark.parametrize("name", TABLE)
def test_every_altered_partial_of_a_primitive_is_found(name, check):
    mistakes = [(kind, wrong) for kind, op, wrong in MISTAKES if op.name == name and kind in CLEAR]
    assert mistakes or all(partial_is_zero(TABLE[name], i) for i in range(TABLE[name].arity))
    for _, wrong in mistakes:
        with pytest.raises(GradientError):
            check(wrong)


def partial_is_zero(op, i):
    """True for a partial that is 0 at every point, which no factor can make wrong."""
    return all(partial_at(op, i, op.forward(*point), *point) == 0 for point in some_points(op))


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("name", TABLE)
def test_the_right_partials_of_a_primitive_pass(name):
    op = TABLE[name]
    gradient_property(everyday_ranges(op), order=1, examples=20)(op)()


@pytest.mark.parametrize("kind", [*KINDS, *(kind for _, _, kind in WILD)])
def test_every_kind_of_mistake_was_seeded(kind):
    assert any(kind == other for other, _, _ in MISTAKES)


def test_a_mistake_is_found_in_random_programs_and_shrunk_to_one_instruction():
    wrong = with_partial(ops.tanh, 0, lambda y, x: 1 - y)
    table = [op for op in TABLE.values() if op is not ops.tanh and op.arity < 3]

    @settings(HUNT, phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False)
    @given(programs(ops=[wrong, *table[:8]]))
    def gradients_are_right(program):
        check_gradients(program, *program.point)

    with pytest.raises(GradientError, match=r"v1 = tanh\(x0\)\s+return v1"):
        gradients_are_right()


def assign_instead_of_adding(order):
    """A backward pass with = in place of +=."""
    for v in reversed(order):
        for x, local in zip(v.operands, local_derivatives(v)):
            if local is not None:
                x.grad = v.grad * local


def drop_the_last_use(order):
    """A backward pass over the set of operands, which counts x * x once."""
    for v in reversed(order):
        pairs = {id(x): (x, local) for x, local in zip(v.operands, local_derivatives(v))}
        for x, local in pairs.values():
            if local is not None:
                x.grad += v.grad * local


def from_the_front(order):
    """A backward pass in the wrong order, which propagates incomplete gradients."""
    engine_order = [order[-1], *order[:-1]]
    for v in engine_order:
        for x, local in zip(v.operands, local_derivatives(v)):
            if local is not None:
                x.grad += v.grad * local


def broken_by(push):
    """`Value.backward` with another push, because the compiled one cannot be patched."""

    def backward(root, upstream=1.0):
        mark = engine.next_stamp() + 1
        nodes = topological(root)
        for v in nodes:
            v._stamp = mark
            v.grad = 0.0
        root.grad = upstream
        if root.op is not None:
            push([v for v in nodes if v.op is not None])

    return backward


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("push", [assign_instead_of_adding, drop_the_last_use, from_the_front])
def test_a_broken_backward_pass_is_found_within_100_random_programs(push, monkeypatch):
    monkeypatch.setattr(Value, "backward", broken_by(push))

    @HUNT
    @given(programs())
    def gradients_are_right(program):
        check_gradients(program, *program.point)

    with pytest.raises(GradientError):
        gradients_are_right()


def test_the_patched_backward_pass_is_right_without_a_mistake(monkeypatch):
    """Otherwise the checks above would find something other than the mistake."""

    def right(order):
        for v in reversed(order):
            for x, local in zip(v.operands, local_derivatives(v)):
                if local is not None:
                    x.grad += ops.mul_no_nan(v.grad, local)

    monkeypatch.setattr(Value, "backward", broken_by(right))
    check_gradients(lambda x, y: (x * x + y).tanh() * y + x, 1.5, -0.5)
    monkeypatch.setattr(Value, "backward", broken_by(assign_instead_of_adding))
    with pytest.raises(GradientError):
        check_gradients(lambda x, y: (x * x + y).tanh() * y + x, 1.5, -0.5)


def test_dropped_accumulation_is_found_for_every_primitive_that_can_share_an_operand(monkeypatch):
    monkeypatch.setattr(Value, "backward", broken_by(assign_instead_of_adding))
    for op in (ops.add, ops.mul, ops.power, ops.hypot, ops.logaddexp, ops.atan2):
        with pytest.raises(GradientError):
            check_gradients(lambda x, op=op: op(x, x) * 3.0 + x, 1.5)


def test_a_value_that_leaves_the_graph_is_found():
    with pytest.raises(GradientError):
        check_gradients(lambda x: x * Value(x.data), 2.0)
