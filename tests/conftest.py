"""Hypothesis profiles, and the rule that a skip is fine on a user's machine and a failure in CI."""

import gc
import os

from hypothesis import settings

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_collection_finish():
    """Leave what was collected out of garbage collection, a quarter of the time of the tests."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session):
    """Fail where MICROGRADLIKE_NO_SKIPS is set and a test was skipped for want of something."""
    if not os.environ.get("MICROGRADLIKE_NO_SKIPS"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", [])
    if skipped:
        for report in skipped:
            reporter.write_line(f"skipped where nothing may be: {report.nodeid} {report.longrepr}")
        session.exitstatus = 1
