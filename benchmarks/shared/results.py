"""Figures that were kept, by machine, and the table of ratios that differ between machines."""

import json
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "results"
ROWS = (  # label, table, column, our row, the other's row
    ("moons, 100 rows: JAX", "steps", "moons 100, µs", "ours, llvm", "JAX, jit"),
    ("moons, 100 rows: PyTorch", "steps", "moons 100, µs", "ours, llvm", "PyTorch, eager"),
    ("moons, 100 rows: C", "steps", "moons 100, µs", "ours, llvm", "C"),
    ("moons, 10,000 rows: JAX", "steps", "moons 10,000, µs", "ours, llvm", "JAX, jit"),
    ("moons, 10,000 rows: C", "steps", "moons 10,000, µs", "ours, llvm", "C"),
    ("GPT, 8 predictions: CasADi", "gpt", "8, µs", "ours, llvm", "CasADi, buffers"),
    ("GPT, 8 predictions: C", "gpt", "8, µs", "ours, llvm", "C"),
    ("Rosenbrock: CasADi", "calls", "Rosenbrock, µs", "ours, llvm", "CasADi, buffers"),
    ("Rosenbrock: numba", "calls", "Rosenbrock, µs", "ours, llvm", "numba, by hand"),
    ("eager moons: micrograd", "eager", "moons, ms", "ours", "micrograd's design"),
    ("eager GPT: scalar-GPT", "eager", "GPT, ms", "ours", "scalar-GPT design"),
)


def load(name):
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def store(name, tables):
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(tables, indent=1, ensure_ascii=False) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


def by_machine():
    """Time of the other over ours, with a column for each machine, and a caption."""
    figures, captions = {label: {} for label, *_ in ROWS}, []
    for path in sorted(FOLDER.glob("*.json")):
        tables = load(path.stem)
        about = next(iter(tables.values()))["machine"]
        captions.append(f"{path.stem}: {about['processor']}, {about['date']}")
        for label, table, column, ours, other in ROWS:
            found = tables.get(table, {}).get("figures", {})
            if column in found.get(ours, {}) and column in found.get(other, {}):
                figures[label][path.stem] = found[other][column] / found[ours][column]
    return {label: row for label, row in figures.items() if row}, "; ".join(captions)
