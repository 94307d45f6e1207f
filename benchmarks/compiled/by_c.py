"""Hand-written C, the limit: built by `cc` where there is one, called with arguments bound once."""

import ctypes
import functools
import platform
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks.shared import moons

SOURCES = Path(__file__).with_name("c")
NATIVE = "-mcpu=native" if platform.machine() in ("arm64", "aarch64") else "-march=native"
PLAIN = ("-DPLAIN", "-fno-tree-vectorize", "-fno-tree-slp-vectorize", "-ffp-contract=off")
CONTEXT = 16  # positions that the GPT's parameters have

found = shutil.which("cc") is not None and platform.system() != "Windows"


@functools.cache
def library(name, *flags):
    """The shared library of `c/NAME.c`; its temporary folder goes once it is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "library.so")
        source = SOURCES / f"{name}.c"
        options = ["-O3", NATIVE, "-shared", "-fPIC", "-Wno-psabi", *flags]
        subprocess.run(["cc", *options, "-o", out, source, "-lm"], check=True)
        return ctypes.CDLL(str(out))


def bound(function, *arguments, size):
    """A step without arguments: it returns the value, and the gradient in the same array."""
    gradient = np.empty(size)
    function.restype = ctypes.c_double
    call = functools.partial(function, *map(c_argument, (*arguments, gradient)))
    return lambda: (call(), gradient)


def c_argument(x):
    if isinstance(x, np.ndarray):
        return x.ctypes.data_as(ctypes.c_void_p)  # it keeps the array alive
    return ctypes.c_long(x) if isinstance(x, int) else ctypes.c_double(x)


def moons_step(flat, rows, labels, *flags):
    """Value and gradient of the moons step, 16 rows at a time in explicit vectors."""
    step = library("moons", *flags).moons_step
    return bound(step, flat, rows, labels, len(rows), moons.L2, size=len(flat))


def moons_threads(flat, rows, labels, count):
    """The same by `count` threads, each with its share of the rows."""
    shares = np.array_split(np.arange(len(rows)), count)
    steps = [moons_step(flat, rows[share], labels[share]) for share in shares]
    weights = [len(share) / len(rows) for share in shares]
    pool = ThreadPoolExecutor(count)

    def step():
        parts = list(pool.map(lambda part: part(), steps))
        value = sum(w * part[0] for w, part in zip(weights, parts))
        return value, sum(w * part[1] for w, part in zip(weights, parts))

    return step


def gpt_step(flat, documents, *flags):
    """Mean loss of documents, lists of tokens, and its gradient; PLAIN: one number at a time."""
    tokens = np.zeros((len(documents), CONTEXT + 1), np.intc)
    for row, document in zip(tokens, documents):
        row[: len(document)] = document
    lengths = np.array([len(document) - 1 for document in documents], np.intc)
    step = library("gpt", *flags).gpt_step
    return bound(step, flat, tokens, lengths, len(documents), size=len(flat))


def rosenbrock_step(x):
    return bound(library("short_functions").rosenbrock_step, x, len(x), size=len(x))


def scalars_step(a, b):
    """The function of two scalars, without derivatives."""
    function = library("short_functions").scalars
    function.restype = ctypes.c_double
    return functools.partial(function, ctypes.c_double(a), ctypes.c_double(b))
