"""Compilation: a function recorded once as a Program, and run by the backend of your choice."""

import time

IMPORTED = time.time_ns()  # a source file that is newer is not the one that runs
