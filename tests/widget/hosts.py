"""Hosts of widgets: JupyterLab and marimo, each with a notebook in headless Chromium."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

from tests import ROOT

# Evaluates expressions in the notebook's namespace, from a thread of the kernel.
SERVE = """
import socketserver, threading
class _Ask(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            text = repr(eval(self.rfile.readline().decode(), space))
        except Exception as error:
            text = repr(error)
        self.wfile.write(text.encode())
_server = socketserver.ThreadingTCPServer(("127.0.0.1", {port}), _Ask)
_server.daemon_threads = True
threading.Thread(target=_server.serve_forever, daemon=True).start()
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Host:
    """A notebook in a tab; `ask` evaluates an expression in its kernel."""

    def __init__(self, tab, port):
        self.tab, self.port = tab, port

    def ask(self, expression):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(expression.encode() + b"\n")
            return b"".join(iter(lambda: line.recv(65536), b"")).decode()

    def wait(self, expression, wanted="True", seconds=15):
        """Ask until the answer is there; AssertionError after some seconds."""
        until = time.monotonic() + seconds
        found = "no answer yet"
        while True:
            with suppress(ConnectionRefusedError):
                found = self.ask(expression)
            if found == wanted:
                return
            assert time.monotonic() < until, f"{expression} is {found}, not {wanted}"
            time.sleep(0.01)

    def frame(self, mark="microgradlike"):
        """The frame of a page that has a global or an element of that name."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            for frame in self.tab.frames[1:]:
                try:
                    if frame.evaluate(
                        f"Boolean(globalThis[{mark!r}] ?? document.getElementById({mark!r}))"
                    ):
                        return frame
                except Exception:  # a frame that is being loaded
                    pass
            self.tab.wait_for_timeout(50)
        raise AssertionError(f"no frame has {mark}: {self.tab.inner_text('body')[:2000]}")


@contextmanager
def running(command, url, folder, **environment):
    """A server, until it answers at `url`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment}
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            for _ in range(400):
                try:
                    urllib.request.urlopen(url, timeout=1).close()
                    break
                except OSError:
                    assert server.poll() is None, (folder / "log.txt").read_text()
                    time.sleep(0.05)
            yield server
        finally:
            server.terminate()
            server.wait(20)


@contextmanager
def jupyterlab(chromium, folder, cells):
    """JupyterLab with a notebook of these cells; `host.run(k)` runs one of them."""
    ask, port = free_port(), free_port()
    cells = [SERVE.format(port=ask) + "\nspace = globals()", *cells]
    notebook = {
        "cells": [
            {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": text, "outputs": [],
             "execution_count": None}
            for i, text in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    command = ["jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
               "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True",
               "--LabApp.extension_manager=readonly", f"--ServerApp.root_dir={folder}"]  # fmt: skip
    places = {"JUPYTER_RUNTIME_DIR": str(folder / "run"), "JUPYTER_CONFIG_DIR": str(folder / "etc")}
    with running(command, f"http://127.0.0.1:{port}/api", folder, **places):
        tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
        tab.goto(f"http://127.0.0.1:{port}/lab/tree/n.ipynb")
        tab.wait_for_selector(".jp-Notebook .jp-CodeCell")
        tab.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.info"
            " && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
            ".connectionStatus === 'connected'"
        )
        tab.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.ready")
        host = Host(tab, ask)

        def run(k, wait=True):
            tab.evaluate(
                """async ([k, wait]) => {
                  const panel = window.jupyterapp.shell.currentWidget;
                  panel.content.activeCellIndex = k;
                  const done = window.jupyterapp.commands.execute("notebook:run-cell");
                  if (wait) await done;
                }""",
                [k, wait],
            )

        host.run = run
        host.save = lambda: tab.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        host.notebook = folder / "n.ipynb"
        run(0, wait=False)
        host.wait("1", "1")
        yield host
        tab.close()


@contextmanager
def marimo(chromium, folder, cells):
    """marimo with an app of these cells, the texts of functions that return a dict of names."""
    ask, port = free_port(), free_port()
    text = "import marimo\napp = marimo.App()\n"
    for cell in [SERVE.format(port=ask) + "\nspace = {}\nspace['space'] = space", *cells]:
        body = "\n".join(f"    {line}" for line in cell.strip().splitlines())
        text += f"\n@app.cell\ndef _():\n{body}\n    return\n"
    (folder / "n.py").write_text(text)
    command = ["marimo", "run", "n.py", "--headless", "--no-token", f"--port={port}"]
    with running(command, f"http://127.0.0.1:{port}/health", folder):
        tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
        tab.goto(f"http://127.0.0.1:{port}/")
        yield Host(tab, ask)
        tab.close()
