"""The child process of a grading: runs expressions on a learner's class.

It is a program of its own, without an import of this library: the job comes as JSON on stdin, and
a line of JSON per run is appended to a file, so that neither prints nor the end of the process
harm the results. A run past its time ends the process and leaves a traceback in another file.
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

MEMORY = 4 << 30  # bytes


def main() -> None:
    """Read the job, load the class and append the outcome of each run."""
    job = json.load(sys.stdin)
    _limit_memory()
    with open(job["results"], "a") as out, open(job["hang"], "w") as hang:
        for outcome in _outcomes(job, hang):
            print(json.dumps(outcome), file=out, flush=True)
        faulthandler.cancel_dump_traceback_later()
    os._exit(0)  # threads of the learner's do not hold it up


def _outcomes(job: dict[str, Any], hang: IO[str]) -> Iterator[dict[str, Any]]:
    """The problem of the class, then the outcome of each run."""
    faulthandler.dump_traceback_later(job["import_seconds"], exit=True, file=hang)
    try:
        module, make = load(job["path"], job["class"])
        problem = _missing(make(2.0), "data")
    except BaseException as error:  # SystemExit, too
        problem = described(error, job["path"])["error"]
    yield {"problem": problem}
    for run in [] if problem else job["runs"]:
        faulthandler.dump_traceback_later(job["seconds"], exit=True, file=hang)
        try:
            yield evaluate(run, make, module, job["functions"])
        except BaseException as error:
            yield described(error, job["path"])


def _limit_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows; a lower limit that is set already
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


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
    """The module of a file outside of packages; one of the standard library stays what it is."""
    name = f"{name}_" if name in sys.stdlib_module_names else name
    spec: Any = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def evaluate(run: dict[str, Any], make: Any, module: Any, functions: Any) -> dict[str, Any]:
    """The value of an expression, its gradients, and the leaves' data where it changed."""
    leaves = {name: make(x) for name, x in run["at"].items()}
    before = {name: number(x.data) for name, x in leaves.items()}
    names = leaves | {name: _function(module, words) for name, words in functions.items()}
    *statements, result = run["text"].split("; ")
    for statement in statements:
        exec(statement, names)
    y = eval(result, names)
    if not hasattr(y, "data"):
        raise LookupError(f"the result is of type {type(y).__name__}, not {make.__name__}")
    value, gradients = number(y.data), {}
    for _ in range(run["passes"]):
        for x in (y, *leaves.values()):
            if missing := _missing(x, "backward", "grad"):
                raise LookupError(missing)
        y.backward()
        gradients = {name: number(x.grad) for name, x in leaves.items()}
    changed = {name: z for name, x in leaves.items() if (z := number(x.data)) != before[name]}
    return {"value": value, "gradients": gradients, "changed": changed}


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
    theirs = [f.lineno for f in frames if f.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        theirs = [error.lineno]
    message = " ".join(str(error).split())[:200]
    place = f"line {theirs[-1]}: " if theirs else ""
    kind = "" if isinstance(error, LookupError) and not theirs else type(error).__name__
    return {
        "error": place + ": ".join(filter(None, [kind, message])),
        "kind": type(error).__name__,
        "outside": not theirs and frames[-1].name in ("<module>", "call"),
    }


if __name__ == "__main__":
    main()
