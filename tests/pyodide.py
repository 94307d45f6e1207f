"""Pyodide: Python for WebAssembly, run by Node with this repository in its file system."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests import ROOT

RUN = """
import { createRequire } from "node:module";
const [root] = process.argv.slice(-1);
const found = createRequire(`${root}/package.json`).resolve("pyodide/pyodide.mjs");
const { loadPyodide } = await import(found);
const python = await loadPyodide({ stdout: (line) => console.log(line) });
python.mountNodeFS("/repository", root);
python.runPython("import sys; sys.path.insert(0, '/repository'); sys.dont_write_bytecode = True");
let text = "";
for await (const part of process.stdin) text += part;
try {
  python.runPython(text);
} catch (error) {
  console.error(String(error));
  process.exit(1);
}
"""


def run(program):
    """The output of a Python program; an AssertionError if it fails."""
    command = [shutil.which("node"), "--input-type=module", "-e", RUN, str(ROOT)]
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def pyodide():
    """The function `run`."""
    if shutil.which("node") is None or not Path(ROOT, "node_modules", "pyodide").exists():
        pytest.skip("no node, or no pyodide in node_modules: npm install")
    return run
