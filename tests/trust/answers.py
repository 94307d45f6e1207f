"""The answers of the other libraries, written into the edge table beside ours."""

import tomllib
import warnings

from microgradlike.expressions.parser import parse
from tests import ROOT
from tests.oracle.libraries import LIBRARIES, Missing

PATH = ROOT / "microgradlike" / "testing" / "edge_points.toml"


def read():
    """The edge table: `rules`, `versions`, one dict per `row` and per `second` derivatives."""
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def ask_all():
    """Ask every library for every row, and write the answers into the table."""
    text = PATH.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    answers, second = (
        [{library.name: question(library, row) for library in LIBRARIES} for row in table[kind]]
        for kind, question in [("row", ask), ("second", ask_second)]
    )
    versions = {library.name: library.version for library in LIBRARIES}
    PATH.write_text(rewritten(text, answers, versions, second), encoding="utf-8")


def ask(library, row):
    """One library's value and gradients at a row, or the reason in words if it has none."""
    answer = in_words(library.answer, row)
    if isinstance(answer, str):
        return answer
    value, grad = answer
    return {"value": value, "grad": dict(zip(row["at"], grad))}


def ask_second(library, row):
    """One library's second derivatives at a row, or the reason in words if it has none."""
    answer = in_words(library.hessian, row)
    return answer if isinstance(answer, str) else {"hessian": answer}


def in_words(question, row):
    """The answer to a question about a row's formula at its point; an error in words."""
    f, names = parse(row["expr"]), row["at"]
    operands = [float(x) for x in names.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some libraries warn at edge points
        try:
            return question(lambda *x: f(dict(zip(names, x))), *operands)
        except Missing as primitive:
            return f"has no {primitive}"
        except Exception as error:  # any error is an answer
            return f"raises {type(error).__name__}"


def rewritten(text, answers, versions, second=()):
    """The table with the answers, one dict per row; everything else stays as it is."""
    blocks, rest = [], {"[[row]]": iter(answers), "[[second]]": iter(second)}
    for block in text.rstrip("\n").split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith("others.")]
        if lines[0] == "[versions]":
            lines[1:] = [f'{name} = "{version}"' for name, version in versions.items()]
        if lines[0] in rest:
            found = next(rest[lines[0]])
            lines += [f"others.{name} = {toml(answer)}" for name, answer in found.items()]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def toml(x):
    """A float, a str, or a list or dict of these in TOML, on one line.

    >>> toml({"value": -0.0, "grad": {"x": float("nan")}})
    '{ value = -0.0, grad = { x = nan } }'
    """
    if isinstance(x, dict):
        return f"{{ {', '.join(f'{key} = {toml(value)}' for key, value in x.items())} }}"
    if isinstance(x, list):
        return f"[{', '.join(map(toml, x))}]"
    return repr(x) if isinstance(x, float) else f'"{x}"'
