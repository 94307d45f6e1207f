"""The tutorial's notebooks as a JupyterLite folder: `python docs/jupyterlite.py OUT`.

JupyterLite is JupyterLab in the browser, with Pyodide for a kernel. `python -m http.server -d OUT`
serves the folder. It is built in an environment of its own, since its kernel package disturbs a
JupyterLab in the same one, and takes about a minute. `npm ci` and `pip install -e ".[docs]"` come
before. The kernel comes from the network when a notebook is opened.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))

PACKAGES = ("jupyterlite-core==0.8.6", "jupyterlite-pyodide-kernel==0.8.6", "jupyter-server>=2")
GRAPHVIZ = DOCS.parent / "node_modules" / "@hpcc-js" / "wasm-graphviz" / "dist" / "index.js"
FIRST_CELL = """\
# for the browser: microgradlike, and Graphviz for its pictures
import pathlib, piplite, pyodide

await piplite.install("microgradlike", deps=False)
from viz.dot.render import lend_graphviz

script = pathlib.Path("/drive/graphviz.js").read_text(encoding="utf-8")
load = pyodide.code.run_js(
    "async text => (await import(URL.createObjectURL("
    "new Blob([text], {type: 'text/javascript'})))).Graphviz.load()"
)
graphviz = await load(script)
lend_graphviz(lambda source: graphviz.dot(source))"""


def with_first_cell(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook that begins with the installation in the browser."""
    cell: dict[str, Any] = {"cell_type": "code", "execution_count": None, "id": "browser"}
    cell |= {"metadata": {}, "outputs": [], "source": FIRST_CELL}
    kernel = {"kernelspec": {"display_name": "Python (Pyodide)", "name": "python"}}
    metadata = notebook["metadata"] | kernel
    return notebook | {"cells": [cell, *notebook["cells"]], "metadata": metadata}


def contents(folder: Path) -> None:
    """Write the notebooks, and Graphviz beside them."""
    subprocess.run([sys.executable, DOCS / "notebooks.py", "--out", folder], check=True)
    for path in folder.rglob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(with_first_cell(notebook), indent=1), encoding="utf-8")
    shutil.copy(GRAPHVIZ, folder / "graphviz.js")


def build(out: Path) -> None:
    """Build the folder in a new environment."""
    from live import build_wheel

    if not GRAPHVIZ.exists():
        sys.exit(f"there is no {GRAPHVIZ}: run npm ci first")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        contents(work / "files")
        wheel = build_wheel(work)
        venv.create(work / "venv", with_pip=True)
        python = work / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *PACKAGES], check=True)
        options = ["--contents", work / "files", "--piplite-wheels", wheel, "--output-dir", out]
        (work / "lite").mkdir()  # without settings of its own
        command = [python, "-m", "jupyter", "lite", "build", "--no-sourcemaps", "--lite-dir"]
        subprocess.run([*command, work / "lite", *options], check=True, cwd=work)


def main() -> None:
    """Build the folder and print its path."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("out", type=Path, metavar="OUT")
    out = parser.parse_args().out.resolve()
    build(out)
    print(out)


if __name__ == "__main__":
    main()
