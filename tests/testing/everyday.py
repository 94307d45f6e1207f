"""Everyday formulas from textbooks, each with the ranges that a person would write.

Ranges include 0 and both signs where the formula has a meaning there.
"""

from math import pi

from microgradlike import (
    acos,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clip,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    hypot,
    log,
    log1p,
    log2,
    log10,
    logaddexp,
    maximum,
    minimum,
    relu,
    sigmoid,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
)

G, C, K, R, H = 6.674e-11, 2.998e8, 1.381e-23, 8.314, 6.626e-34  # constants of physics, SI

UNIT, SIGNED, ANGLE = (0, 1), (-2, 2), (-pi, pi)
PART = (0.01, 0.99)  # probabilities that are not certain


def normal_pdf(x, m, s):
    return exp(-(((x - m) / s) ** 2) / 2) / (s * sqrt(2 * pi))


def normal_cdf(x):
    return (1 + erf(x / sqrt(2.0))) / 2


def d1(s, k, r, v, t):
    return (log(s / k) + (r + v * v / 2) * t) / (v * sqrt(t))


def call_price(s, k, r, v, t):
    d = d1(s, k, r, v, t)
    return s * normal_cdf(d) - k * exp(-r * t) * normal_cdf(d - v * sqrt(t))


def put_price(s, k, r, v, t):
    return call_price(s, k, r, v, t) - s + k * exp(-r * t)


def bond_price(c, y):
    return sum(c * (1 + y) ** -n for n in range(1, 11)) + 100 * (1 + y) ** -10


def softmax_loss(a, b, c):
    return log(exp(a) + exp(b) + exp(c)) - a


def perceptron(x, y, v, w, b):
    return tanh(v * tanh(w * x + b) + w * tanh(v * y - b))


def quadratic_root(a, b, c):
    return (-b + sqrt(b * b - 4 * a * c)) / (2 * a)


def heron(a, b, c):
    s = (a + b + c) / 2
    return sqrt(s * (s - a) * (s - b) * (s - c))


def haversine(p, q, d):
    h = sin((p - q) / 2) ** 2 + cos(p) * cos(q) * sin(d / 2) ** 2
    return 2 * 6371 * asin(sqrt(h))


def layer_norm(a, b, c):
    m = (a + b + c) / 3
    s = sqrt(((a - m) ** 2 + (b - m) ** 2 + (c - m) ** 2) / 3 + 1e-5)
    return (a - m) / s


def cosine_similarity(a, b, c, d):
    return (a * c + b * d) / (sqrt(a * a + b * b) * sqrt(c * c + d * d))


def attention(q, k, v, w):
    a, b = exp(q * k / sqrt(2.0)), exp(q * w / sqrt(2.0))
    return (a * v + b * w) / (a + b)


def horner(x):
    return ((2 * x - 3) * x + 1) * x - 5


def newton_step(x, a):
    return x - (x * x - a) / (2 * x)


def binary_entropy(p):
    return -p * log(p) - (1 - p) * log(1 - p)


# name, function, ranges
EVERYDAY = [
    # mechanics
    ("free fall", lambda t, v, h: h + v * t - 9.81 * t * t / 2, {"t": (0, 10), "v": (-20, 20), "h": (0, 100)}),
    ("kinetic energy", lambda m, v: m * v**2 / 2, {"m": (0, 100), "v": (-30, 30)}),
    ("relativistic energy", lambda m, v: m * C**2 / sqrt(1 - (v / C) ** 2), {"m": (0, 10), "v": (-2e8, 2e8)}),
    ("Lorentz factor", lambda b: 1 / sqrt(1 - b * b), {"b": (-0.99, 0.99)}),
    ("pendulum period", lambda l: 2 * pi * sqrt(l / 9.81), {"l": (0, 10)}),
    ("pendulum, second order", lambda l, a: 2 * pi * sqrt(l / 9.81) * (1 + a * a / 16), {"l": (0.1, 10), "a": (-1, 1)}),
    ("projectile range", lambda v, a: v * v * sin(2 * a) / 9.81, {"v": (0, 50), "a": (0, pi / 2)}),
    ("projectile height", lambda v, a: (v * sin(a)) ** 2 / (2 * 9.81), {"v": (-50, 50), "a": ANGLE}),
    ("gravitation", lambda m, n, r: G * m * n / r**2, {"m": (1, 1e6), "n": (1, 1e6), "r": (0.1, 1e3)}),
    ("gravitation between planets", lambda r: G * 5.97e24 * 7.35e22 / (r * r), {"r": (1e7, 1e9)}),
    ("escape velocity", lambda m, r: sqrt(2 * G * m / r), {"m": (1e20, 1e26), "r": (1e6, 1e8)}),
    ("Kepler's third law", lambda a: 2 * pi * sqrt(a**3 / (G * 1.989e30)), {"a": (1e10, 1e13)}),
    ("harmonic oscillator", lambda a, w, t: a * cos(w * t), {"a": SIGNED, "w": (0, 10), "t": (0, 10)}),
    ("damped oscillator", lambda t, d, w: exp(-d * t) * cos(w * t), {"t": (0, 10), "d": (0, 2), "w": (0, 10)}),
    ("driven oscillator", lambda w, d: 1 / sqrt((1 - w * w) ** 2 + (2 * d * w) ** 2), {"w": (0, 3), "d": (0.05, 1)}),
    ("spring energy", lambda k, x: k * x * x / 2, {"k": (0, 100), "x": (-1, 1)}),
    ("drag", lambda v: 0.5 * 1.2 * 0.47 * v * abs(v), {"v": (-30, 30)}),
    ("terminal velocity", lambda t: 40 * tanh(9.81 * t / 40), {"t": (0, 60)}),
    ("reduced mass", lambda m, n: m * n / (m + n), {"m": (0, 10), "n": (0, 10)}),
    ("rocket equation", lambda m, n: 3000 * log(m / n), {"m": (1, 100), "n": (1, 100)}),
    ("banked curve", lambda v, r: atan(v * v / (9.81 * r)), {"v": (0, 50), "r": (1, 100)}),
    ("catenary", lambda x, a: a * cosh(x / a), {"x": (-10, 10), "a": (1, 10)}),
    ("inclined plane", lambda a, f: 9.81 * (sin(a) - f * cos(a)), {"a": (0, pi / 2), "f": UNIT}),
    ("elastic collision", lambda m, n, u, v: ((m - n) * u + 2 * n * v) / (m + n), {"m": (0.1, 10), "n": (0.1, 10), "u": (-5, 5), "v": (-5, 5)}),
    ("Lennard-Jones", lambda r: 4 * ((1 / r) ** 12 - (1 / r) ** 6), {"r": (0.8, 5)}),
    ("Morse", lambda r: 4.5 * (1 - exp(-1.9 * (r - 0.74))) ** 2, {"r": (0, 5)}),
    ("Yukawa", lambda r: -exp(-r) / r, {"r": (0.01, 10)}),
    ("double well", lambda x: x**4 / 4 - x**2 / 2, {"x": SIGNED}),
    # heat and gases
    ("ideal gas", lambda n, t, v: n * R * t / v, {"n": (0, 10), "t": (0, 500), "v": (0.1, 10)}),
    ("van der Waals", lambda v, t: R * t / (v - 4.3e-5) - 0.364 / v**2, {"v": (1e-3, 1), "t": (200, 500)}),
    ("Boltzmann factor", lambda e, t: exp(-e / (K * t)), {"e": (0, 1e-20), "t": (1, 1000)}),
    ("Stefan-Boltzmann", lambda t: 5.67e-8 * t**4, {"t": (0, 6000)}),
    ("Planck's law", lambda x: x**3 / (exp(x) - 1), {"x": (0.01, 30)}),
    ("Planck's law, in hertz", lambda f, t: 2 * H * f**3 / C**2 / expm1(H * f / (K * t)), {"f": (1e11, 1e15), "t": (10, 6000)}),
    ("Bose occupation", lambda x: 1 / expm1(x), {"x": (0.01, 20)}),
    ("Fermi occupation", lambda e, m, t: 1 / (exp((e - m) / t) + 1), {"e": (-1, 1), "m": (-1, 1), "t": (0.01, 1)}),
    ("Newton's cooling", lambda t, k, a: a + (90 - a) * exp(-k * t), {"t": (0, 100), "k": UNIT, "a": (-20, 30)}),
    ("heat kernel", lambda x, t: exp(-x * x / (4 * t)) / sqrt(4 * pi * t), {"x": (-5, 5), "t": (0.01, 5)}),
    ("diffusion front", lambda x, t: erfc(x / (2 * sqrt(t))), {"x": (0, 5), "t": (0.01, 5)}),
    ("Carnot efficiency", lambda c, h: 1 - c / h, {"c": (0, 400), "h": (200, 1000)}),
    ("Maxwell speed", lambda v: sqrt(2 / pi) * v * v * exp(-v * v / 2), {"v": (0, 10)}),
    ("adiabat", lambda p, v: p * v**1.4, {"p": (0.1, 10), "v": (0, 10)}),
    ("mixing entropy", lambda x: -R * (x * log(x) + (1 - x) * log(1 - x)), {"x": PART}),
    ("heat index of wind", lambda t, v: 13.12 + 0.6215 * t + (0.3965 * t - 11.37) * v**0.16, {"t": (-40, 10), "v": (5, 100)}),
    ("barometric height", lambda h: 1013.25 * (1 - 2.2558e-5 * h) ** 5.255, {"h": (0, 10000)}),
    # electricity and light
    ("Ohm's law", lambda u, r: u * u / r, {"u": (-10, 10), "r": (0.1, 100)}),
    ("parallel resistors", lambda a, b: 1 / (1 / a + 1 / b), {"a": (0.1, 100), "b": (0.1, 100)}),
    ("parallel resistors, from 0", lambda a, b: a * b / (a + b), {"a": (0, 100), "b": (0.1, 100)}),
    ("Coulomb", lambda p, q, r: 8.99e9 * p * q / r**2, {"p": (-1e-6, 1e-6), "q": (-1e-6, 1e-6), "r": (0.01, 10)}),
    ("dipole potential", lambda x, y: x / (x * x + y * y) ** 1.5, {"x": SIGNED, "y": SIGNED}),
    ("field of a charge", lambda x, y: x / (x * x + y * y), {"x": SIGNED, "y": SIGNED}),
    ("capacitor charge", lambda t, r: 5 * (1 - exp(-t / r)), {"t": (0, 10), "r": (0.1, 10)}),
    ("impedance", lambda r, w: sqrt(r * r + (w - 1 / w) ** 2), {"r": (0, 10), "w": (0.1, 10)}),
    ("resonance frequency", lambda l, c: 1 / (2 * pi * sqrt(l * c)), {"l": (1e-6, 1), "c": (1e-12, 1e-3)}),
    ("decibels", lambda p: 10 * log10(p / 1e-3), {"p": (1e-6, 100)}),
    ("diode", lambda u: 1e-12 * (exp(u / 0.02585) - 1), {"u": (-1, 0.8)}),
    ("thin lens", lambda f, d: 1 / (1 / f - 1 / d), {"f": (0.01, 0.5), "d": (1, 10)}),
    ("Snell", lambda a, n: asin(sin(a) / n), {"a": (-1.5, 1.5), "n": (1.1, 2.5)}),
    ("Fresnel reflection", lambda n, m: ((n - m) / (n + m)) ** 2, {"n": (1, 3), "m": (1, 3)}),
    ("Airy transmission", lambda d, f: 1 / (1 + f * sin(d / 2) ** 2), {"d": (-10, 10), "f": (0, 100)}),
    ("single slit", lambda x: (sin(x) / x) ** 2, {"x": (0.1, 10)}),
    ("Doppler", lambda b: sqrt((1 + b) / (1 - b)), {"b": (-0.9, 0.9)}),
    ("Gaussian beam", lambda r, z: exp(-2 * r * r / (1 + z * z)) / (1 + z * z), {"r": (-3, 3), "z": (-3, 3)}),
    ("photon energy", lambda w: H * C / w, {"w": (1e-7, 1e-3)}),
    ("Malus", lambda i, a: i * cos(a) ** 2, {"i": (0, 10), "a": ANGLE}),
    # chemistry and life
    ("pH", lambda c: -log10(c), {"c": (1e-14, 1)}),
    ("Henderson-Hasselbalch", lambda a, b: 4.76 + log10(a / b), {"a": (0.01, 1), "b": (0.01, 1)}),
    ("Arrhenius", lambda a, e, t: a * exp(-e / (R * t)), {"a": (0, 1e13), "e": (0, 1e5), "t": (200, 1000)}),
    ("Nernst", lambda c, d, t: R * t / 96485 * log(c / d), {"c": (1e-6, 1), "d": (1e-6, 1), "t": (250, 350)}),
    ("Michaelis-Menten", lambda v, k, s: v * s / (k + s), {"v": (0, 10), "k": (0.1, 10), "s": (0, 100)}),
    ("Hill", lambda s, n: s**n / (1 + s**n), {"s": (0, 10), "n": (1, 4)}),
    ("weak acid", lambda k, c: (-k + sqrt(k * k + 4 * k * c)) / 2, {"k": (1e-10, 1e-2), "c": (0, 1)}),
    ("Beer-Lambert", lambda e, c, l: 10 ** (-e * c * l), {"e": (0, 10), "c": UNIT, "l": UNIT}),
    ("half-life", lambda t, h: 2 ** (-t / h), {"t": (0, 100), "h": (0.1, 100)}),
    ("first-order chain", lambda t, a, b: a / (b - a) * (exp(-a * t) - exp(-b * t)), {"t": (0, 10), "a": (0.1, 1), "b": (1.5, 3)}),
    ("Langmuir", lambda k, p: k * p / (1 + k * p), {"k": (0, 10), "p": (0, 10)}),
    ("logistic growth", lambda t, r: 100 / (1 + 99 * exp(-r * t)), {"t": (0, 20), "r": (-1, 2)}),
    ("Gompertz", lambda t: 100 * exp(-5 * exp(-0.3 * t)), {"t": (-5, 30)}),
    ("Monod", lambda s: 0.5 * s / (0.2 + s), {"s": (0, 10)}),
    ("Lotka-Volterra invariant", lambda x, y: x - log(x) + y - 2 * log(y), {"x": (0.01, 10), "y": (0.01, 10)}),
    ("body mass index", lambda m, h: m / h**2, {"m": (0, 200), "h": (0.5, 2.5)}),
    ("allometry", lambda m: 70 * m**0.75, {"m": (0, 1000)}),
    ("dose response", lambda d: 1 / (1 + (10 / d) ** 2), {"d": (0.01, 100)}),
    ("Goldman", lambda u: u * (5 - exp(-u)) / (1 - exp(-u)), {"u": (0.1, 10)}),
    # geometry
    ("circle", lambda r: pi * r * r, {"r": (-5, 5)}),
    ("sphere", lambda r: 4 / 3 * pi * r**3, {"r": (-5, 5)}),
    ("cone", lambda r, h: pi * r * sqrt(r * r + h * h), {"r": (0, 5), "h": (0, 5)}),
    ("diagonal", lambda a, b: sqrt(a * a + b * b), {"a": SIGNED, "b": SIGNED}),
    ("diagonal in space", lambda a, b, c: sqrt(a**2 + b**2 + c**2), {"a": SIGNED, "b": SIGNED, "c": SIGNED}),
    ("hypotenuse", hypot, {"a": SIGNED, "b": SIGNED}),
    ("Heron", heron, {"a": (3, 4), "b": (3, 4), "c": (3, 4)}),
    ("law of cosines", lambda a, b, c: sqrt(a * a + b * b - 2 * a * b * cos(c)), {"a": (0, 5), "b": (0, 5), "c": (0, pi)}),
    ("angle of cosines", lambda a, b, c: acos((a * a + b * b - c * c) / (2 * a * b)), {"a": (3, 4), "b": (3, 4), "c": (2, 4)}),
    ("polar radius", lambda x, y: (x * x + y * y) ** 0.5, {"x": SIGNED, "y": SIGNED}),
    ("polar angle", lambda x, y: atan2(y, x), {"x": SIGNED, "y": SIGNED}),
    ("haversine", haversine, {"p": (-1, 1), "q": (-1, 1), "d": (0.1, 3)}),
    ("Gudermann", lambda x: 2 * atan(tanh(x / 2)), {"x": (-5, 5)}),
    ("Mercator", lambda p: log(tan(pi / 4 + p / 2)), {"p": (-1.4, 1.4)}),
    ("distance to a line", lambda x, y: abs(3 * x - 4 * y + 2) / 5, {"x": SIGNED, "y": SIGNED}),
    ("inscribed circle", lambda a, b: a * b / (a + b + sqrt(a * a + b * b)), {"a": (0, 5), "b": (0, 5)}),
    ("torus", lambda r, s: 2 * pi**2 * r * s * s, {"r": (0, 5), "s": (0, 5)}),
    ("ellipse, Ramanujan", lambda a, b: pi * (3 * (a + b) - sqrt((3 * a + b) * (a + 3 * b))), {"a": (0, 5), "b": (0, 5)}),
    ("circular segment", lambda r, h: r * r * acos(1 - h / r), {"r": (1, 5), "h": (0.01, 1)}),
    ("superellipse", lambda x, y: (abs(x) ** 2.5 + abs(y) ** 2.5) ** 0.4, {"x": SIGNED, "y": SIGNED}),
    ("smooth minimum", lambda a, b: -log(exp(-8 * a) + exp(-8 * b)) / 8, {"a": SIGNED, "b": SIGNED}),
    ("box distance", lambda x, y: hypot(relu(abs(x) - 1), relu(abs(y) - 1)), {"x": (-3, 3), "y": (-3, 3)}),
    ("cube root of a volume", cbrt, {"x": (-8, 8)}),
    # statistics
    ("normal density", normal_pdf, {"x": (-3, 3), "m": (-1, 1), "s": (0.1, 3)}),
    ("standard normal density", lambda x: exp(-x * x / 2) / sqrt(2 * pi), {"x": (-10, 10)}),
    ("normal distribution", normal_cdf, {"x": (-6, 6)}),
    ("normal log-likelihood", lambda x, m, s: -(((x - m) / s) ** 2) / 2 - log(s), {"x": SIGNED, "m": SIGNED, "s": (0.01, 5)}),
    ("lognormal", lambda x, s: exp(-((log(x) / s) ** 2) / 2) / (x * s), {"x": (0.01, 10), "s": (0.2, 2)}),
    ("exponential density", lambda x, r: r * exp(-r * x), {"x": (0, 10), "r": (0, 5)}),
    ("Poisson log-likelihood", lambda m: 3 * log(m) - m, {"m": (0, 20)}),
    ("Bernoulli log-likelihood", lambda p: 3 * log(p) + 2 * log(1 - p), {"p": UNIT}),
    ("Cauchy", lambda x, s: 1 / (pi * s * (1 + (x / s) ** 2)), {"x": (-10, 10), "s": (0.1, 5)}),
    ("Student's t", lambda x, n: (1 + x * x / n) ** (-(n + 1) / 2), {"x": (-5, 5), "n": (1, 30)}),
    ("Laplace", lambda x, b: exp(-abs(x) / b) / (2 * b), {"x": (-5, 5), "b": (0.1, 3)}),
    ("logistic density", lambda x: exp(-x) / (1 + exp(-x)) ** 2, {"x": (-10, 10)}),
    ("Weibull", lambda x, k: k * x ** (k - 1) * exp(-(x**k)), {"x": (0.01, 3), "k": (0.5, 4)}),
    ("Pareto", lambda x, a: a / x ** (a + 1), {"x": (1, 10), "a": (0, 5)}),
    ("beta density", lambda x, a, b: x ** (a - 1) * (1 - x) ** (b - 1), {"x": PART, "a": (0.5, 4), "b": (0.5, 4)}),
    ("gamma density", lambda x, k: x ** (k - 1) * exp(-x), {"x": (0.01, 10), "k": (0.5, 5)}),
    ("Rayleigh", lambda x, s: x / s**2 * exp(-x * x / (2 * s * s)), {"x": (0, 10), "s": (0.1, 5)}),
    ("entropy", binary_entropy, {"p": UNIT}),
    ("information", lambda p: -p * log2(p), {"p": UNIT}),
    ("cross-entropy", lambda p, q: -p * log(q) - (1 - p) * log(1 - q), {"p": UNIT, "q": PART}),
    ("Kullback-Leibler", lambda p, q: p * log(p / q), {"p": UNIT, "q": PART}),
    ("Kullback-Leibler of normals", lambda m, s: log(1 / s) + (s * s + m * m) / 2 - 0.5, {"m": SIGNED, "s": (0.01, 5)}),
    ("odds", lambda p: p / (1 - p), {"p": (0, 0.99)}),
    ("logit", lambda p: log(p / (1 - p)), {"p": PART}),
    ("Fisher's z", atanh, {"x": (-0.99, 0.99)}),
    ("variance", lambda a, b, c: (a * a + b * b + c * c) / 3 - ((a + b + c) / 3) ** 2, {"a": SIGNED, "b": SIGNED, "c": SIGNED}),
    ("standard deviation", lambda a, b: sqrt(((a - (a + b) / 2) ** 2 + (b - (a + b) / 2) ** 2) / 2), {"a": SIGNED, "b": SIGNED}),
    ("geometric mean", lambda a, b: sqrt(a * b), {"a": (0, 10), "b": (0, 10)}),
    ("harmonic mean", lambda a, b: 2 / (1 / a + 1 / b), {"a": (0.01, 10), "b": (0.01, 10)}),
    ("power mean", lambda a, b: ((a**3 + b**3) / 2) ** (1 / 3), {"a": (0, 10), "b": (0, 10)}),
    ("Mahalanobis", lambda x, y: sqrt(2 * x * x - x * y + y * y), {"x": SIGNED, "y": SIGNED}),
    ("Box-Cox", lambda x, k: (x**k - 1) / k, {"x": (0.1, 10), "k": (0.1, 2)}),
    ("Huber, smooth", lambda x: sqrt(1 + x * x) - 1, {"x": (-10, 10)}),
    ("Welsch", lambda x: 1 - exp(-x * x / 2), {"x": (-10, 10)}),
    # finance
    ("compound interest", lambda p, r, t: p * (1 + r) ** t, {"p": (0, 1000), "r": (-0.1, 0.2), "t": (0, 30)}),
    ("continuous interest", lambda p, r, t: p * exp(r * t), {"p": (0, 1000), "r": (-0.1, 0.2), "t": (0, 30)}),
    ("annuity", lambda c, r: c * (1 - (1 + r) ** -30) / r, {"c": (0, 1000), "r": (0.001, 0.2)}),
    ("present value", lambda a, b, r: a / (1 + r) + b / (1 + r) ** 2, {"a": (-100, 100), "b": (-100, 100), "r": (-0.5, 0.5)}),
    ("bond price", bond_price, {"c": (0, 10), "y": (-0.05, 0.2)}),
    ("call price", call_price, {"s": (50, 150), "k": (50, 150), "r": (-0.02, 0.1), "v": (0.05, 0.8), "t": (0.05, 5)}),
    ("put price", put_price, {"s": (50, 150), "k": (50, 150), "r": (-0.02, 0.1), "v": (0.05, 0.8), "t": (0.05, 5)}),
    ("Sharpe ratio", lambda r, s: (r - 0.02) / s, {"r": (-0.5, 0.5), "s": (0.01, 0.5)}),
    ("portfolio risk", lambda w: sqrt((0.2 * w) ** 2 + (0.3 * (1 - w)) ** 2), {"w": (-1, 2)}),
    ("log return", lambda a, b: log(a / b), {"a": (1, 100), "b": (1, 100)}),
    ("risk aversion", lambda c, g: c ** (1 - g) / (1 - g), {"c": (0.1, 10), "g": (1.5, 5)}),
    ("Cobb-Douglas", lambda k, l, a: k**a * l ** (1 - a), {"k": (0, 100), "l": (0, 100), "a": PART}),
    ("constant elasticity", lambda x, y: (0.4 * x**0.5 + 0.6 * y**0.5) ** 2, {"x": (0.01, 10), "y": (0.01, 10)}),
    ("utility", lambda c: log1p(c), {"c": (0, 100)}),
    ("call at expiry", lambda s, k: maximum(s - k, 0.0), {"s": (0, 100), "k": (0, 100)}),
    ("price elasticity", lambda p: 100 * p**-1.5, {"p": (0.1, 10)}),
    # machine learning
    ("squared error", lambda w, x, y: (w * x - y) ** 2, {"w": SIGNED, "x": SIGNED, "y": SIGNED}),
    ("ridge", lambda w, b: (2 * w + b - 1) ** 2 + 0.1 * (w * w + b * b), {"w": SIGNED, "b": SIGNED}),
    ("lasso", lambda w: (w - 1) ** 2 + 0.5 * abs(w), {"w": SIGNED}),
    ("neuron", lambda w, x, b: tanh(w * x + b), {"w": SIGNED, "x": SIGNED, "b": SIGNED}),
    ("two layers", perceptron, dict.fromkeys("xyvwb", (-2, 2))),
    ("logistic loss", lambda w, x: log(1 + exp(-w * x)), {"w": (-5, 5), "x": (-5, 5)}),
    ("logistic loss, stable", lambda w, x: softplus(-w * x), {"w": (-10, 10), "x": (-10, 10)}),
    ("hinge", lambda w, x: relu(1 - w * x), {"w": SIGNED, "x": SIGNED}),
    ("softmax loss", softmax_loss, {"a": (-5, 5), "b": (-5, 5), "c": (-5, 5)}),
    ("softmax", lambda a, b: exp(a) / (exp(a) + exp(b)), {"a": (-5, 5), "b": (-5, 5)}),
    ("log-sum-exp", lambda a, b: logaddexp(a, b), {"a": (-50, 50), "b": (-50, 50)}),
    ("swish", lambda x: x * sigmoid(x), {"x": (-10, 10)}),
    ("gelu", lambda x: x * (1 + erf(x / sqrt(2.0))) / 2, {"x": (-5, 5)}),
    ("gelu, by tanh", lambda x: 0.5 * x * (1 + tanh(0.79788 * (x + 0.044715 * x**3))), {"x": (-5, 5)}),
    ("mish", lambda x: x * tanh(softplus(x)), {"x": (-10, 10)}),
    ("elu", lambda x: maximum(x, 0.0) + minimum(exp(x) - 1, 0.0), {"x": (-5, 5)}),
    ("softsign", lambda x: x / (1 + abs(x)), {"x": (-10, 10)}),
    ("hard tanh", lambda x: clip(x, -1.0, 1.0), {"x": (-3, 3)}),
    ("layer norm", layer_norm, {"a": SIGNED, "b": SIGNED, "c": SIGNED}),
    ("cosine similarity", cosine_similarity, {"a": SIGNED, "b": SIGNED, "c": SIGNED, "d": SIGNED}),
    ("attention", attention, {"q": SIGNED, "k": SIGNED, "v": SIGNED, "w": SIGNED}),
    ("radial basis", lambda x, y, g: exp(-g * (x - y) ** 2), {"x": (-3, 3), "y": (-3, 3), "g": (0, 5)}),
    ("focal loss", lambda p: -((1 - p) ** 2) * log(p), {"p": UNIT}),
    ("triplet loss", lambda a, b: relu(a * a - b * b + 0.2), {"a": SIGNED, "b": SIGNED}),
    ("gated unit", lambda h, c, z: sigmoid(z) * h + (1 - sigmoid(z)) * tanh(c), {"h": SIGNED, "c": SIGNED, "z": (-5, 5)}),
    ("weight decay, decoupled", lambda w, g: w - 0.1 * (g / (sqrt(g * g) + 1e-8) + 0.01 * w), {"w": SIGNED, "g": SIGNED}),
    # analysis
    ("cubic by Horner", horner, {"x": (-5, 5)}),
    ("Rosenbrock", lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2, {"x": SIGNED, "y": SIGNED}),
    ("Himmelblau", lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2, {"x": (-5, 5), "y": (-5, 5)}),
    ("quadratic formula", quadratic_root, {"a": (0.1, 5), "b": (-5, 5), "c": (-5, 0)}),
    ("Newton's step", newton_step, {"x": (0.1, 10), "a": (0, 10)}),
    ("power", lambda a, b: a**b, {"a": SIGNED, "b": SIGNED}),
    ("x log x", lambda a: a * log(a), {"a": (0, 5)}),
    ("cubes and a quotient", lambda a, b: a**3 / b, {"a": SIGNED, "b": SIGNED}),
    ("quotient", lambda a, b: a / b, {"a": (-10, 10), "b": (-10, 10)}),
    ("exponential tower", lambda x: x**x, {"x": (0, 3)}),
    ("Runge", lambda x: 1 / (1 + 25 * x * x), {"x": (-1, 1)}),
    ("sinc", lambda x: sin(x) / x, {"x": (-10, 10)}),
    ("Gauss bell", lambda x: exp(-x * x), {"x": (-30, 30)}),
    ("inverse hyperbolic sine", lambda x: log(x + sqrt(x * x + 1)), {"x": (-10, 10)}),
    ("asinh", asinh, {"x": (-10, 10)}),
    ("sinh", lambda x: (exp(x) - exp(-x)) / 2 - sinh(x) / 3, {"x": (-5, 5)}),
    ("bump", lambda x: exp(-1 / (1 - x * x)), {"x": (-0.99, 0.99)}),
    ("tent", lambda x: 1 - abs(2 * x - 1), {"x": UNIT}),
    ("Rastrigin", lambda x: 10 + x * x - 10 * cos(2 * pi * x), {"x": (-5, 5)}),
]  # fmt: skip
