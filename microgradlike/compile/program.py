"""Program: a flat list of equations over the primitives, in the order they are computed in."""

from __future__ import annotations

import textwrap
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from microgradlike.op import Op


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Equations over slots: inputs first, then one slot for each equation; `outputs` are slots.

    A reference is a slot (0 or more) or a constant (-1 is `constants[0]`, -2 the next one).
    Equation k is the primitive `ops[code[k]]` of `operands[starts[k]:starts[k + 1]]`. `names` are
    those of the inputs where they came from: "point[0]", the label of a Value.

    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> from microgradlike.compile.build import build_program
    >>> print(build_program([x], [x * x + 1]))
    v1 = x0 * x0
    v2 = v1 + 1.0
    return v2
    """

    inputs: int
    outputs: tuple[int, ...]
    constants: tuple[float, ...]
    ops: tuple[Op, ...]
    code: array[int]
    starts: array[int]
    operands: array[int]
    names: tuple[str, ...] = ()  # what the inputs stand for, where that is known

    def __len__(self) -> int:
        return len(self.code)

    def equations(self) -> Iterator[tuple[int, Op, tuple[int, ...]]]:
        """Each equation: the slot it fills, its primitive, its references."""
        operands, starts = self.operands, self.starts
        for k, code in enumerate(self.code):
            yield self.inputs + k, self.ops[code], tuple(operands[starts[k] : starts[k + 1]])

    def name(self, reference: int) -> str:
        """What a reference is called where the program is printed."""
        if reference < 0:
            return repr(self.constants[-1 - reference])
        return f"x{reference}" if reference < self.inputs else f"v{reference}"

    def legend(self, mark: str) -> list[str]:
        """What the inputs stand for, as comments that begin with `mark`.

        >>> from microgradlike import Value, jit
        >>> w = Value(2.0, "slope")
        >>> jit(lambda x: x[0] * x[1] + w).program([1.0, 3.0]).legend("#")
        ['# x0 is x[0]; x1 is x[1]; x2 is slope']
        """
        named = [f"{self.name(i)} is {_quiet(name)}" for i, name in enumerate(self.names)]
        start = f"{mark} "
        return textwrap.wrap("; ".join(named), 90, initial_indent=start, subsequent_indent=start)

    def __str__(self) -> str:
        lines = []
        for slot, op, operands in self.equations():
            names = [self.name(r) for r in operands]
            right = f" {op.infix} ".join(names) if op.infix else f"{op.name}({', '.join(names)})"
            lines.append(f"{self.name(slot)} = {right}")
        return "\n".join([*lines, f"return {', '.join(map(self.name, self.outputs))}"])

    def to_python(self, name: str = "f") -> str:
        """The program as the text of a Python function that needs the standard library alone.

        It takes the inputs in their order, as numbers, and gives the output, or a tuple of them if
        there are more; of a gradient's program these are the value and its gradients. To the bit,
        it computes what the backend "python" does, and like that raises nothing. A primitive of
        your own goes along as the source of its forward function; TypeError where that is not to
        be had or needs more than the standard library, ValueError where `name` is no name.

        >>> from microgradlike import jit, relu
        >>> print(jit(lambda x: relu(x) + 1).program(2.0).to_python("bend"))
        def _relu(x):
            return x if x > 0 or x != x else 0.0
        <BLANKLINE>
        <BLANKLINE>
        def bend(x0):
            # x0 is x
            x0 = float(x0)
            v1 = _relu(x0)
            v2 = v1 + 1.0
            return v2
        <BLANKLINE>
        """
        from microgradlike.compile.export.python import text

        return text(self, name)

    def to_javascript(self, name: str = "f", *, spellings: Mapping[Op, str] | None = None) -> str:
        """The program as the text of a JavaScript function (ES2020) that needs nothing else.

        It takes the inputs in their order, as numbers, and gives the output, or an array of them
        where there is not just one. Of each primitive the value is within 4 ulp of Python's, and at
        every edge the same. `spellings` has a JavaScript function for each primitive of your own,
        such as `{cube: "x => x * x * x"}`. TypeError where one is missing, ValueError where `name`
        is no name.

        >>> from microgradlike import jit
        >>> print(jit(lambda x: (x.exp() - 2).relu()).program(2.0).to_javascript("bend"))
        // x0 is x
        const bend = (() => {
          function relu(x) {
            return x > 0 || x !== x ? x : 0;
          }
        <BLANKLINE>
          return (x0) => {
            x0 = Number(x0);
            const v1 = Math.exp(x0);
            const v2 = v1 - 2.0;
            const v3 = relu(v2);
            return v3;
          };
        })();
        <BLANKLINE>
        """
        from microgradlike.compile.export.javascript import text

        return text(self, name, spellings or {})


def varies(program: Program, batched: int) -> list[bool]:
    """Of each reference, as an index: whether it depends on one of the first inputs.

    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); x, w = trace.input(), trace.input()
    >>> from microgradlike.compile.build import build_program
    >>> varies(build_program([x, w], [-w, w * x]), 1)
    [True, False, False, True]
    """
    count = program.inputs + len(program)
    varying = [True] * batched + [False] * (count - batched + len(program.constants))
    if batched:
        operands, starts = program.operands.tolist(), program.starts.tolist()
        for slot, (start, stop) in enumerate(pairwise(starts), program.inputs):
            for r in operands[start:stop]:
                if varying[r]:
                    varying[slot] = True
                    break
    return varying


def _quiet(name: str) -> str:
    """A name that ends no comment and no script, whatever a label says."""
    printable = "".join(c if c.isprintable() else "?" for c in name[:60])
    return printable.replace("</", "<\\/")
