"""Derivatives to any order: gradients of a graph; grad, jacobian, hessian, jvp ... of functions.

Numbers go in and come out in the same nest: plain numbers, NumPy arrays, lists, tuples, dicts, and
Modules, whose gradients are a dict by parameter name. A derivative is a plain number where nothing
but plain numbers went in; where a Value did, as an argument or as something that the function uses,
it is a Value that can be differentiated in its turn, so no gradient is lost in silence.

Each call runs the function once, on fresh nodes, and leaves every `grad` as it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from microgradlike.derivatives.dual import Dual, fresh_tag, split
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.linearize import Linearization, forward_results
from microgradlike.derivatives.pytree import Leaf, Parametric, Pytree, array
from microgradlike.engine import Value, begin_run
from microgradlike.graph import topological
from microgradlike.scalar import Scalar
from microgradlike.scope import DerivativeScope, current

Argnum = int | tuple[int, ...]


def gradients(y: Value, xs: Sequence[Value]) -> list[Any]:
    """dy/dx for each x, as a graph of the same primitives: to draw, and to differentiate again.

    The numbers are those of `y.backward()`, bit for bit; no `grad` is touched. Where y does not
    depend on an x, its gradient is a Value of 0. Raises TypeError for what is no Value.

    >>> x = Value(3.0)
    >>> (first,) = gradients(x ** 3, [x])
    >>> (second,) = gradients(first, [x])
    >>> first.data, second.data
    (27.0, 18.0)
    """
    if isinstance(xs, Scalar):
        raise TypeError("gradients(y, xs) takes a list of Values as xs; write [x] for a single one")
    xs = list(xs)
    for v in (y, *xs):
        if not isinstance(v, Scalar) or isinstance(v, Dual):
            raise TypeError(
                f"gradients(y, xs) takes Values, got {v!r:.60} of type {type(v).__name__}; of a"
                " function of plain numbers, grad(f) gives the derivative"
            )
    by = ", ".join(x.label or "x" for x in xs[:3]) + (", …" if len(xs) > 3 else "")
    name = f"∂{y.label or 'y'}/∂{by if len(xs) == 1 else f'({by})'}"
    token = current.set(DerivativeScope(name, current.get()))
    try:
        found = LinearMap(topological(y), xs).vjp([(y, 1.0)])
    finally:
        current.reset(token)
    return [g if isinstance(g, Scalar) else Value(g) for g in found]


def grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The function that gives the gradient of `f` by its argument `argnum`, in that one's nest.

    `f` gives one number. `argnum` may be a tuple, and the gradients are one then. Raises TypeError
    where f gives something else or the argument holds something else, ValueError for an argument
    that is not there.

    >>> grad(lambda x: x ** 3)(2.0), grad(grad(lambda x: x ** 3))(2.0)
    (12.0, 12.0)
    >>> grad(lambda p: p["w"][0] * p["b"])({"w": [2.0, 1.0], "b": 5.0})
    {'w': [5.0, 0.0], 'b': 2.0}
    """
    value_and_gradient = value_and_grad(f, argnum)
    return _named("grad", f, lambda *args, **kwargs: value_and_gradient(*args, **kwargs)[1])


def value_and_grad(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The function that gives the pair of f's value and its gradient, from one run of `f`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        arguments = _Arguments(f, argnum, args, kwargs)
        run = arguments.run(scalar="jacobian")
        row = run.vjp(run.outputs.leaves, [1.0])
        return run.outputs.unflatten(run.values()), arguments.tree.unflatten(row)

    return _named("value_and_grad", f, value_and_gradient)


def jacobian(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The function that gives every derivative of what `f` gives by every number of an argument.

    In the nest of the result, each number or array holds the nest of the argument; for an array of
    shape S by one of shape T, that is an array of shape S + T. In reverse where f gives fewer
    numbers than it takes, and else forward.

    >>> jacobian(lambda x: [x[0] * x[1], 2 * x[1]])([3.0, 4.0])
    [[4.0, 3.0], [0.0, 2.0]]
    """

    def matrix(*args: Any, **kwargs: Any) -> Any:
        arguments = _Arguments(f, argnum, args, kwargs)
        run = arguments.run()
        return _blocks(run.outputs, arguments.tree, run.jacobian(run.outputs.leaves))

    return _named("jacobian", f, matrix)


def hessian(f: Callable[..., Any], argnum: Argnum = 0) -> Callable[..., Any]:
    """The function that gives the second derivatives of `f`, which gives one number.

    Forward over reverse: one gradient as a graph, and one forward sweep through it per number.

    >>> hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """

    def matrix(*args: Any, **kwargs: Any) -> Any:
        arguments = _Arguments(f, argnum, args, kwargs)
        run = arguments.run(scalar="jacobian(jacobian(f))")
        rows = run.jacobian(run.graph_gradient(run.outputs.leaves[0]))
        return _blocks(arguments.tree, arguments.tree, rows)

    return _named("hessian", f, matrix)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(*primals), and its derivative in the direction of `tangents`: forward mode.

    Both are sequences of arguments, of one structure. ValueError where they differ in it.

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    _refuse_no_function(f)
    point = Pytree(_sequence("jvp", "primals", primals), "primals")
    direction = point.matching(_sequence("jvp", "tangents", tangents), "tangents")
    tag, run = fresh_tag(), begin_run()
    duals = [Dual(x, t, tag) for x, t in zip(point.leaves, direction)]
    outputs = Pytree(f(*point.argument(duals)), "the result of the function")
    pairs = [split(y, tag) for y in outputs.leaves]
    value, tangent = [y for y, _ in pairs], [0.0 if t is None else t for _, t in pairs]
    row = forward_results([*value, *tangent], run, duals)
    return outputs.unflatten(row), outputs.unflatten(row[len(pairs) :])


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """f(*primals), and the function that pulls a gradient of the result back to the arguments.

    It may be called any number of times, with a nest like the result's.

    >>> y, pull = vjp(lambda a, b: [a * b, a], 2.0, 3.0)
    >>> y, pull([1.0, 0.0]), pull([0.0, 1.0])
    ([6.0, 2.0], (3.0, 2.0), (1.0, 0.0))
    """
    _refuse_no_function(f)
    tree = Pytree(primals, "primals")
    run = Linearization(lambda arguments: f(*arguments), tree)
    lock = threading.RLock()  # a pull borrows the `grad` of the run's nodes

    def pull(upstream: Any) -> Any:
        us = run.outputs.matching(upstream, "upstream")
        with lock:
            return tree.unflatten(run.vjp(run.outputs.leaves, us))

    return run.outputs.unflatten(run.values()), pull


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, ...]:
    """The Hessian of `f` times a vector, in the nest of `primals`, without forming the matrix.

    >>> hvp(lambda x: x[0] ** 2 * x[1], ([3.0, 4.0],), ([1.0, 0.0],))
    ([8.0, 6.0],)
    """
    _refuse_no_function(f)
    tree = Pytree(_sequence("hvp", "primals", primals), "primals")
    direction = tree.matching(_sequence("hvp", "tangents", tangents), "tangents")
    run = Linearization(lambda arguments: f(*arguments), tree)
    _refuse_many(run, "jvp of jacobian(f)")
    first = run.graph_gradient(run.outputs.leaves[0])
    result: tuple[Any, ...] = tree.unflatten(run.vjp(first, direction))
    return result


def derivative(f: Callable[..., Any], argnum: int = 0) -> Callable[..., Any]:
    """The function that gives df/dx, x a number, by forward mode; f may give a nest, or a function.

    The derivative of a function that gives a function is a function of the same arguments: the
    derivative of what it would give, taken anew at each call (Manzyuk et al., 2019,
    doi:10.1017/S095679681900008X).

    >>> derivative(lambda x: [x * x, 1 / x])(2.0)
    [4.0, -0.25]
    >>> derivative(lambda x: lambda y: x * y)(2.0)(7.0)
    7.0
    """

    def slope(*args: Any, **kwargs: Any) -> Any:
        _refuse_no_function(f)
        _refuse_no_argument((argnum,), len(args))
        x = _one_number(args[argnum], argnum)
        tag, run = fresh_tag(), begin_run()
        given = [Dual(x, 1.0, tag) if i == argnum else arg for i, arg in enumerate(args)]
        result = f(*given, **kwargs)
        if callable(result) and not isinstance(result, (Scalar, Parametric)):
            return lambda *more: derivative(lambda *a: f(*a, **kwargs)(*more), argnum)(*args)
        outputs = Pytree(result, "the result of the function")
        tangents = [split(y, tag)[1] for y in outputs.leaves]
        row = [0.0 if t is None else t for t in tangents]
        return outputs.unflatten(forward_results(row, run, [x]))

    return _named("derivative", f, slope)


class _Arguments:
    """A function and its arguments, those that derivatives go by as a `tree`."""

    def __init__(self, f: Any, argnum: Argnum, args: tuple[Any, ...], kwargs: Any) -> None:
        _refuse_no_function(f)
        self.f, self.args, self.kwargs = f, args, kwargs
        self.several = isinstance(argnum, tuple)
        self.positions = argnum if isinstance(argnum, tuple) else (argnum,)
        _refuse_no_argument(self.positions, len(args))
        if self.several:
            self.tree = Pytree(tuple(args[i] for i in self.positions), "the arguments")
        else:
            self.tree = Pytree(args[self.positions[0]], f"argument {argnum}")

    def run(self, *, scalar: str = "") -> Linearization:
        """The function run; a TypeError where it must give one number, with `scalar` as way out."""
        run = Linearization(self._call, self.tree)
        if scalar:
            _refuse_many(run, scalar)
        return run

    def _call(self, stand_in: Any) -> Any:
        args = list(self.args)
        for i, x in zip(self.positions, stand_in if self.several else [stand_in]):
            args[i] = x
        return self.f(*args, **self.kwargs)


def _refuse_no_function(f: Any) -> None:
    if not callable(f):
        raise TypeError(f"a derivative is taken of a function, got {f!r:.60}")


def _refuse_no_argument(positions: tuple[Any, ...], count: int) -> None:
    there = all(type(i) is int and 0 <= i < count for i in positions)
    if not there or len(set(positions)) < len(positions):
        argnum = positions if len(positions) != 1 else positions[0]
        raise ValueError(
            f"argnum is {argnum!r}, but there are {count} positional argument(s); derivatives go by"
            " these, counted from 0, each once"
        )


def _refuse_many(run: Linearization, way_out: str) -> None:
    if not run.outputs.single:
        raise TypeError(
            f"the function gives {run.outputs.described()}, where one number is differentiated; use"
            f" {way_out}, or add its numbers up"
        )


def _one_number(x: Any, argnum: int) -> Any:
    tree = Pytree(x, f"argument {argnum}")
    if not tree.single:
        raise TypeError(
            f"derivative(f) goes by one number, argument {argnum} is {x!r:.60}; use jacobian"
        )
    return tree.leaves[0]


def _sequence(name: str, what: str, x: Any) -> tuple[Any, ...]:
    if not isinstance(x, (list, tuple)):
        raise TypeError(
            f"{name}(f, primals, tangents) takes a tuple of arguments for each, got {x!r:.60} as"
            f" {what}; write ({what[:-1]},) for a single one"
        )
    return tuple(x)


def _blocks(outputs: Pytree, inputs: Pytree, rows: list[list[Any]]) -> Any:
    """The rows in the nest of the outputs, each in the nest of the inputs."""

    def block(y: Leaf, x: Leaf) -> Any:
        if y.shape is None and x.shape is None:
            return rows[y.start][x.start]
        cells = [rows[y.start + i][x.start + j] for i in range(y.size) for j in range(x.size)]
        return array(cells, (y.shape or ()) + (x.shape or ()))

    return outputs.map(lambda y: inputs.map(lambda x: block(y, x)))


def _named(name: str, f: Any, result: Callable[..., Any]) -> Callable[..., Any]:
    result.__name__ = result.__qualname__ = f"{name}({getattr(f, '__name__', repr(f))})"
    result.__doc__ = f"The {name} of {getattr(f, '__name__', repr(f))}."
    return result
