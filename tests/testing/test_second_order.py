"""Seeded mistakes of second order: every partial with a wrong derivative is found."""

import pytest
from hypothesis import given

from microgradlike import Value, hessian, ops
from microgradlike.derivatives import linear_map
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.derivatives.dual import Dual, base, split
from microgradlike.ops import unary
from microgradlike.scalar import Scalar
from microgradlike.testing import GradientError, check_gradients, check_primitive, programs
from tests.testing.test_seeded_mistakes import HUNT, found, seeded, some_points, with_partial


def detached(x):
    """The number in x, detached from its derivatives."""
    x = base(x)
    return x.data if isinstance(x, Value) else getattr(x, "data", x)


def through(partials, i, operands):
    """Partial i with its operands replaced, to detach some of them."""
    return lambda y, *x: partials[i](*operands(y, x))


# y output, x operands, i index; right as a value, wrong as a derivative
KINDS = {
    "detached": lambda p, i: lambda y, *x: detached(p[i](y, *x)),
    "other sign": lambda p, i: lambda y, *x: 2 * detached(p[i](y, *x)) - p[i](y, *x),
    "factor": lambda p, i: lambda y, *x: 2 * p[i](y, *x) - detached(p[i](y, *x)),
    "a thousandth too much": lambda p, i: (
        lambda y, *x: 1.001 * p[i](y, *x) - 0.001 * detached(p[i](y, *x))
    ),
    "term too much": lambda p, i: lambda y, *x: p[i](y, *x) + (x[i] - detached(x[i])),
    "output detached": lambda p, i: lambda y, *x: p[i](detached(y), *x),
    "operand detached": lambda p, i: lambda y, *x: p[i](y, *x[:i], detached(x[i]), *x[i + 1 :]),
    "other operand detached": lambda p, i: (
        lambda y, *x: p[i](y, *[a if j == i else detached(a) for j, a in enumerate(x)])
    ),
    "detached on one side": lambda p, i: (
        lambda y, *x: ops.where(x[0] > 0.5, p[i](y, *x), detached(p[i](y, *x)))
    ),
}


def second(op, point):
    rows = hessian(lambda x: op(*x) * 1.0)(list(point))
    return [x for row in rows for x in row]


def is_a_mistake(op, wrong, i):
    """True if the change matters: a constant partial has derivative 0 in any case."""
    for point in some_points(op, 20):
        pairs = zip(second(op, point), second(wrong, point))
        if any(abs(a - b) > 1e-4 * max(abs(a), 1e-2) for a, b in pairs):
            return True
    return False


MISTAKES = list(seeded(KINDS, is_a_mistake))


def is_found(wrong):
    error = found(wrong)  # not in the first derivatives
    return error and all(p.verdict != "differs" for p in error.report.partials)


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("name", sorted({op.name for _, op, _ in MISTAKES}))
def test_every_partial_with_a_wrong_derivative_is_found_within_100_examples(name):
    missed = [kind for kind, op, wrong in MISTAKES if op.name == name and not is_found(wrong)]
    assert not missed


def test_a_partial_that_detaches_is_found_in_random_programs_and_shrunk():
    wrong = with_partial(ops.sin, 0, lambda y, x: ops.cos(detached(x)))

    @HUNT
    @given(programs(ops=[wrong, ops.mul, ops.add, ops.tanh, ops.div]))
    def derivatives_are_right(program):
        check_gradients(program, *program.point)

    with pytest.raises(GradientError, match=r"reads .data or uses abs .* partials of sin"):
        derivatives_are_right()


def test_abs_in_a_partial_is_found_at_0():
    square = unary("square", lambda x: x * x, lambda y, x: 2 * abs(x) * ops.sign(x))
    assert not check_gradients(square, 1.5).wrong
    with pytest.raises(GradientError, match=r"d²square/dx²\s+0\s+0\s+2 "):
        check_primitive(square)  # it draws 0


def forget_the_other_operands(terms):
    return terms[0]


def count_twice(terms):
    return sum(terms, start=0.0) * 2


def off_in_the_twelfth_digit(terms):
    return sum(terms, start=0.0) * (1 + 1e-12)


def last_of_a_shared_operand(terms):
    return terms[-1]


def dual_with(combine):
    """Dual.apply with another combination of the terms of the chain rule."""

    def apply(cls, op, *operands):
        tag = max(x.tag for x in operands if isinstance(x, Dual))
        pairs = [split(x, tag) for x in operands]
        at = tuple(x if isinstance(x, bool | Scalar) else float(x) for x, _ in pairs)
        y = op(*at)
        ps = [(t, partial(op, i, y, at)) for i, (_, t) in enumerate(pairs) if t is not None]
        return Dual(y, combine([product(t, p) for t, p in ps]), tag)

    return classmethod(apply)


@pytest.mark.parametrize(
    "combine",
    [forget_the_other_operands, count_twice, off_in_the_twelfth_digit, last_of_a_shared_operand],
)
def test_a_wrong_rule_of_forward_mode_is_found_within_100_random_programs(combine, monkeypatch):
    monkeypatch.setattr(Dual, "apply", dual_with(combine))

    @HUNT
    @given(programs())
    def derivatives_are_right(program):
        check_gradients(program, *program.point, order=1)

    with pytest.raises(
        GradientError, match=r"reverse and forward mode differ by .*, and rounding explains"
    ):
        derivatives_are_right()


def assign(sums, i, x):
    sums[i] = x


def first_only(sums, i, x):
    sums[i] = x if sums[i] is None else sums[i]


def vjp_by(accumulate):
    """`LinearMap.vjp` with another sum, because the compiled one cannot be patched."""

    def vjp(self, upstream):
        g = [None] * len(self.slots)
        for root, u in [(self.slots[id(v)], u) for v, u in upstream if id(v) in self.slots]:
            accumulate(g, root, u)
        for user, operand, p in self.edges:
            if g[user] is not None:
                chosen = isinstance(p, linear_map.BranchPartial)
                accumulate(g, operand, p.select(g[user], -0.0) if chosen else product(g[user], p))
        found = [g[self.slots[id(x)]] for x in self.xs]
        return [0.0 if x is None else x for x in found]

    return vjp


def add(sums, i, x):
    sums[i] = x if sums[i] is None else sums[i] + x


def test_the_patched_gradient_is_right_without_a_mistake(monkeypatch):
    monkeypatch.setattr(linear_map.LinearMap, "vjp", vjp_by(add))
    check_gradients(lambda x, y: (x * x + y).tanh() * y + x, 1.5, -0.5)


@pytest.mark.parametrize("accumulate", [assign, first_only])
def test_dropped_accumulation_in_the_graph_of_the_gradient_is_found(accumulate, monkeypatch):
    monkeypatch.setattr(linear_map.LinearMap, "vjp", vjp_by(accumulate))

    @HUNT
    @given(programs())
    def derivatives_are_right(program):
        check_gradients(program, *program.point)

    with pytest.raises(GradientError):
        derivatives_are_right()
