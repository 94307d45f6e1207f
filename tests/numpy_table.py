"""docs/numpy.md: NumPy's functions over Values, each row by running it.

A formula is computed on floats, with differences, and on Values in five ways. A row says that it
works if value and derivatives agree, else how it is refused. `python -m tests.numpy_table` writes
the page.
"""

import warnings
from pathlib import Path

import numpy as np

import microgradlike
from microgradlike import TraceError, Value, array, grad, jit, jvp
from tests.trust.markdown import table

PAGE = Path(__file__).parents[1] / "docs" / "numpy.md"
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
    "np": np, "exp": microgradlike.exp, "array": array,
    "c": np.array([1.5, 2.5, -0.5]), "k": np.array([2, 1, 3]),
}  # fmt: skip
WORKS, REFUSED, UNKNOWN, WRONG = "works", "refused", "needs the number", "differs"

# of whole numbers, and of dates
SKIPPED = ("bitwise", "invert", "left_shift", "right_shift", "isnat", "gcd", "lcm")
UFUNC_ARGUMENTS = {
    "arccosh": ["(A + 1)"], "acosh": ["(A + 1)"], "matmul": ["(M, A)"], "vecdot": ["(A, B)"],
    "matvec": ["(M, A)"], "vecmat": ["(B, M.T)"], "ldexp": ["(A, 2)"],
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
MASKS = "masks: `(A > 0.4) * A`, `np.where`"
# a row a line: formulas that share an answer, then what to write where it is not "works"
SECTIONS = {
    "Ufuncs": "",
    "Reductions": f"""
        np.sum(A); np.sum(M, axis=0); A.sum(); np.mean(A); np.mean(M, axis=1); A.mean(); np.prod(A)
        np.std(A); np.var(A); np.std(M, axis=0); A.std() :: `np.sqrt(np.mean((A - np.mean(A)) ** 2))`
        np.cumsum(A); np.cumprod(A); A.cumsum(); np.diff(A); np.ediff1d(A)
        np.max(A); np.min(A); np.max(M, axis=0); A.max(); np.ptp(A); np.max(M); np.max(A, initial=0.6)
        np.maximum.reduce(A); np.minimum.accumulate(A)
        np.argmax(A); np.argmin(A); A.argmax(); np.argsort(A) :: an index is no number to record
        np.median(A); np.sort(A); np.partition(A, 1); sorted(A); max(A); min(A) :: `maximum`, `minimum`
        np.percentile(A, 30); np.quantile(A, 0.3) :: `maximum`, `minimum`
        np.average(A); np.average(A, weights=c); np.add.reduce(A); np.multiply.accumulate(A)
        np.average(A, weights=B) :: `np.sum(A * B) / np.sum(B)`
        np.add.outer(A, B); np.sum(A, initial=1.0); np.trapezoid(A)
        np.sum(A, where=c > 0) :: `array(A)`
        np.logaddexp.reduce(A); np.hypot.reduce(A); np.hypot.reduce(-A[:1]) :: `array(A)`
        np.nansum(A); np.nanmean(A); np.nanmax(A); np.count_nonzero(A); np.any(A); np.all(A); np.unique(A) :: numbers that are nan or 0 are not known yet
        np.gradient(A); np.cov(A, B); np.corrcoef(A, B); np.histogram(A) :: write the formula out
        np.digitize(A, [0.4]); np.searchsorted(A, 0.4) :: an index is no number to record
        A.sum(dtype=float); np.sum(A, dtype=float); np.mean(A, dtype=float) :: without `dtype`
    """,
    "Linear algebra": """
        A @ c; c @ A; M @ A; np.dot(A, B); np.dot(M, A); np.matmul(M, A); np.inner(A, B); np.outer(A, B)
        np.einsum('i,i', A, B); np.einsum('ij,j->i', M, A); np.tensordot(M, A, 1); np.kron(A, B)
        np.cross(A, B); np.trace(S); np.convolve(A, B); np.correlate(A, B); np.vander(A, 3)
        np.vdot(A, B) :: `np.dot(A, B)`
        np.linalg.norm(A); np.linalg.norm(M); np.linalg.norm(A, ord=1)
        np.linalg.norm(M, axis=1); np.linalg.vector_norm(A) :: `np.sqrt(np.sum(M * M, axis=1))`
        np.linalg.norm(A, ord=np.inf) :: `np.max(np.abs(A))`
        np.linalg.norm(A, ord=3) :: `np.sum(np.abs(A) ** 3) ** (1 / 3)`
        np.linalg.multi_dot([S, S, S]); np.linalg.matrix_power(S, 2); np.linalg.outer(A, B)
        np.linalg.solve(S, c[:2]); np.linalg.inv(S); np.linalg.det(S) :: elimination or cofactors written out; a matrix of floats: `np.linalg.inv(floats) @ A`
        np.linalg.eigvalsh(S); np.linalg.svd(S); np.linalg.cholesky(S); np.linalg.lstsq(S, c[:2]) :: written out
        np.linalg.cond(S); np.linalg.pinv(S); np.linalg.matrix_rank(S) :: written out
    """,
    "Shapes": f"""
        np.reshape(M, 6); M.T; np.ravel(M); np.swapaxes(M, 0, 1); np.moveaxis(M, 0, 1); np.squeeze(A[None])
        np.stack([A, B]); np.vstack([A, B]); np.hstack([A, B]); np.column_stack([A, B]); np.block([A, B])
        np.concatenate([A, B]); np.concatenate([A, c]); np.concatenate([A, [1.0]]); np.append(A, x)
        np.insert(A, 0, 1.0); np.delete(A, 0); np.pad(A, 1); np.pad(A, 1, mode='edge')
        np.diag(A); np.diag(S); np.diagonal(S); np.tril(S); np.triu(S)
        np.tile(A, 2); np.repeat(A, 2); np.roll(A, 1); np.take(A, [0, 2]); np.flip(A); np.rot90(M)
        A[::-1]; A[k > 1]; A[0]; A[[0, 2]]; np.extract(k > 1, A); np.compress(k > 1, A)
        A[A > 0.4] :: a mask that is recorded is no index: `np.where(A > 0.4, A, 0.0)`
        np.where(A > 0.4, A, 0.0); np.where(A > 0.4, A, B); np.where(k > 1, A, B)
        np.where(A > 0.4) :: an index is no number to record
        np.clip(A, 0.4, 0.7); np.clip(A, 1e-12, 1); A.clip(0.4, 0.7); np.maximum(A, 0)
        np.select([A > 0.6, A > 0.4], [A, B], 0.0); np.choose([0, 1, 0], [A, B])
        np.piecewise(A, [A > 0.4], [np.exp, np.sin]) :: `np.where`
        np.zeros_like(A); np.ones_like(A); np.full_like(A, 2.0); np.copy(A); np.array([x, 1.0])
        np.broadcast_to(A, (2, 3)); np.expand_dims(A, 0); np.split(A, 3); np.meshgrid(A, B)
        np.atleast_1d(x); np.r_[A, B]; np.c_[A, B]; np.full(3, x); np.linspace(0.0, 1.0, 3) * x
        np.linspace(0.0, x, 3) :: `np.linspace(0.0, 1.0, 3) * x`
        np.apply_along_axis(np.sum, 0, M); np.vectorize(exp)(A); np.add.at(A, [0], 1.0) or A
        np.trim_zeros(A); np.nonzero(A); np.isin(A, [0.5]) :: an index is no number to record
    """,
    "Arithmetic, comparisons, masks": f"""
        k * A; k @ A; A ** k; 2 ** A; A ** 2; A ** 0.5; -A; abs(A); np.add(A, 1.0, out=A)
        A > 0.4; A <= B; A > x; np.less(0.4, A)
        A == 0.5; A != 0.5; np.equal(A, 0.5) :: `abs(A - 0.5) <= 0`
        (A > 0.4) * A; A * (A > 0.4); (A > 0.4) @ A; (c > 0) * A :: {MASKS}, or `mask.astype(float) * A`
        np.bool_(True) * x; (c > 0) * x; (c > 0) * (x * A)
        (A > 0.4).astype(float) * A :: the mask itself: `(A > 0.4) * A`
        np.sum(A > 0.4); np.mean(A > 0.4)
        (A > 0.4) & (B > 0.3); (A > 0.4) | (B > 0.3); ~(A > 0.4) :: recorded masks are numbers: `*`, `maximum`, `1 - mask`
        A % 0.3; A // 0.3; divmod(A, 0.3) :: `A - np.floor(A / 0.3) * 0.3`
    """,
    "In what has become part number": f"""
        np.exp(np.clip(A, 0.4, 0.7)); np.exp(np.maximum(A, 0.9)); np.exp(np.where(A > 0.4, A, 0.0)) :: `array(A)`
        np.exp(np.pad(A, 1)); np.exp(np.concatenate([A, [1.0]])); np.exp(np.append(A, 1)) :: `array(A)`
        np.exp(np.diag(A)); np.exp(np.zeros_like(A)); np.tanh(np.tril(S)); np.exp(np.insert(A, 0, 1)) :: `array(A)`
        np.log(np.select([A > 0.6], [A], 1.0)); np.hypot(np.pad(A, 1), 1.0) :: `array(A)`
        np.exp(np.array([x, 1.0])); np.exp([x, 1.0]) :: `array([x, 1.0])`
        np.exp(array([x, 1.0])); np.exp(array([[x, 0], [1, x]])); np.exp(A - A[0]) / np.exp(A - A[0]).sum()
        np.log(np.exp(A).sum()); np.exp(A - A.max()); np.sum(np.exp(A) / np.exp(A).sum())
    """,
    "Functions that compute with floats": f"""
        np.isreal(A); np.iscomplex(A); np.real(A); np.imag(A)
        np.nan_to_num(A)
        np.fft.fft(A); np.interp(x, [0.0, 1.0], [2.0, 5.0]); np.interp(0.5, [0.0, 1.0], A[:2]) :: the formula: sums of sines, `where`
        np.polyval([1.0, 2.0, 3.0], A); np.polyval(A, 0.5); np.polyval(A, x); np.polyadd(A, B); np.polyint(A)
        np.polynomial.polynomial.polyval(0.5, A); np.polynomial.Polynomial([1.0, 2.0])(x)
        np.poly1d(A)(0.5); np.polymul(A, B) :: `np.polyval`, `np.convolve`
        np.polyfit(c, A, 1); np.polyfit(A, c, 1); np.roots(A) :: written out
        np.sinc(A); np.i0(A); np.unwrap(A); np.angle(A) :: the formula
        np.allclose(A, [0.3, 0.5, 0.8]); np.isclose(A, c); np.allclose(A, c) :: {NUMBERS}
        np.array_equal(A, [0.3, 0.5, 0.8]); np.array_equal(A, c) :: {NUMBERS}
        np.testing.assert_allclose(A, [0.3, 0.5, 0.8]) :: {NUMBERS}
        np.testing.assert_array_equal(A, [0.3, 0.5, 0.8]); np.testing.assert_equal(x, 0.6) :: {NUMBERS}
        np.testing.assert_array_almost_equal(A, [0.3, 0.5, 0.8]) :: {NUMBERS}
        np.array(A, dtype=float); np.asarray(A, float); A.astype(float); np.fromiter(A, float) :: {NUMBERS}
        np.float64(x); float(x); np.array([x], float); np.arange(x) :: `x.data`
        np.exp(A, dtype=float); np.exp(A, out=np.zeros(3)); np.add(c, A, out=c) :: without `dtype` and `out`; `c = c + A` for `c += A`
        np.savetxt('/dev/null', A) :: {NUMBERS}
    """,
    "With nan among the numbers": """
        np.isnan(N); np.isfinite(N) :: `array(N)`
        np.maximum(N, 0.5); np.max(N); np.fmax(N, 0.5); np.fmin(0.5, N); np.clip(N, 0.4, 0.7) :: NumPy compares objects in another way: `array(N)`
        np.nansum(N); np.nanmax(N); np.nanmean(N) :: NumPy finds no nan in an object array: `array(N)`
        np.where(np.isnan(N), 0.0, N) :: `array(N)`
        np.sum(N); N * 2; np.exp(N); np.floor(N); np.abs(N)
    """,
}


def lines(section):
    """The lines of a section: formulas that belong together, and the note."""
    if section == "Ufuncs":
        yield from ufunc_lines()
    else:
        for line in filter(None, map(str.strip, SECTIONS[section].splitlines())):
            formulas, _, note = line.partition(" :: ")
            yield formulas.split("; "), note


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
    """How the formula fares on Values, in each way."""
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
    same = len(got) == len(want) and all(type(y) in (bool, np.bool_) or not isinstance(x, bool)
                                         for x, y in zip(got, want)) and np.allclose(
        np.array(got, complex), np.array(want, complex), rtol=1e-12, atol=1e-14, equal_nan=True)
    # the step 1e-6 leaves six digits of a difference
    right = not slopes or np.allclose(gradients or [0.0] * len(slopes), slopes, rtol=1e-5, atol=1e-7)
    return WORKS if same and right else WRONG


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
        [", ".join(f"`{formula}`".replace("|", "\\|") for formula in shortened(formulas)), *got, note]
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
