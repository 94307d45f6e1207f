"""A scalar autograd engine: see every number, every local derivative and every gradient.

>>> from microgradlike import Value
>>> x = Value(3.0)
>>> y = x * x + 2 * x
>>> y.backward()
>>> x.grad
8.0
"""

from microgradlike import nn as nn
from microgradlike.compile.jit import jit as jit
from microgradlike.compile.trace import TraceError as TraceError
from microgradlike.derivatives.api import (
    derivative as derivative,
    grad as grad,
    gradients as gradients,
    hessian as hessian,
    hvp as hvp,
    jacobian as jacobian,
    jvp as jvp,
    value_and_grad as value_and_grad,
    vjp as vjp,
)
from microgradlike.derivatives.diagnose import diagnose as diagnose
from microgradlike.derivatives.dual import Dual as Dual
from microgradlike.engine import (
    Value as Value,
    __compiled__ as __compiled__,
    local_derivatives as local_derivatives,
)
from microgradlike.functions import (
    binary_cross_entropy as binary_cross_entropy,
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    cross_entropy as cross_entropy,
    dot as dot,
    elu as elu,
    gelu as gelu,
    leaky_relu as leaky_relu,
    logsumexp as logsumexp,
    mean as mean,
    silu as silu,
    softmax as softmax,
    sum as sum,  # noqa: A004  (NumPy and torch call it so)
)
from microgradlike.ops import (
    absolute as absolute,
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atan2 as atan2,
    atanh as atanh,
    binary as binary,
    cbrt as cbrt,
    ceil as ceil,
    clip as clip,
    cos as cos,
    cosh as cosh,
    erf as erf,
    erfc as erfc,
    exp as exp,
    expm1 as expm1,
    floor as floor,
    hypot as hypot,
    ieee as ieee,
    less as less,
    less_equal as less_equal,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    logaddexp as logaddexp,
    maximum as maximum,
    minimum as minimum,
    power as power,
    relu as relu,
    sigmoid as sigmoid,
    sign as sign,
    sin as sin,
    sinh as sinh,
    softplus as softplus,
    sqrt as sqrt,
    tan as tan,
    tanh as tanh,
    unary as unary,
    where as where,
)
