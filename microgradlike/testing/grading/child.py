"""The child process of a grading: runs expressions on a learner's class.

It is a program of its own, without an import of this library. The job comes as JSON on stdin, and a
line of JSON per run is appended to a file, out of reach of prints and of the end of the process. A
run past its time ends the process and leaves a traceback in that file.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, Any, SupportsFloat


def main() -> None:
    """Read the job, load the class and append the outcome of each run."""
    job = json.load(sys.stdin)
    with open(job["results"], "a") as out:
        for outcome in _outcomes(job, out):
            print(json.dumps(outcome), file=out, flush=True)
        faulthandler.cancel_dump_traceback_later()
    os._exit(0)  # threads of the learner's do not hold it up


def _outcomes(job: dict[str, Any], out: IO[str]) -> Iterator[dict[str, Any]]:
    """The problem of the class, then the outcome of each run."""
    faulthandler.dump_traceback_later(job["import_seconds"], exit=True, file=out)
    try:
        module, make = load(job["path"], job["class"])
        problem = _missing(make(2.0), "data")
    except BaseException as error:  # SystemExit, too
        problem = described(error, job["path"])["error"]
    yield {"problem": problem}
    for run in [] if problem else job["runs"]:
        faulthandler.dump_traceback_later(job["seconds"], exit=True, file=out)
        try:
            yield evaluate(run, make, module, job["functions"])
        except BaseException as error:
            yield described(error, job["path"])


def load(path: str, class_name: str) -> tuple[Any, Callable[[float], Any]]:
    """The module of a file, and its class."""
    folder, name = os.path.split(os.path.splitext(path)[0])
    while os.path.exists(os.path.join(folder, "__init__.py")):  # of a package, for its imports
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    is_standard = name in sys.stdlib_module_names  # `import math` in math.py finds the library's
    sys.path.insert(len(sys.path) if is_standard else 0, folder)
    module = importlib.import_module(name) if "." in name else _module(name, path)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        others = [n for n, x in vars(module).items() if isinstance(x, type)]
        hint = f"--class names another, such as {others[0]}" if others else "the grader needs one"
        raise LookupError(f"the file has no class {class_name}; {hint}")
    return module, found


def _module(name: str, path: str) -> Any:
    """The module of a file outside of packages; one of the standard library is not replaced."""
    name = f"{name}_" if name in sys.stdlib_module_names else name
    spec: Any = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def evaluate(run: dict[str, Any], make: Any, module: Any, functions: Any) -> dict[str, Any]:
    """The value and gradients of an expression, and the data of leaves that it changed."""
    leaves = {name: make(x) for name, x in run["at"].items()}
    before = {name: number(x.data) for name, x in leaves.items()}
    names = leaves | {name: _function(module, words) for name, words in functions.items()}
    y = result_of(run["text"], names)
    if not hasattr(y, "data"):
        raise LookupError(f"the result is of type {type(y).__name__}, not {make.__name__}")
    numbers = {"value": number(y.data)}
    for _ in range(run["passes"]):
        for x in (y, *leaves.values()):
            if missing := _missing(x, "backward", "grad"):
                raise LookupError(missing)
        y.backward()
        numbers |= {f"{name}.grad": number(x.grad) for name, x in leaves.items()}
    after = {name: number(x.data) for name, x in leaves.items()}
    changed = {f"{name}.data": x for name, x in after.items() if x != before[name]}
    return {"numbers": numbers, "changed": changed}


def result_of(text: str, names: dict[str, Any]) -> Any:
    """The last part of a text, after the statements before it."""
    *statements, result = text.split("; ")
    for statement in statements:
        exec(statement, names)
    return eval(result, names)


def _missing(x: Any, *names: str) -> str:
    """A sentence on attributes that a number does not have, or an empty text."""
    if missing := [name for name in names if not hasattr(x, name)]:
        text = f"a {type(x).__name__} has no {' and no '.join(missing)}"
        return f"{text}; the grader calls backward() on the result, and reads data and grad"
    return ""


def number(x: Any) -> float | None:
    """A number of any type as a float; None stays None."""
    try:
        return None if x is None else float(x)
    except TypeError:
        if isinstance(inner := getattr(x, "data", None), SupportsFloat):
            return float(inner)
        raise LookupError(f"data or grad is of type {type(x).__name__}, not a number") from None


def _function(module: Any, words: list[str]) -> Callable[[Any], Any]:
    """A function by any of its names: a method, or a function of the module."""

    def call(x: Any) -> Any:
        for place in (x, module):
            found = {name.lower(): name for name in dir(place)}
            for word in words:
                f = getattr(place, found[word]) if word in found else None
                if callable(f) and place is x:
                    return f()
                if callable(f) and hasattr(f, "__code__"):
                    with suppress(TypeError):  # of a function for plain numbers
                        y = f(x)
                        if not isinstance(y, float):
                            return y
        raise NotImplementedError(words[0])

    return call


def described(error: BaseException, path: str) -> dict[str, Any]:
    """An exception in a line, with the learner's line that raised it.

    It is `outside` if the expression itself raised it: for an operation that is not there.
    """
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.lineno for f in frames if f.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines = [error.lineno]
    kind = type(error).__name__
    place = f"line {lines[-1]}: " if lines else ""
    name = "" if isinstance(error, LookupError) and not lines else kind
    message = ": ".join(filter(None, [name, " ".join(str(error).split())[:200]]))
    outside = not lines and frames[-1].name in ("<module>", "call")
    return {"error": place + message, "kind": kind, "outside": outside}


if __name__ == "__main__":
    main()
