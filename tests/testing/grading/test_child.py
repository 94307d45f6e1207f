"""The child process, in this one: the class it finds, and the numbers and errors it sends."""

import io
import json
import math
import os
import sys

import pytest

from microgradlike.testing.grading import child
from tests.testing.grading.engines import CLOSURES, TUPLES


@pytest.fixture
def sent(tmp_path, monkeypatch):
    """A function that runs the child on an engine and some expressions, and gives its results."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(os, "_exit", lambda status: None)

    def run(code, *texts, passes=1, name="Value"):
        path = tmp_path / "my_engine.py"
        path.write_text(code, encoding="utf-8")
        job = {
            "path": str(path),
            "class": name,
            "functions": {"tanh": ["tanh"], "abs": ["abs", "__abs__"]},
            "results": str(tmp_path / "results"),
            "seconds": 60,
            "import_seconds": 60,
            "runs": [{"text": t, "at": {"a": 2.0, "b": 3.0}, "passes": passes} for t in texts],
        }
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(job)))
        child.main()
        sys.modules.pop("my_engine", None)
        return [json.loads(line) for line in (tmp_path / "results").read_text().splitlines()]

    return run


def test_a_run_gives_value_gradients_and_data(sent):
    first, outcome = sent(CLOSURES, "d = a * b; d + a")
    assert first == {"problem": ""}
    assert outcome == {
        "numbers": {"value": 8.0, "a.grad": 4.0, "b.grad": 2.0},
        "changed": {},
    }
    assert sent(CLOSURES, "a.__init__(5.0) or b")[-1]["changed"] == {"a.data": 5.0}
    assert sent(CLOSURES, "a + b", passes=0)[-1]["numbers"] == {"value": 5.0}


def test_functions_are_methods_or_functions_of_the_module(sent):
    code = f"{TUPLES}\n\ndef tanh(x):\n    return x * 2\n"
    assert sent(code, "tanh(a)")[-1]["numbers"]["value"] == 4.0
    code = f"from math import tanh\n{TUPLES}"
    assert sent(code, "tanh(a)")[-1] == {
        "error": "NotImplementedError: tanh",
        "kind": "NotImplementedError",
        "outside": True,
    }


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("class Value:\n    def __init__(self)\n", "line 2: SyntaxError: expected ':'"),
        ("import math\nraise SystemExit('bye')", "line 2: SystemExit: bye"),
        ("x = 1", "the file has no class Value; the grader needs one"),
        (
            "class Number:\n    pass",
            "the file has no class Value; --class names another, such as Number",
        ),
        (
            "class Value:\n    def __init__(self, x):\n        self.x = x",
            "a Value has no data; the grader calls backward() on the result",
        ),
    ],
)
def test_a_file_that_cannot_be_graded_is_told_with_its_line(code, problem, sent):
    assert sent(code, "a")[0]["problem"].startswith(problem)


def test_errors_have_the_learners_line_or_are_outside_of_the_code(sent):
    code = CLOSURES.replace("math.tanh(self.data)", "tan_h(1)")
    line = code[: code.index("tan_h")].count("\n") + 1
    inside, outside = sent(code, "tanh(a)", "a @ b")[1:]
    assert inside["error"] == f"line {line}: NameError: name 'tan_h' is not defined"
    assert not inside["outside"]
    assert outside["error"].startswith("TypeError: unsupported operand")
    assert outside["outside"]


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("def backward(self)", "def backward(self, g)", "TypeError: Value.backward() missing 1"),
        ("self.data = data", "self.data = [data]", "data or grad is of type list, not a number"),
        ("self.grad = 0", "self.zero = 0", "a Value has no grad; the grader calls backward()"),
    ],
)
def test_errors_of_the_grader_itself_are_no_missing_operations(old, new, error, sent):
    outcome = sent(CLOSURES.replace(old, new), "a")[-1]
    assert outcome["error"].startswith(error)
    assert not outcome["outside"]


def test_functions_of_plain_numbers_are_not_taken_for_operations(sent):
    code = f"import math\n\ndef tanh(x):\n    return math.tanh(x)\n\n{TUPLES}"
    code = code.replace("def tanh(self", "def _tanh(self")
    assert sent(code, "tanh(a)")[-1]["kind"] == "NotImplementedError"
    code = code.replace("tanh(x)\n", "tanh(x.data)\n")
    assert sent(code, "tanh(a)")[-1]["kind"] == "NotImplementedError"


def test_a_file_named_as_a_library_or_in_a_package_imports_as_usual(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    package = tmp_path / "learners_package"
    package.mkdir()
    for name, code in (
        ("__init__", "from .engine import Value"),
        ("engine", "from .names import LABEL\nclass Value: label = LABEL"),
        ("names", "LABEL = 'a'"),
    ):
        (package / f"{name}.py").write_text(code)
    assert child.load(str(package / "engine.py"), "Value")[1].label == "a"
    (tmp_path / "math.py").write_text("import math\nclass Value: pi = math.pi")
    module, found = child.load(str(tmp_path / "math.py"), "Value")
    assert found.pi == math.pi
    assert sys.modules["math"] is math
    for name in [n for n in sys.modules if n.startswith("learners_package")] + [module.__name__]:
        monkeypatch.delitem(sys.modules, name)


def test_results_of_another_type_are_told(sent):
    code = CLOSURES.replace("out = Value(math.tanh(self.data), (self,))", "return 3.0")
    assert sent(code, "tanh(a)")[-1]["error"] == "the result is of type float, not Value"


def test_a_class_without_a_backward_pass_still_has_values(sent):
    code = "class Value:\n    def __init__(self, x):\n        self.data = x"
    assert sent(code, "a", passes=0)[-1]["numbers"]["value"] == 2.0
    assert sent(code, "a")[-1]["error"].startswith(
        "a Value has no backward and no grad; the grader"
    )


def test_numbers_may_be_none_or_values():
    class Wrapped:
        data = 3

    assert (child.number(None), child.number(2), child.number(Wrapped())) == (None, 2.0, 3.0)
