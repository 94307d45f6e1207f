"""A second opinion finds every fault in gradients of PyTorch and JAX, and accuses no right one."""

import pytest

from tests.oracle.libraries import Jax, Torch
from tests.oracle.opinions import FUNCTIONS, SPELLED, Census

LIBRARIES = {"torch": Torch(), "jax": Jax()}
FAULTY = {
    "torch": ["tanh", "sigmoid", "expm1", "asinh", "acosh", "pow"],
    "jax": ["tanh", "hypot"],
}
RIGHT = {"torch": ["exp", "log", "atan", "div", "abs", "maximum"], "jax": ["relu"]}
FAULTY_FUNCTIONS = {"torch": ["gelu", "guarded"], "jax": ["guarded"]}


def library(name):
    pytest.importorskip(name)
    return LIBRARIES[name]


def known(census):
    return {what for what, _ in census.count}


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_fault_is_found_and_nothing_right_accused(name):
    census = Census()
    census.primitives(library(name), 3, FAULTY[name])
    census.functions(library(name), 0, FAULTY_FUNCTIONS[name])
    assert "faulty" in known(census)
    assert (census.missed, census.accused) == ([], [])


@pytest.mark.parametrize("name", LIBRARIES)
def test_what_is_right_and_choices_at_ties_are_not_accused(name):
    census = Census()
    census.primitives(library(name), 3, RIGHT[name])
    assert known(census) == {"right", "choice"}
    assert (census.missed, census.accused) == ([], [])


def test_every_function_is_spelled_in_both_libraries():
    assert {name: list(texts) for name, texts in SPELLED.items()} == dict.fromkeys(
        LIBRARIES, list(FUNCTIONS)
    )


@pytest.mark.long
@pytest.mark.parametrize("name", LIBRARIES)
def test_every_fault_is_found_and_nothing_right_accused_in_a_longer_hunt(name):
    census = Census()
    census.primitives(library(name), 60)
    census.functions(library(name), 60)
    print(name, dict(census.count))  # the figures, with pytest -s
    assert (census.missed, census.accused) == ([], [])
