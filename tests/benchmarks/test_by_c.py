"""The hand-written C of the benchmarks computes what the engine computes."""

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.compiled import by_c
from benchmarks.shared import moons, scalar_gpt
from benchmarks.shared.measuring import check_agreement
from microgradlike import Value, sin, value_and_grad

pytestmark = pytest.mark.skipif(not by_c.found, reason="no C compiler here")

QUICK = "-O1"  # to build: the slow part here


def loss(numbers, make):
    """Value of `make(values)` and its gradient, number by number."""
    values = [Value(x) for x in numbers]
    y = make(values)
    y.backward()
    return y.data, [v.grad for v in values]


@pytest.mark.parametrize("count", [1, 4, 19])  # less than a vector, a vector, a block and a part
def test_the_moons_step_in_c_agrees(count):
    rows, labels = moons.moons(count)
    numbers = moons.parameters(moons.start())

    def batch_loss(values):
        return moons.loss(moons.unflattened(values), Value, Value.relu, (rows, labels))

    step = by_c.moons_step(np.array(numbers), np.array(rows), np.array(labels), QUICK)
    check_agreement({"engine": lambda: loss(numbers, batch_loss), "C": step})


@pytest.mark.parametrize("flags", [(), by_c.PLAIN], ids=["vectors", "plain"])
def test_the_gpt_step_in_c_agrees(flags):
    documents = [[26, 3], [26, 0, 0, 1], [26, 5, 9, 2, 7]]
    parameters = scalar_gpt.make_parameters(float)
    shapes = {key: (len(matrix), len(matrix[0])) for key, matrix in parameters.items()}
    numbers = scalar_gpt.flat(parameters)

    def mean_loss(values):
        p = scalar_gpt.unflattened(shapes, values)
        return sum(scalar_gpt.document_loss(p, tokens) for tokens in documents) / len(documents)

    step = by_c.gpt_step(np.array(numbers), documents, *flags, QUICK)
    check_agreement({"engine": lambda: loss(numbers, mean_loss), "C": step})


def test_short_functions_in_c_agree():
    rosenbrock = value_and_grad(
        lambda x: sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))
    )
    x = [-1.2, 1.0, 0.3, 0.7]
    steps = {"engine": lambda: rosenbrock(x), "C": by_c.rosenbrock_step(np.array(x))}
    check_agreement(steps)
    assert by_c.scalars_step(1.0, 2.0)() == 1.0 * 2.0 + sin(1.0)
