"""Two moons, told apart by a small network: the whole of training in one screen.

    python examples/moons.py            # compiled: the loss is recorded once, and run as a program
    python examples/moons.py --eager    # a graph for every step, as `backward()` draws it

Each step asks the network for a score per point, measures how wrong the scores are, lets
`backward()` find out what every weight had to do with it, and moves the weights a little the other
way. At the end the network's opinion of the plane is printed, with the points in it.
"""

import argparse
import random

from microgradlike import nn
from microgradlike.nn import train

STEPS = 60

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--eager", action="store_true", help="train without compiling")
options = parser.parse_args()

points, labels = nn.moons(80, noise=0.1, seed=1)
signs = [2 * label - 1 for label in labels]  # -1 and 1: which side of zero a score should be on

model = nn.MLP(2, [8, 8, 1], rng=random.Random(3))
optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
print(f"{len(points)} points, {len(model.parameters())} parameters")


def hinge(model, point, sign):
    """How wrong the score of one point is."""
    return (1 - sign * model(point)).relu()


def right():
    return sum(model(point).data * sign > 0 for point, sign in zip(points, signs))


def report(state):
    if state.epoch % 10 == 0:
        print(f"step {state.epoch:3}  loss {state.loss:.4f}  right {right()}/{len(points)}")


# what fit does in a step: optimizer.zero_grad(), loss.backward(points, signs), optimizer.step()
history = train.fit(
    model,
    hinge,
    (points, signs),
    optimizer=optimizer,
    epochs=STEPS,  # all points at once: a step is an epoch
    callbacks=[report],
    backend="eager" if options.eager else "auto",
    progress=False,
    compare=5,
)
if history.speed:
    print(history.speed)

# a picture of letters: what the network says of each place, and the points as they are
width, height = 64, 20
picture = []
for row in range(height):
    y = 1.3 - 2.1 * row / (height - 1)
    line = [model([-1.5 + 4.0 * column / (width - 1), y]).data for column in range(width)]
    picture.append(["." if score < 0 else ":" for score in line])
for (x, y), label in zip(points, labels):
    column, row = round((x + 1.5) / 4.0 * (width - 1)), round((1.3 - y) / 2.1 * (height - 1))
    picture[row][column] = "ox"[label]
print("\n" + "\n".join("".join(line) for line in picture))

if right() < 0.97 * len(points):
    raise SystemExit(f"the network did not learn the moons: only {right()} of {len(points)} right")
