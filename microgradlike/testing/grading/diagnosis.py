"""Diagnosis: the mistakes of the table that explain outcomes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.testing.grading.mistakes import IN_PLACE, MISTAKES, NOT_RESET, REFLECTED
from microgradlike.testing.grading.outcomes import Outcome
from microgradlike.testing.grading.simulation import Mistake, simulated
from microgradlike.testing.grading.trials import Trial

STRUCTURE = 5  # the last stage with + and * alone
LONG = "Recursion has a limit; a loop with a stack of its own has none."


@dataclass(frozen=True, eq=False)
class Judged:
    """An outcome beside the right numbers, on our engine; with a verdict."""

    outcome: Outcome
    y: Value
    leaves: dict[str, Value]
    verdict: str

    @property
    def trial(self) -> Trial:
        """The trial."""
        return self.outcome.trial

    def has(self, value: float, gradients: dict[str, float]) -> bool:
        """True if the learner's numbers are these."""
        return _has(self.outcome, value, gradients)

    def fits(self, mistakes: tuple[Mistake, ...]) -> bool:
        """True if the mistakes can give the learner's numbers."""
        return not self.outcome.error and any(
            self.has(*numbers) for numbers in simulated(self.y, self.leaves, mistakes)
        )


@dataclass(frozen=True)
class Finding:
    """A mistake, or None if none fits, with the outcomes that it explains, the smallest first."""

    mistake: Mistake | None
    explains: tuple[Judged, ...]


def judged(outcomes: Iterable[Outcome]) -> list[Judged]:
    """Each outcome with its verdict; without an operation, others that need it do not run."""
    missing: set[str] = set()
    answers = []
    for outcome in outcomes:
        y, leaves = outcome.trial.graph(outcome.point)
        primitives = {v.op.name for v in topological(y) if v.op}
        gradients = {name: x.grad for name, x in leaves.items()}
        verdict = outcome.state
        if outcome.error and primitives & missing:
            verdict = "not run"
        elif verdict == "not there" and not outcome.trial.optional:
            missing |= primitives
        elif not outcome.error and not outcome.changed and _has(outcome, y.data, gradients):
            verdict = "right"
        verdict = verdict if verdict not in ("", "raises") else "wrong"
        answers.append(Judged(outcome, y, leaves, verdict))
    return answers


def findings(answers: list[Judged]) -> list[Finding]:
    """The mistakes that explain the wrong outcomes, and a finding without one for the others."""
    graded = [j for j in answers if not j.trial.note]
    wrong = [j for j in graded if j.verdict == "wrong"]
    unexplained = [j for j in wrong if not j.outcome.changed and not j.outcome.error]
    found: list[tuple[Mistake | None, list[Judged]]] = [
        (IN_PLACE, [j for j in wrong if j.outcome.changed]),
        (REFLECTED, [j for j in graded if _is_reflected(j, graded)]),
    ]
    right = [j for j in graded if j.verdict == "right" and j.trial.passes]
    chosen: tuple[Mistake, ...] = ()
    unknown: list[Judged] = []
    while unexplained:
        best = _best(unexplained, right, chosen)
        if best is None:
            first = unexplained[0].trial  # everything stands on the first stages: no guess then
            stuck = [j for j in unexplained if j.trial is first or first.stage <= STRUCTURE]
            unknown += stuck
            unexplained = [j for j in unexplained if j not in stuck]
        else:
            chosen = (*chosen, best)
            found.append((best, [j for j in unexplained if j.fits(chosen)]))
            unexplained = [j for j in unexplained if not j.fits(chosen)]
    for error in dict.fromkeys(j.outcome.error for j in wrong if j.outcome.error):
        found.append((None, [j for j in wrong if j.outcome.error == error]))
    made = [Finding(m, tuple(js)) for m, js in (*found, (None, unknown)) if js]
    return sorted(made, key=lambda f: answers.index(f.explains[0]))


def _best(wrong: list[Judged], right: list[Judged], chosen: tuple[Mistake, ...]) -> Mistake | None:
    """The mistake that explains the first trial and most others, and refutes no right outcome."""
    first = [j for j in wrong if j.trial is wrong[0].trial]
    best, most = None, 0
    for mistake in MISTAKES:
        mistakes = (*chosen, mistake)
        of_passes = not (mistake.primitive or mistake.rewrite)
        if of_passes and wrong[0].trial.stage > STRUCTURE:  # the first stages show them
            continue
        if not all(j.fits(mistakes) for j in first) or not all(j.fits(mistakes) for j in right):
            continue
        explained = sum(j.fits(mistakes) for j in wrong)
        if explained > most and 2 * explained >= sum(_changes(j, mistakes) for j in wrong):
            best, most = mistake, explained
        if most == len(wrong):
            break
    return best


def _changes(j: Judged, mistakes: tuple[Mistake, ...]) -> bool:
    """True if the mistakes cannot give the right numbers."""
    right = Outcome(j.trial, j.outcome.point, j.y.data, {n: x.grad for n, x in j.leaves.items()})
    return not any(_has(right, *numbers) for numbers in simulated(j.y, j.leaves, mistakes))


def notes(answers: list[Judged]) -> list[str]:
    """Remarks on a second backward pass and on long chains, which are no reason for a bad grade."""
    return list(filter(None, (_note(j) for j in answers if j.trial.note)))


def _note(j: Judged) -> str:
    outcome, text = j.outcome, j.trial.text
    if "RecursionError" in outcome.error:
        return f"{text}: {outcome.error}. {LONG}"
    if outcome.error or j.trial.passes == 1:
        return ""
    twice, once = outcome.gradients["a"] or 0.0, j.leaves["a"].grad
    if _close(twice, once) or _close(twice, 2 * once):
        return ""
    text += f": after a second backward() a.grad is {twice:g}, not {once:g} or {2 * once:g}."
    if _close(twice, 3 * once) or _close(twice, 4 * once):
        name, way_out = NOT_RESET.name.capitalize(), NOT_RESET.way_out
        text += f"\n  {name}.\n  Why: {NOT_RESET.why}.\n  Way out: {way_out}."
    return text


def _has(outcome: Outcome, value: float, gradients: dict[str, float]) -> bool:
    return _close(outcome.value, value) and all(
        _close(x, gradients[name]) for name, x in outcome.gradients.items()
    )


def _close(x: float | None, y: float) -> bool:
    return math.isclose(x or 0.0, y, rel_tol=1e-5, abs_tol=1e-7)


def _is_reflected(j: Judged, answers: list[Judged]) -> bool:
    """True for `2 + a` that is not there where `a + 2` is right."""
    words = j.trial.text.split()
    turned = {k.trial.text for k in answers if k.verdict == "right"}
    return (
        j.verdict == "not there"
        and words[0] == "2"
        and words[1] != "**"
        and " ".join(words[::-1]) in turned
    )
