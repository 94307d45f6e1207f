"""Program: equations over the primitives as a flat list, in the order of computation."""

from __future__ import annotations

import textwrap
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, pairwise

from microgradlike._html import table
from microgradlike.op import Op

__all__ = ["Program"]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Equations over slots: one slot for each of the `inputs`, then one for each equation.

    A reference is a slot (0 or more) or a constant (-1 is `constants[0]`, -2 the next one).
    `outputs` are references. Equation k is the primitive `ops[code[k]]` of the references
    `operands[starts[k]:starts[k + 1]]`. `names` are the names of the inputs at their origin, such
    as "point[0]" or the label of a Value; `names` may be empty.

    A Program is immutable, has a length (its equations), can be pickled and printed, and can be
    drawn by `viz.draw`. `jit(f).program(...)` makes one.

    >>> from microgradlike import jit
    >>> program = jit(lambda x: x * x + 1).program(3.0)
    >>> len(program)
    2
    >>> print(program)
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
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.code)

    def equations(self) -> Iterator[tuple[int, Op, tuple[int, ...]]]:
        """Yield each equation: the slot that it fills, its primitive, its references.

        >>> from microgradlike import jit
        >>> list(jit(lambda x: x * x).program(3.0).equations())
        [(1, <primitive mul>, (0, 0))]
        """
        operands, starts = self.operands, self.starts
        for k, code in enumerate(self.code):
            yield self.inputs + k, self.ops[code], tuple(operands[starts[k] : starts[k + 1]])

    def name(self, reference: int) -> str:
        """Return the name of a reference in print: an input, a result, or a constant's digits.

        >>> from microgradlike import jit
        >>> program = jit(lambda x: x + 2).program(3.0)
        >>> program.name(0), program.name(1), program.name(-1)
        ('x0', 'v1', '2.0')
        """
        if reference < 0:
            return repr(self.constants[-1 - reference])
        return f"x{reference}" if reference < self.inputs else f"v{reference}"

    def legend(self, mark: str) -> list[str]:
        """Return the names of the inputs at their origin, as comments that begin with `mark`.

        >>> from microgradlike import Value, jit
        >>> w = Value(2.0, "slope")
        >>> jit(lambda x: x[0] * x[1] + w).program([1.0, 3.0]).legend("#")
        ['# x0 is x[0]; x1 is x[1]; x2 is slope']
        """
        named = [f"{self.name(i)} is {_harmless(name)}" for i, name in enumerate(self.names)]
        start = f"{mark} "
        return textwrap.wrap("; ".join(named), 90, initial_indent=start, subsequent_indent=start)

    def __str__(self) -> str:
        return "\n".join([*map(" = ".join, self._sides()), self._result()])

    def _repr_html_(self) -> str:
        notes = [self._result(), *self.legend("where")]
        rows = chain([("result", "equation")], self._sides())
        return table(f"program of {len(self):,} equations", rows, len(self), notes)

    def _sides(self) -> Iterator[tuple[str, str]]:
        for slot, op, operands in self.equations():
            names = [self.name(r) for r in operands]
            right = f" {op.infix} ".join(names) if op.infix else f"{op.name}({', '.join(names)})"
            yield self.name(slot), right

    def _result(self) -> str:
        return f"return {', '.join(map(self.name, self.outputs))}"

    def to_python(self, name: str = "f") -> str:
        """Return the text of a Python function that needs only the standard library.

        It takes the inputs in their order, as numbers, and returns the output, or a tuple if there
        are more; for a gradient's program these are the value and its gradients. It computes the
        same bits as the backend "python". Primitives of your own are included as the source of
        their forward functions. Raises TypeError if such a source is missing or needs more than the
        standard library, ValueError if `name` is not an identifier.

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
        """Return the text of a JavaScript function (ES2020) that needs nothing else.

        It takes the inputs in their order, as numbers, and returns the output, or an array if there
        are more. Each primitive is within 4 ulp of Python's, and the same at 0, inf and nan.
        `spellings` maps each primitive of your own to a JavaScript function, such as
        `{cube: "x => x * x * x"}`. Raises TypeError if one is missing, ValueError if `name` is not
        an identifier.

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

    def to_c(self, name: str = "f", *, spellings: Mapping[Op, str] | None = None) -> str:
        """Return the text of a C99 function `void f(const double x[], double y[])`.

        It reads the inputs in their order from `x` and writes the outputs to `y`, which may be the
        same array; for a gradient's program these are the value and its gradients. It needs only
        the C library. Sums, products, quotients and roots have the bits of the backend "python";
        every other primitive is within 2 ulp of it, and the same at 0, inf and nan. `spellings`
        maps each primitive of your own to a C function without its name, such as
        `{cube: "(double x) { return x * x * x; }"}`. Raises TypeError if one is missing, ValueError
        if `name` is not an identifier or belongs to the C library.

        >>> from microgradlike import jit
        >>> text = jit(lambda x: (x.exp() - 0.1).relu()).program(2.0).to_c("bend")
        >>> print(text[text.index("static") : text.rindex("#if")])
        static double bend_relu(double x) {
          return x > 0 || x != x ? x : 0.0;
        }
        <BLANKLINE>
        void bend(const double x[1], double y[1]) {
          const double x0 = x[0];
          const double v1 = exp(x0);
          const double v2 = v1 - 0x1.999999999999ap-4 /* 0.1 */;
          const double v3 = bend_relu(v2);
          y[0] = v3;
        }
        <BLANKLINE>
        <BLANKLINE>
        """
        from microgradlike.compile.export.c import text

        return text(self, name, spellings or {})


def varies(program: Program, batched: int) -> list[bool]:
    """Return, indexed by reference, whether it depends on one of the first `batched` inputs.

    >>> from microgradlike import jit
    >>> varies(jit(lambda x, w: [-w, w * x]).program(1.0, 2.0), 1)
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


def _harmless(name: str) -> str:
    """Return the name cut and escaped, so that it cannot end a comment or a script."""
    printable = "".join(c if c.isprintable() else "?" for c in name[:60])
    return printable.replace("</", "<\\/")
