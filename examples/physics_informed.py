"""A network taught by a law of physics: from how it starts, it finds the rest of a motion.

    python examples/physics_informed.py

A damped swing obeys u'' + 2ζ u' + u = 0, released at u(0) = 1 with u'(0) = 0. The loss is how badly
the network violates that at a few times: u' and u'' are derivatives by the time, and the loss, made
of them, is differentiated by the parameters (Raissi, Perdikaris & Karniadakis, 2019,
doi:10.1016/j.jcp.2018.10.045).
"""

import math
import random

from microgradlike import cos, derivative, exp, mean, nn, sin

STEPS, RATE, END, ZETA = 100, 0.05, 3.0, 0.25

model = nn.MLP(1, [8, 1], activation="tanh", init="xavier", rng=random.Random(0))
optimizer = nn.Adam(model.parameters(), lr=RATE)
times = [END * i / 6 for i in range(7)]


def u(t):
    """The motion: whatever the network says, it starts at 1 and at rest."""
    return 1 + t * t * model([t])


velocity = derivative(u)
acceleration = derivative(velocity)


def violation(t):
    return acceleration(t) + 2 * ZETA * velocity(t) + u(t)


def exact(t):
    w = math.sqrt(1 - ZETA**2)
    return exp(-ZETA * t) * (cos(w * t) + ZETA / w * sin(w * t))


for step in range(1, STEPS + 1):
    loss = mean([violation(t) ** 2 for t in times])

    optimizer.zero_grad()
    loss.backward()
    optimizer.lr = RATE * (1 - step / STEPS)
    optimizer.step()

    if step == 1 or step % 20 == 0:
        print(f"step {step:3}   mean squared violation {loss:.6f}", flush=True)

print("\n   t   network     exact")
for t in (0.0, 1.0, 2.0, 3.0):
    print(f"{t:4}  {u(t):8.4f}  {exact(t):8.4f}")

# between its seven times the law was never looked at, and the exact solution not at all
error = max(abs(u(END * i / 300).data - exact(END * i / 300)) for i in range(301))
print(f"\nlargest error from 0 to {END:g}: {error:.4f}")
if not error < 0.01:
    raise SystemExit("the network did not find the motion")
