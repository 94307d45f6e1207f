"""A test for pytest that repeats the check of a given gradient."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from types import FunctionType
from typing import Any

from microgradlike import ops
from microgradlike.op import Op
from microgradlike.testing.check.function_under_test import FunctionUnderTest
from microgradlike.testing.check.report import GivenEntry


def pytest_case(
    function: FunctionUnderTest, gradient: Any, numbers: Any, entries: Sequence[GivenEntry]
) -> str:
    """The test as text, with a heading; it fails as long as one of the entries is not right.

    Functions of a module are imported. Another function has to be pasted, and of another gradient
    the `numbers` stand in the test.
    """
    f, point = function.f, function.point.plain_code()
    name, f_import = _named(f, "f")
    theirs, import_of_theirs = _named(gradient, "")
    theirs = theirs if import_of_theirs else repr(numbers)
    lines = ["from microgradlike.testing import check_gradients", import_of_theirs]
    lines.append(f_import or f"# define {name} here, as the check got it")
    if not import_of_theirs and ("nan" in theirs or "inf" in theirs):
        lines.append("from math import inf, nan")
    if "np.array(" in point:
        lines.append("import numpy as np")
    worst = min(entries, key=lambda entry: entry.right)
    right = worst.entry.analytic if math.isnan(worst.exact) else worst.exact
    lines += [
        "def test_the_gradient():",
        f"    report = check_gradients({name}, {point}, order=1, gradient={theirs})",
        f"    assert not report.given_lost  # {worst.name} is {right!r}",
    ]
    return "\n".join(["to keep it as a test:", *(f"    {line}" for line in lines if line)])


def _named(f: object, name: str) -> tuple[str, str]:
    """The name of a function in the test, and the import of it, "" if there is none."""
    if isinstance(f, Op) and ops.TABLE.get(f.name) is f:
        return f'ops.TABLE["{f.name}"]', "from microgradlike import ops"
    if isinstance(f, FunctionType) and f.__name__.isidentifier():
        module, name = f.__module__, f.__name__
        known = module != "__main__" and getattr(sys.modules.get(module), name, None) is f
        return name, f"from {module} import {name}" if known else ""
    return name, ""
