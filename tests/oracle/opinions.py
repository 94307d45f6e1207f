"""Second opinions on the gradients of PyTorch and JAX, against what is known of each of them.

What is known does not come from the code that judges: partials of primitives are the textbook's,
derivatives of other functions are mpmath's numerical ones, both with 60 digits.
"""

import math
import random
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module

from mpmath import mp, mpf

from microgradlike import clip, erfc, exp, expm1, ops, sigmoid, softplus, tanh, where
from microgradlike.op import REAL
from microgradlike.testing import GradientError, check_gradients
from tests.oracle.textbook import derivatives
from tests.ulps import Exact, draw, exact

ROUNDING = 8 * 2.0**-52  # relative: what the bound of the oracle grants a primitive
UNDERFLOW = 2.0**-1022
FAULTS = ("differs", "digits lost")
PIECEWISE = (ops.absolute, ops.relu, ops.maximum, ops.minimum)
WITH_SLOPES = [op for op in ops.TABLE.values() if op.arity < 3 and (not op.flat or op in PIECEWISE)]
TAILS = [s * x for x in (1e-9, 5.5, 13.0, 20.0, 20.5, 36.0, 40.0, 100.0, 700.0) for s in (1, -1)]
TIES = {
    "abs": [(0.0,)],
    "relu": [(0.0,)],
    "maximum": [(2.0, 2.0), (-1.0, -1.0)],
    "minimum": [(2.0, 2.0), (-1.0, -1.0)],
}
FUNCTIONS = {  # formulas that keep their digits
    "silu": lambda x: x * sigmoid(x),
    "mish": lambda x: x * tanh(softplus(x)),
    "gelu": lambda x: 0.5 * x * erfc(-x * math.sqrt(0.5)),
    "gelu by tanh": lambda x: x * sigmoid(math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x)),
    "log sigmoid": lambda x: -softplus(-x),
    "softsign": lambda x: x / (1 + abs(x)),
    "elu": lambda x: where(x > 0, x, expm1(x)),
    "relu6": lambda x: clip(x, 0.0, 6.0),
    "guarded": lambda x: where(x < 5, exp(exp(x)), x),
}
SPELLED = {
    "torch": {
        "silu": "torch.nn.functional.silu(a)",
        "mish": "torch.nn.functional.mish(a)",
        "gelu": "torch.nn.functional.gelu(a)",
        "gelu by tanh": "torch.nn.functional.gelu(a, approximate='tanh')",
        "log sigmoid": "torch.nn.functional.logsigmoid(a)",
        "softsign": "torch.nn.functional.softsign(a)",
        "elu": "torch.nn.functional.elu(a)",
        "relu6": "torch.nn.functional.relu6(a)",
        "guarded": "torch.where(a < 5, torch.exp(torch.exp(a)), a)",
    },
    "jax": {
        "silu": "jax.nn.silu(a)",
        "mish": "jax.nn.mish(a)",
        "gelu": "jax.nn.gelu(a, approximate=False)",
        "gelu by tanh": "jax.nn.gelu(a)",
        "log sigmoid": "jax.nn.log_sigmoid(a)",
        "softsign": "jax.nn.soft_sign(a)",
        "elu": "jax.nn.elu(a)",
        "relu6": "jax.nn.relu6(a)",
        "guarded": "jax.numpy.where(a < 5, jax.numpy.exp(jax.numpy.exp(a)), a)",
    },
}


@dataclass
class Census:
    """Partials by what is known of them and by verdict, and the verdicts that contradict it.

    Known is "right", "choice" (at a tie), "faulty", or "between" where rounding may explain it.
    `left_out` counts points where the function overflows or the engine itself is contradicted.
    """

    count: Counter = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    left_out: int = 0

    def add(self, name, at, known, entry):
        self.count[known, entry.verdict] += 1
        text = f"{name}{at}: {entry.verdict}: {entry.text(name)}"
        if known == "faulty" and entry.verdict not in FAULTS:
            self.missed.append(text)
        if known in ("right", "choice") and entry.verdict in FAULTS:
            self.accused.append(text)

    def primitives(self, library, count, names=None):
        """Opinions on `count` drawn points of each primitive, its tails and ties."""
        for op in WITH_SLOPES:
            if op.name in (names or library.texts) and op.name in library.texts:
                points = draw(op, count) + TIES.get(op.name, [])
                points += [(x,) for x in TAILS] if op.domain == (REAL,) else []
                rows = library.answer(op, *map(list, zip(*points)))[1]
                for at, *given in zip(points, *rows):
                    self._judge(op.name, op, at, given, partial(known_partial, op, at))

    def functions(self, library, count, names=None):
        """Opinions on `count` drawn points of activations and their like, and on tails."""
        modules = {name: import_module(name) for name in library.modules}
        modules[library.name] = import_module(library.name)
        rng = random.Random(0)
        points = TAILS + [rng.gauss(0, 1) * 2.0 ** rng.uniform(-20, 9) for _ in range(count)]
        for name in names or FUNCTIONS:
            text = SPELLED[library.name][name]
            spelled = eval(f"lambda a: {text}", modules)
            ((*given,),) = library.ask(spelled, points)[1]
            for x, g in zip(points, given):
                f = FUNCTIONS[name]
                self._judge(name, f, (x,), [g], partial(known_derivative, f, x))

    def _judge(self, name, f, at, given, known):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about our own derivative, by differences
                report = check_gradients(f, *at, order=1, gradient=tuple(given))
        except GradientError as error:
            report = error.report
        except ValueError:  # the function overflows
            self.left_out += 1
            return
        self.left_out += bool(report.wrong)
        if not report.wrong:  # differences contradict the engine itself, as for sin(1e236)
            for k, entry in enumerate(report.given):
                what = known(k, entry.given)
                if what == "faulty" and entry.allowed < 13:
                    what = "between"
                self.add(name, at, what, entry)


def known_partial(op, at, k, x):
    """The judgement of x as partial k of a primitive."""
    with mp.workdps(60):
        point = [mpf(a) for a in at]
        if op.kink and op.kink(*at) == 0:

            def along(t):
                return exact(op)(*point[:k], t, *point[k + 1 :])

            ends = [mp.diff(along, point[k], direction=d) for d in (-1, 1)]
            slack = ROUNDING * max(map(abs, ends))
            return "choice" if min(ends) - slack <= x <= max(ends) + slack else "faulty"
        return _known(x, derivatives(op, exact(op)(*point), point)[0][k], ROUNDING)


def known_derivative(f, at, _, x):
    """The judgement of x as the derivative of a function."""
    with mp.workdps(60 + min(400, int(abs(at)))):  # expm1(-700) has its slope in digit 304
        want = mp.diff(lambda t: f(Exact(t)).data, mpf(at))
        known = _known(x, want, ROUNDING)
        return known if known == "right" or _known(x, want, 1e-12) == "faulty" else "between"


def _known(x, want, slack):
    if x == float(want):
        return "right"
    if not math.isfinite(x):
        return "faulty"
    return "right" if abs(x - want) <= max(slack * abs(want), UNDERFLOW) else "faulty"
