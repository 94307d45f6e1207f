"""The answers of the other libraries, written into the edge table beside ours."""

import tomllib
import warnings

from microgradlike.expressions.parser import parse
from tests import ROOT
from tests.oracle.libraries import LIBRARIES, Missing

PATH = ROOT / "microgradlike" / "testing" / "edge_points.toml"


def read():
    """The edge table: `rules`, `versions` and one dict per `row`."""
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def ask_all():
    """Ask every library for every row, and write the answers into the table."""
    text = PATH.read_text(encoding="utf-8")
    answers = [
        {library.name: ask(library, row) for library in LIBRARIES}
        for row in tomllib.loads(text)["row"]
    ]
    versions = {library.name: library.version for library in LIBRARIES}
    PATH.write_text(rewritten(text, answers, versions), encoding="utf-8")


def ask(library, row):
    """One library's value and gradients at a row, or the reason in words if it has none."""
    f, names = parse(row["expr"]), row["at"]
    operands = [float(x) for x in names.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some libraries warn at edge points
        try:
            value, grad = library.answer(lambda *x: f(dict(zip(names, x))), *operands)
        except Missing as primitive:
            return f"has no {primitive}"
        except Exception as error:  # any error is an answer
            return f"raises {type(error).__name__}"
    return {"value": value, "grad": dict(zip(names, grad))}


def rewritten(text, answers, versions):
    """The table with the answers, one dict per row; everything else stays as it is."""
    blocks, rest = [], iter(answers)
    for block in text.rstrip("\n").split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith("others.")]
        if lines[0] == "[versions]":
            lines[1:] = [f'{name} = "{version}"' for name, version in versions.items()]
        if lines[0] == "[[row]]":
            lines += [f"others.{name} = {toml(answer)}" for name, answer in next(rest).items()]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def toml(x):
    """A float, a str or a dict of these in TOML, on one line.

    >>> toml({"value": -0.0, "grad": {"x": float("nan")}})
    '{ value = -0.0, grad = { x = nan } }'
    """
    if isinstance(x, dict):
        return f"{{ {', '.join(f'{key} = {toml(value)}' for key, value in x.items())} }}"
    return repr(x) if isinstance(x, float) else f'"{x}"'
