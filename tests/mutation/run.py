"""Mutation testing: small changes to the derivative code, each of which a test must notice.

    python -m tests.mutation.run [--workers 2] [--module microgradlike/ops.py] [--session FILE]

Needs cosmic-ray (pip install cosmic-ray), a system with fork, and about an hour on two cores. Every
mutant is tried in a copy of the project. The results go to docs/mutants.toml, where survivors need
a reason, and from there into the page of `python -m tests.trust`. With --session, an interrupted
run goes on; --again retries its survivors without a reason, for tests that were added since.
"""

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests import ROOT
from tests.mutation.mutants import difference, mutants
from tests.mutation.report import change, reasons, write

LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".venv", "*.egg-info", "build")
# by module, the tests that must kill its mutants, fast and sharp ones first
ASPECTS = ("api", "composed", "limits", "modules", "strangers", "values")
FUNCTIONS = [f"tests/derivatives/test_{aspect}.py" for aspect in ASPECTS]
NESTED = ["tests/derivatives/test_confusion.py", "tests/derivatives/test_confusion_closures.py"]
RECORDED = ["tests/compile/test_trace.py", "tests/compile/test_jit.py"]
DUAL = ["tests/derivatives/test_dual.py", "tests/derivatives/test_dual_nested.py"]
TESTS = {
    "microgradlike/ops.py": [
        "tests/test_edge_points.py",
        "tests/test_ops.py",
        "tests/test_accuracy.py",
        "tests/test_modes.py",
        "tests/test_power.py",
        "tests/test_second_order.py",
        "tests/derivatives/test_higher_order.py",
        "tests/test_scalar.py",
        "tests/compile/test_trace.py",
    ],
    "microgradlike/forward.py": [
        "tests/test_edge_points.py",
        "tests/test_ops.py",
        "tests/test_accuracy.py",
    ],
    "microgradlike/derivatives/chain_rule.py": [
        "tests/derivatives/test_chain_rule.py",
        "tests/test_modes.py",
        *DUAL,
    ],
    "microgradlike/engine.py": [
        "tests/test_engine.py",
        "tests/derivatives/test_linearize.py",
        *RECORDED,
        "tests/test_modes.py",
    ],
    "microgradlike/derivatives/traversal.py": [
        "tests/derivatives/test_linearize.py",
        *FUNCTIONS,
        *NESTED,
    ],
    "microgradlike/derivatives/dual.py": [*DUAL, *NESTED, "tests/test_modes.py"],
    "microgradlike/derivatives/linear_map.py": [
        "tests/derivatives/test_linear_map.py",
        "tests/derivatives/test_linearize.py",
        *RECORDED,
        "tests/test_modes.py",
        *FUNCTIONS,
    ],
    "microgradlike/derivatives/linearize.py": [
        "tests/derivatives/test_linearize.py",
        *NESTED,
        "tests/compile/test_trace.py",
        *FUNCTIONS,
    ],
    "microgradlike/derivatives/api.py": ["tests/derivatives/test_frames.py", *FUNCTIONS, *NESTED],
    "microgradlike/derivatives/call.py": ["tests/derivatives/test_frames.py", *FUNCTIONS, *NESTED],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument(
        "--module", action="append", choices=TESTS, help="only this module; may be repeated"
    )
    parser.add_argument("--session", type=Path, help="file that keeps the results of a run")
    parser.add_argument("--again", action="store_true", help="retry survivors of the session")
    options = parser.parse_args()
    everything = [m for module in options.module or TESTS for m in mutants(ROOT, module)]
    with tempfile.TemporaryDirectory() as work:
        session = options.session or Path(work) / "session"
        done = read(session)
        left = [m for m in everything if not settled(m, done.get(identity(m)), options.again)]
        print(f"{len(everything)} mutants, {len(left)} to be tried", flush=True)
        with session.open("a", encoding="utf-8") as log:
            run(left, Path(work), options.workers, log)
        results = read(session)
        write([(m, results[identity(m)]) for m in everything if identity(m) in results], ROOT)


def settled(m, entry, again):
    """True if a mutant need not be tried; with `again`, survivors without a reason must."""
    if entry is None:
        return False
    return not (entry["survived"] and again) or change(m, entry) in reasons(ROOT)


def read(session):
    """The latest entry of a session for each mutant."""
    lines = session.read_text(encoding="utf-8").splitlines() if session.exists() else []
    return {tuple(entry["mutant"]): entry for entry in map(json.loads, lines)}


def identity(m):
    return m.module, m.operator, m.place


def run(left, work, workers, log):
    """Try the mutants, one at a time per worker, and log the results."""
    waiting = queue.SimpleQueue()
    for m in left:
        waiting.put(m)
    lock = threading.Lock()
    threads = [
        threading.Thread(target=work_off, args=(waiting, work / f"copy{i}", log, lock))
        for i in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def work_off(waiting, copy, log, lock):
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    sources = {m: (copy / m).read_text(encoding="utf-8") for m in TESTS}
    with start(copy) as worker:

        def survives(module, code, primitives=()):
            task = {"module": module, "code": code, "tests": TESTS[module]}
            task["first"] = " or ".join(primitives)
            worker.stdin.write(json.dumps(task) + "\n")
            worker.stdin.flush()
            return json.loads(worker.stdout.readline())

        sound = set()
        while not waiting.empty():
            m = waiting.get()
            source = sources[m.module]
            code = m.code(source)
            if code is None:
                continue
            if m.module not in sound and not survives(m.module, source):
                os._exit(print(f"the tests of {m.module} fail without a mutant") or 1)
            sound.add(m.module)
            was, now = difference(source, code)
            entry = {"mutant": identity(m), "was": was, "now": now}
            entry["survived"] = survives(m.module, code, m.primitives)
            with lock:
                log.write(json.dumps(entry) + "\n")
                log.flush()


def start(copy):
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mutation.worker", str(copy)],
        cwd=copy,
        env=os.environ
        | {"CI": "true", "PYTHONDONTWRITEBYTECODE": "1"},  # CI: Hypothesis draws the same examples
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


if __name__ == "__main__":
    main()
