"""The same bits: equality of floats that tells 0.0 from -0.0 and takes nan for equal to nan."""

import struct
import warnings

import numpy as np


def same_bits(a, b):
    """Floats, or nested lists, tuples, dicts and arrays of them, with the same bits in each place.

    Any nan equals any other nan. Numbers of other types, text and None are equal as usual, if their
    types are the same.
    """
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and same_bits(a.tolist(), b.tolist())
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (a != a and b != b) or struct.pack("d", a) == struct.pack("d", b)
    if isinstance(a, dict):
        return list(a) == list(b) and same_bits(list(a.values()), list(b.values()))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same_bits, a, b))
    return a == b


def outcome(f, *args, **kwargs):
    """The result, or type and text of the error, with the texts of the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = f(*args, **kwargs)
        except Exception as error:
            found = [type(error).__name__, str(error)]
    return [found, [str(w.message) for w in caught]]
