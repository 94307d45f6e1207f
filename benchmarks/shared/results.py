"""Figures that were kept, by machine, and the promised ratios on each of them."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "results"
SMALL, LARGE = ("steps", "100 rows, µs"), ("steps", "10,000 rows, µs")
GPT, DOCUMENTS = ("gpt", "8, µs"), ("documents", "16 documents, µs")
ROSENBROCK, SCALARS = ("calls", "Rosenbrock, µs"), ("calls", "with gradient, µs")
COLD, DISK = ("first", "cold, s"), ("first", "from disk, s")
OURS, C, JAX, BUFFERS = "ours, llvm", "C", "JAX, jit", "CasADi, buffers"
NUMBA, PLAIN = "numba, by hand", "C, number by number"
GAIN = ("batches", "gain, 100,000")
WIDE = "wide, large_graph()"
DIGITS, BACKWARD = ("digits", "digits, ms"), ("digits", "backward, ms")
PROGRAM, LOSS = "random program, 300 nodes", "loss of a network, 1,000 nodes"
RATIOS = {  # of two figures: what is promised, then table, column and row of each
    "Rosenbrock, array: ours / numba": ("≤ 0.7", (*ROSENBROCK, OURS), (*ROSENBROCK, NUMBA)),
    "Rosenbrock, array: ours / CasADi": ("≤ 0.5", (*ROSENBROCK, OURS), (*ROSENBROCK, BUFFERS)),
    "Rosenbrock, list: ours / numba's array": (
        "≤ 1",
        (*ROSENBROCK, "ours, llvm, list"),
        (*ROSENBROCK, NUMBA),
    ),
    "two scalars: ours / numba": ("≤ 0.7", (*SCALARS, OURS), (*SCALARS, NUMBA)),
    "moons, 100 rows: into 337 Values / array": (
        "≤ 1.4",
        (*SMALL, "ours, llvm, into Values"),
        (*SMALL, OURS),
    ),
    "the same, compiled engine": (
        "≤ 1.4",
        ("steps-compiled", SMALL[1], "ours, llvm, into Values"),
        ("steps-compiled", SMALL[1], OURS),
    ),
    "moons, 100 rows: JAX / ours": ("≥ 4", (*SMALL, JAX), (*SMALL, OURS)),
    "moons, 100 rows: PyTorch / ours": ("≥ 20", (*SMALL, "PyTorch, eager"), (*SMALL, OURS)),
    "moons, 100 rows: ours / C": ("≤ 1.6", (*SMALL, OURS), (*SMALL, C)),
    "moons, 10,000 rows: JAX / ours": ("≥ 1.5", (*LARGE, JAX), (*LARGE, OURS)),
    "moons, 10,000 rows: ours / C": ("≤ 2", (*LARGE, OURS), (*LARGE, C)),
    "GPT, 8 predictions: CasADi / ours": ("≥ 4", (*GPT, BUFFERS), (*GPT, OURS)),
    "GPT, 8 predictions: ours / C": ("", (*GPT, OURS), (*GPT, C)),
    "GPT, 8 predictions: ours / C, number by number": ("≤ 1.6", (*GPT, OURS), (*GPT, PLAIN)),
    "GPT, 16 documents: ours / C": ("", (*DOCUMENTS, OURS), (*DOCUMENTS, C)),
    "GPT, 16 documents: ours / C, number by number": (
        "≤ 2",
        (*DOCUMENTS, OURS),
        (*DOCUMENTS, PLAIN),
    ),
    "GPT, first call: 16 documents / one": (
        "≤ 1.5",
        ("documents", "first call, s", OURS),
        (*COLD, "GPT: ours"),
    ),
    "GPT, first call, cold: ours / CasADi": ("≤ 1", (*COLD, "GPT: ours"), (*COLD, "GPT: CasADi")),
    "the same, compiled recording": (
        "≤ 1",
        ("first-compiled", COLD[1], "GPT: ours"),
        ("first-compiled", COLD[1], "GPT: CasADi"),
    ),
    "GPT, first call, from disk: ours / CasADi": (
        "≤ 0.35",
        (*DISK, "GPT: ours"),
        (*COLD, "GPT: CasADi"),
    ),
    "moons, first call, cold: ours / JAX": ("≤ 1.5", (*COLD, "moons: ours"), (*COLD, "moons: JAX")),
    "moons, first call, from disk: ours / JAX": (
        "≤ 0.3",
        (*DISK, "moons: ours"),
        (*COLD, "moons: JAX"),
    ),
    "demo: second run / first": ("≤ 0.35", (*DISK, "demo"), (*COLD, "demo")),
    "100,000 rows: gain of two threads, ours / C": (
        "≥ 0.9",
        (*GAIN, "ours, 2 threads"),
        (*GAIN, "C, 2 threads"),
    ),
    "100,000 rows: gain of two processes": ("≥ 1.2", (*GAIN, "ours, 2 processes"), (*GAIN, "ours")),
    "eager moons, compiled: micrograd / ours": (
        "≥ 60",
        ("eager-compiled", "moons, ms", "micrograd's design"),
        ("eager-compiled", "moons, ms", "ours"),
    ),
    "eager moons, plain: micrograd / ours": (
        "≥ 12",
        ("eager", "moons, ms", "micrograd's design"),
        ("eager", "moons, ms", "ours"),
    ),
    "eager GPT, plain: scalar-GPT / ours": (
        "",
        ("eager", "GPT, ms", "scalar-GPT design"),
        ("eager", "GPT, ms", "ours"),
    ),
    "eager, plain, in large_graph(): 10^6 nodes / 10^3": (
        "≤ 1.6",
        ("graphs", "10^6", WIDE),
        ("graphs", "10^3", WIDE),
    ),
    "random program, 300 nodes: digits / backward": (
        "≤ 30",
        (*DIGITS, PROGRAM),
        (*BACKWARD, PROGRAM),
    ),
    "loss of a network, 1,000 nodes: digits / backward": (
        "≤ 30",
        (*DIGITS, LOSS),
        (*BACKWARD, LOSS),
    ),
}


def load(name):
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(name, tables):
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(tables, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def by_machine():
    """Promised and measured ratios, with a column for each machine, and a caption."""
    figures, captions = {}, []
    for name in sorted(path.stem for path in FOLDER.glob("*.json")):
        tables = load(name)
        about = next(iter(tables.values()))["machine"]
        captions.append(f"{name}: {about['processor']}, {about['date']}")
        for label, (promised, above, below) in RATIOS.items():
            numbers = [figure(tables, *place) for place in (above, below)]
            if None not in numbers:
                row = figures.setdefault(label, {"promised": promised})
                row[name] = numbers[0] / numbers[1]
    order = [label for label in RATIOS if label in figures]
    return {label: figures[label] for label in order}, "; ".join(captions)


def figure(tables, table, column, row):
    return tables.get(table, {}).get("figures", {}).get(row, {}).get(column)
