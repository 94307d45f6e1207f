"""Programs: a compiled program as a scene, without numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.compile.program import Program
from microgradlike.engine import Value
from microgradlike.op import Op
from viz.numbers import short
from viz.scene.scene import ABSORBS, Role, Scene, SceneEdge, SceneNode, scene

MOST_OUTPUTS = 12  # arrows into one node: a picture of more cannot be read


def scene_of(
    y: Value | Program, *, names: Mapping[Value, str] | None = None, digits: bool = False
) -> Scene:
    """Take the scene of a Value or of a program.

    Raises TypeError if `y` is neither, or if `names` or `digits` is given for a program, which has
    names of its own and no numbers.
    """
    if not isinstance(y, Program):
        return scene(y, names=names, digits=digits)
    if digits:
        raise TypeError(
            "digits are those of numbers, and a program has none; draw a Value with digits=True"
        )
    if names:
        raise TypeError(
            f"names are for Values, and a program has its own names; leave out names={shown(names)}"
        )
    return program_scene(y)


def program_scene(program: Program) -> Scene:
    """Take the equations of a program as nodes, under the names that its printed form has.

    Several outputs arrive in order at a node "return"; of more than 12, the first ones do.

    >>> from microgradlike import jit
    >>> drawn = program_scene(jit(lambda x: (x * 2).tanh()).program(1.0))
    >>> [(n.name, n.role, n.symbol) for n in drawn.nodes]
    [('x0', 'input', ''), ('2', 'constant', ''), ('v1', 'operation', '×'), ('v2', 'result', 'tanh')]
    >>> [(e.source, e.target) for e in drawn.edges]
    [('n0', 'n1'), ('n1_1', 'n1'), ('n1', 'n2')]
    """
    outputs = program.outputs[:MOST_OUTPUTS]
    needed = _needed(program, outputs)
    single = len(outputs) == 1
    nodes = [_node(i, program.name(i), "input") for i in range(program.inputs) if needed[i]]
    edges: list[SceneEdge] = []
    for slot, op, operands in program.equations():
        if needed[slot]:
            role: Role = "result" if single and slot == outputs[0] else "operation"
            nodes += _constants(program, slot, operands)
            nodes.append(_node(slot, program.name(slot), role, op))
            edges += _edges(slot, operands)
    root = outputs[0] if single else program.inputs + len(program)
    if not single or root < 0:  # an output that is a constant becomes an operand of "return"
        root = program.inputs + len(program)
        nodes += _constants(program, root, outputs)
        nodes.append(_node(root, "return", "result"))
        edges += _edges(root, outputs)
    return Scene(tuple(nodes), tuple(edges), (), f"n{root}", tuple(_notes(program, needed)))


def _needed(program: Program, outputs: Sequence[int]) -> bytearray:
    """Mark each slot that one of these outputs depends on."""
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


def _node(slot: int, name: str, role: Role, op: Op | None = None) -> SceneNode:
    made_by = ("", "") if op is None else (op.name, op.symbol)
    return SceneNode(f"n{slot}", name, role, *made_by, None, None, None, ())


def _constants(program: Program, slot: int, operands: Sequence[int]) -> Iterator[SceneNode]:
    for i, r in enumerate(operands):
        if r < 0:
            x = program.constants[-1 - r]
            yield SceneNode(f"n{slot}_{i}", short(x), "constant", "", "", x, None, None, ())


def _edges(slot: int, operands: Sequence[int]) -> Iterator[SceneEdge]:
    for i, r in enumerate(operands):
        yield SceneEdge(f"n{slot}_{i}" if r < 0 else f"n{r}", f"n{slot}", i, None)


def _notes(program: Program, needed: bytearray) -> Iterator[str]:
    yield "a program: numbers are known only when it runs"
    if any(op is ops.mul_no_nan and needed[slot] for slot, op, _ in program.equations()):
        yield ABSORBS
    total = len(program.outputs)
    if total > 1:
        yield "arrows arrive at return in the order of the outputs"
    if total > MOST_OUTPUTS:
        yield f"… the first {MOST_OUTPUTS} of {total:,} outputs, and everything they depend on"
    else:
        unused = program.inputs - sum(needed[: program.inputs])
        if unused:
            yield f"… {unused:,} of {program.inputs:,} inputs left out: no output depends on them"
