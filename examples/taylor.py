"""Taylor polynomials drawn: derivatives of derivatives, seven deep.

python examples/taylor.py               # writes taylor.svg here; needs the extra "plot"
python examples/taylor.py picture.png   # another file, in another format

Each further term follows the sine further. For tanh no number of terms gets beyond π/2: that is the
distance from 0 to its nearest pole, on the imaginary axis.
"""

import argparse
import math

from microgradlike import derivative, sin, tanh

MIDDLE, ORDERS = 0.0, (1, 3, 5, 7)  # sin and tanh are odd: every other term is 0
KNOWN = {sin: (1, -1 / 6, 1 / 120, -1 / 5040), tanh: (1, -1 / 3, 2 / 15, -17 / 315)}


def taylor(f, order):
    """The coefficients f⁽ᵏ⁾(MIDDLE) / k! up to an order."""
    coefficients = []
    for k in range(order + 1):
        coefficients.append(f(MIDDLE) / math.factorial(k))
        f = derivative(f)
    return coefficients


def polynomial(coefficients, x):
    return sum(c * (x - MIDDLE) ** k for k, c in enumerate(coefficients))


found = {f: taylor(f, max(ORDERS)) for f in KNOWN}
for f, coefficients in found.items():
    print(f"{f.name:4} =", " ".join(f"{c:+.6f} x^{k}" for k, c in enumerate(coefficients) if c))
    for c, known in zip(coefficients[1::2], KNOWN[f], strict=True):
        assert abs(c - known) < 1e-15
    for x in (0.5, 1.0, 2.0):
        errors = [abs(polynomial(coefficients[: n + 1], x) - f(x)) for n in ORDERS]
        print(f"  order 1, 3, 5, 7 at {x}: off by", "  ".join(f"{e:.0e}" for e in errors))
        within = f is sin or x < math.pi / 2
        assert errors == sorted(errors, reverse=within)

try:
    from matplotlib.figure import Figure
except ImportError:
    print("for the picture: python -m pip install 'microgradlike[plot]'")
    raise SystemExit from None

figure = Figure(figsize=(9, 3.6), layout="constrained")
xs = [-4 + i / 50 for i in range(401)]
for axes, (f, coefficients) in zip(figure.subplots(1, 2, sharey=True), found.items()):
    for n, color in zip(ORDERS, ("#e69f00", "#d55e00", "#cc79a7", "#0072b2")):
        ys = [polynomial(coefficients[: n + 1], x) for x in xs]
        axes.plot(xs, ys, color=color, label=f"order {n}")
    axes.plot(xs, [f(x) for x in xs], color="#222222", linewidth=2.5, label="the function")
    axes.set(title=f.name, xlabel="x", ylim=(-2, 2))
    axes.grid(color="#dddddd", linewidth=0.6)
axes.axvspan(-math.pi / 2, math.pi / 2, color="#eeeeee", zorder=0)
axes.text(0, -1.85, "|x| < π/2", ha="center")
figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("picture", nargs="?", default="taylor.svg")
path = parser.parse_args().picture
figure.savefig(path, dpi=120)
print(f"drawn in {path}")
