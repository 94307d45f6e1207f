"""Live cells: the code of executed pages runs in the browser, edited or not.

`live_pyodide` is the address of Pyodide, by default that of its own distribution. A path such as
`-D live_pyodide=/pyodide/` takes it from the server of the site. `npm ci` brings Graphviz, which
`draw` needs in the browser, and the Pyodide that compiles modules while the site is built.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "docs" / "_static" / "live"
COMPILER = Path(__file__).with_name("bytecode.mjs")
PACKAGE = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
PYODIDE = f"https://cdn.jsdelivr.net/pyodide/v{PACKAGE['devDependencies']['pyodide']}/full/"
SOURCES = ("microgradlike", "viz", "pyproject.toml", "setup.py", "README.md", "LICENSE")
NOT_SOURCES = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_config_value("live_pyodide", PYODIDE, "html", str)
    app.add_config_value("live_modules", str(ROOT / "node_modules"), "", str)
    app.connect("builder-inited", add_files)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def add_files(app: Sphinx) -> None:
    """Put the scripts, the plain wheel and Graphviz into the site."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "live")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(STATIC, target, ignore=NOT_SOURCES)
    app.live_wheel = build_wheel(target)  # type: ignore[attr-defined]
    modules = Path(app.config.live_modules)
    graphviz = modules / "@hpcc-js" / "wasm-graphviz"
    try:
        shutil.copy(graphviz / "dist" / "index.js", target / "graphviz.js")
        shutil.copy(graphviz / "LICENSE", target / "graphviz.LICENSE")
        shutil.copy(_license_of_python(), target / "python.LICENSE")
        # beside the pages, since it takes seconds
        compiler = ["node", COMPILER, modules / "pyodide", app.live_wheel, target]  # type: ignore[attr-defined]
        app.live_compiler = subprocess.Popen(compiler, stderr=subprocess.PIPE, text=True)  # type: ignore[attr-defined]
    except FileNotFoundError as error:
        message = "live cells lack Graphviz or bytecode, no %s: install node, and run `npm ci`"
        logging.getLogger(__name__).warning(message, error.filename, type="live")


def finish(app: Sphinx, _error: Exception | None) -> None:
    """Wait for the bytecode; ExtensionError if it was not made."""
    compiler: subprocess.Popen[str] | None = getattr(app, "live_compiler", None)
    if compiler is None:
        return
    said = compiler.communicate()[1]
    if compiler.returncode:
        raise ExtensionError(f"the bytecode for live cells was not made: {said[-500:]}")


def add_scripts(app: Sphinx, _page: str, _template: str, _context: Any, doctree: Any) -> None:
    """Add the scripts to a page that has executed cells."""
    if doctree is None or not any(map(_is_cell, doctree.findall(nodes.container))):
        return
    wheel: Path = app.live_wheel  # type: ignore[attr-defined]
    version = hashlib.sha256(wheel.read_bytes()).hexdigest()[:8]  # a new wheel may have an old name
    attributes = {
        "data-pyodide": app.config.live_pyodide,
        "data-wheel": f"{wheel.name}?v={version}",
    }
    if hasattr(app, "live_compiler"):
        attributes["data-version"] = version
    app.add_js_file("live/opened.js")
    app.add_js_file("live/live.js", type="module", **attributes)
    app.add_css_file("live/live.css")


def build_wheel(folder: Path) -> Path:
    """Build the plain wheel in `folder`, offline; from a copy, since a build leaves files behind.

    Raises ExtensionError without setuptools.
    """
    with tempfile.TemporaryDirectory() as work:
        for name in SOURCES:
            source, copy = ROOT / name, Path(work, name)
            if source.is_dir():
                shutil.copytree(source, copy, ignore=NOT_SOURCES)
            else:
                shutil.copy(source, copy)
        # the same sources give the same bytes
        plain = {"MICROGRADLIKE_COMPILE": "no", "SOURCE_DATE_EPOCH": "315532800"}
        command = [sys.executable, "-c", BUILD, str(folder)]
        done = subprocess.run(
            command, cwd=work, env=os.environ | plain, capture_output=True, text=True
        )
    if done.returncode:
        raise ExtensionError(f"the wheel for live cells was not built: {done.stderr[-500:]}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _license_of_python() -> Path:
    """Return the license of the library that the compiler puts into the site."""
    folders = sysconfig.get_path("stdlib"), sys.base_prefix  # the latter on Windows
    here, there = (Path(folder, "LICENSE.txt") for folder in folders)
    return here if here.exists() else there


def _is_cell(node: nodes.Element) -> bool:
    return bool(node.get("nb_element") == "cell_code")
