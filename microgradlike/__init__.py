"""A scalar autograd engine: see every number, every local derivative and every gradient.

>>> from microgradlike import Value
>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> x.grad
8.0

The public names; `help` of one tells more:
"""

from microgradlike import nn
from microgradlike.accuracy.diagnose import diagnose
from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.enclose import enclose
from microgradlike.accuracy.improve import improve
from microgradlike.angles import deg2rad, rad2deg
from microgradlike.arrays import array
from microgradlike.compile.jit import jit
from microgradlike.compile.trace import TraceError
from microgradlike.derivatives.api import (
    derivative,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
    vjp,
)
from microgradlike.derivatives.dual import Dual
from microgradlike.engine import (
    Value,
    __compiled__ as __compiled__,
    local_derivatives,
)
from microgradlike.functions import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    dot,
    elu,
    gelu,
    leaky_relu,
    logsumexp,
    mean,
    silu,
    softmax,
    sum,  # noqa: A004  (NumPy and torch call it so)
)
from microgradlike.indeterminate_form import IndeterminateWarning, indeterminate
from microgradlike.large_graph import large_graph
from microgradlike.lines import trace_lines
from microgradlike.named_scope import named_scope
from microgradlike.op import Op
from microgradlike.ops import (
    absolute,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    binary,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    exprel,
    floor,
    floor_divide,
    fmod,
    hypot,
    ieee,
    less,
    less_equal,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    mod,
    power,
    primitive,
    relu,
    rint,
    sigmoid,
    sign,
    sin,
    sinc,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    trunc,
    unary,
    where,
    xlogy,
)

__all__ = [
    "Dual",
    "IndeterminateWarning",
    "TraceError",
    "Value",
    "absolute",
    "acos",
    "acosh",
    "array",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "binary",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cbrt",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "cross_entropy",
    "deg2rad",
    "derivative",
    "diagnose",
    "digits",
    "dot",
    "elu",
    "enclose",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "exprel",
    "floor",
    "floor_divide",
    "fmod",
    "gelu",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "hypot",
    "ieee",
    "improve",
    "indeterminate",
    "jacobian",
    "jit",
    "jvp",
    "large_graph",
    "leaky_relu",
    "less",
    "less_equal",
    "local_derivatives",
    "log",
    "log1p",
    "log2",
    "log10",
    "logaddexp",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "named_scope",
    "nn",
    "power",
    "primitive",
    "rad2deg",
    "relu",
    "rint",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "sum",
    "tan",
    "tanh",
    "trace_lines",
    "trunc",
    "unary",
    "value_and_grad",
    "vjp",
    "where",
    "xlogy",
]  # fmt: skip


def _summary(name: str) -> str:
    """A line for a public name: the first one of its docstring, or the phrase in the table."""
    found: object = globals()[name]
    text = found.doc if isinstance(found, Op) else (found.__doc__ or "").partition("\n")[0]
    return f"    {name:<21} {text}"


_MODULES = """
More modules, which you import yourself:

    microgradlike.testing  Checks of the derivatives of a function.
    viz                    Pictures and pages of graphs and trainings."""


__doc__ = "\n".join(
    [f"{__doc__}", *map(_summary, __all__), _MODULES]
)  # also under -OO, without docstrings


def __dir__() -> list[str]:
    return list(__all__)
