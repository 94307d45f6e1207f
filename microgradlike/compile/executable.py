"""Executable: a program run by a backend, block by block of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from time import perf_counter
from types import ModuleType
from typing import Any, Literal, TypeAlias, cast

from microgradlike._numpy import np
from microgradlike.compile.arrays import FloatArray, Rows, joined, parts_of
from microgradlike.compile.collector import collector_paused
from microgradlike.compile.passes.indeterminate import first_form, with_count, with_probe
from microgradlike.compile.passes.zero_absorption import with_plain_products
from microgradlike.compile.program import Program, varies
from microgradlike.indeterminate_form import active_policy, settle

Run: TypeAlias = Callable[[Rows, FloatArray], FloatArray]
WORK = 1 << 23  # equations × rows in a shard: 0.2 ms of machine code, some 10 ms of NumPy
WORTH = 0.03  # seconds to build code, from which on it is kept on disk
LARGE = 1e290  # numbers with a sum of squares below this cannot overflow when they are added


class Executable:
    """A program with a backend; the first `batched` inputs have a number for every row.

    `variables` are the inputs that derivatives are taken by; by the others, 0·∞ is 0 in silence.
    With a `key`, code is looked for on disk, and kept there (`kept`).

    >>> from microgradlike import jit
    >>> executable = jit(lambda x: x * x, batch=0).executable([1.0])
    >>> executable.sums(np.array([[1.0, 2.0, 3.0]]), np.empty(0))
    array([14.])
    """

    def __init__(
        self,
        program: Program | Callable[[], Program],
        batched: int,
        backend: ModuleType,
        variables: Collection[int] = (),
        key: str | None = None,
    ) -> None:
        self._program, self.batched, self.backend = program, batched, backend
        self.variables, self.key = variables, key
        self._kept: dict[str, dict[str, Any] | None] = {}

    @cached_property
    def program(self) -> Program:
        """The program, made when it is first needed: not if its code is on disk."""
        return self._program if isinstance(self._program, Program) else self._program()

    def outputs(self, rows: Rows, shared: FloatArray, first: int = 0) -> FloatArray:
        """Return the outputs, of shape (outputs, rows).

        `rows` has the shape (batched, rows), or is a list of arrays with some of its lines each.
        `shared` holds the other inputs. In warnings, `first` is the number of the first row.
        """
        blocks, _ = self.per_row(parts_of(rows), shared, first)
        found = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)
        terms = self.per_row.zero_terms
        return found if terms is None else found + terms[:, None]

    def sums(self, rows: Rows, shared: FloatArray, first: int = 0) -> FloatArray:
        """Return the outputs summed over the rows: by the same blocks, in the same order."""
        blocks, squares = self.summed(parts_of(rows), shared, first)
        if squares < LARGE:
            return self._total(blocks)
        with np.errstate(all="ignore"):  # entering it takes longer than the additions
            return self._total(blocks)

    def _total(self, blocks: list[FloatArray]) -> FloatArray:
        total = blocks[0] if len(blocks) == 1 else sum(blocks[1:], blocks[0])
        terms = self.summed.zero_terms
        return total if terms is None else total + terms

    @cached_property
    def shard_rows(self) -> int:
        """The number of rows, in whole vectors of 8, that amount to WORK."""
        found = self.kept("sums") or self.kept("outputs")
        size = found["size"] if found else len(self.program)
        return max(8, WORK // max(1, size) // 8 * 8)

    @cached_property
    @collector_paused()
    def per_row(self) -> _ZeroAbsorbing:
        """The outputs of each row of a block."""
        return _ZeroAbsorbing(self, "outputs")

    @cached_property
    @collector_paused()
    def summed(self) -> _ZeroAbsorbing:
        """The outputs summed over the rows of a block."""
        return _ZeroAbsorbing(self, "sums")

    def parts(self, method: str) -> tuple[Program, FloatArray | None, list[int] | None]:
        """Return the program that a method runs, the terms to add, and the outputs to add to."""
        if not self.backend.MERGING:  # the program as it was recorded
            return self.program, None, None if method == "outputs" else []
        from microgradlike.compile.passes import simplify  # needs NumPy

        program, terms = simplify.without_zero_terms(self.program)
        if method == "outputs":
            return program, terms, None
        program, add_to = simplify.with_shared_terms_apart(program, varies(program, self.batched))
        return program, terms, add_to.tolist()

    def kept(self, method: str) -> dict[str, Any] | None:
        """Return the state of a method from disk, or None."""
        if self.key is not None and method not in self._kept:
            from microgradlike.compile.artefact import load  # needs NumPy

            self._kept[method] = load(f"{self.key} {method}", self.backend.KEPT)
        return self._kept.get(method)


class _ZeroAbsorbing:
    """A method of a program in which 0·∞ is 0 in the products of the chain rule.

    Blocks run with plain products first. If a nan comes out, the block runs again with absorbing
    products, which are counted where their zero is not structural, in code that is built when it is
    first needed. If a nan might be lost on the way, as in a comparison, a probe comes out first.
    """

    def __init__(self, owner: Executable, method: Literal["outputs", "sums"]) -> None:
        self.owner, self.method = owner, method
        found = owner.kept(method) or self._built()
        self.zero_terms, self.add_to = found["zero_terms"], found["add_to"]
        self.absorbs, self.probes = found["absorbs"], found["probes"]
        self.run, self.block = found["run"], found["run"].block

    def bound(self, count: int) -> Any:
        """Return what the machine code's `bound` returns; None for a probe or another backend."""
        find = getattr(self.run, "bound", None)
        return None if self.probes or find is None else find(count)

    @cached_property
    def program(self) -> Program:
        """The program with absorbing products."""
        return self.owner.parts(self.method)[0]

    @cached_property
    def plain(self) -> Program:
        """The program with plain products, and a probe if a nan might be lost."""
        return with_probe(with_plain_products(self.program))

    def _built(self) -> dict[str, Any]:
        """Build the method, and keep it on disk if that takes long."""
        owner, start = self.owner, perf_counter()
        self.program, terms, self.add_to = owner.parts(self.method)
        probes = len(self.plain.outputs) - len(self.program.outputs)  # before those of program
        state = {
            "run": self._build(self.plain, probes),
            "probes": probes,
            "absorbs": self.plain is not self.program,
            "zero_terms": terms,
            "add_to": self.add_to,
            "size": len(owner.program),
        }
        if owner.key is not None and perf_counter() - start > WORTH:
            from microgradlike.compile.artefact import save

            save(f"{owner.key} {self.method}", state, owner.backend.KEPT)
        return state

    @cached_property
    @collector_paused()
    def absorbing(self) -> Run:
        """The method with absorbing products."""
        return self._build(self.program, 0)

    @cached_property
    def counting(self) -> Run:
        """The program with the number of indeterminate products as first output."""
        return self._counting(as_nan=False)

    @cached_property
    def counting_as_nan(self) -> Run:
        """The same with nan for these products."""
        return self._counting(as_nan=True)

    @cached_property
    @collector_paused()
    def counts(self) -> Run:
        """The same program for each row, without sums."""
        program = with_count(self.program, self.owner.variables, as_nan=False)
        return cast("Run", self.owner.backend.build(program, self.owner.batched))

    @collector_paused()
    def _counting(self, *, as_nan: bool) -> Run:
        return self._build(with_count(self.program, self.owner.variables, as_nan=as_nan), 1)

    def _build(self, program: Program, first: int) -> Run:
        """Build a program whose outputs begin after so many others."""
        add_to = self.add_to and [i + first for i in self.add_to]
        return cast("Run", self.owner.backend.build(program, self.owner.batched, add_to))

    def __call__(
        self, rows: Sequence[FloatArray], shared: FloatArray, first: int
    ) -> tuple[list[FloatArray], float]:
        """Return the results for each block of rows, and the sum of the squares of them all."""
        count = rows[0].shape[1]
        blocks, squares = [], 0.0
        reported = False
        for start in range(0, count, self.block):
            stop = start + self.block
            block = rows if count <= self.block else [part[:, start:stop] for part in rows]
            results = self.run(block, shared)
            square = float(np.vdot(results, results))  # nan if and only if there is a nan
            if square != square and self.absorbs:
                results, reported = self._absorbed(block, shared, first + start, reported)
            elif self.probes:
                results = results[1:]
            blocks.append(results)
            squares += square
        return blocks, squares

    def _absorbed(
        self, block: Sequence[FloatArray], shared: FloatArray, start: int, reported: bool
    ) -> tuple[FloatArray, bool]:
        """Return the results with absorbing products, and True if some have been reported."""
        if active_policy() == "zero":
            return self.absorbing(block, shared), reported
        results = self.counting(block, shared)
        if not results[:1].ravel().any():  # a line of counts, or their sum
            return results[1:], reported
        if active_policy() == "nan":
            return self.counting_as_nan(block, shared)[1:], reported
        if not reported:
            settle([self._first_form(block, shared, start)])
        return results[1:], True

    def _first_form(self, block: Sequence[FloatArray], shared: FloatArray, start: int) -> str:
        """Return the first indeterminate product in a block that has one, in words."""
        owner = self.owner
        row = int(self.counts(block, shared)[0].argmax())
        form = first_form(self.program, owner.variables, [*joined(block)[:, row], *shared])
        place = f", row {start + row} of the batch" if owner.batched else ""
        return f'{form}{place} (backend="eager" names the node)'
