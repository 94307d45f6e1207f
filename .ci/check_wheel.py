"""Check that a wheel holds exactly the packages: modules, data files, licence, compiled code.

python .ci/check_wheel.py {plain|compiled} WHEEL
"""

import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CODE = (".so", ".pyd")


def extensions(form):
    """The extension modules that belong in a wheel of that form, as paths without their endings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = [*project["tool"]["microgradlike"]["compiled"], "microgradlike.compiled__mypyc"]
    return {name.replace(".", "/") for name in names} if form == "compiled" else set()


def main(form, wheel):
    everything = zipfile.ZipFile(wheel).namelist()
    names = {name for name in everything if ".dist-info/" not in name}
    code = {name for name in names if name.endswith(CODE)}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in CODE
    }
    if names - code != wanted:
        sys.exit(f"{wheel}: missing {wanted - names}, too many {names - code - wanted}")
    found = {name.split(".", 1)[0] for name in code}
    if found != extensions(form) or len(found) != len(code):
        sys.exit(f"{wheel}: {form}, but the compiled modules are {sorted(found)}")
    pure = wheel.endswith("-none-any.whl")
    if pure != (form == "plain"):
        sys.exit(f"{wheel}: the tag does not fit what is {form}")
    if not any(name.endswith("/LICENSE") for name in everything if ".dist-info/" in name):
        sys.exit(f"{wheel}: no LICENSE")
    print(f"{Path(wheel).name}: {len(names)} files, {len(code)} of them compiled, as in the tree")


main(*sys.argv[1:])
