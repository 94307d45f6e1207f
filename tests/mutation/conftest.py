"""Modules that pytest must not import for doctests, because they need cosmic-ray."""

collect_ignore = ["mutants.py", "run.py"]
