"""A worker: tries mutants in its own copy of the project.

    python -m tests.mutation.worker COPY

For each mutant it reads a line of JSON, {"module", "code", "tests", "first"}, and answers with
another: true if the mutant survived. Tests that -k selects by `first` run first. Other packages are
imported once, and each mutant runs in a fork.
"""

import json
import os
import signal
import sys
from pathlib import Path

LIMIT = 180  # seconds; a mutant that hangs counts as killed


def main(copy):
    os.chdir(copy)
    sys.path[:0] = [copy]
    answers = os.fdopen(os.dup(1), "w")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    import hypothesis  # noqa: F401
    import mpmath  # noqa: F401
    import numpy  # noqa: F401
    import pytest

    for line in sys.stdin:
        task = json.loads(line)
        path = Path(copy) / task["module"]
        whole = path.read_text(encoding="utf-8")
        path.write_text(task["code"], encoding="utf-8")
        try:
            survived = passes(pytest, task["tests"], task["first"]) and passes(
                pytest, task["tests"]
            )
            answers.write(json.dumps(survived) + "\n")
            answers.flush()
        finally:
            path.write_text(whole, encoding="utf-8")


def passes(pytest, tests, names=None):
    """True if all tests pass, or those of some names, in a fork of this process."""
    if names == "":
        return True
    chosen = [] if names is None else ["-k", names]
    child = os.fork()
    if child == 0:
        signal.alarm(LIMIT)
        os._exit(
            pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--assert=plain", *chosen, *tests])
        )
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) in ((0,) if names is None else (0, 5))  # 5: no test


if __name__ == "__main__":
    main(sys.argv[1])
