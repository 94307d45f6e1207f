"""Sums: a sum of many terms in one frame, with the nodes that only one term needs."""

from __future__ import annotations

import math
from collections import Counter

from viz.fold.calls import FEW
from viz.fold.frames import Frames, Place, Turn

MANY = 16  # terms of a sum inside a module that are drawn apart: a neuron is read as a whole


def fold_sums(frames: Frames) -> None:
    """Put each sum of many terms, a chain or tree of additions, into a frame of its own.

    All nodes of a frame but its result are used inside it only, so no frame can feed itself.
    """
    done: set[str] = set()
    count: Counter[Place] = Counter()
    for n in reversed(frames.scene.nodes):
        if n.op == "add" and n.id not in done:
            additions, terms = _additions_and_terms(frames, n.id)
            done.update(additions)
            place = frames.places[n.id]
            if sum(x not in additions for x in terms) > (FEW if place[0] is None else MANY):
                count[place] += 1
                _fold(frames, n.id, additions, terms, count[place])


def _additions_and_terms(frames: Frames, root: str) -> tuple[set[str], list[str]]:
    """Find the additions of a sum with the constants in it, and its other terms in order."""
    place = frames.places[root]
    additions: set[str] = set()
    terms: list[str] = []
    stack = [root]
    while stack:
        x = stack.pop()
        n = frames.nodes[x]
        alone = len(frames.users[x]) <= 1 and frames.places[x] == place
        if x == root or (n.op == "add" and alone):
            additions.add(x)
            stack.extend(reversed(frames.operands[x]))
        elif n.role == "constant" or (not terms and n.role == "input" and not n.data and alone):
            additions.add(x)  # a constant, or the 0 that a sum starts with
        else:
            terms.append(x)
    return additions, terms


def _fold(frames: Frames, root: str, additions: set[str], terms: list[str], number: int) -> None:
    place = parent, turn = frames.places[root]
    scaling = _scaling(frames, root, len(terms))
    what = f"{'mean' if scaling else 'sum'} of {len(terms):,}"
    result = frames.nodes[scaling[0] if scaling else root]
    named = result.name != f"v{result.id[1:]}"
    home = frames.frame(result.name if named else what, what, parent, "sum", number)
    own = [_needed_only_by(frames, x, place) for x in terms]
    inner = home
    if scaling or any(own):
        title = f"{sum(frames.nodes[x].op == 'add' for x in additions):,} additions"
        inner = frames.frame(title, title, home, "additions")
    frames.closed.add(inner)
    for k, nodes in enumerate(own, 1):
        term = Turn(home, k, len(terms), turn, is_term=True)
        frames.places |= dict.fromkeys(nodes, (home, term))
    frames.places |= dict.fromkeys(additions, (inner, turn)) | dict.fromkeys(scaling, (home, turn))


def _scaling(frames: Frames, root: str, n: int) -> list[str]:
    """Find the product or quotient that makes a mean of the sum, and its constant."""
    for m in frames.users[root] if len(frames.users[root]) == 1 else ():
        first, last = frames.operands[m][0], frames.operands[m][-1]
        by = first if last == root else last
        x = frames.nodes[by].data
        if frames.nodes[by].role != "constant" or frames.places[m] != frames.places[root] or not x:
            continue
        op = frames.nodes[m].op
        if (op == "mul" and math.isclose(x * n, 1)) or (op == "div" and by == last and x == n):
            return [m, by]
    return []


def _needed_only_by(frames: Frames, term: str, place: Place) -> list[str]:
    """List the nodes beside a sum that only this term of it needs, and the term itself."""
    uses = {term: len(frames.users[term])}
    stack = [term]
    found: list[str] = []
    while stack:
        x = stack.pop()
        uses[x] = uses.get(x, len(frames.users[x])) - 1
        if uses[x] == 0 and frames.places[x] == place:
            found.append(x)
            stack.extend(frames.operands[x])
    return found
