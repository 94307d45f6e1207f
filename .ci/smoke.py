"""Facts that hold on every platform and however Python is started; needs no test runner.

python .ci/smoke.py [NAME=VALUE ...]

Each NAME=VALUE is a fact that must hold: python=3.14, machine=aarch64, implementation=pypy,
compiled=yes, gil=no, llvm=yes, zip=yes. It does not use `assert`, which -O leaves out.
"""

import importlib.util
import io
import math
import pickle
import platform
import random
import sys
import tempfile
from pathlib import Path

import microgradlike
import viz
from microgradlike import Value, grad, hessian, jit, nn
from microgradlike.cli.main import main
from microgradlike.testing import check_gradients


def facts():
    """The platform, in the words of the command line."""
    told = {
        "python": "{}.{}".format(*sys.version_info),
        "implementation": sys.implementation.name,
        "machine": platform.machine(),
        "compiled": microgradlike.__compiled__,
        "gil": getattr(sys, "_is_gil_enabled", lambda: True)(),
        "numpy": importlib.util.find_spec("numpy") is not None,
        "llvm": importlib.util.find_spec("llvmlite") is not None,
        "zip": not Path(microgradlike.__file__).exists(),
    }
    return {name: {True: "yes", False: "no"}.get(fact, fact) for name, fact in told.items()}


def hold(claim, *, got, want):
    """Stop with the claim if it does not hold."""
    if got != want:
        sys.exit(f"smoke: {claim}: got {got!r}, want {want!r}")


def formula(w, x):
    """Exact in every operation but exp's, so that no platform has an excuse."""
    return (w * x + 1.0).relu() / 4.0 + w * w - x


def eager():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    y = formula(w, x)
    y.backward()
    hold("value and gradient", got=(y.data, w.grad, x.grad), want=(2.75, 4.75, -0.5))
    hold("grad", got=grad(formula, argnums=(0, 1))(2.0, 3.0), want=(4.75, -0.5))
    hold("hessian", got=hessian(lambda x: x**3)(2.0), want=12.0)
    z = (Value(0.5) * 0.5).exp()
    hold("exp", got=math.isclose(z.data, math.exp(0.25), rel_tol=4e-16), want=True)
    hold("a copy by pickle", got=pickle.loads(pickle.dumps(x)).data, want=3.0)


def deep():
    y = x = Value(1.0)
    for _ in range(100_000):
        y = y + x
    y.backward()
    hold("a graph of 100,000 nodes", got=x.grad, want=100_001.0)


def checked():
    check_gradients(lambda x, y: (x * y).tanh() + x / y, 0.3, 0.7)  # GradientError otherwise


def recorded(backend):
    fast = jit(formula, backend=backend)
    hold(f"jit, {backend}", got=fast(2.0, 3.0), want=2.75)
    w, x = Value(2.0), Value(3.0)
    fast.backward(w, x)
    hold(f"its gradient, {backend}", got=(w.grad, x.grad), want=(4.75, -0.5))


def trained():
    model = nn.MLP(2, [4, 1], rng=random.Random(1))
    optimizer = nn.SGD(model.parameters(), lr=0.05)
    losses = []
    for _ in range(20):
        loss = (model([0.5, -1.0]) - 1.0) ** 2
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.data)
    hold("a training's loss falls", got=losses[-1] < losses[0] / 10, want=True)


def pictures(folder):
    w, x = Value(2.0, "w"), Value(3.0, "x")
    y = formula(w, x)
    dot, page = folder / "y.dot", folder / "y.html"
    viz.draw(y).save(dot)
    viz.page(y).save(page)
    hold("a picture as DOT", got="digraph" in dot.read_text(encoding="utf-8"), want=True)
    hold("a page", got="</html>" in page.read_text(encoding="utf-8"), want=True)
    written = jit(formula).program(2.0, 3.0).to_javascript()
    hold("JavaScript", got="const f = " in written, want=True)


def command_line():
    out, sys.stdout = sys.stdout, io.StringIO()
    try:
        code = main(["explain", "w*x + 1", "--at", "w=2,x=3"])
        text = sys.stdout.getvalue()
    finally:
        sys.stdout = out
    hold("microgradlike explain", got=(code, "7" in text), want=(0, True))


def smoke():
    found = facts()
    for name, fact in (argument.split("=") for argument in sys.argv[1:]):
        hold(name, got=found[name], want=fact)
    eager(), deep(), checked(), trained(), command_line()
    recorded("python")
    if found["numpy"] == "yes":
        recorded("numpy")
    if found["llvm"] == "yes":
        recorded("llvm")
    with tempfile.TemporaryDirectory() as folder:
        pictures(Path(folder))
    print("smoke:", ", ".join(f"{name} {fact}" for name, fact in found.items()))


if __name__ == "__main__":
    smoke()
