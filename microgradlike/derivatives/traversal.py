"""The graph that one run of a function has made: its order, and a gradient that leaves no trace."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.engine import Value, backpropagate, next_stamp


def order_of_run(roots: list[Value], xs: Sequence[Value], run: int) -> tuple[list[Value], bool]:
    """`graph.topological` of what the run has made above the xs; whether older nodes are there too.

    Those were there before it began, and depend on nothing that was made in it. Of what a backward
    pass has come to since, that is not known: a leaf counts as older then.

    >>> from microgradlike.engine import begin_run
    >>> w = Value(2.0); run = begin_run(); x = Value(3.0)
    >>> [v.op.name for v in order_of_run([x * x], [x], run)[0]], order_of_run([w * x], [x], run)[1]
    (['mul'], True)
    """
    # the marks are put back at the end: another run may go by them
    marks = [(x, x._stamp) for x in xs]
    try:
        return _order_above(roots, xs, run, marks)
    finally:
        for v, mark in marks:
            v._stamp = mark


def _order_above(
    roots: list[Value], xs: Sequence[Value], run: int, marks: list[tuple[Value, int]]
) -> tuple[list[Value], bool]:
    """The same; `marks` collects what it writes over. Written out, as `engine._order` is: 4x."""
    opened = -next_stamp()
    closed = opened - 1
    order: list[Value] = []
    older = False
    stack = roots[::-1]
    for x in xs:
        x._stamp = closed
    while stack:
        v = stack.pop()
        mark = v._stamp
        if mark == opened:
            v._stamp = closed
            order.append(v)
        elif mark != closed:
            if -run < mark < run or (mark > 0 and v.op is None):  # older
                older = True
                continue
            marks.append((v, mark))
            v._stamp = opened
            a, b = v._a, v._b
            stack.append(v)
            if isinstance(a, Value):
                stack.append(a)
            if isinstance(b, Value):
                stack.append(b)
            elif type(b) is tuple:
                stack.extend([x for x in b if isinstance(x, Value)])
    return order, older


def pulled(order: list[Value], roots: list[tuple[Value, float]], xs: list[Value]) -> list[float]:
    """Σ upstream · d(root)/dx for each x; `order` has the nodes above, whose `grad` it borrows."""
    nodes = [*xs, *order]
    before = [v.grad for v in nodes]  # the function may have kept some of them
    try:
        for v in nodes:
            v.grad = -0.0
        for root, upstream in roots:
            root.grad += upstream
        backpropagate([v for v in order if v.op is not None])
        return [0.0 + x.grad for x in xs]
    finally:
        for v, grad in zip(nodes, before, strict=True):
            v.grad = grad
