"""The results of mutation testing as docs/mutants.toml: counts, and survivors with reasons."""

import datetime
import json
import sys
import tomllib
from collections import Counter
from importlib.metadata import version

PATH = "docs/mutants.toml"
HEAD = """\
# Mutants that every test let live, and how many died; python -m tests.mutation.run writes it, and
# keeps the reasons. `rule`: in a partial derivative of the table, where a mutant may survive only
# if it is the same function.
"""


def write(results, root):
    """Put the results, mutants with entries, into docs/mutants.toml, keeping its reasons."""
    path, known = root / PATH, reasons(root)
    lines = [HEAD, "[run]", f'date = "{datetime.date.today()}"']
    lines += [f'cosmic-ray = "{version("cosmic-ray")}"', f'python = "{sys.version.split()[0]}"']
    for name, (mutants, killed) in counts(results).items():
        lines += ["", "[[module]]", f"name = {toml(name)}"]
        lines += [f"mutants = {mutants}", f"killed = {killed}"]
    survivors = [(m, entry) for m, entry in results if entry["survived"]]
    for m, entry in survivors:
        shown = {"module": m.module, "line": m.line, "rule": m.rule}
        shown |= {k: entry[k] for k in ("was", "now")}
        shown["reason"] = known.get(change(m, entry), "")
        lines += ["", "[[survivor]]", *(f"{k} = {toml(v)}" for k, v in shown.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(survivors)} of {len(results)} mutants survived; give reasons in {path.name}")


def reasons(root):
    """The reasons of survivors by change, from docs/mutants.toml."""
    path = root / PATH
    old = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known = {(s["module"], s["was"], s["now"]): s["reason"] for s in old.get("survivor", [])}
    return {what: reason for what, reason in known.items() if reason}


def change(m, entry):
    return m.module, entry["was"], entry["now"]


def counts(results):
    """The numbers of mutants and of killed ones, by module and for the derivative rules."""
    mutants, killed = Counter(), Counter()
    for m, entry in results:
        for name in [m.module, *(["derivative rules"] if m.rule else [])]:
            mutants[name] += 1
            killed[name] += not entry["survived"]
    return {name: (mutants[name], killed[name]) for name in mutants}


def toml(x):
    return json.dumps(x, ensure_ascii=False)  # a JSON string, number or bool is TOML too
