#!/usr/bin/env bash
# latex2mathml shows the backslashes of escaped characters inside \text.
#
# Library   latex2mathml 3.81.1.
# Expected  \% and \_ in a \text are the characters % and _, as in LaTeX, MathJax and KaTeX.
# Seen      The element mtext holds the backslash as well: \text{50\%} is shown as 50\%. Outside of \text the same
#           command is right: \% is the character alone.
# Here      labels are escaped outside of \text, between two of them: \text{50}\%\text{ of it}.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q "latex2mathml==3.81.1"
"$work/venv/bin/python" - <<'PY'
import xml.etree.ElementTree as tree
from importlib.metadata import version

from latex2mathml.converter import convert


def shown(latex):
    return "".join(tree.fromstring(convert(latex)).itertext())


print("latex2mathml", version("latex2mathml"))
for inside, outside, character in [
    (r"\text{50\%}", r"50\%", "%"),
    (r"\text{a\_b}", r"a\_b", "_"),
]:
    print(f"{inside} is shown as {shown(inside)}, {outside} as {shown(outside)}")
    assert "\\" not in shown(outside), "the command is wrong outside of \\text as well"
    assert character in shown(outside)
    assert "\\" + character in shown(inside), "the backslash is gone"
PY
