"""Compile the modules of live cells: Pyodide runs this, in /tmp, for bytecode.mjs.

python_stdlib.zip is Python's library; modules that are imported here are bytecode in the place of
their source. bytecode.zip has the bytecode of such modules of the wheel, to be unpacked over it.
"""

from __future__ import annotations

import importlib.util
import marshal
import sys
import zipfile

LIBRARY = next(path for path in sys.path if path.endswith(".zip"))
TOOLS = [
    "ast",
    "base64",
    "contextlib",
    "io",
    "json",
    "linecache",
    "pprint",
    "traceback",
]  # the modules of session.py
FLAGS = b"\x01\0\0\0"  # named by the hash of its source, which is not looked at


def compiled(source: bytes, name: str) -> bytes:
    """Return the bytecode of a module as the content of a .pyc file."""
    code = compile(source, name, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + FLAGS + importlib.util.source_hash(source)
    return head + marshal.dumps(code)


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file without the time, so that two builds have the same bytes."""
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def is_imported(name: str) -> bool:
    """Return True for the source file of a module that has been imported."""
    module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return name.endswith(".py") and module in sys.modules


def write_library() -> None:
    """Write Python's library, with bytecode for what has been imported."""
    with (
        zipfile.ZipFile("/tmp/library.zip") as source,
        zipfile.ZipFile("/tmp/python_stdlib.zip", "w") as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if is_imported(name):
                add(target, f"{name}c", compiled(content, f"{LIBRARY}/{name}"))
            else:
                add(target, name, content)


def write_package() -> None:
    """Write the bytecode of the wheel, as Python keeps it beside the source."""
    with (
        zipfile.ZipFile("/tmp/wheel.zip") as source,
        zipfile.ZipFile("/tmp/bytecode.zip", "w") as target,
    ):
        for name in source.namelist():
            if is_imported(name):
                path = importlib.util.cache_from_source(name)
                add(target, path, compiled(source.read(name), name))


sys.path.append("/tmp/wheel.zip")
for each in [*TOOLS, "microgradlike", "viz"]:
    importlib.import_module(each)
write_library()
write_package()
