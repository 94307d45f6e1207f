"""All benchmarks, or the parts named:  python -m benchmarks [part ...] [--save NAME]

`--save` keeps the figures in results/NAME.json and writes the tables of README.md. Parts whose
packages are not installed are left out.
"""

import importlib

from benchmarks.shared import command

MODULES = (
    "eager.__main__",
    "eager.derivatives",
    "eager.lines",
    "digits",
    "compiled.__main__",
    "page.__main__",
)


def parts():
    found = {}
    for name in MODULES:
        try:
            found |= importlib.import_module(f"benchmarks.{name}").PARTS
        except ModuleNotFoundError as error:
            print(f"benchmarks.{name} is left out: {error.name} is not installed")
    return found


if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], parts())
