"""The primitives in PyTorch, JAX, autograd and CasADi, as their users write them."""

import warnings
from abc import ABC, abstractmethod
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from typing import ClassVar

from microgradlike import ops
from microgradlike.scalar import Scalar


class Missing(LookupError):
    """A library has no function for a primitive."""


class Foreign(Scalar):
    """A number of another library as a Scalar, so that our expressions run over it."""

    words: ClassVar = {}  # its functions, by the names of our primitives

    def __init__(self, data):
        self.data = data

    @classmethod
    def apply(cls, op, *operands):
        if op.name not in cls.words:
            raise Missing(op.name)
        return cls(cls.words[op.name](*map(unwrap, operands)))

    def __gt__(self, other):
        return type(self)(self.data > unwrap(other))


def unwrap(x):
    return x.data if isinstance(x, Foreign) else x


class Library(ABC):
    """Another library: its functions, and its way to a gradient.

    A primitive is the operator, or the function of its name or of an alias in `modules[0]`;
    `spelled` has what users write where there is none, in the operands a, b and c.
    """

    name: str  # for pip
    title: str
    how: str  # the gradient is computed
    modules: tuple[str, ...]
    spelled: ClassVar[dict[str, str]]

    @property
    def version(self):
        return version(self.name).partition("+")[0]

    @cached_property
    def texts(self):
        """The primitives that it has, by name, each as Python over the operands a, b and c."""
        texts = {op.name: self.text(op) for op in ops.TABLE.values()}
        return {name: text for name, text in texts.items() if text}

    def text(self, op):
        if op.name in self.spelled:
            return self.spelled[op.name]
        if op.infix or op is ops.neg:
            return f"a {op.infix} b" if op.infix else "-a"
        known = vars(import_module(self.modules[0]))
        names = [name for name in (op.name, *op.aliases) if name in known]
        return f"{self.modules[0]}.{names[0]}({', '.join('abc'[: op.arity])})" if names else ""

    @cached_property
    def number(self):
        """The class of its numbers as Scalars."""
        tops = {name.partition(".")[0]: import_module(name) for name in self.modules}
        tops |= {top: import_module(top) for top in tops}
        words = {
            name: eval(f"lambda a, b=None, c=None: {text}", tops)
            for name, text in self.texts.items()
        }
        return type(self.title, (Foreign,), {"words": words})

    def answer(self, f, *operands):
        """Value and gradients of `f`, written over Scalars, elementwise where operands are lists.

        Raises Missing where it has no such primitive, and whatever the library itself raises.
        """
        return self.ask(lambda *x: f(*map(self.number, x)).data, *operands)

    def hessian(self, f, *operands):
        """The matrix of d/d(operand j) of d/d(operand i) of `f`, written over Scalars."""
        return self.ask_second(lambda *x: f(*map(self.number, x)).data, *operands)

    @abstractmethod
    def ask(self, f, *operands):
        """Value and gradients of `f`, written over the library's own numbers."""

    @abstractmethod
    def ask_second(self, f, *operands):
        """The second derivatives of `f`, written over the library's own numbers."""


class Torch(Library):
    name, title = "torch", "PyTorch"
    how = "float64 tensors, `torch.autograd.grad`"
    modules = ("torch",)
    spelled: ClassVar = {
        "where": "torch.where(a.bool(), b, c)",
        "less": "torch.lt(a, b).double()",
        "less_equal": "torch.le(a, b).double()",
        "floor_divide": "torch.div(a, b, rounding_mode='floor')",
        "softplus": "torch.nn.functional.softplus(a)",
        "exprel": "torch.expm1(a) / a",
        "sinc": "torch.sinc(a / torch.pi)",
    }

    def ask(self, f, *operands):
        import torch

        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in operands]
        y = f(*leaves)
        if not y.requires_grad:
            return y.tolist(), [torch.zeros_like(x).tolist() for x in leaves]
        gradients = torch.autograd.grad(y, leaves, torch.ones_like(y), materialize_grads=True)
        return y.tolist(), [g.tolist() for g in gradients]

    def ask_second(self, f, *operands):
        import torch

        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in operands]
        first, rows = _torch_gradient(f(*leaves), leaves), []
        for g in first:
            rows.append([x.item() for x in _torch_gradient(g, leaves)])
        return rows


def _torch_gradient(y, leaves):
    import torch

    if not y.requires_grad:
        return [torch.zeros_like(x) for x in leaves]
    return torch.autograd.grad(y, leaves, create_graph=True, materialize_grads=True)


class Jax(Library):
    name, title = "jax", "JAX"
    how = "`jax_enable_x64`, `jax.vjp`, without `jit`"
    modules = ("jax.numpy", "jax.nn", "jax.scipy.special")
    spelled: ClassVar = {
        "less": "jax.numpy.where(a < b, 1.0, 0.0)",
        "less_equal": "jax.numpy.where(a <= b, 1.0, 0.0)",
        "erf": "jax.scipy.special.erf(a)",
        "erfc": "jax.scipy.special.erfc(a)",
        "xlogy": "jax.scipy.special.xlogy(a, b)",
        "relu": "jax.nn.relu(a)",
        "sigmoid": "jax.nn.sigmoid(a)",
        "softplus": "jax.nn.softplus(a)",
        "exprel": "jax.numpy.expm1(a) / a",
        "sinc": "jax.numpy.sinc(a / jax.numpy.pi)",
    }

    def ask(self, f, *operands):
        import jax

        jax.config.update("jax_enable_x64", True)
        y, pullback = jax.vjp(f, *[jax.numpy.asarray(x, dtype="float64") for x in operands])
        return y.tolist(), [g.tolist() for g in pullback(jax.numpy.ones_like(y))]

    def ask_second(self, f, *operands):
        import jax

        jax.config.update("jax_enable_x64", True)
        every = tuple(range(len(operands)))
        rows = jax.hessian(f, every)(*[jax.numpy.asarray(x, dtype="float64") for x in operands])
        return [[float(x) for x in row] for row in rows]


class Autograd(Library):
    name, title = "autograd", "autograd"
    how = "NumPy arrays, `elementwise_grad`"
    modules = ("autograd.numpy", "autograd.scipy.special")
    spelled: ClassVar = {
        "less": "autograd.numpy.where(a < b, 1.0, 0.0)",
        "less_equal": "autograd.numpy.where(a <= b, 1.0, 0.0)",
        "floor_divide": "autograd.numpy.floor_divide(a, b)",
        "erf": "autograd.scipy.special.erf(a)",
        "erfc": "autograd.scipy.special.erfc(a)",
        "relu": "autograd.numpy.maximum(a, 0)",
        "sigmoid": "autograd.scipy.special.expit(a)",
        "softplus": "autograd.numpy.logaddexp(0, a)",
        "exprel": "autograd.numpy.expm1(a) / a",
        "sinc": "autograd.numpy.sin(a) / a",  # its sinc has no derivative
    }

    def ask(self, f, *operands):
        import autograd
        import numpy

        with numpy.errstate(all="ignore"):  # over arrays: Python's floats raise at every pole
            leaves = [numpy.array(x, dtype=float) for x in operands]
            gradients = autograd.elementwise_grad(f, tuple(range(len(leaves))))(*leaves)
            return f(*leaves).tolist(), [g.tolist() for g in gradients]

    def ask_second(self, f, *operands):
        import autograd
        import numpy

        with numpy.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns that a derivative is 0
            leaves, every = [numpy.array(x, dtype=float) for x in operands], range(len(operands))
            first = [autograd.elementwise_grad(f, i) for i in every]
            return [[float(autograd.elementwise_grad(g, j)(*leaves)) for j in every] for g in first]


class CasADi(Library):
    name, title = "casadi", "CasADi"
    how = "`SX` symbols, `gradient`"
    modules = ("casadi",)
    spelled: ClassVar = {
        "less": "casadi.lt(a, b)",
        "less_equal": "casadi.le(a, b)",
        "maximum": "casadi.fmax(a, b)",
        "minimum": "casadi.fmin(a, b)",
        "clip": "casadi.fmin(casadi.fmax(a, b), c)",
        "where": "casadi.if_else(a, b, c)",
        "exp2": "2 ** a",
        "log2": "casadi.log(a) / casadi.log(2)",
        "relu": "casadi.fmax(a, 0)",
        "sigmoid": "1 / (1 + casadi.exp(-a))",
        "softplus": "casadi.log1p(casadi.exp(a))",
        "exprel": "casadi.expm1(a) / a",
        "sinc": "casadi.sin(a) / a",
        "logaddexp": "casadi.logsumexp(casadi.vertcat(a, b))",
    }

    def ask(self, f, *operands):
        import casadi

        leaves = [casadi.SX.sym(f"x{i}") for i in range(len(operands))]
        y = casadi.SX(f(*leaves))
        gradients = [casadi.gradient(y, leaf) for leaf in leaves]
        value, *gradients = casadi.Function("f", leaves, [y, *gradients]).call(list(operands))
        return float(value), [float(g) for g in gradients]

    def ask_second(self, f, *operands):
        import casadi

        leaves = casadi.SX.sym("x", len(operands))
        y = casadi.SX(f(*casadi.vertsplit(leaves)))
        second = casadi.jacobian(casadi.gradient(y, leaves), leaves)
        matrix = casadi.Function("f", [leaves], [second])(list(operands))
        return matrix.full().tolist()


LIBRARIES = (Torch(), Jax(), Autograd(), CasADi())
