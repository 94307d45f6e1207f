"""Site: built by Sphinx for a test, and served from loopback beside Pyodide."""

import functools
import http.server
import importlib.util
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tests import ROOT

MODULES = ROOT / "node_modules"
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """The files of a site; /pyodide/ is npm's package."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | TYPES

    def translate_path(self, path):
        _, pyodide, name = path.partition("/pyodide/")
        return str(MODULES / "pyodide" / name) if pyodide else super().translate_path(path)

    def log_message(self, *_):
        pass


def build(pages, target):
    """Build a site of `pages`, text by name, their cells executed by CPython.

    Skips without MyST-NB or Pyodide.
    """
    if importlib.util.find_spec("myst_nb") is None:
        pytest.skip("no MyST-NB: the extra docs brings it")
    if not MODULES.exists():
        pytest.skip("no Pyodide: `npm ci` brings it")
    source = target / "_source"
    source.mkdir()
    for name, text in pages.items():
        (source / f"{name}.md").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-j", "auto", "-c", str(ROOT / "tests/docs")]
    done = subprocess.run([*command, str(source), str(target)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A browser that ends a worker ends what it loads."""


@contextmanager
def served(folder):
    """The address of a folder on this machine."""
    handler = functools.partial(Handler, directory=str(folder))
    with Quiet(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
