"""A typed program of networks: type checkers see Values, and lists of them from layers."""

import random
from typing import assert_type

import numpy as np

from microgradlike import Value, nn

points, labels = nn.moons(n_samples=100, noise=0.1, seed=1)
model = nn.MLP(2, [8, 1], activation="tanh", rng=random.Random(0))
assert_type(model.parameters(), list[Value])
assert_type(model.state_dict(), dict[str, float])

# the output of a network is a Value, or by `outputs` a list of them
score = model([1.0, 2.0])
assert_type(score, Value)
assert_type((1 - 1.0 * model(points[0])).relu(), Value)
assert_type(model.outputs(np.zeros(2)), list[Value])
assert_type(nn.Neuron(2)([score, 1.0]), Value)
assert_type(nn.Layer(2, 3)([1.0, 2.0]), list[Value])

# a loss keeps the kind of its predictions
assert_type(nn.mse(0.5, 1), float)
assert_type(nn.mse([0.5, 1.0], [1, 0]), float)
assert_type(nn.mse(score, 1), Value)
assert_type(nn.hinge([model(p) for p in points], [2 * label - 1 for label in labels]), Value)
assert_type(nn.cross_entropy(model.outputs(points[0]), 0), Value)
assert_type(nn.cross_entropy([[0.5, 1.0]], [1]), float)


class Network(nn.Module):
    def __init__(self) -> None:
        self.hidden = nn.Layer(2, 3, activation="tanh")
        self.out = nn.Neuron(3, nonlin=False)

    def __call__(self, x: tuple[float, float]) -> Value:
        return self.out(self.hidden(x))


def squared(prediction: Value, target: float) -> Value:
    return (prediction - target) ** 2


def margin(network: Network, x: tuple[float, float], sign: float) -> Value:
    return (1 - sign * network(x)).relu()


def report(state: nn.train.State) -> None:
    state.metrics["best"] = f"{min(state.history.losses):.3f}"


network = Network()
assert_type(network((1.0, 2.0)), Value)
network.load_state_dict(network.state_dict())
for loss in ("mse", nn.mse, squared, margin):
    history = nn.fit(
        network,
        loss,
        (points, np.array(labels)),
        optimizer=nn.Adam(network.parameters(), lr=0.01),
        epochs=1,
        validation_data=(points, labels),
        callbacks=[report, nn.EarlyStopping(3, restore_best_weights=True)],
        progress=False,
    )
    assert_type(history.losses, list[float])
