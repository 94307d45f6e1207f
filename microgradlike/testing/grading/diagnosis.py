"""Diagnosis: the mistakes of the table that explain wrong outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from microgradlike.testing.grading.mistakes import IN_PLACE, MISTAKES, NOT_RESET, REFLECTED
from microgradlike.testing.grading.outcomes import Outcome, same
from microgradlike.testing.grading.simulation import Mistake, simulated

STRUCTURE = 5  # the last stage with + and * alone; it has all mistakes of the pass as a whole


@dataclass(frozen=True)
class Finding:
    """A mistake, or None if none fits, with the outcomes that it explains, the smallest first."""

    mistake: Mistake | None
    explains: tuple[Outcome, ...]


def findings(outcomes: list[Outcome]) -> list[Finding]:
    """The mistakes that explain the wrong outcomes, and findings without one for the others."""
    graded = [o for o in outcomes if not o.trial.note]
    right = [o for o in graded if o.verdict == "right"]
    wrong = [o for o in graded if o.verdict == "wrong"]
    turned = {" ".join(o.trial.text.split()[::-1]) for o in right if o.trial.operation != "**"}
    absent = [o for o in graded if o.verdict == "not there" and o.trial.text.startswith("2 ")]
    found: list[tuple[Mistake | None, list[Outcome]]] = [
        (IN_PLACE, [o for o in wrong if o.changed]),
        (REFLECTED, [o for o in absent if o.trial.text in turned]),
    ]
    for error in dict.fromkeys(o.error for o in wrong if o.error):
        found.append((None, [o for o in wrong if o.error == error]))
    found += _explained([o for o in wrong if not o.changed and not o.error], right)
    made = [Finding(m, tuple(explains)) for m, explains in found if explains]
    return sorted(made, key=lambda f: outcomes.index(f.explains[0]))


def _explained(
    wrong: list[Outcome], right: list[Outcome]
) -> Iterator[tuple[Mistake | None, list[Outcome]]]:
    """The mistakes, each with the outcomes that it adds to the explained ones; then the rest."""
    chosen: tuple[Mistake, ...] = ()
    unknown: list[Outcome] = []
    while wrong:
        first = wrong[0].trial
        if best := _best(wrong, right, chosen):
            chosen = (*chosen, best)
            explained = [o for o in wrong if _fits(o, chosen)]
            yield best, explained
        else:  # everything stands on the first stages: no guess after them
            explained = [o for o in wrong if o.trial is first or first.stage <= STRUCTURE]
            unknown += explained
        wrong = [o for o in wrong if o not in explained]
    yield None, unknown


def _best(
    wrong: list[Outcome], right: list[Outcome], chosen: tuple[Mistake, ...]
) -> Mistake | None:
    """The mistake that explains the first trial and most others, and refutes no right outcome."""
    trial = wrong[0].trial
    needed = [o for o in wrong if o.trial is trial] + right

    def explained(mistake: Mistake) -> int:
        return sum(_fits(o, (*chosen, mistake)) for o in wrong)

    def may_be(mistake: Mistake) -> bool:
        is_of_pass = not (mistake.primitive or mistake.rewrite)
        mistakes = (*chosen, mistake)
        return (
            not (is_of_pass and trial.stage > STRUCTURE)
            and all(_fits(o, mistakes) for o in needed)
            and 2 * explained(mistake) >= sum(_changes(o, mistakes) for o in wrong)
        )

    return max(filter(may_be, MISTAKES), key=explained, default=None)


def _fits(o: Outcome, mistakes: tuple[Mistake, ...]) -> bool:
    """True if the mistakes can give the learner's numbers."""
    return any(same(o.numbers, numbers) for numbers in simulated(o.graph, mistakes))


def _changes(o: Outcome, mistakes: tuple[Mistake, ...]) -> bool:
    """True if the mistakes cannot give the right numbers."""
    return not any(same(o.right, numbers) for numbers in simulated(o.graph, mistakes))


def notes(outcomes: list[Outcome]) -> list[str]:
    """Remarks on a second backward pass and on long chains, which are no reason for a bad grade."""
    return list(filter(None, (_note(o) for o in outcomes if o.trial.note)))


def _note(o: Outcome) -> str:
    if "RecursionError" in o.error:
        way_out = "Python limits recursion; a loop with a stack of its own has no limit."
        return f"`{o.trial.text}`: {o.error}. {way_out}"
    if o.error or o.trial.passes == 1:
        return ""
    twice, once = o.numbers["a.grad"] or 0.0, o.right["a.grad"]
    times = round(twice / once, 4)
    if times in (1, 2):
        return ""
    text = f"`{o.trial.text}`: after a second backward() a.grad is {twice:g}, not {once:g}"
    text += f" or {2 * once:g}."
    known = f"\n  {NOT_RESET.name.capitalize()}.\n{NOT_RESET.advice}"
    return text + known if times in (3, 4) else text
