"""What mutation testing found, as docs/mutants.toml: counts, and survivors with reasons."""

import datetime
import json
import sys
import tomllib
from collections import Counter
from importlib.metadata import version

HEAD = """\
# Mutants that every test let live, and how many died; python -m tests.mutation.run writes it, and
# keeps the reasons. `rule`: in a partial derivative of the table, where a mutant may survive only
# if it is the same function.
"""


def write(entries, root):
    """Put the entries of a session into docs/mutants.toml under `root`, keeping its reasons."""
    path = root / "docs" / "mutants.toml"
    old = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    reasons = {(s["module"], s["was"], s["now"]): s["reason"] for s in old.get("survivor", [])}
    lines = [HEAD, "[run]", f'date = "{datetime.date.today()}"']
    lines += [f'cosmic-ray = "{version("cosmic-ray")}"', f'python = "{sys.version.split()[0]}"']
    for name, (mutants, killed) in counts(entries).items():
        lines += ["", "[[module]]", f"name = {toml(name)}"]
        lines += [f"mutants = {mutants}", f"killed = {killed}"]
    survivors = [entry for entry in entries if entry["survived"]]
    for entry in survivors:
        shown = {k: entry["mutant"][k] for k in ("module", "line", "rule")}
        shown |= {k: entry[k] for k in ("was", "now")}
        shown["reason"] = reasons.get((shown["module"], shown["was"], shown["now"]), "")
        lines += ["", "[[survivor]]", *(f"{k} = {toml(v)}" for k, v in shown.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(survivors)} of {len(entries)} mutants survived; give reasons in {path.name}")


def counts(entries):
    """By module, and for the derivative rules of the table: mutants, and how many were killed."""
    mutants, killed = Counter(), Counter()
    for entry in entries:
        m = entry["mutant"]
        for name in [m["module"], *(["derivative rules"] if m["rule"] else [])]:
            mutants[name] += 1
            killed[name] += not entry["survived"]
    return {name: (mutants[name], killed[name]) for name in mutants}


def toml(x):
    return json.dumps(x, ensure_ascii=False)  # a JSON string, number or bool is TOML too
