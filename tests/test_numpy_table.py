"""The page on NumPy is what NumPy gives over Values; nothing there is wrong in silence."""

import copy
import dataclasses
import math
import statistics

import numpy as np
import pytest

from microgradlike import Value
from tests import numpy_table as table

AGAIN = "docs/reference/numpy.md is out of date: python -m tests.numpy_table writes it anew"
# NumPy compares the objects of a plain array itself: an operand for a truth, nan like any number,
# Values by identity
BY_NUMPY = {
    "np.logical_and(A, B)", "np.logical_and(A, 0.45)", "np.logical_and(0.45, A)",
    "np.logical_or(A, B)", "np.logical_or(A, 0.45)", "np.logical_or(0.45, A)",
    "np.hypot.reduce(-A[:1])", "np.array_equal(A, A + 0.0)", "np.array_equal(N, N)",
    "np.maximum(N, 0.5)", "np.max(N)", "np.fmin(0.5, N)", "np.clip(N, 0.4, 0.7)", "np.nansum(N)",
    "np.nanmean(N)", "np.nanmedian(N)", "np.sort(N)", "np.argmax(N)", "np.argsort(N)",
    "np.unique(N)", "N.argmin()",
}  # fmt: skip
EVERY_LINE = [(section, line) for section in table.SECTIONS for line in table.lines(section)]


def test_the_page_is_what_running_it_gives():
    page = table.PAGE.read_text(encoding="utf-8")
    if f"NumPy {np.__version__}." not in page:
        pytest.skip("the page has the answers of another version")
    assert page == table.document(), AGAIN


@pytest.mark.parametrize(("section", "line"), EVERY_LINE, ids=lambda x: x[0] if x else "")
def test_no_function_gives_a_wrong_number_in_silence(section, line):
    for formula in line[0]:
        plain, ours, recorded = table.answers(formula)
        assert table.WRONG not in (ours, recorded), formula
        assert plain != table.WRONG or formula in BY_NUMPY, formula


def test_what_does_not_work_has_a_way_out():
    for section in table.SECTIONS:
        for (got, note), formulas in table.grouped(section):
            assert note or set(got) == {table.WORKS}, formulas


@pytest.mark.parametrize(
    "spoil",
    [
        lambda arguments: {**arguments, "A": np.array([v.data for v in arguments["A"]])},
        lambda arguments: {**arguments, "A": arguments["A"] * 1.001},
        lambda arguments: {**arguments, "A": arguments["A"] + 1e-9},
    ],
    ids=["detached", "scaled", "moved"],
)
def test_a_wrong_answer_is_seen(monkeypatch, spoil):
    of_values = table.of_values

    def spoiled(kind):
        arguments, values = of_values(kind)
        return spoil(arguments), values

    assert table.answers("np.sum(A * A)")[0] == table.WORKS
    monkeypatch.setattr(table, "of_values", spoiled)
    assert table.answers("np.sum(A * A)")[0] == table.WRONG


def test_a_truth_is_told_from_a_number():
    assert table.answer(lambda formula, slopes: ([True], []), "", [1.0], []) == table.WRONG
    assert table.answer(lambda formula, slopes: ([True], []), "", [True], []) == table.WORKS


def test_beyond_numpy_as_the_page_says():
    @dataclasses.dataclass
    class Holder:
        x: Value

    v = Value(2.0)
    for f in (statistics.mean, statistics.stdev):
        with pytest.raises(TypeError):
            f([v, v])
    with pytest.raises(TypeError, match=r"microgradlike\.sin"):
        math.sin(v)
    for copied in (dataclasses.asdict(Holder(v))["x"], copy.deepcopy(v)):
        (v * v).backward()
        assert (copied is not v, copied.data, copied.grad) == (True, 2.0, 0.0)
        with pytest.raises(TypeError, match="would drag its graph along"):
            copy.deepcopy(v * v)
        v.grad = 0.0
