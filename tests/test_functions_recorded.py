"""Functions over numbers that are not known yet: what a recorder will need."""

import operator

from hypothesis import given, strategies as st

from microgradlike import functions
from microgradlike.scalar import Scalar
from tests.bits import same_bits
from tests.test_functions import ACTIVATIONS


def later(compare):
    return lambda self, other: self.apply(compare, self, other)


class Recorded(Scalar):
    """A computation that runs later: nobody can ask now whether a condition holds."""

    def __init__(self, run):
        self.run = run

    @classmethod
    def apply(cls, op, *operands):
        return cls(lambda: op(*[x.run() if isinstance(x, Recorded) else x for x in operands]))

    def __bool__(self):
        raise AssertionError("a condition was asked for")

    __lt__, __le__, __gt__, __ge__ = map(
        later, (operator.lt, operator.le, operator.gt, operator.ge)
    )


@given(st.lists(st.floats(), min_size=1, max_size=5), st.data())
def test_a_function_can_be_recorded_before_its_numbers_are_known(xs, data):
    i = data.draw(st.integers(0, len(xs) - 1))
    recorded = [Recorded(lambda x=x: x) for x in xs]
    got = [p.run() for p in functions.softmax(recorded)]
    got += [
        functions.logsumexp(recorded).run(),
        functions.cross_entropy(recorded, i).run(),
        *[f(x).run() for f in ACTIVATIONS for x in recorded],
    ]
    wanted = [*functions.softmax(xs), functions.logsumexp(xs), functions.cross_entropy(xs, i)]
    wanted += [f(x) for f in ACTIVATIONS for x in xs]
    assert same_bits(got, wanted)
