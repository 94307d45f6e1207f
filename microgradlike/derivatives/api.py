"""Derivatives to any order: gradients of a graph; grad, jacobian, hessian, jvp ... of functions.

Arguments and results are numbers, NumPy arrays, or lists, tuples, dicts and Modules of them, to any
depth. Derivatives come back in the same structure, with a dict by parameter name for a Module. A
derivative is a plain number if only plain numbers went in. If a Value went in, as an argument or as
something that the function uses, it is a Value that can be differentiated again, so no gradient is
lost silently.

Each call runs the function once, on fresh nodes, and leaves every `.grad` unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any, Concatenate, ParamSpec, TypeVar, overload
from weakref import WeakKeyDictionary

from microgradlike._validate import shown
from microgradlike.derivatives.call import (
    Argnums,
    Call,
    argument_tuple,
    as_derivative,
    one_number,
    positions_of,
    require_function,
    require_one_result,
)
from microgradlike.derivatives.dual import Dual, checked_tangent, fresh_tag, seed, split
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.linearize import Linearization, forward_results
from microgradlike.derivatives.pytree import HasParameters, LeafSpec, Nested, Pytree, array
from microgradlike.engine import Value, begin_run
from microgradlike.graph import topological
from microgradlike.op import Number
from microgradlike.scalar import Scalar
from microgradlike.scope import DerivativeScope, current

__all__ = [
    "derivative",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
    "vjp",
]

P = ParamSpec("P")
T = TypeVar("T", bound=Any)  # Any: the parameter of a lambda then has every operator
R = TypeVar("R")
GradientSteps = tuple[Linearization, Callable[[list[Number]], Any]]

# by the function itself: an attribute of it would be copied by functools.wraps
_steps: WeakKeyDictionary[Any, Callable[..., GradientSteps]] = WeakKeyDictionary()


def gradients(y: Value, xs: Sequence[Value]) -> list[Value]:
    """dy/dx for each x, as a graph of the same primitives: to draw, and to differentiate again.

    The numbers are those of `y.backward()`, bit for bit, and no `.grad` changes. For an x that y
    does not depend on, the gradient is a Value of 0. Raises TypeError where y or an x is not a
    Value, or xs is not a list.

    >>> x = Value(3.0)
    >>> (first,) = gradients(x ** 3, [x])
    >>> (second,) = gradients(first, [x])
    >>> first.data, second.data
    (27.0, 18.0)
    """
    if not isinstance(xs, Iterable):
        raise TypeError(
            f"gradients(y, xs) takes a list of Values, got {shown(xs)}; write [x] for a single one"
        )
    xs = list(xs)
    for v in (y, *xs):
        if not isinstance(v, Scalar) or isinstance(v, Dual):
            raise TypeError(
                f"gradients(y, xs) takes Values, got {shown(v)} of type {type(v).__name__}; for a"
                " function of plain numbers, use grad(f)"
            )
    by = ", ".join(x.label or "x" for x in xs[:3]) + (", …" if len(xs) > 3 else "")
    name = f"∂{y.label or 'y'}/∂{by if len(xs) == 1 else f'({by})'}"
    token = current.set(DerivativeScope(name, current.get()))
    try:
        found = LinearMap(topological(y), xs).vjp([(y, 1.0)])
    finally:
        current.reset(token)
    return [Value(g) if type(g) is float else g for g in found]


@overload
def grad(f: Callable[Concatenate[T, P], object]) -> Callable[Concatenate[T, P], T]: ...
@overload
def grad(f: Callable[P, object], argnums: Argnums) -> Callable[P, Nested]: ...
def grad(f: Callable[..., Nested], argnums: Argnums = 0) -> Callable[..., Nested]:
    """The gradient of `f`, as a function of the same arguments; reverse mode.

    `f` returns one number. `argnums` is the position of the argument to differentiate with respect
    to, or a tuple of positions, for which the gradients are a tuple too; -1 is the last positional
    argument. A gradient has the structure of its argument, and is a dict by parameter name for a
    Module. To type checkers `grad(f)` has the signature of `f` and gives the type of the first
    argument; with `argnums` written, the type is left open.

    Raises TypeError where `f` returns anything but one number or the argument holds anything but
    numbers, and ValueError where there is no such argument.

    >>> grad(lambda x: x ** 3)(2.0), grad(grad(lambda x: x ** 3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda p: p["w"][0] * p["b"])({"w": [2.0, 1.0], "b": 5.0})
    {'w': [5.0, 0.0], 'b': 2.0}
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (3.0, 2.0)
    """
    return _from_gradient("grad", f, argnums, lambda _, gradient: gradient)


@overload
def value_and_grad(
    f: Callable[Concatenate[T, P], R],
) -> Callable[Concatenate[T, P], tuple[R, T]]: ...
@overload
def value_and_grad(f: Callable[P, R], argnums: Argnums) -> Callable[P, tuple[R, Nested]]: ...
def value_and_grad(
    f: Callable[..., Nested], argnums: Argnums = 0
) -> Callable[..., tuple[Nested, Nested]]:
    """The pair of f's value and its gradient, from one call of `f`.

    The argument numbers `argnums` and the errors, TypeError and ValueError, are those of `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _from_gradient("value_and_grad", f, argnums, lambda *pair: pair)


def _from_gradient(
    name: str, f: Callable[..., Nested], argnums: Argnums, chosen: Callable[[Nested, Nested], Any]
) -> Callable[..., Any]:
    """A function of f's arguments, by what is chosen from its value and gradient."""

    def steps(*args: Nested, **kwargs: Nested) -> GradientSteps:
        call = Call(f, argnums, args, kwargs)
        run = call.linearize(alternative="jacobian")
        value = run.outputs.unflatten(run.values())
        return run, lambda gradient: chosen(value, call.tree.unflatten(gradient))

    def result(*args: Nested, **kwargs: Nested) -> Nested:
        run, finished = steps(*args, **kwargs)
        return finished(run.vjp(run.outputs.leaves, [1.0]))

    found = as_derivative(name, f, argnums, result)
    _steps[found] = steps
    return found


def steps_of(f: object) -> Callable[..., GradientSteps] | None:
    """The steps of a function made by `grad` or `value_and_grad`, None for another function.

    They return the run of the differentiated function, and the rest as a function of its gradient.
    """
    return _steps.get(f) if type(f) is FunctionType else None


def jacobian(f: Callable[P, Nested], argnums: Argnums = 0) -> Callable[P, Nested]:
    """The derivatives of all numbers that `f` returns, with respect to all numbers of an argument.

    They have the structure of the result, in which each number or array is replaced by the
    structure of the argument. For a result of shape S and an argument of shape T, that is an array
    of shape S + T. Reverse mode makes it row by row if `f` returns fewer numbers than it takes,
    otherwise forward mode column by column. The argument numbers `argnums` and the errors,
    TypeError and ValueError, are those of `grad`; `f` may return any number of numbers.

    >>> jacobian(lambda x: [x[0] * x[1], 2 * x[1]])([3.0, 4.0])
    [[4.0, 3.0], [0.0, 2.0]]
    """

    def matrix(*args: P.args, **kwargs: P.kwargs) -> Nested:
        call = Call(f, argnums, args, kwargs)
        run = call.linearize()
        return _blocks(run.outputs, call.tree, run.jacobian(run.outputs.leaves))

    return as_derivative("jacobian", f, argnums, matrix)


def hessian(f: Callable[P, Nested], argnums: Argnums = 0) -> Callable[P, Nested]:
    """The second derivatives of `f`, which returns one number, for all pairs of numbers.

    They have the structure of the argument, twice: for an argument of shape T, an array of shape
    T + T. Forward over reverse: one gradient as a graph, and a forward sweep through it per number.
    The argument numbers `argnums` and the errors, TypeError and ValueError, are those of `grad`.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """

    def matrix(*args: P.args, **kwargs: P.kwargs) -> Nested:
        call = Call(f, argnums, args, kwargs)
        run = call.linearize(alternative="jacobian(jacobian(f))")
        rows = run.jacobian(run.graph_gradient(run.outputs.leaves[0]))
        return _blocks(call.tree, call.tree, rows)

    return as_derivative("hessian", f, argnums, matrix)


def jvp(f: Callable[..., R], primals: Sequence[Nested], tangents: Sequence[Nested]) -> tuple[R, R]:
    """The value f(*primals), and its derivative in the direction of `tangents`; forward mode.

    `primals` and `tangents` are tuples of arguments of equal structure. Raises ValueError where the
    structures differ, and TypeError where they are not tuples or lists of numbers.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    require_function(f)
    point = Pytree(argument_tuple("jvp", "primals", primals), "primals")
    direction = point.leaves_of(argument_tuple("jvp", "tangents", tangents), "tangents")
    tag, run = fresh_tag(), begin_run()
    duals = [seed(x, t, tag) for x, t in zip(point.leaves, direction)]
    outputs = Pytree(f(*point.as_argument(duals)), "the result of the function")
    pairs = [(split(y, tag)[0], checked_tangent(y, tag)) for y in outputs.leaves]
    value, tangent = [y for y, _ in pairs], [0.0 if t is None else t for _, t in pairs]
    results = forward_results([*value, *tangent], run, duals)
    return outputs.unflatten(results[: len(pairs)]), outputs.unflatten(results[len(pairs) :])


def vjp(f: Callable[..., R], *primals: Nested) -> tuple[R, Callable[[Nested], tuple[Nested, ...]]]:
    """The value f(*primals), and a function that applies the transposed Jacobian; reverse mode.

    That function takes an upstream gradient of the structure of the value and returns a tuple with
    a gradient per argument. It may be called any number of times, and raises ValueError if the
    structures differ. `f` itself is called once. Raises TypeError without primals.

    >>> y, pull = vjp(lambda a, b: [a * b, a], 2.0, 3.0)
    >>> y, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([6.0, 2.0], (3.0, 2.0), (1.0, 0.0))
    """
    require_function(f)
    if not primals:
        raise TypeError("vjp(f, *primals) needs the point: write vjp(f, 1.0)")
    tree = Pytree(primals, "primals")
    run = Linearization(lambda arguments: f(*arguments), tree)

    def vjp_of_f(upstream: Nested) -> tuple[Nested, ...]:
        us = run.outputs.leaves_of(upstream, "upstream")
        found: tuple[Nested, ...] = tree.unflatten(run.vjp(run.outputs.leaves, us))
        return found

    return run.outputs.unflatten(run.values()), vjp_of_f


def hvp(
    f: Callable[..., Nested], primals: Sequence[Nested], tangents: Sequence[Nested]
) -> tuple[Nested, ...]:
    """The Hessian of `f` at `primals` times the vector `tangents`, without forming the matrix.

    `f` returns one number. `primals` and `tangents` are tuples of arguments of equal structure, and
    so is the product. Raises as `jvp` does, and TypeError where `f` returns more than one number.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([3.0, 4.0],), ([1.0, 0.0],))
    ([8.0, 6.0],)
    """
    require_function(f)
    tree = Pytree(argument_tuple("hvp", "primals", primals), "primals")
    direction = tree.leaves_of(argument_tuple("hvp", "tangents", tangents), "tangents")
    run = Linearization(lambda arguments: f(*arguments), tree)
    require_one_result(run, "jvp of jacobian(f)")
    gradient = run.graph_gradient(run.outputs.leaves[0])
    product: tuple[Nested, ...] = tree.unflatten(run.vjp(gradient, direction))
    return product


@overload
def derivative(f: Callable[P, R], argnums: int = 0) -> Callable[P, R]: ...
@overload
def derivative(f: Callable[P, R], argnums: tuple[int, ...]) -> Callable[P, tuple[R, ...]]: ...
def derivative(f: Callable[..., Nested], argnums: Argnums = 0) -> Callable[..., Nested]:
    """The derivative df/dx of `f` with respect to an argument x, one number; forward mode.

    `f` may return any structure of numbers, and the derivative has the same. `f` may also return a
    function g. The derivative is then a function of g's arguments: the derivative of what g gives,
    taken anew at each call (Manzyuk et al., 2019, doi:10.1017/S095679681900008X). For a tuple of
    `argnums` the derivatives are a tuple, from one call of `f` each. Raises TypeError if the
    argument is not one number, ValueError if there is no such argument.

    >>> derivative(lambda x: [x * x, 1 / x])(2.0)
    [4.0, -0.25]
    >>> derivative(lambda x: lambda y: x * y)(2.0)(7.0)
    7.0
    """

    def slope(*args: Nested, **kwargs: Nested) -> Nested:
        found = [_slope(f, i, args, kwargs) for i in positions_of(argnums, len(args))]
        return tuple(found) if isinstance(argnums, tuple) else found[0]

    return as_derivative("derivative", f, argnums, slope)


def _slope(
    f: Callable[..., Nested], position: int, args: Sequence[Nested], kwargs: Mapping[str, Nested]
) -> Nested:
    x = one_number(args[position], position)
    tag, run = fresh_tag(), begin_run()
    given = [seed(x, 1.0, tag) if i == position else arg for i, arg in enumerate(args)]
    result = f(*given, **kwargs)
    if callable(result) and not isinstance(result, (Scalar, HasParameters)):
        return lambda *more: derivative(lambda *a: f(*a, **kwargs)(*more), position)(*args)
    outputs = Pytree(result, "the result of the function")
    tangents = [checked_tangent(y, tag) for y in outputs.leaves]
    slopes = [0.0 if t is None else t for t in tangents]
    return outputs.unflatten(forward_results(slopes, run, [x]))


def _blocks(outputs: Pytree, inputs: Pytree, rows: list[list[Number]]) -> Nested:
    """The rows in the structure of the outputs, each in the structure of the inputs."""

    def block(y: LeafSpec, x: LeafSpec) -> Nested:
        if y.shape is None and x.shape is None:
            return rows[y.start][x.start]
        cells = [rows[y.start + i][x.start + j] for i in range(y.size) for j in range(x.size)]
        return array(cells, (y.shape or ()) + (x.shape or ()))

    return outputs.map(lambda y: inputs.map(lambda x: block(y, x)))
