"""Value: eager forward pass, backward pass over floats."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, SupportsFloat, overload

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.coerce import (
    Text,
    as_float,
    attribute,
    leaf_data,
    leaf_label,
    partial_number,
    upstream_gradient,
)
from microgradlike.context import active_trace, refuse_in_recording
from microgradlike.forward import divide
from microgradlike.freeing import free_in_turn
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.indeterminate_form import (
    absorbed,
    absorbing_product,
    backward_products,
    settle,
)
from microgradlike.op import Number, Op, partial_hint
from microgradlike.operators import N
from microgradlike.ops import mul_no_nan
from microgradlike.scalar import Scalar
from microgradlike.scope import Scope, TracedScope, origins

if TYPE_CHECKING:
    from mypy_extensions import i64

    from microgradlike.lines import Line

# Final: constants to mypyc, and in plain Python faster than attributes of a module.
add: Final = ops.add
sub: Final = ops.sub
mul: Final = ops.mul
div: Final = ops.div
neg: Final = ops.neg
# A backward pass takes two stamps: an odd number for opened nodes, the even one after it for closed
# nodes. A run of a function takes an odd number as its run number; new nodes carry it negated.
# `next` of a count is atomic, so no two threads get the same number.
next_stamp = itertools.count(1, 2).__next__
# Held during each pass: leaves and stamps are its working storage, and threads may share them.
# Reentrant, since a user's partial may run a pass of its own; a fork waits for the passes to end.
passes: Final = threading.RLock()
pass_listeners: Final[list[Callable[[Value], object]]] = []  # called after each `backward()`
with contextlib.suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(
        before=passes.acquire, after_in_parent=passes.release, after_in_child=passes.release
    )


class _NewNodes:
    __slots__ = ("stamp",)

    stamp: i64  # the number of the latest run, negated

    def __init__(self) -> None:
        self.stamp = 0


_new_nodes: Final = _NewNodes()
_blank: Final[Any] = object()


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Value(Scalar):
    """A number that remembers how it was made, and its gradient.

    `data` is the number and `grad` the derivative of the result that `backward()` was called on.
    `op` is the primitive that made it, None for a leaf; `operands` are its operands in order,
    Values, and floats for plain numbers. `scope` is the module call it was made in, or None.
    `label` is a name for pictures. A Value equals a number by value and another Value by identity;
    the hash is by identity. Raises TypeError if `data` is not a real number or `label` not a str.

    >>> w, x = Value(2.0, "w"), Value(3.0, "x")
    >>> y = (w * x + 1).tanh()
    >>> y.backward()
    >>> y.data, x.grad
    (0.9999983369439447, 6.6522186898021715e-06)
    """

    # not `_data`: NumPy takes the attribute of that name for the numbers of a masked array
    __slots__ = ("_a", "_b", "_grad", "_label", "_number", "_origin", "_stamp", "op")

    # behind data, grad and label, which convert what is assigned; the engine's own loops use these
    _number: float
    _grad: float
    _label: str
    op: Op | None
    _origin: Scope | TracedScope | None
    _a: Number  # the first operand: a Value or a float; None for a leaf
    _b: Number  # the second, or None; of three or more, a tuple of the others
    _stamp: i64  # the last backward pass through it; before the first, the negated run number

    def __init__(self, data: SupportsFloat, label: Text = "", _op: object = None) -> None:
        if __compiled__:  # noqa: SIM102
            if data is _blank:  # `_node` sets the rest
                return
        self._number = data if type(data) is float else leaf_data(data)
        self._grad = 0.0
        self._label = label if type(label) is str and _op is None else leaf_label(label, _op)
        self.op = None
        self._origin = origins.find_leaf() if origins.in_use else None
        self._a = None
        self._b = None
        self._stamp = _new_nodes.stamp

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The node `op(*operands)`; NotImplemented if an operand is neither a Value nor a number.

        >>> from microgradlike import ops
        >>> Value.apply(ops.neg, Value(2.0)).data
        -2.0
        """
        if len(operands) == 1 and isinstance(operands[0], Value):
            return operands[0]._unary(op)
        return _make_node(op, operands)

    def _unary(self, op: Op) -> Value:
        x: Number = self._number
        forward: Any = op.forward  # a user's function: its result is checked below
        try:
            data = forward(x)
        except Exception as error:
            error.add_note(_in_forward(op, (x,)))
            raise
        return _node(data if type(data) is float else _checked_result(op, data), op, self, None)

    # Operators are written out: routing them through `apply` doubles the time of a forward pass.

    @overload
    def __add__(self, other: float) -> Value: ...
    @overload
    def __add__(self, other: N) -> N: ...
    def __add__(self, other: Number) -> Number:
        if isinstance(other, Value):
            return _node(self._number + other._number, add, self, other)
        x = as_float(other)
        return NotImplemented if x is None else _node(self._number + x, add, self, x)

    @overload
    def __radd__(self, other: float) -> Value: ...
    @overload
    def __radd__(self, other: Value) -> Value: ...
    def __radd__(self, other: Number) -> Number:
        x = as_float(other)
        return NotImplemented if x is None else _node(x + self._number, add, x, self)

    @overload
    def __sub__(self, other: float) -> Value: ...
    @overload
    def __sub__(self, other: N) -> N: ...
    def __sub__(self, other: Number) -> Number:
        if isinstance(other, Value):
            return _node(self._number - other._number, sub, self, other)
        x = as_float(other)
        return NotImplemented if x is None else _node(self._number - x, sub, self, x)

    @overload
    def __rsub__(self, other: float) -> Value: ...
    @overload
    def __rsub__(self, other: Value) -> Value: ...
    def __rsub__(self, other: Number) -> Number:
        x = as_float(other)
        return NotImplemented if x is None else _node(x - self._number, sub, x, self)

    @overload
    def __mul__(self, other: float) -> Value: ...
    @overload
    def __mul__(self, other: N) -> N: ...
    def __mul__(self, other: Number) -> Number:
        if isinstance(other, Value):
            return _node(self._number * other._number, mul, self, other)
        x = as_float(other)
        return NotImplemented if x is None else _node(self._number * x, mul, self, x)

    @overload
    def __rmul__(self, other: float) -> Value: ...
    @overload
    def __rmul__(self, other: Value) -> Value: ...
    def __rmul__(self, other: Number) -> Number:
        x = as_float(other)
        return NotImplemented if x is None else _node(x * self._number, mul, x, self)

    @overload
    def __truediv__(self, other: float) -> Value: ...
    @overload
    def __truediv__(self, other: N) -> N: ...
    def __truediv__(self, other: Number) -> Number:
        if isinstance(other, Value):
            return _node(_quotient(self._number, other._number), div, self, other)
        x = as_float(other)
        return NotImplemented if x is None else _node(_quotient(self._number, x), div, self, x)

    @overload
    def __rtruediv__(self, other: float) -> Value: ...
    @overload
    def __rtruediv__(self, other: Value) -> Value: ...
    def __rtruediv__(self, other: Number) -> Number:
        x = as_float(other)
        return NotImplemented if x is None else _node(_quotient(x, self._number), div, x, self)

    def __neg__(self) -> Value:
        return _node(-self._number, neg, self, None)

    def backward(self, upstream: SupportsFloat = 1.0, *, check: bool = False) -> None:
        """Add d(self)/d(leaf) × `upstream` to the `grad` of each leaf; set that of other nodes.

        Calling it twice exactly doubles the leaves' gradients. Iterative, so that a million chained
        nodes are fine. If a user's primitive raises, every leaf keeps the gradient it had.

        A node keeps the number of the moment when it was made, and a local derivative is taken at
        the present numbers. After `x.data = ...` the two do not fit together: build the expression
        anew before the next pass. `check=True` computes each node again, which makes a pass five
        times as long (twelve times in compiled form), and raises ValueError if one differs from its
        operands' present data; no gradient changes then.

        Threads may run passes over shared leaves: passes wait for each other, and no addition is
        lost. Raises TypeError if `upstream` is not a real number, TraceError in a function that
        `jit` records.

        >>> x = Value(3.0)
        >>> (x * x).backward(); (x * x).backward()
        >>> x.grad
        12.0
        >>> y = x * x; x.data = 10.0
        >>> y.backward(check=True)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        ValueError: mul(10.0, 10.0) was computed as 9.0 and is 100.0 now: a .data has changed ...
        """
        refuse_in_recording("backward()")
        g = upstream_gradient(upstream)
        if check and (stale := staleness(self)) is not None:
            raise ValueError(stale[1])
        if self.op is None:
            accumulate((self,), (g,))
        else:
            _backward(self, g)

    def detach(self) -> Value:
        """A leaf with the same data and label, without history: a constant to every derivative.

        Raises TraceError in a function that `jit` records, where the number is not known yet.

        >>> x = Value(3.0)
        >>> y = x * x.detach(); y.backward()
        >>> x.grad
        3.0
        """
        trace = active_trace.get()
        if trace is not None and isinstance(x := trace.as_operand(self), Scalar):
            x.detach()  # raises: the number is not known yet
        return Value(self._number, self.label)

    @property
    def data(self) -> float:
        """The number, a float. Assigning converts a real number; TypeError for anything else.

        A function that `jit` records raises TraceError instead if the Value is from outside it.

        >>> x = Value(2.0); x.data = 3
        >>> x.data
        3.0
        """
        return self._number

    @data.setter
    def data(self, x: SupportsFloat) -> None:
        trace = active_trace.get()
        if trace is not None:
            trace.refuse_assignment(self, "data")
        self._number = x if type(x) is float else attribute("data", x)

    @property
    def grad(self) -> float:
        """The gradient, a float. Assigning converts a real number; TypeError for anything else."""
        return self._grad

    @grad.setter
    def grad(self, x: SupportsFloat) -> None:
        trace = active_trace.get()
        if trace is not None:
            trace.refuse_assignment(self, "grad")
        self._grad = x if type(x) is float else attribute("grad", x)

    @property
    def label(self) -> str:
        """The name for pictures, "" for none. Only a str can be assigned; TypeError otherwise."""
        return self._label

    @label.setter
    def label(self, x: str) -> None:
        self._label = x if type(x) is str else leaf_label(x)

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """The operands in order: Values, and floats for plain numbers.

        >>> x = Value(2.0, "x")
        >>> (x * 3).operands
        (Value(data=2.0, grad=0.0, label='x'), 3.0)
        """
        if self._b is None:
            return () if self._a is None else (self._a,)
        return (self._a, *self._b) if type(self._b) is tuple else (self._a, self._b)

    @property
    def scope(self) -> Scope | None:
        """The module call that the node was made in, or None."""
        origin = self._origin
        return origin.scope if isinstance(origin, TracedScope) else origin

    @property
    def line(self) -> Line | None:
        """The line of your code that made the node in `with trace_lines():`, or None.

        >>> Value(2.0).line is None
        True
        """
        origin = self._origin
        return origin.line if isinstance(origin, TracedScope) else None

    @property
    def reached(self) -> bool:
        """True if a backward pass has reached the node; otherwise `grad` is 0.0 without meaning."""
        return self._stamp > 0

    @property
    def _prev(self) -> set[Value]:
        """The operands as micrograd has them: a set, without numbers."""
        return {x for x in self.operands if isinstance(x, Value)}

    @property
    def _op(self) -> str:
        """The symbol as micrograd has it: "+", "**2", "ReLU", and "" for a leaf."""
        if self.op is None:
            return ""
        exponent = f"{self._b:g}" if self.op is ops.power and isinstance(self._b, float) else ""
        return (self.op.infix or self.op.symbol) + exponent

    def __eq__(self, other: object) -> bool:
        # with a number by value, with a Value by identity: `p in frozen` is not fooled by two zeros
        x = as_float(other)
        if x is None:
            return NotImplemented
        trace = active_trace.get()
        return self._number == x if trace is None else bool(trace.as_operand(self) == x)

    def __hash__(self) -> int:  # by identity; defining a comparison removes the default
        return object.__hash__(self)

    # A recorded comparison is the primitive, a Tracer in place of the bool: the program decides.

    def __lt__(self, other: Number) -> bool:
        x, trace = _number_of(other), active_trace.get()
        if x is None or trace is None:
            return NotImplemented if x is None else self._number < x
        return trace.apply(ops.less, (self, other))  # type: ignore[no-any-return]

    def __le__(self, other: Number) -> bool:
        x, trace = _number_of(other), active_trace.get()
        if x is None or trace is None:
            return NotImplemented if x is None else self._number <= x
        return trace.apply(ops.less_equal, (self, other))  # type: ignore[no-any-return]

    def __gt__(self, other: Number) -> bool:
        x, trace = _number_of(other), active_trace.get()
        if x is None or trace is None:
            return NotImplemented if x is None else self._number > x
        return trace.apply(ops.less, (other, self))  # type: ignore[no-any-return]

    def __ge__(self, other: Number) -> bool:
        x, trace = _number_of(other), active_trace.get()
        if x is None or trace is None:
            return NotImplemented if x is None else self._number >= x
        return trace.apply(ops.less_equal, (other, self))  # type: ignore[no-any-return]

    def __bool__(self) -> bool:
        trace = active_trace.get()
        return self._number != 0 if trace is None else bool(trace.as_operand(self))

    def __float__(self) -> float:
        # defined to refuse: a silent conversion would lose the gradient
        raise TypeError(
            "a Value is not converted to a float, as that would lose its gradient; read .data for"
            " the number, use microgradlike.sin(v) and its like in place of math.sin(v), and"
            " dtype=object for an array that holds Values"
        )

    def __int__(self) -> int:
        raise TypeError(
            "a Value is not converted to an int, as that would lose its gradient; write int(v.data)"
            " for the number, or use microgradlike.trunc(v)"
        )

    def __format__(self, spec: str) -> str:
        return format(self._number, spec) if spec else repr(self)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value(data={self._number}, grad={self._grad}{label})"

    def __reduce__(self) -> tuple[object, ...]:
        if self.op is not None:
            raise TypeError(
                f"this Value is the result of {self.op.name!r} and would drag its graph along;"
                " copy or pickle the leaves (a module's parameters) and build the result anew"
            )
        state = getattr(self, "__dict__", None)  # a subclass may carry more
        return _restore, (type(self), self._number, self._grad, self.label), state


def begin_run() -> int:
    """Begin a run of a function and return its number; new nodes carry it, negated, as a stamp."""
    with passes:  # of two threads that begin at once, the later number stays
        run = next_stamp()
        _new_nodes.stamp = -run
    return run


def accumulate(values: Sequence[Value], gradients: Iterable[Number]) -> None:
    """Add a gradient to each Value as a backward pass does; interior nodes pass it on.

    All gradients are added, or none: an exception or Ctrl-C leaves every node as it was.

    >>> x = Value(3.0); accumulate([x, x * x], [1.0, 1.0]); x.grad
    7.0
    """
    with passes:
        interior = [v for v in values if v.op is not None]
        changed = topological(*values) if interior else values
        undo = _restoring(changed, [v._grad for v in changed], [v._stamp for v in changed])
        try:
            stamp = next_stamp() + 1
            for v, g in zip(values, gradients, strict=True):
                if v.op is None:
                    v._grad += g if type(g) is float else attribute("grad", g)
                    v._stamp = stamp
                else:
                    v.backward(g)
        except BaseException:
            deque(undo, maxlen=0)
            raise


def numbers_of(values: list[Value]) -> list[float]:
    """The data of each Value; a loop in compiled code where the engine is compiled."""
    return [v._number for v in values]


def add_to_leaves(values: list[Value], gradients: list[float]) -> None:
    """`accumulate` for leaves of which none is there twice, and gradients that are floats.

    >>> x = Value(3.0); add_to_leaves([x], [2.0]); x.grad, x.reached
    (2.0, True)
    """
    with passes:
        stamp: i64 = next_stamp() + 1
        if __compiled__:  # no exception, and no Ctrl-C, comes between the steps of this loop
            for i in range(len(values)):
                v = values[i]
                v._grad += gradients[i]
                v._stamp = stamp
            return
        old = [v._grad for v in values]
        undo = _restoring(values, old, [v._stamp for v in values])
        try:
            for v, before, g in zip(values, old, gradients):
                v._grad = before + g
                v._stamp = stamp
        except BaseException:
            deque(undo, maxlen=0)
            raise


def set_data(values: Sequence[Value], numbers: Iterable[Number]) -> None:
    """Set the data of all the Values, or of none: not after an exception or Ctrl-C.

    Raises TypeError if one of the numbers is not real.

    >>> x = Value(3.0); set_data([x], [2]); x.data
    2.0
    """
    undo = map(_set_number, values, [v._number for v in values])
    try:
        for v, x in zip(values, numbers, strict=True):
            v._number = x if type(x) is float else attribute("data", x)
    except BaseException:
        deque(undo, maxlen=0)
        raise


def set_leaves(order: list[Value], leaves: Mapping[Value, float]) -> None:
    """Set the data of leaves, and compute every node of `order` anew: all of it, or nothing.

    `order` is a topological order. No backward pass runs meanwhile.

    >>> x = Value(3.0); y = x * x; set_leaves([x, y], {x: 2.0}); y.data
    4.0
    """
    with passes:
        now: dict[Value, float] = dict(leaves)
        for v in order:
            if v.op is not None:
                at = [now.get(x, x._number) if isinstance(x, Value) else x for x in v.operands]
                now[v] = _forward(v.op, tuple(at))
        set_data(order, [now.get(v, v._number) for v in order])


def set_gradients(values: Iterable[Value], gradients: Iterable[float]) -> None:
    """Set the gradient of each Value, all at once for other threads and for Ctrl-C.

    >>> x = Value(3.0); set_gradients([x], [2.0]); x.grad
    2.0
    """
    with passes:
        deque(map(_set_grad, values, gradients), maxlen=0)


def local_derivatives(v: Value) -> tuple[float | None, ...]:
    """dv/d(operand) for each operand of `v`, None for a plain number, which has no derivative.

    Empty for a leaf. Raises TypeError for anything but a Value.

    >>> x = Value(3.0)
    >>> local_derivatives(x * x), local_derivatives(2 * x)
    ((3.0, 3.0), (None, 2.0))
    """
    if not isinstance(v, Value):
        raise TypeError(
            f"local_derivatives takes a Value, got {v!r:.60} of type {type(v).__name__}; a plain"
            " number has no operands"
        )
    if v.op is None:
        return ()
    at = [x._number if isinstance(x, Value) else x for x in v.operands]
    return tuple(
        partial_at(v.op, i, v._number, *at) if isinstance(x, Value) else None
        for i, x in enumerate(v.operands)
    )


def staleness(root: Value, order: list[Value] | None = None) -> tuple[Value, str] | None:
    """The first node that differs from its operands' present data, with a sentence; or None.

    `order` has the nodes of the graph in topological order, for who has it.
    Each primitive is computed again. The bits must agree, and a nan agrees with any nan. Branches
    that Python took by comparing numbers are not taken again: they leave no trace in the graph.

    >>> x = Value(3.0); y = x * x; x.data = -3.0
    >>> staleness(y), staleness(y + x)
    (None, None)
    """
    for v in topological(root) if order is None else order:
        if v.op is not None:
            at = tuple([x._number if isinstance(x, Value) else x for x in v.operands])
            try:
                y = _forward(v.op, at)
                if y == v._number != 0:
                    continue
                now = str(y)  # each double has digits of its own, nan and -0.0 too
                found = f"is {now} now"
            except Exception:  # a user's function does not take the present numbers
                now, found = "", "cannot be computed now"
            if now != str(v._number):
                name = f"{v.label[-40:]} = " if v.label else ""
                return v, (
                    f"{name}{v.op.name}{_point(at)} was computed as {v._number} and {found}:"
                    " a .data has changed since; build the expression anew"
                )
    return None


# True if mypyc has compiled this module: its functions have no bytecode then.
__compiled__: Final = not hasattr(as_float, "__code__")

if __compiled__:  # mypyc's setters crash at a deletion, which a property without a deleter refuses
    for _name, _slot in ("data", "_number"), ("grad", "_grad"), ("label", "_label"):
        _descriptor: Any = vars(Value)[_name]
        setattr(Value, _name, property(attrgetter(_slot), _descriptor.__set__))

free_in_turn(Value, "_a", "_b")

# Setters that `map` calls without a step of Python between two nodes: Ctrl-C cannot come between.
_set_number: Final[Any] = vars(Value)["_number"].__set__
_set_grad: Final[Any] = vars(Value)["_grad"].__set__
_set_stamp: Final[Any] = vars(Value)["_stamp"].__set__
_new: Final[Any] = Value.__new__


def _node(data: float, op: Op, a: Number, b: Number) -> Value:
    # the fastest ways past the checks of Value(data), which cost a fifth of a forward pass
    v: Value = Value(_blank) if __compiled__ else _new(Value)
    v._grad = 0.0
    v._label = ""
    v._origin = origins.find() if origins.in_use else None
    v._stamp = _new_nodes.stamp
    v._number = data
    v.op = op
    v._a = a
    v._b = b
    return v


def _quotient(a: float, b: float) -> float:
    return a / b if b else divide(a, b)


def _make_node(op: Op, operands: tuple[Number, ...]) -> Number:
    if op is ops.where:
        return _where(*operands)
    kept: list[Number] = []
    for x in operands:
        a = x if isinstance(x, Value) else as_float(x)
        if a is None:
            return NotImplemented
        kept.append(a)
    at = tuple([x._number if isinstance(x, Value) else x for x in kept])
    if op is mul_no_nan and (data := at[0] * at[1]) == data:
        op = ops.mul  # nothing to absorb: pictures show the ordinary product
    else:
        data = absorbing_product(*at) if op is mul_no_nan else _forward(op, at)
    if len(kept) == 2:
        return _node(data, op, kept[0], kept[1])
    return _node(data, op, kept[0], tuple(kept[1:]) or None)


def _forward(op: Op, at: tuple[float, ...]) -> float:
    """The value of `op`; a user's function that fails is named in a note."""
    forward: Any = op.forward
    try:
        data = forward(*at)
    except Exception as error:
        error.add_note(_in_forward(op, at))
        raise
    return data if type(data) is float else _checked_result(op, data)


def _in_forward(op: Op, at: tuple[float, ...]) -> str:
    return f"in the forward function of {op.name!r} at {_point(at)}; see ieee"


def _checked_result(op: Op, data: Number) -> float:
    x = as_float(data)
    if x is None:
        raise TypeError(
            f"the forward function of {op.name!r} gave {data!r:.60}, which is not a number;"
            " return a float"
        )
    return x


def _point(at: tuple[float, ...]) -> str:
    return f"({', '.join(map(str, at))})"


def _where(condition: Number, a: Number, b: Number) -> Number:
    """Eager `where`: the branch taken, so that the other one cannot poison its gradient."""
    if _number_of(a) is None or _number_of(b) is None:
        return NotImplemented
    if _number_of(condition) is None and type(condition).__name__ not in ("bool", "bool_"):
        return NotImplemented
    trace = active_trace.get()
    if trace is not None:
        return trace.apply(ops.where, (condition, a, b))
    taken = a if condition else b
    return taken if isinstance(taken, Value) else Value(taken)


def _number_of(x: Number) -> float | None:
    return x._number if isinstance(x, Value) else as_float(x)


def _restore(cls: type[Value], data: float, grad: float, label: str) -> Value:
    v: Value = cls.__new__(cls)
    Value.__init__(v, data, label)
    v._grad = grad
    return v


def _backward(root: Value, upstream: float) -> None:
    order: list[Value] = []
    leaves: list[Value] = []
    grads: list[float] = []  # the gradients of the leaves before the pass
    stamps: list[int] = []
    with passes:
        undo = _restoring(leaves, grads, stamps)  # lazy: it sees what the lists will hold
        try:
            _order_and_stamp(root, order, leaves, grads, stamps)
            root._grad = upstream
            mark = absorbed.latest
            backpropagate(order)
            if absorbed.latest is not mark:
                settle_backward(order, leaves, [(root, upstream)])
            sums = list(map(float.__add__, grads, map(attrgetter("_grad"), leaves)))
            deque(map(_set_grad, leaves, sums), maxlen=0)
        except BaseException:  # also Ctrl-C: no leaf keeps half a gradient
            deque(undo, maxlen=0)
            for v in topological(root):
                if v.op is not None:
                    v._grad = 0.0
                    # not reached, and dated as after a pass
                    v._stamp = -v._stamp if v._stamp > 0 else v._stamp
            raise
    for notify in tuple(pass_listeners):
        notify(root)


def _restoring(
    values: Sequence[Value], grads: Iterable[float], stamps: Iterable[int]
) -> Iterator[None]:
    """An iterator that restores gradients and stamps, in C: a second Ctrl-C cannot stop it."""
    return itertools.chain(map(_set_grad, values, grads), map(_set_stamp, values, stamps))


def _order_and_stamp(
    root: Value, order: list[Value], leaves: list[Value], grads: list[float], stamps: list[int]
) -> None:
    """Append interior nodes in topological order, leaves with their old gradients and stamps.

    Sets gradients to -0.0, to which any number adds exactly. `graph.topological` written out over
    the two operand slots, with a stamp on the node in place of a dict: 5x faster.
    """
    opened: i64 = next_stamp()
    closed: i64 = opened + 1
    stack: list[Value] = [root]
    while stack:
        v = stack[-1]
        stamp = v._stamp
        if stamp == opened:
            v._stamp = closed
            order.append(stack.pop())
        elif stamp == closed:
            stack.pop()
        elif v.op is None:
            grads.append(v._grad)
            stamps.append(stamp)
            leaves.append(stack.pop())
            v._stamp = closed
            v._grad = -0.0
        else:
            v._stamp = opened
            v._grad = -0.0
            a = v._a
            b = v._b
            if isinstance(a, Value) and a._stamp != closed:
                stack.append(a)
            if b is None:
                continue
            if isinstance(b, Value):
                if b._stamp != closed:
                    stack.append(b)
            elif type(b) is tuple:
                stack.extend([x for x in b if isinstance(x, Value)])


def backpropagate(order: list[Value]) -> None:  # noqa: C901  (by hand: half the time of a backward pass)
    """The chain rule, users before operands: operand.grad += v.grad × partial."""
    p: float
    q: float
    r: Any  # a user's partial may give any real number, or something else
    for v in reversed(order):
        op: Any = v.op
        a = v._a
        b = v._b
        g = v._grad
        try:  # split by arity, 4x faster than a zip; + - × by hand, a fifth less backward
            if isinstance(a, Value):
                if isinstance(b, Value):
                    if op is mul:
                        p = b._number
                        q = a._number
                    elif op is add:
                        a._grad += g
                        b._grad += g
                        continue
                    elif op is sub:
                        a._grad += g
                        b._grad -= g
                        continue
                    elif op is div:
                        p = 1 / b._number
                        q = -v._number / b._number
                    else:
                        r = op.partials[0](v._number, a._number, b._number)
                        p = r if type(r) is float else partial_number(op.name, r)
                        r = op.partials[1](v._number, a._number, b._number)
                        q = r if type(r) is float else partial_number(op.name, r)
                    c = g * p
                    a._grad += c if c == c or g != g else absorbing_product(g, p)
                    c = g * q
                    b._grad += c if c == c or g != g else absorbing_product(g, q)
                    continue
                if op is add or op is sub:
                    a._grad += g
                    continue
                if op is mul:
                    p = b
                elif op is div:
                    p = 1 / b
                elif op is neg:
                    p = -1.0
                elif b is None:
                    r = op.partials[0](v._number, a._number)
                    p = r if type(r) is float else partial_number(op.name, r)
                elif type(b) is tuple:
                    _backpropagate_any_arity(v)
                    continue
                else:
                    r = op.partials[0](v._number, a._number, b)
                    p = r if type(r) is float else partial_number(op.name, r)
                c = g * p
                a._grad += c if c == c or g != g else absorbing_product(g, p)
            elif isinstance(b, Value):
                if op is add:
                    b._grad += g
                    continue
                if op is mul:
                    p = a
                elif op is sub:
                    p = -1.0
                else:
                    r = op.partials[1](v._number, a, b._number)
                    p = r if type(r) is float else partial_number(op.name, r)
                c = g * p
                b._grad += c if c == c or g != g else absorbing_product(g, p)
            else:
                _backpropagate_any_arity(v)
        except ArithmeticError:  # a pole: the partial over plain floats raised
            _backpropagate_any_arity(v)
        except Exception as error:
            at = tuple(x._number if isinstance(x, Value) else x for x in v.operands)
            error.add_note(f"in the derivative of {v._op!r} at {_point(at)}{partial_hint(error)}")
            raise


def settle_backward(
    order: list[Value], leaves: Sequence[Value], roots: list[tuple[Value, float]]
) -> None:
    """Look for products 0·∞ in a finished pass, and report them; as nan, the pass is repeated."""
    found = backward_products(order, roots, lambda v: float(v.grad))
    if not settle(found):
        return
    to_be_nan = {(id(product.node), product.index) for product in found}
    for v in (*leaves, *order):
        v._grad = -0.0
    for root, upstream in roots:
        root._grad += upstream
    for v in reversed(order):
        for i, (x, p) in enumerate(zip(v.operands, local_derivatives(v))):
            if isinstance(x, Value) and p is not None:
                x._grad += math.nan if (id(v), i) in to_be_nan else absorbing_product(v._grad, p)


def _backpropagate_any_arity(v: Value) -> None:
    """The chain rule of one node, for any number of operands and at poles."""
    for x, p in zip(v.operands, local_derivatives(v), strict=True):
        if isinstance(x, Value) and p is not None:
            x._grad += absorbing_product(v._grad, p)
