"""Straight-line programs in this library, in every mode."""

from microgradlike.derivatives.api import derivative, grad, gradients, hessian, hvp, jvp
from microgradlike.engine import Value
from tests.oracle.exact import Result


def first_order(program):
    """Value, gradient by backward(), and gradient in forward mode."""
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    y.backward()
    rows = [
        jvp(program, program.point, [float(i == j) for j in range(len(xs))])[1]
        for i in range(len(xs))
    ]
    return y.data, [x.grad for x in xs], rows


def graph_gradient(program):
    """The numbers of the gradient as a graph, plus 0.0 as in `grad`, which turns -0.0 into 0.0."""
    xs = [Value(x) for x in program.point]
    return [0.0 + g.data for g in gradients(program(*xs), xs)]


def reverse_twice(program, direction):
    return list(hvp(program, program.point, tuple(direction)))


def forward_over_reverse(program, direction):
    gradient = grad(program, tuple(range(len(direction))))
    return list(jvp(gradient, program.point, tuple(direction))[1])


def reverse_over_forward(program, direction):
    def slope(*x):
        return jvp(program, x, tuple(direction))[1]

    return list(grad(slope, tuple(range(len(direction))))(*program.point))


def forward_twice(program, direction):
    def slope(*x):
        return jvp(program, x, tuple(direction))[1]

    return [derivative(slope, i)(*program.point) for i in range(len(direction))]


def hessian_column(program, direction):
    """The Hessian times a direction with a single entry, which is exact."""
    (k,) = [i for i, d in enumerate(direction) if d]
    matrix = hessian(program, tuple(range(len(direction))))(*program.point)
    return [row[k] * direction[k] for row in matrix]


OVER = (forward_over_reverse, reverse_over_forward, forward_twice, hessian_column)


def results(program, direction, number=None):
    """The Results of this library by mode; `number` selects one of the slower ways to a Hessian."""
    y, backward, forward = first_order(program)
    found = {
        "backward, hvp": Result(y, backward, reverse_twice(program, direction)),
        "forward": Result(y, forward, None),
    }
    single = sum(map(bool, direction)) == 1
    ways = [way for way in OVER if single or way is not hessian_column]
    for way in ways if number is None else [ways[number % len(ways)]]:
        found[way.__name__.replace("_", " ")] = Result(None, None, way(program, direction))
    return found
