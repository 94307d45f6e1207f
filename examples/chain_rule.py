"""The chain rule by hand, against the engine and against `explain`.

    python examples/chain_rule.py

x reaches y on four roads. Along each road the local derivatives are multiplied; over all roads the
products are added. That sum is dy/dx, and backpropagation is nothing else.
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

# First every local derivative: how a step changes with one operand while the others stand still.
dy_dc = 1.0
dc_da = b.data
dc_db = a.data
da_dx = x.data  # x is an operand of a twice: this is by each of the two
db_dx = cos(x.data)
dy_de = 1.0
de_dx = exp(x.data)

# Then the roads from y back to x.
roads = {
    "y ← c ← a ← x, left": dy_dc * dc_da * da_dx,
    "y ← c ← a ← x, right": dy_dc * dc_da * da_dx,
    "y ← c ← b ← x": dy_dc * dc_db * db_dx,
    "y ← e ← x": dy_de * de_dx,
}
print("By hand:")
for road, product in roads.items():
    print(f"  {road:22} {product:8.4f}")
by_hand = sum(roads.values())
print(f"  {'in all':22} {by_hand:8.4f}\n")

# The engine walks each step once, however many roads lead through it.
y.backward()
print(f"By the engine: x.grad = {x.grad:.4f}\n")
assert abs(x.grad - by_hand) < 1e-12

print("And by explain(y, x):\n")
print(explain(y, x))
