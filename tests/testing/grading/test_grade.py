"""Engines of learners: the right ones pass, and mistakes are named or described."""

import re
import subprocess
import time

import pytest

from microgradlike.graph import topological
from microgradlike.testing import grade
from microgradlike.testing.grading import outcomes
from microgradlike.testing.grading.trials import TRIALS
from tests.testing.grading.engines import CLOSURES, RIGHT, SEEDED, TUPLES, seeded

# one of each kind in the normal command; the others are variants of them
EVERY_KIND = [
    "closures without +=",
    "a set of operands",
    "breadth first",
    "n * x**n",
    "tanh of the input",
    "no __radd__",
    "sum in place",
    "sign of sub",
    "relu passes",
]
OTHERS = sorted(set(SEEDED) - set(EVERY_KIND))


@pytest.fixture
def graded(tmp_path):
    """A function that grades an engine given as text."""

    def run(code):
        path = tmp_path / "my_engine.py"
        path.write_text(code, encoding="utf-8")
        return grade(path)

    return run


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_engine_passes(name, graded):
    report = graded(RIGHT[name])
    assert report.is_right, report
    assert "All that is there is right." in str(report)
    assert "wrong" not in str(report)


@pytest.mark.parametrize(
    "name", [*EVERY_KIND, *[pytest.param(n, marks=pytest.mark.long) for n in OTHERS]]
)
def test_a_mistake_is_named_alone(name, graded):
    code, start = seeded(name)
    report = graded(code)
    assert len(report.mistakes) == 1, report
    assert report.mistakes[0].startswith(start)
    assert not report.is_right


def test_inner_gradients_that_are_not_reset_are_a_note_as_in_micrograd(graded):
    report = graded(TUPLES)
    assert "Inner gradients are not reset before a second backward()" in report.notes[0]
    assert "after a second backward() a.grad is -30, not -10 or -20" in report.notes[0]
    assert "RecursionError" in report.notes[1]


@pytest.mark.parametrize("reset", ["0", "0 if v.operands else v.grad"])
def test_leaves_may_add_up_over_passes_or_not(reset, graded):
    first = f"for v in self.topological():\n            v.grad = {reset}\n        self.grad = 1\n"
    report = graded(TUPLES.replace("self.grad = 1\n", first))
    assert report.is_right
    assert "second backward" not in str(report)


def test_a_second_pass_that_fits_nothing_is_given_by_its_numbers(graded):
    report = graded(TUPLES.replace("self.grad = 1\n", "self.grad = 1 + 4 * self.grad\n"))
    assert report.is_right
    assert report.notes[0].endswith("a.grad is -70, not -10 or -20.")


def test_two_mistakes_are_told_apart(graded):
    code = TUPLES.replace("grad += ", "grad = ").replace("y * (1 - y)", "y")
    assert graded(code).mistakes == (
        "gradients are overwritten, not added",
        "derivative of sigmoid(x): the value of the result is taken for the derivative",
    )


def test_numbers_that_no_mistake_explains_are_shown_without_a_guess(graded):
    report = graded(TUPLES.replace("1 / self.data,", "0.123,"))
    assert report.mistakes == ("unknown",)
    assert re.search(
        r"fails: log\(a\)    for a = 4\n +yours +right\n  value +1.386 +1.386\n"
        r"  a.grad +0.123 +0.25\nNo known mistake explains 2 expressions\.",
        str(report),
    )


def test_the_smallest_expression_comes_with_the_numbers_and_the_way_out(graded):
    text = str(graded(seeded("closures without +=")[0]))
    assert "  paths    wrong      a + a\n" in text
    assert re.search(r"fails: a \+ a    for a = 3\n.*\n.*\n  a.grad +1 +2\n", text)
    assert "Way out: add with `+=`; chapter 2 of the tutorial" in text
    assert re.search(r"It explains \d\d expressions that fail\.", text)


def test_changed_data_is_shown_beside_the_data_before(graded):
    text = str(graded(seeded("__iadd__ in place")[0]))
    assert re.search(r"  a.data +1 +3\n", text)


def test_gradients_may_be_none_before_a_pass_and_values_of_other_types(graded):
    code = CLOSURES.replace("self.grad = 0.0", "self.grad = None")
    code = code.replace(
        "        self.grad = 1.0\n",
        "        for v in order:\n            v.grad = 0\n        self.grad = 1.0\n",
    )
    assert graded(code).is_right


# engines that end badly, and the line of the report
BAD_ENDS = {
    "loop": ("math.tanh(self.data)", "__import__('time').sleep(99)", r"it does not end; line \d+"),
    "exit": (
        "math.tanh(self.data)",
        "__import__('os')._exit(3)",
        "the process ends, with status 3",
    ),
    "SystemExit": ("math.tanh(self.data)", "exit()", r"line \d+: SystemExit"),
    "NameError": ("math.tanh(self.data)", "tan_h(1)", r"line \d+: NameError: name 'tan_h'"),
    "strange type": (
        "out = Value(math.tanh(self.data), (self,))\n",
        "return 3.0\n",
        "the result is of type float",
    ),
}


@pytest.mark.parametrize("name", BAD_ENDS)
def test_an_operation_that_ends_badly_leaves_the_rest_of_the_report(name, graded):
    old, new, line = BAD_ENDS[name]
    begin = time.monotonic()
    text = str(graded(CLOSURES.replace(old, new)))
    assert time.monotonic() - begin < 10
    assert re.search(line, text)
    assert "  exp      right\n" in text
    assert "  neuron   right      not run: tanh(a * b + c)" in text or "end like this" in text


def test_nothing_is_guessed_while_sums_and_products_are_unexplained(graded):
    report = graded(TUPLES.replace("self.grad = 1\n", "self.grad = self.data\n"))
    assert report.mistakes == ("unknown",)


def test_data_that_is_rounded_at_construction_is_not_called_a_change(graded):
    report = graded(TUPLES.replace("= data, 0", "= int(data), 0"))
    assert "an operation changes" not in str(report)
    assert "fails: a    for a = 0.5" in str(report)


@pytest.mark.parametrize(
    ("way", "line"),
    [
        ("while True: pass", r"  it does not end; line \d+\n"),
        ("__import__('os')._exit(1)", "  the process ends, with status 1\n"),
    ],
)
def test_an_engine_whose_backward_never_returns_costs_three_runs_and_a_line(
    way, line, graded, monkeypatch
):
    monkeypatch.setattr(outcomes, "RUN_SECONDS", 0.3)
    begin = time.monotonic()
    text = str(graded(TUPLES.replace("self.grad = 1\n", f"{way}\n")))
    assert time.monotonic() - begin < 10
    assert "  data     right\n  +        wrong      a + b\n" in text
    assert len(re.findall(line, text)) == 1
    assert "not run" in text


def test_an_import_that_loops_is_ended_and_its_line_is_named(graded, monkeypatch):
    monkeypatch.setattr(outcomes, "IMPORT_SECONDS", 0.5)
    with pytest.raises(ValueError, match=r"my_engine\.py: the import: it does not end; line 2"):
        graded("x = 1\nwhile True: pass\n")


def test_a_grading_has_ten_seconds_for_imports_and_all_runs_that_do_not_end():
    assert outcomes.ENDS * outcomes.RUN_SECONDS < outcomes.SECONDS < 10
    assert outcomes.IMPORT_SECONDS < outcomes.SECONDS


@pytest.mark.parametrize("trial", TRIALS, ids=lambda t: t.text)
def test_no_trial_is_at_a_kink(trial):
    """Conventions at a kink differ."""
    for point in trial.points:
        y, _ = trial.graph(point)
        operands = [
            (v.op, [getattr(x, "data", x) for x in v.operands]) for v in topological(y) if v.op
        ]
        assert all(op.kink is None or op.kink(*xs) > 0.1 for op, xs in operands)


def test_a_process_that_stops_its_own_clock_is_ended(graded, monkeypatch):
    def run(*arguments, timeout, **options):
        raise subprocess.TimeoutExpired("python", timeout)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(ValueError, match="the import: it does not end"):
        graded(TUPLES)


def test_a_missing_reflected_operator_is_shown_with_its_error(graded):
    text = str(graded(seeded("no __rmul__")[0]))
    assert re.search(
        r"fails: 2 \* a    for a = 3\n  TypeError: unsupported operand.*\nThis looks", text
    )
    assert "  *        right      not there: 2 * a\n" in text
