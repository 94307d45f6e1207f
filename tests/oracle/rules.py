"""Rules: known primitives whose error in PyTorch or JAX exceeds rounding.

Each rule says what a library does, and has operands at which a program of that one instruction
shows it (`test_rules.py` runs each). A disagreement over a program counts as explained if the
errors of these primitives, measured at their operands in that program, account for it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """The way a library computes a primitive, and operands at which its error shows."""

    text: str
    at: tuple[float, ...]


_TANH = "tanh′ = 1 − y² has no digits left in the tails, where y has rounded to ±1"
_SIGMOID = "σ′ = y (1 − y) has no digits left in the upper tail, where y has rounded to 1"
_EXPM1 = "(eˣ − 1)′ = y + 1 has no digits left in the lower tail, where y has rounded to −1"
_GAUSS = "x² is rounded before e^(−x²), which multiplies its error by x²"
_SHARE = "a − b is rounded before e^(a − b), which multiplies its error by a − b"
_NEAR_1 = "x² − 1 or 1 − x² has few digits left where x² is near 1"
_POWER = "b − 1 and b − 2 are rounded before they become exponents of a"
_EXPREL = "(eˣ − 1) / x has a derivative of two terms that cancel near 0"
_SINC = "sinc is of x / π, and its derivative has two terms that cancel near 0 and at its zeros"

_BOTH = {
    "tanh": Rule(_TANH, (20.0,)),
    "sigmoid": Rule(_SIGMOID, (40.0,)),
    "exprel": Rule(_EXPREL, (0.001,)),
    "sinc": Rule(_SINC, (0.001,)),
    "expm1": Rule(_EXPM1, (-40.0,)),
    "erf": Rule(_GAUSS, (23.609793361813825,)),
    "erfc": Rule(_GAUSS, (20.062250441302766,)),
    "logaddexp": Rule(_SHARE, (75.95510075055589, -74.59811175096978)),
    "pow": Rule(_POWER, (68.75144823421135, -62.31904661676959)),
}

RULES = {
    "torch": {
        **_BOTH,
        "softplus": Rule("softplus(x) is x itself where x is above 20", (21.0,)),
        "acosh": Rule(_NEAR_1, (1.013131662431064,)),
        "atanh": Rule(_NEAR_1, (0.9883742531186055,)),
    },
    "jax": {
        **_BOTH,
        "log1p": Rule("log1p is off by 100 ulp where x is near −0.4", (-0.41316929560391347,)),
        "atanh": Rule("atanh is made of log1p, which is off there", (-0.40128111084993656,)),
        "softplus": Rule("softplus′ is e^(x − y), of a rounded difference", (-32.233346594725816,)),
    },
}
