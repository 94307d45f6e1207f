"""A session: the cells of a page, run in one namespace, and what they show."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import linecache
import pprint
import time
import traceback
from collections.abc import Callable

MOST = 100_000  # characters that one cell shows
WIDTH = 79  # of a line, as in IPython
PIECE = 0.05  # seconds between two messages of text
METHODS = {"text/html": "_repr_html_", "image/svg+xml": "_repr_svg_", "image/png": "_repr_png_"}


class Session:
    """Cells that share `names`; `send` takes JSON texts, one for each thing that a cell shows.

    A message has a `kind`: "stream" and "error" have a `text`, "bundle" has a `bundle`, the
    forms of a value by media type. `display` is among the names, as in a notebook; `input` is one
    that has nobody to ask.
    """

    def __init__(self, send: Callable[[str], object], names: dict[str, object]) -> None:
        self.names = names
        self.text = Text(lambda text: self.send("stream", text=text))
        self.files: set[str] = set()
        self._send = send
        names.update(display=self.display, input=no_input)

    def run(self, code: str, number: int) -> str:
        """Run one cell, and show its last expression; return the name of its error, or ""."""
        file = f"cell {number}"
        self.files.add(file)
        # a traceback reads the lines from here
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        self.names.pop("__warningregistry__", None)  # a warning appears again in a second run
        self.text.left = MOST
        error: BaseException | None = None
        with contextlib.redirect_stdout(self.text), contextlib.redirect_stderr(self.text):
            try:
                self._run(code, file)
            except BaseException as caught:  # SystemExit too: the session goes on
                error = caught
        self.text.flush()
        if error is None:
            return ""
        self.send("error", text=self.readable(error))
        return type(error).__name__

    def _run(self, code: str, file: str) -> None:
        body = ast.parse(code, file).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), file, "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), self.names)
            if value is not None and not code.rstrip().endswith(";"):
                self.display(value)

    def display(self, *values: object) -> None:
        """Show values in the richest form that they have."""
        for value in values:
            forms = bundle(value)
            self.text.flush()
            self.send("bundle", bundle=forms)

    def send(self, kind: str, **content: object) -> None:
        """Send one message."""
        self._send(json.dumps({"kind": kind, **content}))

    def readable(self, error: BaseException) -> str:
        """Format a traceback that has the frames of cells alone."""
        whole = traceback.TracebackException.from_exception(error)
        parts, seen = [whole], {id(whole)}
        for part in parts:
            kept = [frame for frame in part.stack if frame.filename in self.files]
            part.stack = traceback.StackSummary.from_list(kept)
            linked = [part.__cause__, part.__context__, *(part.exceptions or ())]
            parts += [p for p in linked if p is not None and id(p) not in seen]
            seen |= {id(p) for p in linked}
        return "".join(whole.format())


class Text(io.TextIOBase):
    """The output stream of cells: text is sent in pieces, and `left` characters at most."""

    def __init__(self, send: Callable[[str], object]) -> None:
        self.left = MOST
        self._send, self._waiting, self._sent = send, "", 0.0

    def write(self, text: str) -> int:
        """Take text, and send it with what waits if the last piece is long enough ago."""
        if self.left > 0:
            self._waiting += text[: self.left]
            self.left -= len(text)
            if self.left <= 0:
                self._waiting += f"\n(more than {MOST:,} characters; the rest is left out)\n"
        if time.monotonic() - self._sent > PIECE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            self._send(self._waiting)
            self._waiting, self._sent = "", time.monotonic()


def no_input(prompt: object = "") -> str:
    """Raise RuntimeError, in the place of Python's own function."""
    raise RuntimeError("no keyboard for input(); write the text into the code, as in x = '3.0'")


def bundle(value: object) -> dict[str, str]:
    """Return the forms of a value by media type, as a notebook would ask for them."""
    kind = type(value)
    if hasattr(kind, "_repr_mimebundle_"):
        return dict(value._repr_mimebundle_())
    forms: dict[str, str] = {}
    for media, name in METHODS.items():
        made = getattr(value, name)() if hasattr(kind, name) else None
        if isinstance(made, bytes):
            made = base64.b64encode(made).decode()
        if made is not None:
            forms[media] = made
    return forms | {"text/plain": _text(value)[:MOST]}


def _text(value: object) -> str:
    """Format a value; one that is long stands on several lines, as a notebook shows it."""
    text = repr(value)
    if len(text) < WIDTH or not isinstance(value, (dict, frozenset, list, set, tuple)):
        return text
    return pprint.pformat(value, width=WIDTH, sort_dicts=False)
