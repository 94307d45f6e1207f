"""Time and memory to build a program and to run it, by its size."""

import subprocess
import sys
from time import perf_counter

SIZES = (60, 600, 6_000, 60_000)  # steps, of 17 equations each


def time_build(_rounds):
    """A large program, built and run: microseconds per equation; MB in all"""
    figures = {}
    for backend in ("llvm", "numpy"):
        for steps in SIZES:
            done = subprocess.run(  # a process of its own, for the memory
                [sys.executable, "-m", "benchmarks.compiled.build", str(steps), backend],
                capture_output=True,
                text=True,
                check=True,
            )
            for line in done.stdout.splitlines():
                name, size, figure = line.split("\t")
                row = figures.setdefault(f"{backend}, {int(size):,} equations", {})
                row[name] = float(figure)
    return figures


def loss(x, steps):
    y = x[0]
    for k in range(steps):
        y = y * x[k % 7] + (x[(3 * k) % 7] * 0.5 - y).tanh()
    return y


def main(steps, backend):
    from microgradlike import jit, value_and_grad
    from microgradlike.compile.schedule.schedule import Schedule

    x = [0.1 * i for i in range(7)]
    f = jit(value_and_grad(lambda x: loss(x, steps)), backend=backend)
    times = {"record, differentiate": perf_counter()}
    program = f.program(x)
    times["schedule"] = perf_counter()
    Schedule(program, 0)
    times["first call"] = perf_counter()
    f(x)
    times["run"] = perf_counter()
    f(x)
    times["end"] = perf_counter()
    starts = list(times.values())
    size = len(program)
    for name, start, end in zip(times, starts, starts[1:]):
        print(name, size, 1e6 * (end - start) / size, sep="\t")
    with open("/proc/self/status") as status:  # this process, not the one before exec
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
    print("MB", size, int(peak) / 1024, sep="\t")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
