"""Engines as learners write them after a lecture: two right designs, and each with one mistake."""

CLOSURES = """
import math


class Value:
    def __init__(self, data, _children=()):
        self.data = data
        self.grad = 0.0
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def __pow__(self, n):
        assert isinstance(n, (int, float)), "the exponent is a number"
        out = Value(self.data**n, (self,))

        def _backward():
            self.grad += n * self.data ** (n - 1) * out.grad

        out._backward = _backward
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data - other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad -= out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(max(0.0, self.data), (self,))

        def _backward():
            self.grad += (out.data > 0) * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        out = Value(math.tanh(self.data), (self,))

        def _backward():
            self.grad += (1 - out.data**2) * out.grad

        out._backward = _backward
        return out

    def exp(self):
        out = Value(math.exp(self.data), (self,))

        def _backward():
            self.grad += out.data * out.grad

        out._backward = _backward
        return out

    def backward(self):
        order, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                order.append(v)

        build(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return Value(other) - self

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other
"""

TUPLES = """
import math


class Value:
    __slots__ = ("data", "grad", "operands", "partials")

    def __init__(self, data, operands=(), partials=()):
        self.data, self.grad = data, 0
        self.operands, self.partials = operands, partials

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, n):
        return Value(self.data**n, (self,), (n * self.data ** (n - 1),))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def exp(self):
        return Value(math.exp(self.data), (self,), (math.exp(self.data),))

    def relu(self):
        return Value(max(0, self.data), (self,), (float(self.data > 0),))

    def sigmoid(self):
        y = 1 / (1 + math.exp(-self.data))
        return Value(y, (self,), (y * (1 - y),))

    def __neg__(self):
        return self * -1

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    def topological(self):
        order, visited = [], set()

        def visit(v):
            if v not in visited:
                visited.add(v)
                for x in v.operands:
                    visit(x)
                order.append(v)

        visit(self)
        return order[::-1]

    def backward(self):
        self.grad = 1
        for v in self.topological():
            for x, partial in zip(v.operands, v.partials):
                x.grad += partial * v.grad
"""
OURS = "from microgradlike import Value\n"
RIGHT = {"closures": CLOSURES, "tuples": TUPLES, "ours": OURS}

_LOOP = TUPLES[TUPLES.index("        for v in self.topological") :]
_LEVELS = """        queue = [self]
        visited = {self}
        while queue:
            v = queue.pop(0)
            for x, partial in zip(v.operands, v.partials):
                x.grad += partial * v.grad
                if x not in visited:
                    visited.add(x)
                    queue.append(x)
"""
_RECURSION = """        self.push()

    def push(self):
        for x, partial in zip(self.operands, self.partials):
            x.grad += partial * self.grad
            x.push()
"""
_METHOD_TANH = "(1 - out.data**2)"
_RSUB = "    def __rsub__(self, other):\n        return Value(other) - self\n"

# design, what is replaced, by what, the start of the mistake's name
SEEDED = {
    "closures without +=": (CLOSURES, "grad += ", "grad = ", "gradients are overwritten"),
    "tuples without +=": (TUPLES, "grad += ", "grad = ", "gradients are overwritten"),
    "a set of operands": (
        TUPLES,
        "in zip(v.operands, v.partials)",
        "in dict(zip(v.operands, v.partials)).items()",
        "equal operands count once",
    ),
    "breadth first": (TUPLES, _LOOP, _LEVELS, "the order is not topological"),
    "recursion": (TUPLES, _LOOP, _RECURSION, "the order is not topological"),
    "not reversed": (CLOSURES, "reversed(order)", "order", "only the operands of the result"),
    "no visited set": (
        CLOSURES,
        "if v not in visited",
        "if True",
        "nodes are visited once per path",
    ),
    "n * x**n": (
        CLOSURES,
        "n * self.data ** (n - 1)",
        "n * self.data**n",
        "derivative of a ** b: the exponent",
    ),
    "brackets": (TUPLES, "** (n - 1),)", "** n - 1,)", "derivative of a ** b: n * a ** n - 1"),
    "x**(n-1)": (
        TUPLES,
        "(n * self.data ** (n - 1),)",
        "(self.data ** (n - 1),)",
        "derivative of a ** b: the factor",
    ),
    "tanh of the input": (
        CLOSURES,
        _METHOD_TANH,
        "(1 - self.data**2)",
        "derivative of tanh(x): 1 - x ** 2",
    ),
    "no __radd__": (CLOSURES, "def __radd__", "def add_right", "a plain number on the left"),
    "no __rmul__": (TUPLES, "def __rmul__", "def mul_right", "a plain number on the left"),
    "no __rsub__": (CLOSURES, "def __rsub__", "def sub_right", "a plain number on the left"),
    "__rsub__ is __sub__": (
        CLOSURES,
        "return Value(other) - self",
        "return self - other",
        "value of `2 - a`",
    ),
    "__iadd__ in place": (
        TUPLES,
        "    def __neg__",
        "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n\n"
        "    def __neg__",
        "an operation changes its operand",
    ),
    "sum in place": (
        TUPLES,
        "return Value(self.data + other.data, (self, other), (1, 1))",
        "self.data += other.data; return Value(self.data, (self, other), (1, 1))",
        "an operation changes its operand",
    ),
    "sign of sub": (
        CLOSURES,
        "other.grad -= out.grad",
        "other.grad += out.grad",
        "derivative of a - b: the sign",
    ),
    "relu passes": (
        CLOSURES,
        "(out.data > 0) * out.grad",
        "out.grad",
        "derivative of relu(x): the gradient passes",
    ),
    "relu stops": (
        CLOSURES,
        "(out.data > 0) * out.grad",
        "0",
        "derivative of relu(x): nothing arrives",
    ),
    "no 1 at the result": (
        TUPLES,
        "self.grad = 1\n",
        "pass\n",
        "the gradient of the result is not",
    ),
    "no chain rule": (TUPLES, "partial * v.grad", "partial", "the upstream gradient is left out"),
    "mul by itself": (
        CLOSURES,
        "self.grad += other.data * out.grad\n            other.grad += self.data",
        "self.grad += self.data * out.grad\n            other.grad += other.data",
        "derivative of a * b: the value of the operand",
    ),
    "exp of the input": (
        CLOSURES,
        "self.grad += out.data * out.grad",
        "self.grad += self.data * out.grad",
        "derivative of exp(x): the value of the operand",
    ),
    "log upside down": (TUPLES, "1 / self.data,", "self.data,", "derivative of log(x)"),
    "sigmoid of the input": (
        TUPLES,
        "y * (1 - y)",
        "self.data * (1 - self.data)",
        "derivative of sigmoid(x): x * (1 - x)",
    ),
    "one operand": (
        CLOSURES,
        "            other.grad += self.data * out.grad\n",
        "",
        "derivative of a * b: nothing",
    ),
}


def seeded(name):
    """The engine with a mistake, and the start of its name in the report."""
    base, old, new, mistake = SEEDED[name]
    assert old in base
    return base.replace(old, new), mistake
