"""Hypothesis profiles, and the rule that a skipped test is a failure in CI only."""

import gc
import os

from hypothesis import given, settings, strategies as st

collect_ignore = ["typed"]  # programs that test_types.py runs and checks

os.environ["MICROGRADLIKE_CACHE"] = "off"  # its tests take a directory of their own

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("brief", settings.get_profile("ci"), max_examples=25)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_finish():
    """Leave what was collected out of garbage collection, a quarter of the time of the tests."""
    given(st.none())(lambda nothing: None)()  # it would not find what holds its generator later on
    gc.collect()
    if hasattr(gc, "freeze"):  # PyPy has none
        gc.freeze()


def pytest_sessionfinish(session):
    """Fail if a test was skipped and MICROGRADLIKE_NO_SKIPS is set."""
    if not os.environ.get("MICROGRADLIKE_NO_SKIPS"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", [])
    if skipped:
        for report in skipped:
            reporter.write_line(f"skipped where nothing may be: {report.nodeid} {report.longrepr}")
        session.exitstatus = 1
