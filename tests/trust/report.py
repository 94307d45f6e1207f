"""docs/trust.md: claims, checks and results; its template is page.md."""

from pathlib import Path

from microgradlike import ops
from tests.oracle.libraries import LIBRARIES
from tests.trust import accuracy, edges, javascript, mutants, programs, tails
from tests.trust.markdown import table, ulp

TEMPLATE = Path(__file__).with_name("page.md")
MINUTES = 4  # processor time


def document(decided, errors, census, lost, engines, mutation, versions):
    """The page, from the edge table, errors, census, classics, engines, mutants and versions."""
    _, ends = accuracy.worst_of_ours(errors)
    return TEMPLATE.read_text(encoding="utf-8").format(
        minutes=MINUTES,
        summary=summary(decided, errors, census, engines, mutation),
        digits=accuracy.DIGITS,
        bound=f"{accuracy.BOUND:g}",
        alarm=f"{accuracy.ALARM:g}",
        tails=tails.section(),
        known=programs.known(),
        near=f"{accuracy.NEAR:,}",
        far=f"{accuracy.FAR:,}",
        reach=f"{accuracy.REACH:g}",
        errors=accuracy.section(errors),
        ends=ulp(ends),
        rules=rules(decided),
        edges=edges.section(decided),
        second=edges.second(decided),
        programs=programs.section(census),
        classics=lost,
        javascript_points=f"{javascript.POINTS:,}",
        javascript=javascript.section(engines),
        mutants=mutants.section(mutation),
        asked=asked(),
        versions=versions,
    )


def summary(decided, errors, census, engines, mutation):
    """The claims on one screen."""
    rows = [
        ["[Digits](#digits)", *digits_claim(errors)],
        ["[Edges](#edges)", *edges_claim(decided)],
        ["[Programs](#programs)", *programs.claim(census)],
        ["[Browsers](#browsers)", *javascript.claim(engines)],
        ["[Mutants](#mutants)", *mutants.claim(mutation)],
    ]
    return table(["", "claim", "check", "result"], rows, left=4)


def digits_claim(errors):
    points = accuracy.NEAR + accuracy.FAR
    worst, _ = accuracy.worst_of_ours(errors)
    lost = [f"{peer.title}'s of {accuracy.lost(errors, peer.title)}" for peer in accuracy.PEERS]
    return [
        "derivatives keep their digits, far out too",
        f"{len(errors)} primitives, {points:,} points each, against {accuracy.DIGITS} digits",
        f"ours are off by at most {worst:.1f} ulp; {' and '.join(lost)} primitives have, somewhere,"
        " not one bit right",
    ]


def edges_claim(decided):
    rows, second = len(decided["row"]), len(decided["second"])
    differ = [f"{title} in {n}" for title, n in edges.differences(decided).items()]
    return [
        "0, ∞, nan and ties are decided, not left to a formula",
        f"{rows} cases, and {second} of second derivatives, in every mode",
        f"ours are as decided; others differ: {', '.join(differ)}",
    ]


def rules(decided):
    return "\n".join(f"{i}. {rule}" for i, rule in enumerate(decided["rules"], 1))


def asked():
    """The spelling of primitives in each other library, if it is not the function's name."""
    rows = []
    for library in LIBRARIES:
        spelled = [f"{name}: `{text}`" for name, text in library.spelled.items()]
        missing = ", ".join(name for name in ops.TABLE if name not in library.texts)
        rows.append([library.title, library.how, "<br>".join(spelled), missing])
    return table(["", "asked with", "written as", "has no"], rows, left=4)
