"""The source of a page: template, style and modules of `static/` as one HTML text."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
import zlib
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files

from viz.page.word_table import in_every_language, texts_with, with_words

# entries, as paths below static/: of every page, and of additions to it
ENTRY, LEARN, DIGITS = "controls/main.js", "training/learn.js", "digits/digits.js"
LINES, PRACTICE = "code/code.js", "practice/practice_page.js"
LINKED, LIVE = "notebook/linked.js", "notebook/live.js"  # in a notebook's widgets
PLAYGROUND = "playground/playground.js"
STYLES = {LEARN: "learn.css", DIGITS: "digits.css", LINES: "code.css", PRACTICE: "practice.css"}
STYLES |= {LIVE: "learn.css", PLAYGROUND: "practice.css playground.css"}
LATER = {LINKED: "a .data has changed since"}  # words of texts that a kernel sends later
PARTS = {LEARN: "learn.html", PLAYGROUND: "playground.html"}  # of the template
# unpacks a script, whose hash the policy has as well, and runs it
LOADER = """(async () => {
const packed = Uint8Array.from(atob("{packed}"), (c) => c.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const script = document.createElement("script");
script.textContent = await new Response(unpacked).text();
document.body.append(script);
})().catch(() => document.body.prepend("{old}"));"""
OLD = "This page needs a browser of 2023 or later."
NOSCRIPT = "This page computes in the browser. It needs JavaScript, but no network."
IMPORT = re.compile(r'^import \{[^}]*\} from "(\.\.?/[\w./-]+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)
# comments, a tenth of the file; after code, those without a quote: a string would end with one
COMMENT = re.compile(r"^ *//.*\n| // [^\"'`\n]*$|^\n", re.MULTILINE)
INDENT = re.compile(r"^ +", re.MULTILINE)  # another tenth; no string spans several lines
# lines of code and plain strings, without a regular expression, a comment, a string in a string
CODE = re.compile(r"^(?!.*`[^`]*\$\{[^}`]*`)[^'/\\\n]+$", re.MULTILINE)
# another tenth: signs whose spaces mean nothing; a string is found whole, and kept
LOOSE = re.compile(r'("[^"\n]*"|`[^`\n]*`)| ?([=<>&|?:;,(){}\[\]*%]) ?')
CSS_LOOSE = re.compile(r"/\*.*?\*/|(?<=[:;,{}]) +| +(?={)|;?\s*(?=})|(?<=[;{])\n", re.DOTALL)
ENDS = re.compile(r"</script|<script|<!--", re.IGNORECASE)  # these end or change a script element


def html(title: str, globals_: str, *, entries: Sequence[str] = (ENTRY,), opening: str = "") -> str:
    """Assemble the page; `globals_` is JavaScript that goes before the modules.

    `entries` are the modules that run: LEARN adds the panel of a training, which reads the global
    LESSON, DIGITS the digits of the scene, LINES its code, PRACTICE questions on it, PLAYGROUND the
    field of a formula; a page with this one is packed, and a loader unpacks it. `opening` is the
    place to begin at, as in its address: "step=3&select=w&lang=ko". The page's content policy runs
    only these scripts and loads nothing. Raises ValueError if the script would not stay within its
    element.
    """
    script = _script(globals_, entries, title)
    scripts = [script]
    if PLAYGROUND in entries:
        packed = base64.b64encode(zlib.compress(script.encode(), 9)).decode()
        loader = LOADER.replace("{old}", " ".join(in_every_language(OLD)))
        scripts.append(script := loader.replace("{packed}", packed))
    names = " ".join(["style.css", *(STYLES[e] for e in entries if e in STYLES)])
    style = "".join(map(_read, names.split()))
    style = CSS_LOOSE.sub("", INDENT.sub("", style))
    parts = {
        "title": escape(title),
        "opening": escape(opening),
        "policy": _policy(scripts, style),
        "style": style,
        "panel": _read("learn.html") if LEARN in entries else "",
        "field": _read("playground.html") if PLAYGROUND in entries else "",
        "noscript": " ".join(in_every_language(NOSCRIPT)),
        "script": script,
    }
    template = INDENT.sub("", _read("live.html" if LIVE in entries else "template.html"))
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def modules(entry: str = ENTRY) -> list[str]:
    """List the modules that `entry` needs, as paths below static/: each after its imports.

    >>> modules("engine/indeterminate.js")
    ['base/graph.js', 'engine/indeterminate.js']
    """
    order: list[str] = []
    opened: set[str] = set()
    stack = [entry]
    while stack:
        name = stack[-1]
        opened.add(name)
        missing = [m for m in imports(name) if m not in order]
        if not missing:
            stack.pop()
            order.append(name)
        elif missing[0] in opened:
            raise ValueError(f"{name} and {missing[0]} import each other; remove one import")
        else:
            stack.append(missing[0])
    return order


def imports(name: str) -> list[str]:
    """List the modules that a module imports, as paths below static/.

    >>> imports("engine/engine.js")
    ['engine/indeterminate.js', 'engine/pushes.js', 'engine/timeline.js']
    """
    folder = posixpath.dirname(name)
    return [
        posixpath.normpath(posixpath.join(folder, path)) for path in IMPORT.findall(_read(name))
    ]


def _script(globals_: str, entries: Sequence[str], title: str) -> str:
    """Join the modules into one function, in which their imports are plain names."""
    texts = [_read(name) for name in dict.fromkeys(m for e in entries for m in modules(e))]
    for pattern in (IMPORT, EXPORT, COMMENT, INDENT):
        texts = [pattern.sub("", text) for text in texts]
    shown = _read("template.html") + "".join(_read(PARTS[e]) for e in entries if e in PARTS)
    shown += "".join(text for e in entries if e in LATER for text in texts_with(LATER[e]))
    words, text = with_words("\n".join(texts), _every_module(), shown + globals_ + title)
    text = CODE.sub(lambda line: tight(line[0]), text)
    script = "\n".join(["(() => {", '"use strict";', globals_, words, text, "})();"])
    found = ENDS.search(script)
    if found:
        raise ValueError(
            f"a script cannot hold {found[0]!r}, which would end its element; write it as"
            " <\\/script or \\x3c in the spelling"
        )
    return script


@cache
def _every_module() -> str:
    """Join the modules of all pages."""
    stack = [files(__package__) / "static"]
    texts: list[str] = []
    while stack:
        for part in stack.pop().iterdir():
            if part.is_dir():
                stack.append(part)
            elif part.name.endswith(".js"):
                texts.append(part.read_text(encoding="utf-8"))
    return "\n".join(texts)


def tight(line: str) -> str:
    """Leave out the spaces of a line of JavaScript that mean nothing.

    >>> tight('const a = [b, "c = d"];')
    'const a=[b,"c = d"];'
    """
    return LOOSE.sub(lambda found: found[1] or found[2], line)


def _policy(scripts: list[str], style: str) -> str:
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {_hash(style)};"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _read(name: str) -> str:
    return (files(__package__) / "static" / name).read_text(encoding="utf-8")
