"""LaTeX of an explanation, for notebooks and documents: formulas are typeset, words stay text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from microgradlike.compile.export.latex import ESCAPED, symbol, words

IDENTIFIER = r"[^\W\d]\w*"
PROSE = re.compile(
    r" *(?:and \d|the sum is|backward gave|no backward|[\d.]+ of 16|the right digits)|[^=→∂]*$"
)
REMARK = r": \S.*|, the .*|, since .*| \(as operand \d+\)|… [\d,]+ more …"
# no \quad and no \;, which are macros to KaTeX, and it expands a thousand at most
SYMBOLS = {"*": r"\cdot ", "·": r"\ \cdot\ ", "→": r"\to ", "−": "-", "∞": r"\infty ", "^": "^"}

# characters that pdfTeX's fonts of text lack, as formulas
SIGNS = {"∞": r"\infty ", "−": "-", "∂": r"\partial ", "→": r"\to ", "·": r"\cdot "}


def latex(text: str, names: Iterable[str]) -> str:
    r"""Write each block of an explanation as a formula, for MathJax and KaTeX.

    `names` are those of the nodes.

    >>> latex("y = sqrt(w) * x1^2 = −6", ["y", "w", "x1"]).partition("&")[2]
    'y = \\sqrt{w} \\cdot  {x_{1}}^{2} = -{6}\\end{aligned}$'
    """
    odd = {name for name in names if not re.fullmatch(IDENTIFIER, name) and name in text}
    known = "|".join([*map(re.escape, sorted(odd, key=len, reverse=True)), IDENTIFIER])
    token = re.compile(
        rf"(?P<remark>{REMARK})|∂(?P<above>{known})/∂(?P<below>{known})|sqrt\((?P<root>[^()]*)\)"
        rf"|\^(?P<power>\([^()]*\))|(?P<name>{known})"
        r"|(?P<number>\d+(?:\.\d+)?)(?:e(?P<exponent>−?\d+))?|."
    )
    # a formula for each block: MathJax takes 5 kB at most; not $$, which centers
    blocks = [r"\\".join(_line(line, token) for line in b.split("\n")) for b in text.split("\n\n")]
    return "\n\n".join(rf"$\displaystyle\begin{{aligned}}{b}\end{{aligned}}$" for b in blocks)


def document_latex(text: str, names: Iterable[str]) -> str:
    r"""Write an explanation as `latex` does, for a LaTeX document with the package amsmath.

    >>> document_latex("y = w", ["y", "a<b"])
    '$\\displaystyle\\begin{aligned}&y = w\\end{aligned}$'
    """
    formulas = latex(text, names).replace(r"\lt ", "<").replace(r"\gt ", ">")
    signs = "|".join(SIGNS)
    in_words = re.sub(
        r"\\text\{[^{}]*\}",
        lambda words: re.sub(signs, lambda sign: f"${SIGNS[sign[0]].strip()}$", words[0]),
        formulas,
    )
    return re.sub(signs, lambda sign: SIGNS[sign[0]], in_words)


def _line(line: str, token: re.Pattern[str]) -> str:
    inside = line.strip()
    written = words(inside) if PROSE.match(line) else _formula(inside, token)
    return "&" + r"\ \ \ " * ((len(line) - len(line.lstrip())) // 2) + written


def _formula(text: str, token: re.Pattern[str]) -> str:
    def write(match: re.Match[str]) -> str:
        found = match.groupdict()
        if found["below"]:
            above, below = symbol(found["above"]), symbol(found["below"])
            return rf"\frac{{\partial {above}}}{{\partial {below}}}"
        if found["root"] or found["power"]:
            inside = _formula(found["root"] or found["power"], token)
            return rf"\sqrt{{{inside}}}" if found["root"] else rf"^{{{inside}}}"
        if found["number"]:
            power = rf"\times 10^{{{found['exponent']}}}" if found["exponent"] else ""
            return f"{{{found['number']}{power}}}".replace("−", "-")
        if found["name"]:
            return symbol(found["name"])
        whole = match[0]
        return words(whole) if found["remark"] else SYMBOLS.get(whole) or ESCAPED.get(whole, whole)

    return token.sub(write, text)
