"""A fixture for pytest, `digits`, whose reports are printed for tests that fail.

`pytest_plugins = ["microgradlike.testing.digits_fixture"]` in conftest.py turns it on.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from microgradlike.accuracy.digits import digits as digits_of
from microgradlike.accuracy.report import Digits
from microgradlike.engine import Value


@pytest.fixture
def digits(request: pytest.FixtureRequest) -> Callable[[Value], Digits]:
    """`microgradlike.digits`; if the test fails, pytest prints the reports that it made."""

    def report(y: Value) -> Digits:
        made = digits_of(y)
        request.node.add_report_section("call", f"digits of {y.label or 'the result'}", str(made))
        return made

    return report
