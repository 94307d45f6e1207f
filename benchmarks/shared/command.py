"""The command line that all benchmarks share: parts, rounds, JSON, and figures that are kept."""

import argparse
import json
import statistics
from pathlib import Path

from benchmarks.shared import machine, results
from benchmarks.shared.measuring import Rounds
from benchmarks.shared.tables import as_markdown, as_text, fill
from microgradlike import __compiled__

PAGE = Path(__file__).parent.parent / "README.md"
SUFFIX = "-compiled" if __compiled__ else ""  # figures of both engines are kept side by side


def run(description, parts):
    """Run the parts that the command line names; `parts` are functions of Rounds by name."""
    options = parsed(description, parts)
    summary = min if options.fastest else statistics.median
    rounds = Rounds(options.rounds, summary, tuple(options.without), options.processor)
    about, tables = machine.described(), {}
    for name in options.parts or parts:
        figures = parts[name](rounds)
        tables[name] = {"machine": about, "figures": figures}
        if not options.json:
            print(as_text(parts[name].__doc__.splitlines()[0], figures), flush=True)
        if options.save:
            save(options.save, {name + SUFFIX: tables[name]})
    if options.json:
        print(json.dumps(tables, indent=1))
    else:
        print(machine.caption(about))


def parsed(description, parts):
    parser = argparse.ArgumentParser(description=description)
    names = ", ".join(parts)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {names}; by default all")
    parser.add_argument("--rounds", type=int, default=5, help="medians are over so many rounds")
    parser.add_argument("--fastest", action="store_true", help="the fastest round, no median")
    parser.add_argument("--processor", action="store_true", help="processor time, not wall time")
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="WORD", help='e.g. "eager": leave these out'
    )
    parser.add_argument("--json", action="store_true", help="figures only, as JSON")
    parser.add_argument(
        "--save", metavar="NAME", help="keep figures in results/NAME.json and in README.md"
    )
    options = parser.parse_args()
    for name in options.parts:
        if name not in parts:
            parser.error(f"there is no part {name}, or it is left out; there are {names}")
    return options


def save(name, tables):
    """Add tables to the figures of one machine, and put all of its figures into README.md."""
    kept = results.load(name) | tables
    results.store(name, kept)
    page = PAGE.read_text(encoding="utf-8")
    for table, entry in kept.items():
        content = as_markdown(entry["figures"], machine.caption(entry["machine"]))
        page = fill(page, table, content)
    figures, caption = results.by_machine()
    page = fill(page, "machines", as_markdown(figures, caption))
    PAGE.write_text(page, encoding="utf-8")
