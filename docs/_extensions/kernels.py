"""Kernels that execute pages talk through files, not ports.

Jupyter looks for free ports before it starts a kernel. When pages are executed side by side,
another kernel may have taken one of them by then, and the page fails.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupyter_client
from jupyter_client.manager import AsyncKernelManager

if TYPE_CHECKING:
    from sphinx.application import Sphinx

FOLDER = tempfile.TemporaryDirectory()  # until the build ends


class FileKernelManager(AsyncKernelManager):
    """A kernel manager whose sockets are files with names of their own."""

    def __init__(self, **options: Any) -> None:
        place = Path(FOLDER.name) / uuid.uuid4().hex[:8]
        super().__init__(transport="ipc", ip=str(place), **options)


def setup(app: Sphinx) -> dict[str, bool]:
    """Give nbclient, which asks for the class at each page, the one without ports."""
    jupyter_client.AsyncKernelManager = FileKernelManager  # type: ignore[attr-defined]
    return {"parallel_read_safe": True, "parallel_write_safe": True}
