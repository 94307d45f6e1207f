"""Write docs/trust.md: python -m tests.trust, from the project's root.

Needs torch, jax, autograd, casadi and mpmath (python -m pip install -e ".[test,oracle]"). It
measures the JavaScript engines that are here: ".[renderers]" has two, .ci/run installs more.
"""

import datetime
import os
import platform
import sys
import time
from importlib.metadata import version

from tests import ROOT
from tests.oracle.libraries import LIBRARIES
from tests.trust import accuracy, answers, classics, javascript, mutants, programs
from tests.trust.report import document

PAGE = ROOT / "docs" / "trust.md"


def main():
    say("asking the others at the edge points")
    answers.ask_all()
    say("measuring errors in ulp")
    errors = accuracy.measure()
    say("running random programs")
    census = programs.measure()
    say("losing digits by the classics")
    lost = classics.section()
    say("asking the engines of browsers")
    engines = javascript.measured()
    found = mutants.read()
    page = document(answers.read(), errors, census, lost, engines, found, versions())
    PAGE.write_text(page, encoding="utf-8")
    say(f"wrote {PAGE.name}")
    if found is None:
        sys.exit(f"but it has no results of mutation testing: {mutants.COMMAND} makes them first")


def say(text):
    print(f"{time.process_time():5.0f} s  {text}", flush=True)


def versions():
    """Date, versions and machine of the measurement."""
    packages = (
        "microgradlike",
        *(library.name for library in LIBRARIES),
        "jaxlib",
        "numpy",
        "mpmath",
    )
    known = ", ".join(f"{name} {version(name).partition('+')[0]}" for name in packages)
    libc = " ".join(platform.libc_ver()) or "unknown"
    return (
        f"{datetime.date.today():%d %B %Y}. {platform.python_implementation()}"
        f" {platform.python_version()}, {known}. {platform.system()} on {platform.machine()},"
        f" {os.cpu_count()} cores, C library {libc}."
    )


if __name__ == "__main__":
    main()
