"""docs/reference/numpy.md: NumPy's functions over Values, each row by running it.

A formula is computed on floats, with differences, and on Values in five ways. A row says that it
works if value and derivatives agree, else how it is refused. `python -m tests.numpy_table` writes
the page.
"""

import functools
import io
import re
import warnings
from pathlib import Path

import numpy as np

import microgradlike
from microgradlike import TraceError, Value, array, grad, jit, jvp
from tests.trust.markdown import table

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "numpy.md"
TEMPLATE = Path(__file__).with_name("numpy_table.md")

ARGUMENTS = {
    "A": np.array([0.3, 0.5, 0.8]),
    "B": np.array([0.7, 0.2, 0.4]),
    "M": np.array([[0.3, 0.9, 0.4], [0.6, 0.1, 0.2]]),
    "S": np.array([[1.3, 0.4], [0.2, 0.9]]),
    "N": np.array([0.3, np.nan, 0.8]),
    "x": 0.6,
}
CONSTANTS = {
    "np": np, "exp": microgradlike.exp, "array": array, "BytesIO": io.BytesIO,
    "c": np.array([1.5, 2.5, -0.5]), "k": np.array([2, 1, 3]),
}  # fmt: skip
WORKS, REFUSED, UNKNOWN, WRONG = "works", "refused", "needs the number", "differs"

# of whole numbers, and of dates
SKIPPED = ("bitwise", "invert", "left_shift", "right_shift", "isnat", "gcd", "lcm")
UFUNC_ARGUMENTS = {
    "arccosh": ["(A + 1)"], "acosh": ["(A + 1)"], "matmul": ["(M, A)"], "vecdot": ["(A, B)"],
    "matvec": ["(M, A)"], "vecmat": ["(B, M.T)"], "ldexp": ["(A, 2)"],
    "rint": ["(A + 0.01)"],  # not at a step, and so below
    **{name: ["(A + 0.01, B)", "(A, 0.45)", "(0.44, A)", "(x, 0.45)", "(0.45, x)"]
       for name in ("floor_divide", "fmod", "mod", "remainder")},
}  # fmt: skip
BY_ARITY = {
    1: ["(A)", "(x)"],
    2: ["(A, B)", "(A, 0.45)", "(0.45, A)", "(x, 0.45)", "(0.45, x)"],
    3: ["(A, 0.4, 0.7)"],
}
IN_ARRAY = "for an object array `array(A)`, for a number as it is"
UFUNC_NOTES = {
    "copysign": "`abs(A) * np.sign(B)`",
    "heaviside": "`np.where(A > 0, 1.0, 0.0)`",
    "logaddexp2": "`np.logaddexp(A * np.log(2), B * np.log(2)) / np.log(2)`",
    "logaddexp": IN_ARRAY, "logical_xor": IN_ARRAY, "arctan2": IN_ARRAY, "atan2": IN_ARRAY,
    "hypot": IN_ARRAY, "isnan": IN_ARRAY, "isfinite": IN_ARRAY, "isinf": IN_ARRAY,
    "float_power": IN_ARRAY,
    "logical_and": "an object array gives an operand, as Python's `and`; its truth is right",
    "logical_or": "an object array gives an operand, as Python's `or`; its truth is right",
}  # fmt: skip
NUMBERS = "the numbers: `np.array([v.data for v in A])`"
# sections of lines: formulas, and after " :: " the way where they do not work
LINES = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").replace("NUMBERS", NUMBERS)
SECTIONS = {
    title: body.strip().splitlines()
    for title, _, body in (part.partition("\n") for part in LINES.removeprefix("# ").split("\n# "))
}


def lines(section):
    """The lines of a section: formulas that belong together, and the note."""
    if section == "Ufuncs":
        yield from ufunc_lines()
    else:
        for line in SECTIONS[section]:
            formulas, _, note = line.partition(" :: ")
            yield [f for f in formulas.split("; ") if is_in_numpy(f)], note


def is_in_numpy(formula):
    """False for functions that came with a later NumPy."""
    for names in re.findall(r"\bnp((?:\.\w+)+)", formula):
        found = np
        for name in names.split(".")[1:]:
            found = getattr(found, name, None)
        if found is None:
            return False
    return True


def ufunc_lines():
    """A line for each ufunc that NumPy has, over arrays and numbers on either side."""
    for name in sorted(dir(np)):
        ufunc = getattr(np, name)
        if isinstance(ufunc, np.ufunc) and not name.startswith(SKIPPED):
            given = UFUNC_ARGUMENTS.get(name, BY_ARITY[ufunc.nin])
            yield [f"np.{name}{arguments}" for arguments in given], UFUNC_NOTES.get(name, "")


def evaluate(formula, arguments):
    """The formula's numbers as a flat list."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy warns of nan in floats, but not in objects
        return flat(eval(formula, {**CONSTANTS, "c": CONSTANTS["c"].copy(), **arguments}))


def flat(x):
    """The numbers in nested arrays, lists and tuples, in order."""
    if isinstance(x, np.ndarray):
        x = x.ravel().tolist() if x.dtype == object else list(x.ravel())
    if isinstance(x, (list, tuple)):
        return [y for part in x for y in flat(part)]
    return [] if x is None or isinstance(x, str) else [x]


def weighted(numbers):
    """One number that depends on each in another way."""
    terms = [float(np.cos(1 + i)) * (float(y) if isinstance(y, (bool, np.bool_)) else y)
             for i, y in enumerate(numbers)]  # fmt: skip
    return sum(terms, 0.0)


def differences(formula):
    """The derivatives of the weighted sum by every argument, by central differences over floats."""
    found, step = [], 1e-6
    for name, x in ARGUMENTS.items():
        for i in range(np.size(x)):
            unit = step * np.eye(1, np.size(x), i).reshape(np.shape(x))
            sums = [weighted(evaluate(formula, fresh(**{name: x + s * unit}))) for s in (1, -1)]
            found.append(float(sums[0] - sums[1]) / (2 * step))
    return found


def fresh(**changed):
    """Arguments that a formula may write into."""
    return {name: np.array(x) if np.ndim(x) else float(x)
            for name, x in {**ARGUMENTS, **changed}.items()}  # fmt: skip


def of_values(kind):
    """The arguments as Values, arrays by `kind`, and all Values in a list."""
    values, arguments = [], {}
    for name, x in ARGUMENTS.items():
        made = np.empty(np.shape(x), object)
        made.flat = new = [Value(float(y)) for y in np.ravel(x)]
        values += new
        arguments[name] = kind(made) if np.ndim(x) else new[0]
    return arguments, values


def in_object_array(formula, slopes, kind=lambda x: x):
    arguments, values = of_values(kind)
    results = evaluate(formula, arguments)
    y = weighted(results) if slopes else 0.0
    if isinstance(y, Value):
        y.backward()
    return [r.data if isinstance(r, Value) else r for r in results], [v.grad for v in values]


def in_number_array(formula, slopes):
    """By `array` and in `grad`, which must agree; forward mode is held against them."""
    found = in_object_array(formula, slopes, array)
    if slopes:
        ones = [np.ones_like(x) if np.ndim(x) else 1.0 for x in ARGUMENTS.values()]
        at = tuple(fresh().values())
        gradients = flat(grad(function(formula), tuple(range(len(at))))(*at))
        np.testing.assert_allclose(gradients, found[1], rtol=1e-9, atol=1e-12)
        _, slope = jvp(function(formula), at, tuple(ones))
        np.testing.assert_allclose(slope, sum(gradients), rtol=1e-9, atol=1e-9)
    return found


def in_jit(formula, slopes):
    at = tuple(fresh().values())

    def values(*arguments):
        return [float(y) if isinstance(y, (bool, np.bool_)) else y
                for y in evaluate(formula, dict(zip(ARGUMENTS, arguments)))]  # fmt: skip

    found = jit(values, backend="python")(*at)
    if not slopes:
        return found, []
    gradient = grad(function(formula), tuple(range(len(at))))
    return found, flat(jit(gradient, backend="python")(*at))


def function(formula):
    return lambda *arguments: weighted(evaluate(formula, dict(zip(ARGUMENTS, arguments))))


WAYS = {"`np.array` of Values": in_object_array, "`array`, and in `grad`": in_number_array,
        "in `jit`": in_jit}  # fmt: skip


def answers(formula):
    """The fate of the formula on Values, in each way."""
    want = evaluate(formula, fresh())
    slopes = differences(formula) if want and "N" not in formula and real(want) else []
    return [answer(way, formula, want, slopes) for way in WAYS.values()]


def real(numbers):
    return all(isinstance(y, (float, int, np.number)) and np.isreal(y) for y in numbers)


def answer(way, formula, want, slopes):
    try:
        got, gradients = way(formula, slopes)
    except TraceError:
        return UNKNOWN
    except (TypeError, AttributeError, ValueError, IndexError, AssertionError):
        return REFUSED
    same = (
        len(got) == len(want)
        and all(type(y) in (bool, np.bool_) or not isinstance(x, bool) for x, y in zip(got, want))
        and np.allclose(
            np.array(got, complex), np.array(want, complex), rtol=1e-12, atol=1e-14, equal_nan=True
        )
    )
    # the step 1e-6 leaves six digits of a difference
    right = not slopes or np.allclose(
        gradients or [0.0] * len(slopes), slopes, rtol=1e-5, atol=1e-7
    )
    return WORKS if same and right else WRONG


@functools.cache
def grouped(section):
    """The rows of a section: the formulas that share answers and note, those that work first."""
    found = {}
    for formulas, note in lines(section):
        for formula in formulas:
            got = tuple(answers(formula))
            key = (got, "" if got == (WORKS,) * len(WAYS) else note or default_note(got))
            found.setdefault(key, []).append(formula)
    return sorted(found.items(), key=lambda row: bool(row[0][1]))


def default_note(got):
    return NUMBERS if REFUSED in got else "a truth that is not known yet: `where`, `maximum`"


def section(title):
    """A section of the page as a table."""
    cells = [
        [
            ", ".join(f"`{formula}`".replace("|", "\\|") for formula in shortened(formulas)),
            *got,
            note,
        ]
        for (got, note), formulas in grouped(title)
    ]
    return f"## {title}\n\n" + table(["", *WAYS, "in its place"], cells, left=len(WAYS) + 2)


def shortened(formulas):
    """A ufunc by its name alone, if all its formulas are there."""
    every = {f: name for names, _ in ufunc_lines() for f in names
             if set(names) <= set(formulas) for name in [f.partition("(")[0]]}  # fmt: skip
    return list(dict.fromkeys(every.get(f, f) for f in formulas))


def document():
    """The page, with the version of NumPy that answered."""
    sections = "\n\n".join(map(section, SECTIONS))
    return TEMPLATE.read_text(encoding="utf-8").format(sections=sections, version=np.__version__)


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
