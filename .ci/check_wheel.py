"""Whether a wheel holds exactly the packages: modules, data files, the licence, nothing else."""

import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main(wheel):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    meta = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" in name}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for top in ("microgradlike", "viz")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    if names != wanted:
        sys.exit(f"{wheel}: missing {sorted(wanted - names)}, too many {sorted(names - wanted)}")
    if not any(name.endswith("LICENSE") for name in meta):
        sys.exit(f"{wheel}: no LICENSE")
    print(f"{Path(wheel).name}: {len(names)} files, as in the tree")


main(sys.argv[1])
