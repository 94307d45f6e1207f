"""Programs: a compiled program as a scene, without numbers, which it has only when it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from microgradlike import ops
from microgradlike.compile.program import Program
from microgradlike.engine import Value
from viz.numbers import short
from viz.scene.scene import CHAIN, Role, Scene, SceneEdge, SceneNode, scene

MOST_OUTPUTS = 12  # arrows that arrive at one node: more are no picture


def snapshot(y: Value | Program, *, names: Mapping[Value, str] | None = None) -> Scene:
    """The scene of what a Value depends on, or of a program.

    TypeError where `y` is neither, or `names` is given for a program, whose names are those that it
    prints.
    """
    if not isinstance(y, Program):
        return scene(y, names=names)
    if names:
        raise TypeError(f"names are for Values, and a program has its own; got {names!r:.60}")
    return program_scene(y)


def program_scene(program: Program) -> Scene:
    """The equations of a program as nodes, called what they are called where it is printed.

    Several outputs arrive, in their order, at a node "return"; of very many, the first ones do.

    >>> from microgradlike import jit
    >>> shot = program_scene(jit(lambda x: (x * 2).tanh()).program(1.0))
    >>> [(n.name, n.role, n.symbol) for n in shot.nodes]
    [('x0', 'input', ''), ('2', 'constant', ''), ('v1', 'operation', '×'), ('v2', 'result', 'tanh')]
    >>> [(e.source, e.target) for e in shot.edges]
    [('n0', 'n1'), ('n1_1', 'n1'), ('n1', 'n2')]
    """
    outputs = program.outputs[:MOST_OUTPUTS]
    needed = _needed(program, outputs)
    single = len(outputs) == 1
    nodes = [_node(program, i, "input") for i in range(program.inputs) if needed[i]]
    edges: list[SceneEdge] = []
    for slot, op, operands in program.equations():
        if needed[slot]:
            role: Role = "result" if single and slot == outputs[0] else "operation"
            nodes += _constants(program, slot, operands)
            nodes.append(_node(program, slot, role, op.name, op.symbol))
            edges += _edges(slot, operands)
    root = outputs[0] if single else program.inputs + len(program)
    if not single or root < 0:  # a constant is an operand of what gives it back
        root = program.inputs + len(program)
        nodes += _constants(program, root, outputs)
        nodes.append(_node(program, root, "result", "", "", name="return"))
        edges += _edges(root, outputs)
    return Scene(tuple(nodes), tuple(edges), (), f"n{root}", tuple(_notes(program, needed)))


def _needed(program: Program, outputs: Sequence[int]) -> bytearray:
    """Of each slot, whether one of these outputs depends on it."""
    needed = bytearray(program.inputs + len(program))
    for r in outputs:
        if r >= 0:
            needed[r] = 1
    operands, starts = program.operands, program.starts
    for k in range(len(program) - 1, -1, -1):
        if needed[program.inputs + k]:
            for r in operands[starts[k] : starts[k + 1]]:
                if r >= 0:
                    needed[r] = 1
    return needed


def _node(
    program: Program, slot: int, role: Role, op: str = "", symbol: str = "", name: str = ""
) -> SceneNode:
    name = name or program.name(slot)
    return SceneNode(f"n{slot}", name, role, op, symbol, None, None, None, ())


def _constants(program: Program, slot: int, operands: Sequence[int]) -> Iterator[SceneNode]:
    for i, r in enumerate(operands):
        if r < 0:
            x = program.constants[-1 - r]
            yield SceneNode(f"n{slot}_{i}", short(x), "constant", "", "", x, None, None, ())


def _edges(slot: int, operands: Sequence[int]) -> Iterator[SceneEdge]:
    for i, r in enumerate(operands):
        yield SceneEdge(f"n{slot}_{i}" if r < 0 else f"n{r}", f"n{slot}", i, None)


def _notes(program: Program, needed: bytearray) -> Iterator[str]:
    yield "a program: its numbers are known when it runs"
    if any(op is ops.mul_no_nan and needed[slot] for slot, op, _ in program.equations()):
        yield CHAIN
    total = len(program.outputs)
    if total > 1:
        yield "arrows arrive at return in the order of the outputs"
    if total > MOST_OUTPUTS:
        yield f"… the first {MOST_OUTPUTS} of {total:,} outputs, and what they depend on"
    else:
        unused = program.inputs - sum(needed[: program.inputs])
        if unused:
            yield f"… {unused:,} of {program.inputs:,} inputs left out: nothing depends on them"
