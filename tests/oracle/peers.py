"""Straight-line programs in PyTorch and JAX, over doubles: value, gradient, Hessian times vector.

`libraries.py` has the spellings; primitives that a library lacks are composed of others.
"""

from functools import cached_property
from importlib import import_module

from microgradlike import ops
from tests.oracle.exact import Result
from tests.oracle.libraries import Jax, Torch

COMPOSED = {
    "mul_no_nan": lambda a, b: a * b,
    "cbrt": lambda x: x.sign() * x.abs() ** (1 / 3),  # torch has none
}


class InTorch:
    """Programs by torch operations; twice reverse mode for the Hessian."""

    name, library = "torch", Torch()

    @cached_property
    def words(self):
        return COMPOSED | self.library.number.words

    def run(self, program, direction):
        torch = import_module("torch")
        xs = [_tensor(torch, x, requires_grad=True) for x in program.point]
        slots = list(xs)
        for op, operands in _steps(program):
            at = [slots[x] if isinstance(x, int) else _tensor(torch, x) for x in operands]
            slots.append(self.words[op.name](*at))
        y = slots[-1]
        if not y.requires_grad:  # a comparison of its, which is 0 or 1
            return Result(y.item(), [0.0] * len(xs), [0.0] * len(xs))
        gradient = torch.autograd.grad(y, xs, create_graph=True, materialize_grads=True)
        along = sum(d * g for d, g in zip(direction, gradient))
        hvp = [0.0] * len(xs)
        if along.requires_grad:  # not where the program is linear
            hvp = [h.item() for h in torch.autograd.grad(along, xs, materialize_grads=True)]
        return Result(y.item(), [g.item() for g in gradient], hvp)


class InJax:
    """Programs by JAX's functions; forward over reverse for the Hessian.

    JAX takes 0.7 ms for each operation that it traces, 80 s for the programs of the tests. So it
    traces, once, an interpreter: a scan over instructions, which switches between the primitives,
    and which it differentiates; the program is data. That takes 5 s to compile and 2 ms to run.
    """

    name, library = "jax", Jax()
    inputs = 3
    size = 320  # instructions of a program, at most; all are run, for compiling takes longest

    @cached_property
    def words(self):
        words = COMPOSED | self.library.number.words
        return {op: words[op.name] for op in ops.TABLE.values()}

    def run(self, program, direction):
        numpy = import_module("numpy")
        pad = self.inputs - len(program.point)
        x = numpy.array([*program.point, *[0.0] * pad])
        d = numpy.array([*direction, *[0.0] * pad])
        pair, tangents = self._differentiated(x, d, *self._code(numpy, program))
        m = len(program.point)
        return Result(float(pair[0]), pair[1].tolist()[:m], tangents[1].tolist()[:m])

    def _code(self, numpy, program):
        """The program as arrays: primitives, slots of operands, constants; results from `inputs`.

        Constants come after all results; steps beyond the end repeat the first, unread.
        """
        size = self.size
        number = {op: i for i, op in enumerate(self.words)}
        m, n = len(program.point), len(program.instructions)
        constants = numpy.ones(3 * size)
        which, slots = numpy.zeros(size, int), numpy.zeros((size, 3), int)
        for k, (op, operands) in enumerate(_steps(program)):
            which[k] = number[op]
            for i, x in enumerate(operands):
                if isinstance(x, int):
                    slots[k, i] = x if x < m else x - m + self.inputs
                else:
                    constants[3 * k + i] = x
                    slots[k, i] = self.inputs + size + 3 * k + i
        return which, slots, constants, n

    @cached_property
    def _differentiated(self):
        jax = import_module("jax")
        jax.config.update("jax_enable_x64", True)

        def along(x, d, *code):
            both = jax.value_and_grad(lambda x: self._interpreted(jax, x, *code))
            return jax.jvp(both, (x,), (d,))

        return jax.jit(along)

    def _interpreted(self, jax, x, which, slots, constants, n):
        branches = [_of_three(word, op.arity) for op, word in self.words.items()]
        branches.append(lambda a, b, c: a)  # beyond the end

        def step(values, instruction):
            k, op, at = instruction
            op = jax.numpy.where(k < n, op, len(branches) - 1)
            y = jax.lax.switch(op, branches, *values[at])
            return values.at[self.inputs + k].set(y), None

        start = jax.numpy.concatenate([x, jax.numpy.zeros(self.size), constants])
        ks = jax.numpy.arange(self.size)
        values, _ = jax.lax.scan(step, start, (ks, which, slots))
        return values[self.inputs + n - 1]


def _of_three(word, arity):
    return lambda *operands: word(*operands[:arity])


def _steps(program):
    return [(instruction.op, instruction.operands) for instruction in program.instructions]


def _tensor(torch, x, **options):
    return torch.tensor(x, dtype=torch.float64, **options)
