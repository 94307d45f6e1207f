"""Indeterminate forms in a program: the same equations with a count of products 0·∞.

Products of the chain rule, `mul_no_nan`, count 0·∞ as 0. The count is of those whose zero is not
structural; see `structural`. A program with a count runs only where such products occurred.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import reduce
from math import nan

from microgradlike import ops
from microgradlike.compile.build import build_program
from microgradlike.compile.program import Program
from microgradlike.compile.trace import Trace
from microgradlike.derivatives.chain_rule import partial
from microgradlike.op import Number, Op
from microgradlike.structural import both, either, is_constant, is_infinite, is_zero, negation


def with_count(program: Program, variables: Collection[int], *, as_nan: bool = False) -> Program:
    """Return the program with the number of indeterminate products as a further first output.

    `variables` are the inputs that derivatives are taken by; the others are constants. With
    `as_nan`, these products are nan instead of 0.

    >>> x = Trace().input()
    >>> program = build_program([x], [ops.mul_no_nan(x, 1.0 / x)])
    >>> len(program), len(with_count(program, {0}).outputs)
    (2, 2)
    """
    trace = Trace()
    inputs = [trace.input() for _ in range(program.inputs)]
    walk = _Walk(program, variables, as_nan)
    outputs = walk.outputs(inputs)
    count = reduce(lambda a, b: a + b, walk.forms.values(), 0.0)
    return replace(build_program(inputs, [count, *outputs]), names=program.names)


def with_probe(program: Program) -> Program:
    """Return the program with a further first output, nan where one of its products absorbs.

    It is the same object if no product of the program absorbs.

    >>> from microgradlike.compile.passes.zero_absorption import with_plain_products
    >>> x = Trace().input(); y = ops.mul_no_nan(x, 1.0 / x)
    >>> print(with_probe(with_plain_products(build_program([x], [y < 1.0]))))
    v1 = 1.0 / x0
    v2 = x0 * v1
    v3 = clip(v2, -1.0, 1.0)
    v4 = mul_no_nan(x0, v1)
    v5 = less(v4, 1.0)
    return v3, v5
    >>> with_probe(plain := with_plain_products(build_program([x], [y]))) is plain
    True
    """
    table = program.ops
    if ops.mul_no_nan not in table or table.index(ops.mul_no_nan) not in program.code:
        return program
    trace = Trace()
    inputs = [trace.input() for _ in range(program.inputs)]
    numbers: list[Number] = list(inputs)
    probe: Number = -0.0
    for _, op, references in program.equations():
        xs = [numbers[r] if r >= 0 else program.constants[-1 - r] for r in references]
        if op is ops.mul_no_nan:
            probe = probe + ops.clip(xs[0] * xs[1], -1.0, 1.0)
        numbers.append(op(*xs))
    outputs = [numbers[r] if r >= 0 else program.constants[-1 - r] for r in program.outputs]
    return replace(build_program(inputs, [probe, *outputs]), names=program.names)


def first_form(program: Program, variables: Collection[int], inputs: Sequence[float]) -> str:
    """Return the first indeterminate product at these inputs, in words; there must be one.

    >>> x = Trace().input()
    >>> program = build_program([x], [ops.mul_no_nan(x, 1.0 / x)])
    >>> first_form(program, {0}, [0.0])
    'the chain rule meets 0.0 × inf in v2 = mul_no_nan(x0, v1)'
    """
    walk = _Walk(program, variables, as_nan=False)
    walk.outputs([float(x) for x in inputs])
    slot = next(slot for slot, found in walk.forms.items() if found)
    a, b = walk.operands[slot]
    return (
        f"the chain rule meets {walk.number(a)} × {walk.number(b)} in"
        f" {program.name(slot)} = mul_no_nan({program.name(a)}, {program.name(b)})"
    )


class _Walk:
    """One evaluation of a program, over doubles or tracers, that knows constants.

    `forms` has, by slot, whether a product there is indeterminate: 1.0, 0.0, or a tracer.
    """

    def __init__(self, program: Program, variables: Collection[int], as_nan: bool) -> None:
        self.program, self.as_nan = program, as_nan
        self.constant: list[Number] = [
            0.0 if i in variables else 1.0 for i in range(program.inputs)
        ]
        self.numbers: list[Number] = []
        self.forms: dict[int, Number] = {}
        self.operands: dict[int, tuple[int, ...]] = {}

    def outputs(self, inputs: Sequence[Number]) -> list[Number]:
        """Return the outputs at these inputs."""
        self.numbers = list(inputs)
        for slot, op, references in self.program.equations():
            self._equation(slot, op, references)
        if ops.where in self.program.ops:
            used = self._used()
            self.forms = {slot: both(used[slot], form) for slot, form in self.forms.items()}
        return [self.number(r) for r in self.program.outputs]

    def number(self, reference: int) -> Number:
        """Return the number that a reference stands for."""
        if reference < 0:
            return self.program.constants[-1 - reference]
        return self.numbers[reference]

    def _used(self) -> list[Number]:
        """Return, by slot, 1.0 where an output depends on it by branches that are taken."""
        used: list[Number] = [0.0] * len(self.numbers)
        for r in self.program.outputs:
            if r >= 0:
                used[r] = 1.0
        for slot, op, references in reversed(list(self.program.equations())):
            for i, r in enumerate(references):
                if r >= 0:
                    taken = 1.0
                    if op is ops.where and i:
                        condition = ops.where(self.number(references[0]), 1.0, 0.0)
                        taken = condition if i == 1 else negation(condition)
                    used[r] = either(used[r], both(used[slot], taken))
        return used

    def _equation(self, slot: int, op: Op, references: tuple[int, ...]) -> None:
        xs = tuple(map(self.number, references))
        known = [1.0 if r < 0 else self.constant[r] for r in references]
        y = op(*xs)
        if op is ops.mul and type(xs[1]) is float and xs[1] == 1 and references[1] < 0:
            constant: Number = 0.0  # the fresh node by which a derivative is taken
        else:
            constant = is_constant(op, xs, known, lambda i: partial(op, i, y, xs))
        if op is ops.mul_no_nan:
            form = _form(xs, known)
            if not (type(form) is float and form == 0):
                self.forms[slot], self.operands[slot] = form, references
                y = ops.where(form, nan, y) if self.as_nan else y
        self.numbers.append(y)
        self.constant.append(constant)


def _form(xs: Sequence[Number], constant: Sequence[Number]) -> Number:
    """Return 1.0 for 0·∞ with a zero that is not structural."""
    (g, p), (g_constant, p_constant) = xs, constant
    upstream = both(both(negation(g_constant), is_zero(g)), is_infinite(p))
    local = both(both(negation(p_constant), is_zero(p)), is_infinite(g))
    return either(upstream, local)
