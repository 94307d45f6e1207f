"""The results of mutation testing, from docs/mutants.toml."""

import tomllib

from tests import ROOT
from tests.trust.markdown import table

PATH = ROOT / "docs" / "mutants.toml"
COMMAND = "python -m tests.mutation.run"
RULES = "derivative rules"  # counted beside the modules
MISSING = f"**Not measured**: there is no docs/mutants.toml; `{COMMAND}` makes it."

INTRO = """\
A mutant is the code with one small change: a sign, a factor, a comparison. Where no test fails, the
tests do not see what that line does. `{command}` makes every mutant of the code that computes
derivatives, and runs the tests on each (cosmic-ray {cosmic_ray}, Python {python}, {date}).

{table}
"""


def read():
    """The results, or None if there are none yet."""
    return tomllib.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else None


def totals(results):
    """The numbers of mutants and of killed ones, for derivative rules and for all modules."""
    rules = [m for m in results["module"] if m["name"] == RULES]
    modules = [m for m in results["module"] if m["name"] != RULES]
    return [
        (sum(m["mutants"] for m in part), sum(m["killed"] for m in part))
        for part in (rules, modules)
    ]


def claim(results):
    """Claim, check and result for the summary."""
    what = ["the tests would notice a wrong rule", "every small change to what differentiates"]
    if results is None:
        return [*what, MISSING]
    (rules, rules_killed), (mutants, killed) = totals(results)
    return [
        *what,
        f"a test fails for {killed:,} of {mutants:,} changes ({killed / mutants:.1%}), and for"
        f" {rules_killed:,} of {rules:,} in derivative rules",
    ]


def section(results):
    """Counts by module, and every survivor with its reason."""
    if results is None:
        return MISSING
    rows = [
        [m["name"], f"{m['mutants']:,}", f"{m['killed']:,}", f"{m['killed'] / m['mutants']:.1%}"]
        for m in results["module"]
    ]
    run = {name.replace("-", "_"): value for name, value in results["run"].items()}
    counts = table(["", "mutants", "killed", ""], rows)
    return INTRO.format(command=COMMAND, table=counts, **run) + survivors(results)


def survivors(results):
    """The surviving mutants; a missing reason is set in bold."""
    rows = [
        [
            f"{s['module'].partition('/')[2]}{', a rule' if s['rule'] else ''}",
            f"{code(s['was'])} → {code(s['now'])}",
            escaped(s["reason"]) or "**no reason yet**",
        ]
        for s in results.get("survivor", [])
    ]
    return f"\n{table(['survivor', 'change', 'why'], rows, left=3)}\n" if rows else ""


def code(text):
    """Code for a cell, on one line."""
    return f"`{escaped(' '.join(text.split()))}`"


def escaped(text):
    return text.replace("|", r"\|")
