"""Rules: equations between formulas, one of which keeps more digits than the other.

Each is `left = right` for all numbers for which the left side is defined and the condition holds.
`tests/accuracy/test_rules.py` evaluates both sides at 60 digits.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from microgradlike.accuracy.rewriting.terms import Term, term
from microgradlike.expressions.parser import parse

__all__ = ["RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """The equation `before = after`, which holds under the `condition`; "" stands for always.

    >>> print(Rule("sqrt(x**2)", "x", "x >= 0"))
    sqrt(x**2) = x, if x >= 0
    """

    before: str
    after: str
    condition: str = ""

    def __str__(self) -> str:
        condition = self.condition and f", if {self.condition}"
        return f"{self.before} = {self.after}{condition}"

    @cached_property
    def left(self) -> Term:
        """The left side as a term."""
        return formula(self.before)

    @cached_property
    def right(self) -> Term:
        """The right side as a term."""
        return formula(self.after)


def formula(text: str) -> Term:
    """The term of an expression; its numbers are exact.

    >>> formula("log(2)").op
    <primitive log>
    """
    expression = parse(text)
    steps = tuple((f, x if f is not None else term(x)) for f, x in expression._steps)
    names = {name: term(name) for name in expression.names}
    found: Term = dataclasses.replace(expression, _steps=steps)(names)
    return found


# fmt: off
RULES = tuple(Rule(*sides) for sides in [
    # trigonometry
    ("1 - cos(x)",                "x**2/2*sinc(x/2)**2"),
    ("1 - cos(x)",                "2*sin(x/2)**2"),
    ("1 + cos(x)",                "2*cos(x/2)**2"),
    ("1/sin(x) - 1/tan(x)",       "tan(x/2)"),
    ("sin(x)",                    "x*sinc(x)"),
    ("tan(x)",                    "x*sinc(x)/cos(x)"),
    ("1 - sin(x)**2",             "cos(x)**2"),
    ("1 - cos(x)**2",             "sin(x)**2"),
    ("tan(x) - sin(x)",           "2*tan(x)*sin(x/2)**2"),
    ("sin(a) - sin(b)",           "2*sin((a - b)/2)*cos((a + b)/2)"),
    ("a**2 + b**2 - 2*a*b*cos(c)", "(a - b)**2 + 4*a*b*sin(c/2)**2"),
    ("cos(a) - cos(b)",           "-2*sin((a - b)/2)*sin((a + b)/2)"),
    ("tan(a) - tan(b)",           "sin(a - b)/(cos(a)*cos(b))"),
    ("sin(a)*cos(b) - cos(a)*sin(b)", "sin(a - b)"),
    ("cos(a)*cos(b) + sin(a)*sin(b)", "cos(a - b)"),
    ("cos(a)*cos(b) - sin(a)*sin(b)", "cos(a + b)"),
    ("atan(a) - atan(b)",         "atan2(a - b, 1 + a*b)", "1 + a*b > 0"),
    ("acos(sin(a)*sin(b) + cos(a)*cos(b)*cos(c))",
     "2*asin(sqrt(sin((a - b)/2)**2 + cos(a)*cos(b)*sin(c/2)**2))"),
    ("acos(x)",                   "2*asin(sqrt((1 - x)/2))"),
    # exponentials and hyperbolic functions
    ("exp(x) - 1",                "x*exprel(x)"),
    ("exp(x) - 1",                "expm1(x)"),
    ("expm1(x)",                  "x*exprel(x)"),
    ("exp(a) - exp(b)",           "exp(b)*expm1(a - b)"),
    ("exp(a)/exp(b)",             "exp(a - b)"),
    ("exp2(x) - 1",               "expm1(x*log(2))"),
    ("exp(x)/(exp(x) - 1)",       "-1/expm1(-x)"),
    ("exp(x) - 2 + exp(-x)",      "4*sinh(x/2)**2"),
    ("exp(x) - exp(-x)",          "2*sinh(x)"),
    ("exp(x) + exp(-x)",          "2*cosh(x)"),
    ("cosh(x) - 1",               "2*sinh(x/2)**2"),
    ("cosh(x)**2 - 1",            "sinh(x)**2"),
    ("cosh(x)**2 - sinh(x)**2",   "1"),
    ("cosh(x) - sinh(x)",         "exp(-x)"),
    ("cosh(a) - cosh(b)",         "2*sinh((a + b)/2)*sinh((a - b)/2)"),
    ("sinh(a) - sinh(b)",         "2*cosh((a + b)/2)*sinh((a - b)/2)"),
    ("sinh(x)/cosh(x)",           "tanh(x)"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "tanh(x)"),
    ("(exp(x) - 1)/(exp(x) + 1)", "tanh(x/2)"),
    ("tanh(a) - tanh(b)",         "sinh(a - b)/(cosh(a)*cosh(b))"),
    ("1 - tanh(x)**2",            "4*sigmoid(2*x)*sigmoid(-2*x)"),
    ("1 - tanh(x)",               "2*sigmoid(-2*x)"),
    ("1 + tanh(x)",               "2*sigmoid(2*x)"),
    ("1/(1 + exp(x))",            "sigmoid(-x)"),
    ("exp(x)/(1 + exp(x))",       "sigmoid(x)"),
    ("exp(a)/(exp(a) + exp(b))",  "sigmoid(a - b)"),
    ("sigmoid(a) - sigmoid(b)",   "expm1(a - b)*sigmoid(b)*sigmoid(-a)"),
    ("softplus(x) - x",           "softplus(-x)"),
    ("logaddexp(a, b) - a",       "softplus(b - a)"),
    ("logaddexp(a, b) - b",       "softplus(a - b)"),
    ("1/tanh(x) - 1",             "2/expm1(2*x)"),
    ("1 - sigmoid(x)",            "sigmoid(-x)"),
    # logarithms
    ("log(1 + x)",                "log1p(x)"),
    ("log(x)",                    "log1p(x - 1)"),
    ("log(a) - log(b)",           "log1p((a - b)/b)"),
    ("log1p(a) - log1p(b)",       "log1p((a - b)/(1 + b))"),
    ("log2(1 + x)",               "log1p(x)/log(2)"),
    ("log10(1 + x)",              "log1p(x)/log(10)"),
    ("log(a/b)",                  "log1p((a - b)/b)"),
    ("log(a/b)",                  "log(a) - log(b)", "b > 0"),
    ("log(a*b)",                  "log(a) + log(b)", "b > 0"),
    ("log(x**n)",                 "n*log(x)", "x > 0"),
    ("log(exp(x))",               "x"),
    ("log(1 + x) - log(1 - x)",   "2*atanh(x)"),
    ("log((1 + x)/(1 - x))",      "2*atanh(x)"),
    ("log(x + sqrt(x**2 + 1))",   "asinh(x)"),
    ("log(x + sqrt(x**2 - 1))",   "acosh(x)", "x >= 1"),
    ("acosh(1 + x)",              "log1p(x + sqrt(x*(x + 2)))"),
    ("log(exp(a) + exp(b))",      "logaddexp(a, b)"),
    ("log(exp(a) + b)",           "logaddexp(a, log(b))", "b > 0"),
    ("log(1 + exp(x))",           "softplus(x)"),
    ("log1p(exp(x))",             "softplus(x)"),
    ("log(1 - exp(x))",           "log(-expm1(x))"),
    ("log(exp(x) - 1)",           "x + log(-expm1(-x))"),
    ("log(sigmoid(x))",           "-softplus(-x)"),
    ("log(cosh(x))",              "x + softplus(-2*x) - log(2)"),
    ("log(cosh(x))",              "log1p(2*sinh(x/2)**2)"),
    ("a*log(b)",                  "xlogy(a, b)"),
    # powers and roots
    ("x**n - 1",                  "expm1(n*log(x))", "x > 0"),
    ("a**n - b**n",               "b**n*expm1(n*log(a/b))", "a/b > 0"),
    ("x**n",                      "exp(n*log(x))", "x > 0"),
    ("a**c/b**c",                 "(a/b)**c", "b > 0"),
    ("sqrt(a) - sqrt(b)",         "(a - b)/(sqrt(a) + sqrt(b))"),
    ("sqrt(a) - b",               "(a - b**2)/(sqrt(a) + b)", "sqrt(a) + b != 0"),
    ("sqrt(a)*sqrt(b)",           "sqrt(a*b)"),
    ("sqrt(a)/sqrt(b)",           "sqrt(a/b)"),
    ("sqrt(a*b)",                 "sqrt(a)*sqrt(b)", "b >= 0"),
    ("sqrt(a/b)",                 "sqrt(a)/sqrt(b)", "b > 0"),
    ("sqrt(x**2)",                "abs(x)"),
    ("cbrt(a) - cbrt(b)",         "(a - b)/(cbrt(a)**2 + cbrt(a)*cbrt(b) + cbrt(b)**2)"),
    ("cbrt(a) - b",               "(a - b**3)/(cbrt(a)**2 + cbrt(a)*b + b**2)"),
    ("sqrt(a**2 + b**2)",         "hypot(a, b)"),
    ("sqrt(a**2 + b)",            "hypot(a, sqrt(b))", "b >= 0"),
    ("hypot(a, b) - c",           "(a**2 + b**2 - c**2)/(hypot(a, b) + c)", "hypot(a, b) + c != 0"),
    ("sqrt((a**2 + b**2)*(c**2 + d**2)) - a*c - b*d",
     "(a*d - b*c)**2/(sqrt((a**2 + b**2)*(c**2 + d**2)) + a*c + b*d)",
     "sqrt((a**2 + b**2)*(c**2 + d**2)) + a*c + b*d != 0"),
    ("a**2 - b**2",               "(a - b)*(a + b)"),
    ("a**3 - b**3",               "(a - b)*(a**2 + a*b + b**2)"),
    ("a**2 - 2*a*b + b**2",       "(a - b)**2"),
    ("1/a - 1/b",                 "(b - a)/(a*b)"),
    # error functions
    ("1 - erf(x)",                "erfc(x)"),
    ("1 + erf(x)",                "erfc(-x)"),
    ("1 - erfc(x)",               "erf(x)"),
    ("2 - erfc(x)",               "erfc(-x)"),
    ("erf(a) - erf(b)",           "erfc(b) - erfc(a)"),
    ("erfc(a) - erfc(b)",         "erf(b) - erf(a)"),
])
# fmt: on
