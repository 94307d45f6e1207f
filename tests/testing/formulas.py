"""Everyday formulas that take more than a line."""

from math import pi

from microgradlike import asin, cos, erf, exp, log, sin, sqrt, tanh


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
