"""LaTeX of an explanation, for notebooks: formulas are typeset, words stay text."""

from __future__ import annotations

import re
from collections.abc import Iterable

IDENTIFIER = r"[^\W\d]\w*"
PROSE = re.compile(r" *(?:and \d|the sum is|backward gave|no backward)|[^=→∂]*$")
REMARK = r": \S.*|, the .*|, since .*| \(as operand \d+\)|… [\d,]+ more …"
SPECIAL = {c: rf"\{c}" for c in "{}$&%#_"} | {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim "}
SPECIAL |= {"<": r"\lt ", ">": r"\gt ", "`": "'"}
SYMBOLS = {"*": r"\cdot ", "·": r"\;\cdot\;", "→": r"\to ", "−": "-", "∞": r"\infty ", "^": "^"}
FUNCTIONS = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh"}
BRACKETS = {"sqrt": (r"\sqrt{", "}"), "abs": (r"\lvert ", r"\rvert ")}


def latex(text: str, names: Iterable[str]) -> str:
    r"""Write an explanation as LaTeX, for MathJax and KaTeX; `names` are those of its nodes.

    >>> latex("y = sqrt(w) * x1^2 = −6", ["y", "w", "x1"]).partition("&")[2]
    'y = {\\sqrt{w}} \\cdot  {x_{1}}^{2} = -{6}\\end{aligned}$'
    """
    odd = {name for name in names if not re.fullmatch(IDENTIFIER, name) and name in text}
    known = "|".join([*map(re.escape, sorted(odd, key=len, reverse=True)), IDENTIFIER])
    token = re.compile(
        rf"(?P<remark>{REMARK})|∂(?P<above>{known})/∂(?P<below>{known})|(?P<call>{IDENTIFIER})\("
        rf"|(?P<name>{known})|(?P<number>\d+(?:\.\d+)?(?:e−?\d+)?)|(?P<opening>\^?\()|."
    )
    lines = [_line(line, token) for line in text.split("\n")]
    inside = r"\\".join(lines).replace(r"\\\\", r"\\[1em]")  # an empty line between sections
    # not $$, which would center it in a cell
    return rf"$\displaystyle\begin{{aligned}}{inside}\end{{aligned}}$"


def _line(line: str, token: re.Pattern[str]) -> str:
    inside = line.strip()
    if not inside:
        return ""
    indent = "&" + r"\quad " * ((len(line) - len(line.lstrip())) // 2)
    return indent + (_words(inside) if PROSE.match(line) else _formula(inside, token))


def _formula(text: str, token: re.Pattern[str]) -> str:
    written, closing = [], []
    for match in token.finditer(text):
        kind, found = match.lastgroup, match[0]
        if kind == "call":
            before, after = BRACKETS.get(match["call"], (f"{_function(match['call'])}(", ")"))
            written.append("{" + before)
            closing.append(after + "}")
        elif kind == "opening":
            written.append("^{(" if len(found) > 1 else "(")
            closing.append(")}" if len(found) > 1 else ")")
        elif found == ")" and closing:
            written.append(closing.pop())
        else:
            written.append(_written(match))
    return "".join(written + closing[::-1])


def _written(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "remark":
        return _words(found)
    if kind == "below":
        above, below = _name(match["above"]), _name(match["below"])
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"
    if kind == "name":
        return _name(found)
    if kind == "number":
        digits, _, exponent = found.replace("−", "-").partition("e")
        return rf"{{{digits}\times 10^{{{exponent}}}}}" if exponent else f"{{{digits}}}"
    return SYMBOLS.get(found) or SPECIAL.get(found, found)


def _name(name: str) -> str:
    indexed = re.fullmatch(r"([^\W\d_])_?(\d*)", name)
    if indexed is None:
        return _words(name)
    return f"{{{indexed[1]}_{{{indexed[2]}}}}}" if indexed[2] else indexed[1]


def _function(name: str) -> str:
    escaped = "".join(SPECIAL.get(c, c) for c in name)
    return f"\\{name}" if name in FUNCTIONS else rf"\operatorname{{{escaped}}}"


def _words(text: str) -> str:
    escaped = [f"}}{SPECIAL[c]}\\text{{" if c in SPECIAL else c for c in text]
    return rf"\text{{{''.join(escaped)}}}".replace(r"\text{}", "")
