"""One neuron, drawn with its gradients.

python examples/neuron.py               # writes neuron.svg here
python examples/neuron.py picture.png   # another file, in another format
"""

import argparse
from pathlib import Path

from microgradlike import Value, tanh
from viz import RenderError, draw

# Two inputs, two weights, a bias. The labels are their names in the picture.
x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
w1, w2 = Value(-3.0, "w1"), Value(1.0, "w2")
b = Value(6.8813735870195432, "b")

# Ordinary arithmetic: every step makes a Value that remembers how it was made.
n = x1 * w1 + x2 * w2 + b
n.label = "n"
y = tanh(n)
y.label = "y"

# Backwards through the same steps: the change of y with each Value.
y.backward()
for v in (x1, w1, x2, w2, b):
    print(f"{v.label:2} = {v.data:7.4f}   dy/d{v.label:2} = {v.grad:7.4f}")

# w2 has no effect while its input x2 is 0. The others have, by d tanh(n)/dn = 1 - y²:
assert w2.grad == 0.0
assert abs(b.grad - (1 - y.data**2)) < 1e-15

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("picture", nargs="?", type=Path, default=Path("neuron.svg"))
target = parser.parse_args().picture
try:
    path = draw(y).save(target)
except RenderError as error:  # without Graphviz, save its text
    print(error)
    path = draw(y).save(target.with_suffix(".dot"))
print(f"drawn in {path}: follow the arrows back from y and multiply the numbers they end in")
