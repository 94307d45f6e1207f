"""Three spirals, one class each: classification by cross-entropy, in small batches.

    python examples/spirals.py

The network gives three scores per point. Softmax turns scores into probabilities; the cross-entropy
is the surprise, -log p, at the true class. It is computed from the scores themselves and is exact
even if a probability rounds to 0 or 1. Each step uses only 30 points: the gradient is rough, but
there are five steps per pass over the data.
"""

import random

from microgradlike import nn
from microgradlike.functions import softmax

STEPS, BATCH = 250, 30

points, labels = nn.spirals(150, classes=3, noise=0.02, seed=1)

rng = random.Random(2)
model = nn.MLP(2, [16, 8, 3], activation="tanh", init="xavier", rng=rng)
optimizer = nn.Adam(model.parameters(), lr=0.05)
print(f"{len(points)} points, {len(model.parameters())} parameters")

for step in range(1, STEPS + 1):
    batch = rng.sample(range(len(points)), BATCH)
    scores = [model(points[i]) for i in batch]
    loss = nn.cross_entropy(scores, [labels[i] for i in batch])

    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    if step % 50 == 0:
        print(f"step {step:3}  loss of its batch {loss:.4f}")


def guess(point):
    scores = [score.data for score in model(point)]
    return scores.index(max(scores))


right = sum(guess(point) == label for point, label in zip(points, labels))
print(f"right: {right} of {len(points)}")

for point in [(0.0, 0.0), points[0]]:
    shares = ", ".join(f"{p.data:.0%}" for p in softmax(model(point)))
    print(f"at ({point[0]:5.2f}, {point[1]:5.2f}) the three classes have {shares}")

if right < 0.95 * len(points):
    raise SystemExit(f"the network did not learn the spirals: {right} of {len(points)} right")
