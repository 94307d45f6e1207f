"""The chain rule by hand, against the engine and against `explain`.

    python examples/chain_rule.py

Four paths lead from x to y. Along each path the local derivatives are multiplied; the products of
all paths are added. That sum is dy/dx, and backpropagation computes just that.
"""

from microgradlike import Value, cos, exp, sin
from viz import explain

x = Value(1.5, "x")
a = x * x
b = sin(x)
c = a * b
e = exp(x)
y = c + e
for v, label in ((a, "a"), (b, "b"), (c, "c"), (e, "e"), (y, "y")):
    v.label = label

# Every local derivative: the change of a step with one operand while the others stay fixed.
dy_dc = 1.0
dc_da = b.data
dc_db = a.data
da_dx = x.data  # x is both operands of a: this is the derivative by one of them
db_dx = cos(x.data)
dy_de = 1.0
de_dx = exp(x.data)

# The paths from y back to x.
paths = {
    "y ← c ← a ← x, left": dy_dc * dc_da * da_dx,
    "y ← c ← a ← x, right": dy_dc * dc_da * da_dx,
    "y ← c ← b ← x": dy_dc * dc_db * db_dx,
    "y ← e ← x": dy_de * de_dx,
}
print("By hand:")
for path, product in paths.items():
    print(f"  {path:22} {product:8.4f}")
by_hand = sum(paths.values())
print(f"  {'sum':22} {by_hand:8.4f}\n")

# The engine visits each step once, however many paths lead through it.
y.backward()
print(f"By the engine: x.grad = {x.grad:.4f}\n")
assert abs(x.grad - by_hand) < 1e-12

print("And by explain(y, x):\n")
print(explain(y, x))
