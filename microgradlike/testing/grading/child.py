"""The child process of a grading: runs expressions on a learner's class.

It is a program of its own, without an import of this library. The job comes as JSON on stdin, and a
line of JSON per run is appended to a file, out of reach of prints and of the end of the process. A
run past its time ends the process and leaves a traceback in that file.
"""

from __future__ import annotations

import faulthandler
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import IO, Any


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
    name = os.path.splitext(os.path.basename(path))[0]
    sys.path.insert(0, os.path.dirname(path))
    spec: Any = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, class_name, None)
    if not isinstance(found, type):
        others = [n for n, x in vars(module).items() if isinstance(x, type)]
        hint = f"; --class names another, such as {others[0]}" if others else ""
        raise LookupError(f"the file has no class {class_name}{hint}")
    return module, found


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
        if missing := _missing(y, "backward", "grad"):
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
        return float(x.data)


def _function(module: Any, words: list[str]) -> Callable[[Any], Any]:
    """A function by any of its names: a method, or a function of the module."""

    def call(x: Any) -> Any:
        for place in (x, module):
            found = {name.lower(): name for name in dir(place)}
            for word in words:
                f = getattr(place, found[word]) if word in found else None
                if callable(f) and (place is x or hasattr(f, "__code__")):
                    return f() if place is x else f(x)
        raise NotImplementedError(words[0])

    return call


def described(error: BaseException, path: str) -> dict[str, Any]:
    """An exception in a line, with the learner's line that raised it."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines = [error.lineno]
    kind = type(error).__name__
    place = f"line {lines[-1]}: " if lines else ""
    name = "" if isinstance(error, LookupError) and not lines else kind
    message = ": ".join(filter(None, [name, " ".join(str(error).split())[:200]]))
    return {"error": place + message, "kind": kind, "outside": not lines}


if __name__ == "__main__":
    main()
