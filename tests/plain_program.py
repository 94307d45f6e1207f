"""A program that needs nothing but the standard library; `results()` has all that it computes."""

import random
import tempfile
import warnings
from pathlib import Path


def derivatives(m):
    x = m.Value(0.7, "x")
    y = (x * 3).tanh() / (x + 1)
    y.backward()
    (slope,) = m.gradients(y, [x])

    def f(p):
        return p["a"] * p["b"][0] ** 2

    at = {"a": 3.0, "b": [2.0]}
    return [
        y.data, x.grad, slope.data, m.grad(f)(at), m.hessian(f)(at), m.jacobian(f)(at),
        m.value_and_grad(f)(at), m.hvp(f, (at,), ({"a": 1.0, "b": [1.0]},)),
        m.jvp(m.sin, (0.5,), (1.0,)), m.derivative(m.derivative(m.sin))(0.3),
    ]  # fmt: skip


def programs(m, backend):
    w = m.Value(2.0, "w")
    mean = m.jit(lambda x: (w * x - 1) ** 2, batch=0, backend=backend)
    rows = m.jit(lambda p, q: [p[0] * q["a"], p[1] / 3], batch=(0, 1), reduce=None, backend=backend)
    total = m.jit(lambda x, y, z=1.0: x / y - z, batch=(0, 1), reduce="sum", backend=backend)
    plain = m.jit(lambda x: {"y": (x[0] / x[1], x[0])}, backend=backend)
    slope = m.jit(m.grad(lambda x: x * x * w), backend=backend)
    ramp = [0.1 * i for i in range(3000)]  # more than one block
    first, *_ = [plain([6, 7.0]) for _ in range(250)]
    found = rows([[1, 2], [3, 4.5]], {"a": (5.0, 6.0)})
    return [
        mean([1.0, 2, 3]), mean.backward([1.0, 2.0, 3.0]), w.grad, mean(ramp), mean(tuple(ramp)),
        [list(map(float, column)) for column in found],
        total([1.0, 2.0], [4.0, 5.0], z=0.25), total([m.sin(1.0), 2], [4.0, 5.0]),
        first, slope(3.0), str(slope.program(2.0)) if backend == "python" else "",
        m.jit(lambda x: x * w, backend=backend, batch=0, split=2).backward([1.0, 2.0, 3.0]),
        m.jit(lambda x: x * w, backend=backend, batch=0, split=2, reduce=None)([1.0, 2.0])[1] * 1.0,
    ]  # fmt: skip


def zero_times_infinity(m, backend):
    f = m.jit(m.grad(lambda x: 1 / (1 / x)), backend=backend)
    batch = m.jit(m.grad(lambda x: 1 / (1 / x)), backend=backend, batch=0, reduce=None)
    mean = m.jit(m.grad(lambda x: 1 / (1 / x)), backend=backend, batch=0)
    found = []
    for choice in ("zero", "nan", "warn"):
        with m.indeterminate(choice), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found += [f(0.0), *batch([1.0, 2.0, 0.0, 0.0])]
            found += [mean([1.0, 0.0]), mean([1.0, float("nan")])]
            found += [str(warning.message) for warning in caught]
    return [str(x) if x != x else x for x in found]


def network(m, nn, *, dropout):
    class Net(nn.Module):
        def __init__(self):
            rng = random.Random(0)
            self.hidden = nn.Layer(2, 12, rng=rng)
            self.drop = nn.Dropout(0.2)
            self.out = nn.Neuron(12, nonlin=False, rng=rng)

        def __call__(self, x):
            hidden = self.hidden(x)
            return self.out(self.drop(hidden) if dropout else hidden)

    return Net()


def training(m, backend, *, dropout):
    from microgradlike import nn

    points, labels = nn.moons(24, noise=0.1, seed=0)
    signs = [bool(label) for label in labels]
    model = network(m, nn, dropout=dropout)
    history = nn.fit(
        model, "mse", (points, signs), optimizer=nn.Adam(model.parameters(), lr=0.05), epochs=3,
        batch_size=10, progress=False, backend=backend, validation_data=(points, signs), seed=3,
        callbacks=[nn.EarlyStopping(patience=20)],
    )  # fmt: skip
    return history.losses, history.validation, [p.data for p in model.parameters()]


def many_labels(m):
    from microgradlike import nn

    xs = [[i / 100] for i in range(100)]
    model = nn.MLP(1, [1])
    nn.fit(
        model, "mse", (xs, [x[0] for x in xs]),
        optimizer=nn.SGD(model.parameters(), lr=0.1), epochs=1, progress=False, backend="python",
    )  # fmt: skip
    return len(model.parameters())


def pictures(m):
    from microgradlike import nn
    from viz import draw, explain, page, watch

    x = m.Value(2.0, "x")
    y = (x * 3).tanh()
    y.backward()
    points, labels = nn.xor(8)
    data = points, [2 * label - 1 for label in labels]

    def loss(model, x, y):
        return (1 - y * model(x)).relu()

    model = nn.MLP(2, [3, 1], rng=random.Random(0))
    with watch(model, data=data, loss=loss) as run:
        run.record()
        model.parameters()[0].data = 1.0
    program = m.jit(lambda a: a.tanh() * x, backend="python").program(2.0, gradient=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        nn.save(model, path)
        nn.load(model, path)
        texts = [draw(z).save(Path(folder, "y.dot")).read_text("utf-8") for z in (y, program)]
        pages = [page(z).save(Path(folder, "y.html")).stat().st_size > 10_000 for z in (y, run)]
        pages.append(page(model, data=data, loss=loss).save(Path(folder, "n.html")).exists())
    return [
        explain(y, x).split(), texts[0].count("->"), texts[1].count("->"), pages, run.losses,
        str(m.diagnose(m.Value(-1.0).log())), program.to_python(),
    ]  # fmt: skip


def checks(m):
    from microgradlike.testing import check_gradients

    check_gradients(lambda a, b: a * m.sin(b) / (1 + a * a), 0.7, 2.0)
    check_gradients(lambda p: p[0] ** 2 * p[1], [0.7, 3.0])
    cube = m.unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    return [m.jit(cube, backend="python")(2.0), m.jit(m.grad(cube), backend="python")(2)]


def results():
    """Name and result of each part."""
    import microgradlike as m

    found = {"derivatives": derivatives(m), "checks": checks(m), "pictures": pictures(m)}
    for backend in ("python", "eager"):
        found[f"programs, {backend}"] = programs(m, backend)
        for dropout in (False, True):
            name = f"training, {backend}, {'with' if dropout else 'without'} dropout"
            found[name] = training(m, backend, dropout=dropout)
    found["0·∞"] = zero_times_infinity(m, "python")
    found["labels"] = many_labels(m)
    return found
