"""No tests here: what pytest looks into for doctests would want cosmic-ray."""

collect_ignore = ["mutants.py", "run.py"]
