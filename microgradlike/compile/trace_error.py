"""TraceError: a recorded function asked for a number that is not known yet."""

from __future__ import annotations

from typing import NoReturn

from microgradlike._frames import user_frame

__all__ = ["TraceError"]


class TraceError(TypeError):
    """A recorded function needs a number that is not known before the program runs.

    The message names the line, the reason and the way out. A comparison with `if`, `float(x)`,
    `math.sin(x)`, an index and `.data` raise it inside a function under `jit`.

    >>> from microgradlike import jit
    >>> try:
    ...     jit(lambda x: x if x > 0 else 0.0)(3.0)
    ... except TraceError as error:
    ...     print(str(error).partition("; ")[2])
    write where(x > 0, a, b), or use maximum, minimum, clip or relu
    """


def refuse(reason: str, way_out: str) -> NoReturn:
    """Raise TraceError for an operation that needs a number."""
    fail(f"{reason}, but it is not known while the function is recorded; {way_out}")


def refuse_other_trace() -> NoReturn:
    """Raise TraceError for a tracer of another recording."""
    fail(
        "a number of an earlier recording, or of one around this one, is used, but it has no value"
        " outside that recording; return it from its function, or pass it as an argument"
    )


def fail(message: str) -> NoReturn:
    """Raise TraceError with the line of the user's code that led here."""
    frame = user_frame()
    place = "" if frame is None else f"{frame.f_code.co_filename}, line {frame.f_lineno}: "
    raise TraceError(place + message)
