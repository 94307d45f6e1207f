"""A network trained by a law of physics: it finds a motion from its start.

    python examples/physics_informed.py

A damped oscillation obeys u'' + 2ζ u' + u = 0, released at u(0) = 1 with u'(0) = 0. The loss is the
network's mean squared violation of that law at a few times. It contains u' and u'', derivatives by
the time, and is differentiated by the parameters (Raissi, Perdikaris & Karniadakis, 2019,
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
    """The motion, which starts at 1 and at rest for any network."""
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

# training used the law at seven times only, and never the exact solution
error = max(abs(u(END * i / 300).data - exact(END * i / 300)) for i in range(301))
print(f"\nlargest error from 0 to {END:g}: {error:.4f}")
if not error < 0.01:
    raise SystemExit("the network did not find the motion")
