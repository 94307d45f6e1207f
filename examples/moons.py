"""Two moons, classified by a small network: a complete training on one screen.

    python examples/moons.py            # compiled: the loss is recorded once and run as a program
    python examples/moons.py --eager    # a graph for every step

Each step computes a score per point and the loss of the scores. `backward()` computes the share of
every weight in the loss, and the optimizer moves the weights a little the other way. At the end the
sign of the score over the plane is printed, with the points in it.
"""

import argparse
import random

from microgradlike import nn

STEPS = 60

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--eager", action="store_true", help="train without compiling")
options = parser.parse_args()

points, labels = nn.moons(80, noise=0.1, seed=1)
signs = [2 * label - 1 for label in labels]  # -1 and 1: the wanted sign of a score

model = nn.MLP(2, [8, 8, 1], rng=random.Random(3))
optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
print(f"{len(points)} points, {len(model.parameters())} parameters")


def right():
    return sum(model(point).data * sign > 0 for point, sign in zip(points, signs))


def report(state):
    if state.epoch % 10 == 0:
        print(f"step {state.epoch:3}  loss {state.loss:.4f}  right {right()}/{len(points)}")


# A step of fit is optimizer.zero_grad(), loss.backward(points, signs), optimizer.step(). The hinge
# loss of a point is max(0, 1 - sign * score); nn.hinge, or a function of your own, would do too.
history = nn.fit(
    model,
    "hinge",
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

# a picture in letters: the sign of the score at each place, and the points on top
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
    raise SystemExit(f"the network did not learn the moons: {right()} of {len(points)} right")
