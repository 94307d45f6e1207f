"""A second opinion finds every fault in gradients of PyTorch and JAX, and accuses no right one."""

import doctest

import numpy as np
import pytest

from microgradlike import sin
from microgradlike.testing import check_gradients
from tests.docs.markdown import fences
from tests.oracle.libraries import Jax, Torch
from tests.oracle.opinions import FUNCTIONS, SPELLED, Census

LIBRARIES = {"torch": Torch(), "jax": Jax()}
FAULTY = {"torch": ["tanh", "asinh", "acosh", "pow"], "jax": ["hypot"]}
RIGHT = {"torch": ["exp", "log", "div", "abs", "maximum"], "jax": ["relu"]}
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
    assert {name: list(texts) for name, texts in SPELLED.items()} == {
        name: list(FUNCTIONS) for name in LIBRARIES
    }


@pytest.mark.long
@pytest.mark.parametrize("name", LIBRARIES)
def test_every_fault_is_found_and_nothing_right_accused_in_a_longer_hunt(name):
    census = Census()
    census.primitives(library(name), 60)
    census.functions(library(name), 60)
    print(name, dict(census.count), census.left_out)  # the figures, with pytest -s
    assert (census.missed, census.accused) == ([], [])


# gradients as users have them


def product(a, b):
    return a * b * b


def loss(p):
    return np.sum(np.tanh(p["w"] * 2.0)) * p["b"][0] + p["b"][1]


POINT = {"w": np.array([[0.1, -0.2], [0.3, 0.4]]), "b": [2.0, 0.5]}


def agrees(f, *point, gradient):
    report = check_gradients(f, *point, order=1, gradient=gradient)
    assert {entry.verdict for entry in report.given} == {"agrees"}
    return {entry.precision for entry in report.given}


def test_tensors_of_torch_are_a_gradient():
    torch = pytest.importorskip("torch")

    def closure(a, b):
        assert (a, b) == (3.0, 2.0)  # as the user gave it
        xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in (a, b)]
        product(*xs).backward()
        return [x.grad for x in xs]

    assert agrees(product, 3.0, 2.0, gradient=closure) == {"float64"}
    at = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    alone = torch.autograd.grad(torch.sin(at), at, create_graph=True)
    assert alone[0].requires_grad
    assert agrees(sin, 0.5, gradient=alone) == {"float64"}
    assert agrees(sin, 0.5, gradient=torch.cos(torch.tensor(0.5))) == {"float32"}
    assert agrees(sin, 0.5, gradient=torch.cos(torch.tensor(0.5)).bfloat16()) == {"bfloat16"}

    def nested(p):
        w = torch.tensor(p["w"], requires_grad=True)
        b = torch.tensor(p["b"], dtype=torch.float64, requires_grad=True)
        (torch.tanh(w * 2).sum() * b[0] + b[1]).backward()
        return {"b": b.grad, "w": w.grad}

    assert agrees(loss, POINT, gradient=nested) == {"float64"}


def test_arrays_of_jax_are_a_gradient():
    jax = pytest.importorskip("jax")

    def theirs(p):
        return jax.numpy.sum(jax.numpy.tanh(p["w"] * 2)) * p["b"][0] + p["b"][1]

    assert agrees(product, 3.0, 2.0, gradient=jax.numpy.float32([4.0, 12.0])) == {"float32"}
    assert agrees(loss, POINT, gradient=jax.grad(theirs)) <= {"float32", "float64"}


# the page


def test_the_recipes_of_the_page_print_what_it_says(tmp_path, monkeypatch):
    """With those in PyTorch, JAX and C, which the tests of pages cannot assume."""
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    page = "docs/how-to/judge-a-gradient.md"
    monkeypatch.chdir(tmp_path)
    names, said = {"__name__": "page"}, []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    recipes = [block for block in fences(page) if block.language in ("python", "text")]
    for block in recipes:
        test = doctest.DocTestParser().get_doctest(block.code, names, page, page, block.line - 1)
        test.globs = names
        runner.run(test, out=said.append, clear_globs=False)
    assert [block.language for block in recipes].count("text") == 3
    assert runner.failures == 0, "".join(said)
