"""Print the lowest versions that pyproject.toml allows of what users and tests need, for pip -c.

python .ci/lowest.py >constraints.txt
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXTRAS = ("dot", "llvm", "plot", "progress", "testing", "test")


def lowest(project):
    """The lines "name==version", one for each lower bound of the dependencies and EXTRAS."""
    extras = project["optional-dependencies"]
    requirements = [*project["dependencies"], *(r for extra in EXTRAS for r in extras[extra])]
    bounds = (re.fullmatch(r"([\w.-]+)>=([\d.]+)", requirement) for requirement in requirements)
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    print(*lowest(project), sep="\n")
