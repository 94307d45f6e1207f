"""Pages of the reference, written while the site is built: nothing on them is a copy.

A page holds a fence `{reference}` with the names that it documents, under a title for each group.
The fence becomes a table of all these names, and an entry for each from its docstring. The fences
`{primitives}` and `{commands}` become the table of primitives and the commands of the shell.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from api_names import PUBLIC, documented_members, imported, is_made, primitive_methods, short_name
from command_page import commands
from primitive_page import primitives
from sphinx.application import Sphinx

FENCE = re.compile(r"^```\{(reference|primitives|commands)\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`]+)`")
SESSION = re.compile(r"(^ *>>> .*?(?:\n\n|\Z))", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"[\w.]+")


def expand(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace each fence of a page by its content."""
    source[0] = FENCE.sub(lambda fence: WRITERS[fence[1]](fence[2]), source[0])


def reference(text: str) -> str:
    """The table of the names in `text`, then a section per group."""
    groups: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith(" "):
            groups[list(groups)[-1]].append(line.strip())
        elif line:
            groups[line.removesuffix(":")] = []
    rows = [row for names in groups.values() for row in map(_row, names)]
    parts = ["| name | meaning |\n|---|---|\n" + "\n".join(rows)]
    for title, names in groups.items():
        entries = "\n\n".join(map(_entry, names))
        parts.append(f"## {title}\n\n```{{eval-rst}}\n{entries}\n```")
    return "\n\n".join(parts)


def summary(x: object) -> str:
    """The first sentence or line of a docstring, without its last full stop."""
    paragraph = (inspect.getdoc(x) or "").partition("\n\n")[0].replace("\n", " ")
    return re.split(r"\.(?= |$)", paragraph)[0]


def _row(path: str) -> str:
    text = summary(imported(path)).replace("|", r"\|").replace("*", r"\*")
    return f"| {{py:obj}}`{short_name(path)} <{path}>` | {text} |"


def _entry(path: str) -> str:
    x = imported(path)
    if not inspect.isclass(x):
        return f".. autofunction:: {path}"
    kind = "autoexception" if issubclass(x, BaseException) else "autoclass"
    lines = [f".. {kind}:: {path}", ""]
    if methods := primitive_methods(x):
        calls = ", ".join(f":py:obj:`{name} <{target}>`" for name, target in methods)
        lines += [f"   Each primitive is a method too, by each of its names: {calls}.", ""]
    for member in documented_members(x):
        is_property = isinstance(inspect.getattr_static(x, member), property)
        directive = "autoproperty" if is_property else "automethod"
        lines += [f"   .. {directive}:: {path}.{member}", ""]
    return "\n".join(lines)


def link(app: Sphinx, what: str, name: str, x: object, *rest: list[str]) -> None:
    """Make links of public names in a docstring, and code of all else between backticks."""
    lines = rest[-1]
    own = _parameters(x) | _attributes(what, name)
    text = SESSION.split("\n".join(lines))
    text[::2] = [_marked(prose, own) for prose in text[::2]]
    lines[:] = "".join(text).split("\n")


def _marked(prose: str, own: set[str]) -> str:
    pieces = CODE.split(prose)
    pieces[::2] = [re.sub(r"([*|\\]|(?<=\w)_(?!\w))", r"\\\1", text) for text in pieces[::2]]
    pieces[1::2] = [_linked(code, own) for code in pieces[1::2]]
    return "".join(pieces)


def _parameters(x: object) -> set[str]:
    try:
        return set(inspect.signature(x).parameters)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return set()


def _attributes(what: str, name: str) -> set[str]:
    """The attributes of the class that is documented, or whose member is."""
    owner = imported(name if what in ("class", "exception") else name.rpartition(".")[0])
    return {*dir(owner), *inspect.get_annotations(owner)} if inspect.isclass(owner) else set()


def without_private(app: Sphinx, what: str, name: str, *rest: Any) -> tuple[str | None, str | None]:
    """The signature without internal parameters, such as `_op`."""
    x, *_, signature, result = rest
    if is_made(x):
        return "", ""
    return (signature and re.sub(r", _\w+=[^,)]+(?=[,)])", "", signature)), result


def _linked(code: str, own: set[str]) -> str:
    called = NAME.match(code)
    target = PUBLIC.get(called[0]) if called and called[0] not in own else None
    rest = code[called.end() :] if called else code
    if target and (not rest or (rest.startswith("(") and rest.endswith(")"))):
        return rf":py:obj:`{code} <{target}>`\ "
    return rf"``{code}``\ "


WRITERS: dict[str, Any] = {
    "reference": reference,
    "primitives": primitives,
    "commands": commands,
}


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect to Sphinx; the pages are read anew at every build, as the code may have changed."""
    app.connect("source-read", expand)
    app.connect("autodoc-process-docstring", link)
    app.connect("autodoc-process-signature", without_private)
    app.connect("env-get-outdated", lambda app, env, *_: [
        page for page in env.found_docs if page.startswith("reference/")
    ])  # fmt: skip
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
