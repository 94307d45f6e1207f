"""The designs that ours is timed against, written out: other ways to a scalar graph in Python."""

import math


class ClosureValue:
    """micrograd's design: a closure per node, operands in a set, every number a node, recursion.

    A node's closure refers to the node: every node is a cycle and waits for the collector.
    """

    def __init__(self, data, operands=(), symbol=""):
        self.data = data
        self.grad = 0.0
        self._push = lambda: None
        self._prev = set(operands)
        self._op = symbol

    def __add__(self, other):
        other = other if isinstance(other, ClosureValue) else ClosureValue(other)
        out = ClosureValue(self.data + other.data, (self, other), "+")

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out._push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, ClosureValue) else ClosureValue(other)
        out = ClosureValue(self.data * other.data, (self, other), "*")

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._push = push
        return out

    def __pow__(self, exponent):
        out = ClosureValue(self.data**exponent, (self,), f"**{exponent}")

        def push():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out._push = push
        return out

    def relu(self):
        out = ClosureValue(max(self.data, 0.0), (self,), "ReLU")

        def push():
            self.grad += (out.data > 0) * out.grad

        out._push = push
        return out

    def backward(self):
        order, visited = [], set()

        def visit(v):
            if v not in visited:
                visited.add(v)
                for operand in v._prev:
                    visit(operand)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._push()

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __rsub__(self, other):
        return other + (-self)

    __radd__, __rmul__ = __add__, __mul__


class TupleValue:
    """The scalar-GPT design: operands and local derivatives as two tuples, order by recursion."""

    __slots__ = ("_local", "_operands", "data", "grad")

    def __init__(self, data, operands=(), local=()):
        self.data = data
        self.grad = 0.0
        self._operands = operands
        self._local = local

    def __add__(self, other):
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        return TupleValue(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, TupleValue) else TupleValue(other)
        return TupleValue(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, exponent):
        local = exponent * self.data ** (exponent - 1)
        return TupleValue(self.data**exponent, (self,), (local,))

    def exp(self):
        y = math.exp(self.data)
        return TupleValue(y, (self,), (y,))

    def log(self):
        return TupleValue(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return TupleValue(max(self.data, 0.0), (self,), (float(self.data > 0),))

    def backward(self):
        order, visited = [], set()

        def visit(v):
            if v not in visited:
                visited.add(v)
                for operand in v._operands:
                    visit(operand)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            for operand, local in zip(v._operands, v._local):
                operand.grad += local * v.grad

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __truediv__(self, other):
        return self * other**-1

    def __rsub__(self, other):
        return other + (-self)

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__, __rmul__ = __add__, __mul__
