"""Value for programs that write operations by hand, as lectures on backpropagation do."""

from __future__ import annotations

import types
import weakref
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn, SupportsFloat

from microgradlike import engine
from microgradlike.coerce import as_float
from microgradlike.engine import local_derivatives, next_stamp, staleness
from microgradlike.graph import topological
from microgradlike.ieee_float import IeeeFloat
from microgradlike.op import Number, Op, primitive
from microgradlike.ops import mul_no_nan
from microgradlike.scalar import Scalar

__all__ = ["Value"]

SLOTS = ("data", "grad", "label", "op", "_origin", "_a", "_b", "_stamp")
OPERATORS = ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "neg")


class Value(engine.Value):
    """A Value of which a program may also make operations by hand, and set attributes.

    `Value(data, children, op)` is the result of an operation whose name is the text `op`. Its
    derivative is a function without arguments in `_backward`, which the program sets: it adds to
    the `grad` of each child. `Value(data, children, local_grads)` has the derivatives by the
    children as numbers. `backward()` calls the functions in reverse topological order. The
    ordinary operations work as well, and so do pictures, and `grad` of a function.

    An operation made by hand is known at its numbers only: a second derivative raises TypeError.
    So does `backward()` where neither `_backward` nor `local_grads` is there.

    >>> from math import tanh
    >>> def my_tanh(x):
    ...     out = Value(tanh(x.data), (x,), "tanh")
    ...     def _backward():
    ...         x.grad += (1 - out.data**2) * out.grad
    ...     out._backward = _backward
    ...     return out
    >>> x = Value(0.5, label="x")
    >>> y = 3 * my_tanh(x) + Value(x.data**2, (x,), (2 * x.data,)); y.backward()
    >>> round(x.grad, 6), y.operands[0].operands[1]._op
    (3.359343, 'tanh')
    """

    _local_grads: tuple[float, ...] | None = None  # of an operation made by hand with numbers
    _by_hand = False
    _function: Callable[[], object] | None = None

    def __init__(
        self,
        data: SupportsFloat,
        children: Iterable[engine.Value] | str = (),
        op: str | Iterable[SupportsFloat] = "",
        label: str = "",
        *,
        _children: Iterable[engine.Value] = (),
        _op: str = "",
        local_grads: Iterable[SupportsFloat] | None = None,
    ) -> None:
        if isinstance(children, str):  # Value(data, "label"), as in microgradlike
            super().__init__(data, label or children)
            return
        super().__init__(data, label)
        operands = tuple(children) or tuple(_children)
        name = _op or (op if isinstance(op, str) else "")
        if local_grads is None and not isinstance(op, str):
            local_grads = op
        if operands:
            self._operate(operands, name, local_grads)

    def _operate(
        self, operands: tuple[Number, ...], name: str, grads: Iterable[SupportsFloat] | None
    ) -> None:
        """Make this Value the result of an operation of that name."""
        for i, x in enumerate(operands):
            if not isinstance(x, engine.Value):
                raise TypeError(
                    f"the children of a Value are Values, but child {i} is {x!r:.60} of type"
                    f" {type(x).__name__}; pass Value({x!r:.60})"
                )
        if grads is not None:
            self._local_grads = _numbers(name, grads, len(operands))
        self._by_hand = True
        self.op = _operation(self, name, operands)
        self._a = operands[0]
        self._b = operands[1] if len(operands) == 2 else operands[1:] or None

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The node `op(*operands)`, of this class."""
        return _adopted(cls, super().apply(op, *operands), operands)

    def _unary(self, op: Op) -> Value:
        found: Value = _adopted(type(self), super()._unary(op), (self,))
        return found

    @property
    def _children(self) -> tuple[Number, ...]:
        return tuple(x for x in self.operands if isinstance(x, engine.Value))

    @property
    def _backward(self) -> Callable[[], object]:
        """The function that adds to the gradients of the children, as the program has set it."""
        return self._push if self._function is None else self._function

    @_backward.setter
    def _backward(self, function: Callable[[], object]) -> None:
        self._function = _without_cycle(function, self)

    def _push(self) -> None:
        if self._by_hand and self._local_grads is None:
            raise TypeError(
                f"{self._op!r} was made by hand and has no derivative; set out._backward, or pass"
                " local_grads"
            )
        _push(self)

    def backward(self, upstream: SupportsFloat = 1.0, *, check: bool = False) -> None:
        """As `microgradlike.Value.backward`; calls `_backward` of nodes in reverse order.

        If one raises, every leaf keeps the gradient it had.

        >>> x = Value(3.0)
        >>> (x * x).backward(); x.grad
        6.0
        """
        order: Sequence[Number] = topological(self)
        g = as_float(upstream)
        if g is None or not any(isinstance(v, Value) and v._by_hand for v in order):
            super().backward(upstream, check=check)
            return
        if check and (stale := staleness(self)) is not None:
            raise ValueError(stale[1])
        before = [(v, v.grad) for v in order if v.op is None]
        stamp = next_stamp() + 1
        try:
            for v in order:
                v.grad = v.grad if v.op is None else 0.0
                v._stamp = stamp
            self.grad = g
            for v in reversed(order):
                v._backward() if isinstance(v, Value) else _push(v)
        except BaseException:
            for v, grad in before:
                v.grad = grad
            raise


def _push(v: engine.Value) -> None:
    for x, p in zip(v.operands, local_derivatives(v), strict=True):
        if isinstance(x, engine.Value) and p is not None:
            x.grad += mul_no_nan(v.grad, p)


def _adopted(cls: type[Value], v: Number, operands: Sequence[Number]) -> Number:
    """The node as one of the class; an operand or a stranger as it is."""
    if type(v) is not engine.Value or any(v is x for x in operands):
        return v
    own = cls.__new__(cls)
    for name in SLOTS:
        setattr(own, name, getattr(v, name))
    return own


def _numbers(name: str, grads: Iterable[SupportsFloat], count: int) -> tuple[float, ...]:
    given = list(grads)
    found = [as_float(g) for g in given]
    numbers = tuple(g for g in found if g is not None)
    if len(numbers) < len(found) or len(found) != count:
        raise TypeError(
            f"local_grads of {name or 'a Value'} must be {count} number(s), one per child, got"
            f" {len(given)}: {given!r:.60}"
        )
    return numbers


def _operation(made: Value, name: str, operands: Sequence[engine.Value]) -> Op:
    """A primitive for the one node `made`: what the program wrote, at its numbers."""
    node, at, data = weakref.ref(made), tuple([x.data for x in operands]), made.data
    made_by_hand = repr(name) if name else "an operation"

    def refuse() -> NoReturn:
        raise TypeError(
            f"{made_by_hand} was made by hand at {at} and has no formula for other numbers or a"
            " second derivative; make it with unary, binary or primitive"
        )

    def forward(*xs: Number) -> float:
        return data if repr(xs) == repr(at) else refuse()

    def partial(index: int) -> Callable[..., Number]:
        def derivative(y: Number, *xs: Number) -> Number:
            return refuse() if any(map(_is_node, (y, *xs))) else _slope(node(), index)

        return derivative

    partials = [partial(i) for i in range(len(at))]
    return primitive("by_hand", forward, *partials, doc=name, symbol=name or "by hand")


def _is_node(x: Number) -> bool:
    return isinstance(x, Scalar) and not isinstance(x, IeeeFloat)


def _without_cycle(function: Any, out: Value) -> Any:
    """The function with a weak reference in place of `out`, so that graphs are freed at once.

    `out` has the function, and the function usually has `out` from around it: a cycle, of which the
    collector sees one level of a graph at a time if the engine is compiled.
    """
    cells = getattr(function, "__closure__", None) or ()
    if not any(_content(cell) is out for cell in cells):
        return function
    weak = tuple(
        types.CellType(weakref.proxy(out)) if _content(cell) is out else cell for cell in cells
    )
    return types.FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, weak
    )


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a name that is not bound yet
        return None


def _slope(node: Any, index: int) -> float:
    """The derivative by an operand: given, or what `_backward` adds to its `grad`; else nan."""
    if node._local_grads is not None:
        return float(node._local_grads[index])
    if node._function is None:
        return float("nan")
    operands = node.operands
    if any(operands[index] is x for x in operands[:index]):
        return 0.0  # the first place has the derivative by both
    kept = [(x, x.grad) for x in (node, *operands)]
    try:
        for x, _ in kept:
            x.grad = 0.0
        node.grad = 1.0
        node._backward()
        return float(operands[index].grad)
    finally:
        for x, grad in kept:
            x.grad = grad


def _operator(name: str) -> Callable[..., Number]:
    ordinary = getattr(engine.Value, name)

    def operation(self: Value, *others: Number) -> Number:
        return _adopted(type(self), ordinary(self, *others), (self, *others))

    operation.__name__ = name
    return operation


for _name in OPERATORS:
    setattr(Value, f"__{_name}__", _operator(f"__{_name}__"))
