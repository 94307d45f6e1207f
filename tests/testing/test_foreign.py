"""Gradients as PyTorch, JAX and NumPy give them, scalars, arrays and nests."""

import numpy as np
import pytest

from microgradlike import Value, exp, sin
from microgradlike.testing import GradientError, check_gradients
from microgradlike.testing.check.foreign import DOUBLE, SINGLE, plain


def product(a, b):
    return a * b * b


def test_numbers_of_numpy_become_floats_and_keep_their_precision():
    assert plain(np.float64(0.5)) == (0.5, DOUBLE)
    assert plain([np.float32(0.1), (np.ones((1, 2)), {"b": 3})]) == (
        [float(np.float32(0.1)), ([[1.0, 1.0]], {"b": 3})],
        SINGLE,
    )
    assert plain([]) == ([], DOUBLE)
    assert plain([Value(2.0)]) == ([2.0], DOUBLE)
    assert plain("text") == ("text", DOUBLE)
    assert SINGLE.rounded(0.1) == float(np.float32(0.1))


def test_a_hessian_and_a_jacobian_are_converted_too():
    check_gradients(lambda x: exp(x), 0.5, hessian=np.float32(np.exp(np.float32(0.5))))
    check_gradients(
        lambda w: [w[0] * w[1], sin(w[0])],
        [0.5, 2.0],
        jacobian=np.float32([[2.0, 0.5], [np.cos(0.5), 0.0]]),
    )
    with pytest.raises(GradientError):
        check_gradients(lambda x: exp(x), 0.5, hessian=np.float32(1.6))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (np.ones(3), ValueError, r"gradient must be a list of 2, got \[1.0, 1.0, 1.0\]"),
        ((np.ones(1), 12.0), TypeError, r"gradient\[0\] is \[1.0\] of type list"),
        ((None, 12.0), TypeError, r"gradient\[0\] is None of type NoneType; give one number"),
        ((4.0, np.complex128(12)), TypeError, r"gradient\[1\] is \(12\+0j\) of type complex"),
    ],
)
def test_another_structure_or_kind_is_an_error_with_its_place(given, error, message):
    with pytest.raises(error, match=message):
        check_gradients(product, 3.0, 2.0, gradient=given)
